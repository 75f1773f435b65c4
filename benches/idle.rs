//! What an agent over 10,000 links costs between passes: memory, and the share of a core.
//!
//! `cargo bench --bench idle`. The aim: under 40 MB, and under 1 % of a core. Linux only, since it reads `/proc`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and prints")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use grantsync::sandbox::{Sandbox, World, tokens};

const LINKS: usize = 10_000;
const WATCHED: Duration = Duration::from_secs(60);
/// As Linux counts the time of processes, everywhere.
const TICKS_A_SECOND: f64 = 100.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::start(World::generated(200, 2_000, LINKS))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("grants.yaml"), everything(&sandbox)).unwrap();
    let mut agent = Command::new(env!("CARGO_BIN_EXE_grantsync"))
        .args(["run", "-f", "grants.yaml", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .env("WALDUR_API_URL", sandbox.url())
        .env("WALDUR_ACCESS_TOKEN", tokens::STAFF)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(agent.stderr.take().unwrap()).lines().map_while(Result::ok);
    let verdict = told.find(|it| it.contains("pass finished")).unwrap();
    println!("{}", verdict.split_once("pass finished").unwrap().1.trim());
    // A second pass, after which nothing grows any more.
    signal(&agent, "HUP");
    sleep(Duration::from_secs(5));
    println!("memory after a pass: {} MB, at most {} MB", status(&agent, "VmRSS"), status(&agent, "VmHWM"));
    let (begun, before) = (Instant::now(), ticks(&agent));
    sleep(WATCHED);
    let share = (ticks(&agent) - before) / TICKS_A_SECOND / begun.elapsed().as_secs_f64();
    println!("between passes: {:.2} % of a core over {} s", 100.0 * share, WATCHED.as_secs());
    println!("memory then: {} MB", status(&agent, "VmRSS"));
    signal(&agent, "TERM");
    assert!(agent.wait().unwrap().success());
}

/// A file that wants all links there are, so that the agent has nothing to do.
fn everything(sandbox: &Sandbox) -> String {
    let world = sandbox.world();
    let mut yaml = "scope: all\nbindings:\n".to_owned();
    for link in world.links.iter() {
        let (resource, role, user) = (link.resource, link.role, link.user);
        writeln!(yaml, "  - {{resource: {}, role: {}, user: {}}}", resource.simple(), role.simple(), user.simple())
            .unwrap();
    }
    yaml
}

fn signal(agent: &Child, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &agent.id().to_string()]).status().unwrap().success());
}

/// A line of its status, in megabytes.
fn status(agent: &Child, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    let line = status.lines().find(|it| it.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// The time it has computed for, in ticks.
fn ticks(agent: &Child) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", agent.id())).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
}
