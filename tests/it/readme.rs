//! What the README shows is what works: the script that it quotes is run against a server.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use likeness::tasks::worker;
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, picture};

#[test]
fn the_readme_quotes_the_tested_script() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = std::fs::read_to_string(root.join("tests/client_example.py")).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&format!("```python\n{script}```\n")), "copy tests/client_example.py into the README as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quoted_script_uploads_searches_collects_and_waits_for_a_task() {
    let test = TestApp::with_pictures().await;
    let end = CancellationToken::new();
    let workers = worker::start(&test.app, &end);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, picture(2, 1)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client_example.py");
    let ran = tokio::process::Command::new("python3").arg(script).arg(&test.url).arg(&file).output().await.unwrap();
    end.cancel();
    futures::future::join_all(workers).await;
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}{complained}");
    assert_eq!(said.lines().filter(|line| line.starts_with("Hit(")).count(), 5, "{said}");
    assert!(said.lines().next().unwrap().contains("id=14,"), "the picture itself is first: {said}");
    assert!(said.contains("collection 1\n") && said.ends_with("update_index: done\n"), "{said}");
}
