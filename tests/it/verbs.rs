//! What the tests of whole commands share: the program itself, in an environment of its own, against a sandbox.

use std::path::PathBuf;
use std::process::Command;

use grantsync::sandbox::{Sandbox, World, tokens};
use tempfile::TempDir;

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A directory to work in, and a server that can be changed behind the program's back.
pub(crate) struct Bench {
    pub(crate) dir: TempDir,
    pub(crate) sandbox: Sandbox,
}

/// Says in names what stands in a world.
pub(crate) trait Grant {
    /// Makes a link.
    fn grant(&mut self, resource: &str, role: &str, user: &str);
}

impl Grant for World {
    fn grant(&mut self, resource: &str, role: &str, user: &str) {
        let resource = self.resources.iter().find(|it| it.name == resource).unwrap();
        let role = self.roles.iter().find(|it| it.name == role && it.offering == resource.offering).unwrap();
        let user = self.users.iter().find(|it| it.username == user).unwrap();
        self.link(resource.id, role.id, user.id);
    }
}

impl Bench {
    pub(crate) async fn new(world: World) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), sandbox: Sandbox::start(world).await.unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Changes the server behind the program's back.
    pub(crate) fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.sandbox.world());
    }

    /// Runs it with the token of the staff.
    pub(crate) async fn run(&self, arguments: &str) -> Ended {
        let server = [("WALDUR_API_URL", self.sandbox.url()), ("WALDUR_ACCESS_TOKEN", tokens::STAFF.to_owned())];
        self.run_in(&server, arguments).await
    }

    /// Runs it with the token of the staff; the words may hold spaces.
    pub(crate) async fn run_words(&self, words: &[String]) -> Ended {
        let server = [("WALDUR_API_URL", self.sandbox.url()), ("WALDUR_ACCESS_TOKEN", tokens::STAFF.to_owned())];
        self.call(&server, words.iter().map(String::as_str)).await
    }

    /// Runs it without a server and without a token.
    pub(crate) async fn run_offline(&self, arguments: &str) -> Ended {
        self.run_in(&[], arguments).await
    }

    /// Runs it with these variables and no others but what finds programs; arguments are split at spaces.
    pub(crate) async fn run_in(&self, variables: &[(&str, String)], arguments: &str) -> Ended {
        self.call(variables, arguments.split_whitespace()).await
    }

    async fn call(&self, variables: &[(&str, String)], words: impl Iterator<Item = &str>) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grantsync"));
        command.current_dir(self.dir.path()).env_clear().args(words);
        command.envs(std::env::var_os("PATH").map(|it| ("PATH", it))).envs(variables.iter().cloned());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs git here, as somebody.
    pub(crate) fn git(&self, arguments: &str) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.dir.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]);
        let output = git.args(arguments.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
