//! `likeness serve` and `likeness worker` as processes: they say when they are ready, and end when they are asked to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use super::command;

/// Starts a command and waits for its first line.
fn started(data: &std::path::Path, arguments: &[&str]) -> (Child, String) {
    let mut child = command(data, arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line)
}

fn end_of(mut child: Child) -> Option<i32> {
    let asked = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    child.wait().unwrap().code()
}

#[test]
fn a_server_answers_once_it_says_so_and_ends_when_it_is_told_to() {
    let data = tempfile::TempDir::new().unwrap();
    for arguments in [&["serve", "--port", "0"][..], &["serve", "--port", "0", "--no-worker"]] {
        let (child, line) = started(data.path(), arguments);
        let url = line.trim().strip_prefix("Likeness serves ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        let health = ureq::get(format!("{url}health")).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(health.contains("\"ok\""), "{health}");
        assert_eq!(end_of(child), Some(0));
    }
}

#[test]
fn a_worker_works_until_it_is_told_to_stop() {
    let data = tempfile::TempDir::new().unwrap();
    let (child, line) = started(data.path(), &["worker", "--jobs", "1"]);
    assert!(line.starts_with("Likeness works: 1 jobs at the same time"), "{line:?}");
    assert_eq!(end_of(child), Some(0));
    let idle = super::likeness(data.path(), &["worker", "--jobs", "0"]);
    assert!(idle.status.code() == Some(1) && super::text(&idle.stderr).contains("--jobs 1"), "{}", super::text(&idle.stderr));
}
