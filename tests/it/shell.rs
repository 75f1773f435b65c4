//! Scripts in workflows, and the commands in a script: as much of a shell's grammar as our own files use.

use std::mem::take;

use serde_json::Value;

/// A text, or all texts of a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let many = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// All scripts of a workflow or a pipeline, each with the name of its step or job.
pub(crate) fn scripts(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut search = |name: &str, value: &Value| {
        for script in ["run", "before_script", "script", "after_script"].map(|it| texts(&value[it]).join("\n")) {
            if !script.is_empty() {
                found.push((value["name"].as_str().unwrap_or(name).to_owned(), script));
            }
        }
    };
    for (name, job) in value["jobs"].as_object().or(value.as_object()).into_iter().flatten() {
        search(name, job);
        job["steps"].as_array().into_iter().flatten().for_each(|it| search(name, it));
    }
    found
}

/// The simple commands of a script, without what is assigned before them: each as its words, unquoted, unexpanded.
pub(crate) fn commands(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    let mut reader = Reader::default();
    let mut rest = script.chars().peekable();
    let mut quote = None;
    while let Some(it) = rest.next() {
        match (quote, it) {
            (None, '\'' | '"') => (quote, reader.begun) = (Some(it), true),
            (Some(open), _) if open == it => quote = None,
            (Some(_), _) => reader.word.push(it),
            (None, '#') if !reader.begun => while rest.next_if(|it| *it != '\n').is_some() {},
            (None, '<' | '>') => {
                reader.redirect();
                while rest.next_if(|it| ['<', '>', '&'].contains(it)).is_some() {}
            }
            (None, '\n' | ';' | '|' | '&' | '(' | ')') => reader.end_command(),
            (None, _) if it.is_whitespace() => reader.end_word(),
            (None, _) => {
                reader.word.push(it);
                reader.begun = true;
            }
        }
    }
    reader.end_command();
    reader.commands
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: String,
    begun: bool,
    /// Whether the next word is a file, and none of the command's words.
    redirects: bool,
}

impl Reader {
    fn end_word(&mut self) {
        let word = take(&mut self.word);
        if !take(&mut self.begun) || take(&mut self.redirects) {
            return;
        }
        let name = |it: char| it.is_alphanumeric() || it == '_';
        let assigns = word.split_once('=').is_some_and(|(it, _)| it.chars().all(name));
        if !self.words.is_empty() || !(assigns || KEYWORDS.contains(&&*word)) {
            self.words.push(word);
        }
    }

    /// The number of a descriptor before it is none of the command's words either.
    fn redirect(&mut self) {
        if self.word.chars().all(|it| it.is_ascii_digit()) {
            self.word.clear();
            self.begun = false;
        }
        self.end_word();
        self.redirects = true;
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirects = false;
        if !self.words.is_empty() {
            self.commands.push(take(&mut self.words));
        }
    }
}

/// After these, a command begins.
const KEYWORDS: &[&str] = &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "export"];

#[test]
fn a_script_is_read_as_a_shell_reads_it() {
    let read = |script: &str| commands(script).into_iter().map(|it| it.join("·")).collect::<Vec<_>>();
    assert_eq!(read("a 'b c' \"d\"e # f\n\n# g\nh \\\n  i"), ["a·b c·de", "h·i"]);
    assert_eq!(read("X=1 Y=\"2 3\" a --b=c || d=$?; exit \"$d\""), ["a·--b=c", "exit·$d"]);
    assert_eq!(read("if [ -f a ]; then b | c; fi"), ["[·-f·a·]", "b", "c", "fi"]);
    assert_eq!(read("a=$(b c) && d#e"), ["b·c", "d#e"]);
    assert_eq!(read("a >b c 2>&1 | d >>\"e f\" g<h"), ["a·c", "d·g"]);
}
