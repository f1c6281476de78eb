//! The program as people type it: what it prints, with which exit code, and what it leaves behind.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{GROUPS, VIEWS, database_url, rendered_pictures};

mod index;
mod maintenance;
mod models;
mod serving;
mod training;

pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_likeness"));
    command.arg("--data-dir").arg(data).args(arguments).env_remove("RUST_LOG");
    if let Some(url) = database_url(&data.join("library.sqlite")) {
        command.env("LIKENESS_DATABASE_URL", url);
    }
    command
}

fn likeness(data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn import_extract_and_search_answer_rank_distance_and_file() {
    let data = tempfile::TempDir::new().unwrap();
    let photos = rendered_pictures().to_string_lossy().into_owned();
    let imported = likeness(data.path(), &["import", &photos]);
    assert_eq!(text(&imported.stdout), format!("found {0}, added {0}, already there 0, failed 0, ignored 0\n", GROUPS * VIEWS));
    let extracted = json(&likeness(data.path(), &["extract", "--json"]));
    assert_eq!((extracted["extracted"].as_u64(), extracted["index"]["vectors"].as_u64()), (Some(48), Some(48)));
    let picture = rendered_pictures().join("03/02.jpg").to_string_lossy().into_owned();
    let found = text(&likeness(data.path(), &["query", &picture, "--limit", "3"]).stdout);
    let first: Vec<&str> = found.lines().next().unwrap().split_whitespace().collect();
    assert_eq!((first[0], first[1], Path::new(first[2])), ("1", "0.0000", Path::new(&picture)));
    assert_eq!(found.lines().count(), 3);
    let found = json(&likeness(data.path(), &["search", &picture, "--region", "0.1,0.1,0.8,0.8", "--json"]));
    assert_eq!((found["searched"].as_u64(), found["results"].as_array().unwrap().len()), (Some(48), 30));
}

#[test]
fn import_extract_and_speed_tell_scripts_where_the_time_goes() {
    let data = tempfile::TempDir::new().unwrap();
    let photos = rendered_pictures().to_string_lossy().into_owned();
    let positive = |told: &Value, names: &[&str]| {
        for name in names {
            assert!(told[name].as_f64().is_some_and(|figure| figure > 0.0), "{name}: {told}");
        }
    };
    let imported = json(&likeness(data.path(), &["import", &photos, "--json"]));
    positive(&imported, &["seconds", "added"]);
    positive(&imported["stages"], &["read_seconds", "check_seconds", "store_seconds", "settle_seconds", "rows_seconds"]);
    let extracted = json(&likeness(data.path(), &["extract", "--no-index", "--json"]));
    positive(&extracted, &["seconds", "images_per_second"]);
    positive(&extracted["stages"], &["read_seconds", "decode_seconds", "forward_seconds", "write_seconds"]);
    let elsewhere = tempfile::TempDir::new().unwrap();
    let measured = json(&likeness(elsewhere.path(), &["speed", &photos, "--rounds", "2", "--json"]));
    assert_eq!((measured["model"].as_str(), measured["rounds"].as_array().unwrap().len()), (Some("likeness_small"), 2));
    for round in measured["rounds"].as_array().unwrap() {
        positive(round, &["pictures", "decode_alone", "forward_alone", "together", "possible", "share_of_possible"]);
    }
    assert!(!elsewhere.path().join("library.sqlite").exists(), "a measurement touches no library");
    let nothing = likeness(elsewhere.path(), &["speed", &elsewhere.path().to_string_lossy()]);
    assert!(!nothing.status.success() && text(&nothing.stderr).contains("holds no picture"), "{}", text(&nothing.stderr));
}

#[test]
fn settings_of_bulk_work_are_checked() {
    let data = tempfile::TempDir::new().unwrap();
    std::fs::write(data.path().join("likeness.toml"), "[engine]\nbulk_niceness = 20\n").unwrap();
    let refused = likeness(data.path(), &["features"]);
    assert!(
        !refused.status.success() && text(&refused.stderr).contains("engine.bulk_niceness is 20; it must be 0 to 19"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn evaluate_prints_one_object_and_touches_no_library() {
    let data = tempfile::TempDir::new().unwrap();
    let photos = rendered_pictures().to_string_lossy().into_owned();
    let figures = json(&likeness(data.path(), &["evaluate", "--gallery", &photos, "--queries", &photos, "--index", "hnsw", "--json"]));
    for name in ["p_at_1", "map", "recall_at_10", "images_per_second", "search_p50_ms", "search_p95_ms"] {
        assert!(figures[name].as_f64().is_some_and(|figure| figure > 0.0), "{name}: {figures}");
    }
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn mistakes_name_themselves_end_with_one_and_leave_nothing_behind() {
    let data = tempfile::TempDir::new().unwrap();
    for (arguments, words) in [
        (&["extract", "--model", "nothing"][..], &["unknown model `nothing`", "likeness_small"][..]),
        (&["extract", "--layer", "fc99"], &["fc99", "conv1", "pool", "feature"]),
        (&["extract", "--index", "tree"], &["tree", "flat", "hnsw", "faiss"]),
        (&["extract", "--model", "caffe_lenet_mnist"], &["lenet_iter_10000.caffemodel", "sha256", "--mirror"]),
        (&["search", "no-such-file.jpg"], &["cannot read no-such-file.jpg"]),
        (&["serve", "--host", "0.0.0.0"], &["--expose"]),
        (&["evaluate", "--gallery", "nowhere", "--queries", "nowhere"], &["nowhere"]),
    ] {
        let output = likeness(data.path(), arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(words.iter().all(|word| message.contains(word)), "{arguments:?}: {message}");
    }
    assert_eq!(json(&likeness(data.path(), &["features", "--json"])), serde_json::json!([]));
}

#[test]
fn a_batch_with_bad_files_imports_the_rest_lists_the_reasons_and_ends_with_two() {
    let (data, photos) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
    std::fs::copy(rendered_pictures().join("00/00.jpg"), photos.path().join("good.JPG")).unwrap();
    std::fs::write(photos.path().join("text.png"), "only words").unwrap();
    std::fs::write(photos.path().join("empty.gif"), "").unwrap();
    let output = likeness(data.path(), &["import", &photos.path().to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).starts_with("found 3, added 1, already there 0, failed 2"), "{}", text(&output.stdout));
    let reasons = text(&output.stderr);
    assert!(reasons.contains("empty.gif") && reasons.contains("the file is empty") && reasons.contains("the content is text"), "{reasons}");
}

#[test]
fn settings_in_the_file_are_read_and_wrong_ones_are_named_by_line() {
    let data = tempfile::TempDir::new().unwrap();
    std::fs::write(data.path().join("likeness.toml"), "[decode]\nmax_megapixels = 0\n").unwrap();
    assert!(text(&likeness(data.path(), &["features"]).stderr).contains("decode.max_megapixels is 0"));
    std::fs::write(data.path().join("likeness.toml"), "[decode]\nmax_pixels = 3\n").unwrap();
    let message = text(&likeness(data.path(), &["features"]).stderr);
    assert!(message.contains("likeness.toml") && message.contains("max_pixels"), "{message}");
}

#[test]
fn every_command_explains_itself_and_a_mistake_in_the_words_ends_with_two() {
    let data = tempfile::TempDir::new().unwrap();
    let help = text(&likeness(data.path(), &["--help"]).stdout);
    for name in ["import", "extract", "index", "query", "routes", "model", "serve", "worker", "db", "completions", "Exit codes"] {
        assert!(help.contains(name), "{name}: {help}");
        if name != "Exit codes" {
            let own = likeness(data.path(), &[name, "--help"]);
            assert!(own.status.success() && text(&own.stdout).contains("Usage: likeness"), "{name}");
        }
    }
    for wrong in [&["qery"][..], &["query"], &["model", "download"], &["db"], &["routes", "--sort", "colour"]] {
        assert_eq!(likeness(data.path(), wrong).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "asking for help leaves nothing behind");
}

#[test]
fn the_routes_are_printed_as_a_document_and_as_a_description() {
    let data = tempfile::TempDir::new().unwrap();
    let document = likeness(data.path(), &["routes"]);
    assert!(document.status.success());
    assert!(text(&document.stdout).starts_with("# API Routes\n"), "{}", text(&document.stdout));
    let description = json(&likeness(data.path(), &["routes", "--json"]));
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{description}");
    let headings = text(&document.stdout).lines().filter(|line| line.starts_with("### ")).count();
    let methods = description["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum::<usize>();
    assert_eq!(headings, methods);
    let create = "### POST /api/v1/collection/\n";
    let section = text(&document.stdout).split_once(create).expect("collections are made").1.split("###").next().unwrap().to_owned();
    assert!(section.contains("* JSON params: ") && section.contains("title") && section.contains("archived"), "{section}");
}

#[test]
fn completion_scripts_know_the_commands_of_every_shell() {
    let data = tempfile::TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = likeness(data.path(), &["completions", shell]);
        assert!(script.status.success() && text(&script.stdout).contains("restore"), "{shell}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure_of_the_program() {
    let data = tempfile::TempDir::new().unwrap();
    let mut child =
        command(data.path(), &["routes"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert!(!output.status.success());
}
