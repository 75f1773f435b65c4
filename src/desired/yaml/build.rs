//! Events to a tree.

use std::collections::HashMap;

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, options};

use super::node::{Node, TextSpan, Value};
use super::{distinct, refuse};
use crate::diagnostic::{Diagnostic, Source};

/// A document as it grows.
#[derive(Debug)]
pub(super) struct Build<'t> {
    source: &'t Source,
    /// What is open, outermost first.
    open: Vec<Open<'t>>,
    /// The document, once it has ended.
    pub(super) root: Option<Node<'t>>,
    /// What was refused on the way.
    pub(super) refused: Vec<Diagnostic>,
    anchors: HashMap<usize, Anchor>,
    documents: usize,
}

/// A list or mapping whose end has not come yet.
#[derive(Debug)]
enum Open<'t> {
    /// A list and its items so far.
    List { place: TextSpan, items: Vec<Node<'t>> },
    /// A mapping, its pairs so far, and a key whose value has not come yet.
    Map { place: TextSpan, flow: bool, pairs: Vec<(Node<'t>, Node<'t>)>, key: Option<Node<'t>> },
}

#[derive(Debug)]
struct Anchor {
    place: TextSpan,
    used: bool,
}

impl<'t> Build<'t> {
    /// Reads a text until it ends or a second document begins, or something is not YAML.
    pub(super) fn run(source: &'t Source) -> (Self, Option<ScanError>) {
        let (open, refused) = (Vec::new(), Vec::new());
        let mut build = Self { source, open, root: None, refused, anchors: HashMap::new(), documents: 0 };
        let options = options! { emit_unresolved_aliases: true, emit_anchor_events: true, emit_comments: false };
        for event in Parser::new_from_str_with_options(&source.text, options) {
            match event {
                Ok((event, span)) => build.event(event, span),
                Err(error) => return (build, Some(error)),
            }
            if build.documents > 1 {
                break;
            }
        }
        build.idle_anchors();
        (build, None)
    }

    fn event(&mut self, event: Event<'t>, span: Span) {
        let place = self.place(span);
        let tagged = event.tag().is_some();
        if tagged {
            let tag = span.tag_span().map_or(place, |it| self.place(it));
            self.refused.push(refuse::tag(self.source, tag));
        }
        match event {
            Event::DocumentStart(..) => self.document(place),
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain && !tagged;
                self.node(Node { place, value: if plain { Value::Plain(text) } else { Value::Quoted(text) } });
            }
            Event::SequenceStart(..) => self.open.push(Open::List { place: place.visible(), items: Vec::new() }),
            Event::MappingStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                self.open.push(Open::Map { place: place.visible(), flow, pairs: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
            Event::Anchor(id, _) => drop(self.anchors.insert(id, Anchor { place, used: false })),
            Event::Alias(id) => self.alias(place, Some(id)),
            Event::UnresolvedAlias(_) => self.alias(place, None),
            // The ends of document and stream carry nothing.
            _ => {}
        }
    }

    fn document(&mut self, place: TextSpan) {
        self.documents += 1;
        if self.documents > 1 {
            self.refused.push(refuse::second_document(self.source, place));
        }
    }

    /// Puts a finished node where it belongs.
    fn node(&mut self, node: Node<'t>) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { pairs, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
        }
    }

    fn close(&mut self, end: TextSpan) {
        let node = match self.open.pop() {
            None => return,
            Some(Open::List { place, items, .. }) => Node { place: place.up_to(end), value: Value::List(items) },
            Some(Open::Map { place, flow, pairs, .. }) => {
                // The end of a block mapping is the start of what comes next; its first key says more.
                let first = pairs.first().map_or(place, |(key, _)| key.place);
                let place = if flow { place.up_to(end) } else { first };
                Node { place, value: distinct::map(pairs, self.source, &mut self.refused) }
            }
        };
        self.node(node);
    }

    fn alias(&mut self, place: TextSpan, id: Option<usize>) {
        let anchor = id.and_then(|id| self.anchors.get_mut(&id));
        let stands_for = anchor.map(|it| {
            it.used = true;
            it.place
        });
        // A merge key is told as such.
        let merged = matches!(self.open.last(), Some(Open::Map { key: Some(key), .. }) if distinct::is_merge(key));
        if !merged {
            self.refused.push(refuse::alias(self.source, place, stands_for));
        }
        self.node(Node { place, value: Value::Refused });
    }

    /// An anchor that has aliases is told with each of them.
    fn idle_anchors(&mut self) {
        let idle = self.anchors.values().filter(|it| !it.used);
        self.refused.extend(idle.map(|it| refuse::anchor(self.source, it.place)));
    }

    fn place(&self, span: Span) -> TextSpan {
        let mark = span.start;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let bytes = span.byte_range().unwrap_or_default();
        let end = if span.end.line() == mark.line() {
            bytes.end
        } else {
            bytes.start + self.source.text[bytes.clone()].lines().next().map_or(0, str::len)
        };
        TextSpan { start: small(bytes.start), end: small(end), line: small(mark.line()), column: small(mark.col() + 1) }
    }
}
