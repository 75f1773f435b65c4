//! What stories about the command share: the real binary, in an environment of its own, against a sandbox of the test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use grantsync::sandbox::{Sandbox, World, tokens};
use tempfile::TempDir;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::reconcile_support::in_words;

/// A folder with a file in it, and a sandbox; commands run in the one against the other.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) sandbox: Sandbox,
}

/// A command that is about to run.
pub(crate) struct Call {
    command: Command,
    stdin: Option<String>,
}

/// A command that ran.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; `None` if a signal killed it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A command that runs.
pub(crate) struct Running {
    id: u32,
    heard: Receiver<String>,
    told: String,
}

impl Desk {
    /// A world in words, and the file `grants.yaml`.
    pub(crate) async fn new(world: &str, yaml: &str) -> Self {
        Self::of(in_words(world), yaml).await
    }

    pub(crate) async fn of(world: World, yaml: &str) -> Self {
        let desk = Self { folder: TempDir::new().unwrap(), sandbox: Sandbox::start(world).await.unwrap() };
        desk.write("grants.yaml", yaml);
        desk
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The command with these arguments, separated by blanks, as the staff user of the sandbox.
    pub(crate) fn call(&self, arguments: &str) -> Call {
        let call = Call::new(arguments).env("WALDUR_API_URL", &self.sandbox.url());
        call.env("WALDUR_ACCESS_TOKEN", tokens::STAFF).at(self.folder.path())
    }

    pub(crate) async fn run(&self, arguments: &str) -> Ran {
        self.call(arguments).run().await
    }

    /// The writes that arrived: method and status, in order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let world = self.sandbox.world();
        let writes = world.requests.iter().filter(|it| ["POST", "DELETE"].contains(&&*it.method));
        writes.map(|it| format!("{} {}", it.method, it.status)).collect()
    }
}

impl Call {
    /// The command with these arguments, separated by blanks, and nothing in its environment.
    pub(crate) fn new(arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grantsync"));
        command.args(arguments.split_whitespace()).env_clear();
        Self { command, stdin: None }
    }

    /// Another program.
    pub(crate) fn program(name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(name);
        command.args(arguments).env_clear();
        Self { command, stdin: None }
    }

    pub(crate) fn at(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it at a terminal of its own, to which everything goes that it says.
    pub(crate) fn at_terminal(self) -> Self {
        self.at_terminal_after("")
    }

    /// The same, at one that is so many columns wide.
    pub(crate) fn at_terminal_of(self, columns: usize) -> Self {
        self.at_terminal_after(&format!("stty cols {columns} rows 50; "))
    }

    fn at_terminal_after(mut self, first: &str) -> Self {
        let words = [self.command.get_program()].into_iter().chain(self.command.get_args());
        let words: Vec<_> = words.map(|it| it.to_str().unwrap()).collect();
        let mut command = Command::new("script");
        command
            .args(["--quiet", "--return", "--command", &format!("{first}{}", words.join(" ")), "/dev/null"])
            .env_clear();
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("SHELL", "/bin/sh");
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        self.command = command;
        self
    }

    /// Runs it where the system watches no file; nothing where the system does not let us.
    pub(crate) fn unwatched(mut self) -> Option<Self> {
        let apart = |words: &[&str]| {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "sh", "-c"]).args(words);
            command
        };
        let limit = "echo 0 > /proc/sys/user/max_inotify_instances";
        if !apart(&[limit]).stderr(Stdio::null()).status().is_ok_and(|it| it.success()) {
            return None;
        }
        let mut command = apart(&[&format!("{limit} && exec \"$0\" \"$@\"")]);
        command.arg(self.command.get_program()).args(self.command.get_args()).env_clear();
        command.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        self.command = command;
        Some(self)
    }

    pub(crate) fn stdin(self, text: &str) -> Self {
        Self { stdin: Some(text.to_owned()), ..self }
    }

    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    /// Runs it to its end, while the sandbox goes on.
    pub(crate) async fn run(self) -> Ran {
        self.stdout(Stdio::piped()).finish().await
    }

    /// The same with the standard output that was set.
    pub(crate) async fn finish(self) -> Ran {
        let Self { mut command, stdin } = self;
        let finish = move || {
            let input = if stdin.is_some() { Stdio::piped() } else { Stdio::null() };
            let mut child = command.stdin(input).stderr(Stdio::piped()).spawn().unwrap();
            if let Some(text) = stdin {
                child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            }
            child.wait_with_output().unwrap()
        };
        let output = spawn_blocking(finish).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts it. What it says on standard error is heard line by line; its end, with what it wrote, can be awaited.
    pub(crate) fn start(self) -> (Running, JoinHandle<Ran>) {
        let Self { mut command, .. } = self;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = child.id();
        let (say, heard) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(say.send(line))));
        let end = move || {
            let output = child.wait_with_output().unwrap();
            let stdout = String::from_utf8(output.stdout).unwrap();
            Ran { code: output.status.code(), stdout, stderr: String::new() }
        };
        (Running { id, heard, told: String::new() }, spawn_blocking(end))
    }
}

impl Running {
    /// Waits until it has said something. Fails after a time that no machine needs.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.told.contains(text) {
            let line = self.heard.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|error| panic!("never said `{text}`: {error}: {}", self.told));
            self.told.push_str(&line);
            self.told.push('\n');
        }
    }

    /// Waits for a line with this in it.
    pub(crate) fn line(&mut self, text: &str) -> String {
        self.wait_for(text);
        self.told.lines().find(|it| it.contains(text)).unwrap().to_owned()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id.to_string()]).status().unwrap();
        assert!(sent.success());
    }
}
