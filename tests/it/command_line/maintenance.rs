//! `likeness db`: what it tells of a library, what it finds wrong, and that no password is ever shown.

use std::path::Path;

use serde_json::json as value;

use super::{json, likeness, text};
use crate::support::{GROUPS, VIEWS, on_postgres, rendered_pictures};

fn imported() -> tempfile::TempDir {
    let data = tempfile::TempDir::new().unwrap();
    let imported = likeness(data.path(), &["import", &rendered_pictures().to_string_lossy()]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    data
}

/// Some stored picture.
fn stored(data: &Path) -> std::path::PathBuf {
    let mut files = walkdir::WalkDir::new(data.join("media")).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.next().unwrap().into_path()
}

#[test]
fn the_status_tells_place_schema_and_counts_and_makes_nothing() {
    let empty = tempfile::TempDir::new().unwrap();
    let status = likeness(empty.path(), &["db", "status"]);
    if on_postgres() {
        assert!(text(&status.stdout).contains("none: the database is empty"), "{}", text(&status.stderr));
    } else {
        assert_eq!(status.status.code(), Some(1));
        assert!(text(&status.stderr).contains("there is no library yet"), "{}", text(&status.stderr));
    }
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);

    let upgraded = likeness(empty.path(), &["db", "upgrade"]);
    assert!(upgraded.status.success(), "{}", text(&upgraded.stderr));
    let data = imported();
    let status = json(&likeness(data.path(), &["db", "status", "--json"]));
    assert_eq!((&status["pending"], &status["counts"]["media"]), (&value!([]), &value!(GROUPS * VIEWS)));
    assert!(status["version"].as_str().unwrap().starts_with("m20"), "{status}");
    let place = if on_postgres() { "PostgreSQL database `likeness_test_" } else { "SQLite file " };
    assert!(status["database"].as_str().unwrap().starts_with(place), "{status}");
    assert!(text(&likeness(data.path(), &["db", "upgrade"]).stdout).contains("up to date"));
}

#[test]
fn a_check_names_what_is_missing_cut_or_changed() {
    let data = imported();
    let whole = json(&likeness(data.path(), &["db", "check", "--json"]));
    assert_eq!((&whole["checked"], &whole["damaged"]), (&value!(GROUPS * VIEWS), &value!([])));
    let file = stored(data.path());
    let bytes = std::fs::read(&file).unwrap();
    let check = |words: &[&str]| {
        let output = likeness(data.path(), &[&["db", "check"], words].concat());
        (output.status.code(), text(&output.stderr))
    };

    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &changed).unwrap();
    assert_eq!(check(&["--quick"]).0, Some(0), "size and existence are right");
    let (code, reasons) = check(&[]);
    assert!(code == Some(2) && reasons.contains("has sha256"), "{reasons}");

    std::fs::write(&file, &bytes[..10]).unwrap();
    let (code, reasons) = check(&["--quick"]);
    assert!(code == Some(2) && reasons.contains("has 10 bytes where"), "{reasons}");

    std::fs::remove_file(&file).unwrap();
    let (code, reasons) = check(&[]);
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(code == Some(2) && reasons.contains("its bytes are missing") && reasons.contains(name), "{reasons}");
}

#[test]
fn a_backup_is_a_database_of_its_own_and_never_replaces_a_file() {
    let data = imported();
    let room = tempfile::TempDir::new().unwrap();
    let copy = room.path().join("library.sqlite");
    let output = likeness(data.path(), &["db", "backup", copy.to_str().unwrap()]);
    if on_postgres() {
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("pg_dump"), "{}", text(&output.stderr));
        return;
    }
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_dir(room.path()).unwrap().count(), 1, "nothing half-written is left");
    let status = json(&likeness(room.path(), &["db", "status", "--json"]));
    assert_eq!(status["counts"]["media"], value!(GROUPS * VIEWS));
    let again = likeness(data.path(), &["db", "backup", copy.to_str().unwrap()]);
    assert!(again.status.code() == Some(1) && text(&again.stderr).contains("exists already"), "{}", text(&again.stderr));
}

#[test]
fn no_message_shows_a_password() {
    let data = tempfile::TempDir::new().unwrap();
    for (url, words) in [
        ("postgres://ada:hidden@127.0.0.1:1/photos", "database `photos` at 127.0.0.1:1 as user `ada` cannot be reached"),
        ("postgres://ada:hidden@nowhere.invalid/photos", "nowhere.invalid"),
        ("postgres://ada:hidden@127.0.0.1:port/photos", "database.url"),
        ("mysql://ada:hidden@127.0.0.1/photos", "mysql://"),
        ("ada:hidden", "database.url"),
    ] {
        for arguments in [&["features"][..], &["db", "status"]] {
            let mut command = super::command(data.path(), arguments);
            let output = command.env("LIKENESS_DATABASE_URL", url).env("RUST_LOG", "debug").output().unwrap();
            let message = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{url}: {message}");
            assert!(message.contains(words) && !message.contains("hidden"), "{url}: {message}");
        }
    }
    let help = super::command(data.path(), &["--help"]).env("LIKENESS_DATABASE_URL", "postgres://ada:hidden@h/x").output().unwrap();
    assert!(!text(&help.stdout).contains("hidden"));
    std::fs::write(data.path().join("likeness.toml"), "[database]\nurl = \"postgres://ada:hidden@host/x\n").unwrap();
    let message = text(
        &super::command(data.path(), &["features"]).env_remove("LIKENESS_DATABASE_URL").env("RUST_LOG", "debug").output().unwrap().stderr,
    );
    assert!(message.contains("likeness.toml") && !message.contains("hidden"), "{message}");
}
