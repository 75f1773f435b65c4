//! The status as metrics.
//!
//! Every number is read from the status when it is asked for, so there is no second bookkeeping that could differ. No
//! label ever names a user, a role or a resource: there may be thousands, and metrics are kept for years.

use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeGaugeValue, EncodeLabelSet, NoLabelSet, prometheus_text, text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::daemon::{Action, BUCKETS, Durations, JournalState, Status, StepResult, Verdict};

/// How metrics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricsFormat {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// What Prometheus read before there was `OpenMetrics`.
    Prometheus,
}

impl MetricsFormat {
    /// What a scraper that sends this `Accept` header understands.
    pub fn accepted(accept: Option<&str>) -> Self {
        let open = accept.is_some_and(|it| it.contains("application/openmetrics-text"));
        if open { Self::OpenMetrics } else { Self::Prometheus }
    }

    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// The metrics of a daemon at a moment.
pub fn metrics(status: &Status, now: Timestamp, format: MetricsFormat) -> String {
    let mut registry = Registry::with_prefix("grantsync");
    registry.register_collector(Box::new(Scrape { status: status.clone(), now }));
    let mut out = String::new();
    let written = match format {
        MetricsFormat::OpenMetrics => text::encode(&mut out, &registry),
        MetricsFormat::Prometheus => prometheus_text::encode(&mut out, &registry),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
    out
}

#[derive(Debug)]
struct Scrape {
    status: Status,
    now: Timestamp,
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self { status, now } = self;
        let mut out = Out(encoder);
        out.info("build", "The program that runs", &[("version", status.about.version)])?;
        if let Some(revision) = &status.revision {
            out.info(
                "revision",
                "The commit that the files of the last pass are of",
                &[("revision", revision.as_str())],
            )?;
        }
        out.gauge("start_time_seconds", "When the daemon was started", &unix(status.started))?;
        out.gauge(
            "ready",
            "1 if access is kept as declared, as far as it can be",
            &i64::from(status.ready(*now).is_ok()),
        )?;
        if status.journal != JournalState::Unused {
            let written = i64::from(status.journal == JournalState::Written);
            out.gauge("journal_writable", "1 if the last pass could be recorded in the journal", &written)?;
        }
        passes(&mut out, status)?;
        access(&mut out, status)?;
        requests(&mut out, status)
    }
}

fn passes(out: &mut Out<'_>, status: &Status) -> fmt::Result {
    let count = |verdict| status.totals.passes.get(&verdict).copied().unwrap_or(0);
    let all = Verdict::ALL.map(|it| ([("result", it.label())], count(it)));
    out.counters("passes", "Passes by result", all)?;
    let last = |verdict| i64::from(status.last().is_some_and(|it| it.verdict == verdict));
    let all = Verdict::ALL.map(|it| ([("result", it.label())], last(it)));
    out.gauges("last_pass", "1 for the result of the last pass", all)?;
    out.durations("pass_duration_seconds", "Duration of passes", &status.totals.durations)?;
    if let Some(good) = status.last_good {
        let help = "End of the last pass without failures";
        out.gauge("last_success_timestamp_seconds", help, &unix(good))?;
    }
    if let Some(view) = &status.view {
        let help = "When all links were last listed; passes since then asked only whether anything has changed";
        out.gauge("last_full_listing_timestamp_seconds", help, &unix(view.at))?;
    }
    out.gauge("success_good_for_seconds", "How old that may be", &status.good_for.as_secs_f64())
}

fn access(out: &mut Out<'_>, status: &Status) -> fmt::Result {
    if let Some(view) = &status.view {
        let count = |action| match action {
            Action::Create => view.drift.create,
            Action::Remove => view.drift.remove,
            Action::SetEnd => view.drift.set_end,
        };
        let drift = Action::ALL.map(|it| ([("action", it.label())], count(it)));
        out.gauges("drift", "Differences that the last finished pass found, before it did anything", drift)?;
        out.gauge("in_sync", "Bindings that were as declared before it did anything", &view.in_sync)?;
        out.gauge("held", "Removals that are held", &view.held.count)?;
        if let Some(since) = view.held_since {
            let help = "When the removal was held first that is held for the longest time";
            out.gauge("held_since_timestamp_seconds", help, &unix(since))?;
        }
        let limited = view.limited.as_ref().map_or(0, |(limited, _)| limited.links);
        out.gauge("held_by_limits", "Removals that are held until somebody approves them", &limited)?;
        let unlisted = "Bindings that are not created because the server's list lacks links that exist";
        out.gauge("unlisted", unlisted, &view.unlisted)?;
        out.gauge(
            "unresolved",
            "Lines and settings that could not be resolved, and links that the server does not show in full",
            &view.unresolved.count,
        )?;
        out.gauge("expiring", "Grants that end soon", &view.expiring.count)?;
    }
    out.gauge("flapping", "Steps that come back again and again", &status.flaps.count)?;
    out.gauge("broken_findings", "What is wrong with the files", &status.broken.count)?;
    let all = Action::ALL.into_iter().flat_map(|action| {
        StepResult::ALL.map(|became| {
            let count = status.totals.steps.get(&(action, became)).copied().unwrap_or(0);
            ([("action", action.label()), ("result", became.label())], count)
        })
    });
    out.counters("applied", "Steps by what they do and what became of them", all)
}

fn requests(out: &mut Out<'_>, status: &Status) -> fmt::Result {
    let code = |code: Option<u16>| code.map_or_else(|| "none".to_owned(), |it| it.to_string());
    let all = status.totals.requests.iter();
    let all =
        all.map(|((method, status), count)| ([("method", (*method).to_owned()), ("code", code(*status))], *count));
    out.counters("http_requests", "Requests to the server by method and status", all)?;
    let retries = [([("", ""); 0], status.totals.retries)];
    out.counters("http_retries", "Requests among them that repeated one before", retries)
}

/// One line of code a metric.
struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
    fn info(&mut self, name: &str, help: &str, labels: &[(&str, &str)]) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Info)?.encode_info(&labels)
    }

    fn gauge(&mut self, name: &str, help: &str, value: &impl EncodeGaugeValue) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(value)
    }

    fn gauges<L: EncodeLabelSet, V: EncodeGaugeValue>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, V)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        values.into_iter().try_for_each(|(labels, value)| encoder.encode_family(&labels)?.encode_gauge(&value))
    }

    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        values.into_iter().try_for_each(|(labels, value)| {
            encoder.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
        })
    }

    fn durations(&mut self, name: &str, help: &str, durations: &Durations) -> fmt::Result {
        let bounds = BUCKETS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(durations.buckets).collect();
        let count = durations.buckets.iter().sum();
        let mut encoder = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        encoder.encode_histogram::<NoLabelSet>(durations.sum.as_secs_f64(), count, &buckets, None)
    }
}

fn unix(at: Timestamp) -> f64 {
    at.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}
