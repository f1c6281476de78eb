//! The house rules that a machine can check: imports point downwards, foreign crates stay in their home, files are short and
//! say what they are for, nothing unwraps.

use std::path::{Path, PathBuf};

/// What each module may import of ours, besides itself. A row is a floor or a room; the order is that of `ARCHITECTURE.md`.
const MAY_USE: &[(&str, &str)] = &[
    ("error", ""),
    ("lock", ""),
    ("priority", ""),
    ("types", "error"),
    ("config", "error priority types imaging"),
    ("telemetry", "error types config"),
    ("imaging", "error types"),
    ("index", "error lock types"),
    ("network", "error priority types config imaging"),
    ("train", "error types config imaging network"),
    ("db", "error types config"),
    ("job", "error types config db"),
    ("media", "error priority types config db imaging job"),
    ("dataset", "error lock priority types config db imaging media job train"),
    ("model", "error lock types config db imaging dataset network train job"),
    ("feature", "error lock types config db media model index network job"),
    ("search", "error types config media model feature network index imaging"),
    ("app", "error types config db job media dataset model feature search network"),
    ("tasks", "error priority types config app imaging network train index job media dataset model feature search"),
    ("http", "error types config app imaging job media dataset model feature search network tasks"),
    ("cli", "error types config telemetry app imaging network train index job media dataset model feature search tasks http db"),
    ("lib", "error"),
    ("main", "cli"),
];

/// Where a foreign crate may be used; anything not listed may be used anywhere.
const HOMES: &[(&str, &str)] = &[
    ("tch", "src/network/ src/train/"),
    ("faiss", "src/index/"),
    ("faiss_sys", "src/index/"),
    ("hnsw_rs", "src/index/"),
    ("sea_orm", "src/db/ src/job/ src/media/ src/dataset/ src/feature/ src/model/trained/ migrations/"),
    ("rusqlite", "src/db/ src/media/"),
    ("sea_orm_migration", "src/db/ migrations/"),
    ("axum", "src/http/ src/cli/serve.rs"),
    ("tower", "src/http/"),
    ("tower_http", "src/http/"),
    ("zip", "src/media/ src/network/fused/"),
    ("sha2", "src/types.rs src/media/"),
    ("image", "src/imaging/"),
    ("turbojpeg", "src/imaging/"),
    ("fast_image_resize", "src/imaging/"),
    ("exif", "src/imaging/"),
    ("object_store", "src/media/"),
    ("clap", "src/cli/ src/config.rs"),
    ("indicatif", "src/cli/"),
    ("ureq", "src/model/ src/media/fetch.rs src/cli/demo.rs"),
    ("socketioxide", "src/http/"),
    ("utoipa", "src/http/"),
    ("utoipa_axum", "src/http/"),
    ("utoipa_swagger_ui", "src/http/"),
    ("pulldown_cmark", "src/media/"),
    ("csv", "src/media/"),
    ("uuid", "src/job/ src/http/"),
    ("prost", "src/network/ src/dataset/"),
    ("minijinja", "src/http/digits/"),
    ("heed", "src/dataset/lmdb/"),
    ("mlua", "src/network/torch7/"),
];

const LONGEST_FILE: usize = 400;

struct Source {
    path: String,
    text: String,
}

fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read").flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                found.push(read(root, &entry));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no Rust file");
    found
}

fn read(root: &Path, file: &PathBuf) -> Source {
    let path = file.strip_prefix(root).expect("a file of the checkout").to_string_lossy().into_owned();
    Source { path, text: std::fs::read_to_string(file).expect("the file can be read") }
}

/// Lines of code with their numbers: comments, and everything from a file's own tests on, are left out.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    lines.map(|(number, line)| (number + 1, line.trim_start())).filter(|(_, line)| !line.starts_with("//"))
}

/// The module on the first floor below `src/` that a file belongs to.
fn module(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// Names that follow `prefix::` in a line, as in `use crate::media` or `crate::media::Media`.
fn names_after<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).map(move |(place, _)| {
        let rest = &line[place + prefix.len()..];
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

#[test]
fn imports_point_downwards() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let own = module(&source.path);
        let allowed = MAY_USE
            .iter()
            .find(|(name, _)| *name == own)
            .unwrap_or_else(|| panic!("{}: the module `{own}` is not in the table", source.path))
            .1;
        for (number, line) in code(&source) {
            for used in names_after(line, "crate::") {
                let is_module = MAY_USE.iter().any(|(name, _)| *name == used);
                if is_module && used != own && !allowed.split(' ').any(|name| name == used) {
                    wrong.push(format!("{}:{number}: `{own}` may not use `{used}`", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn foreign_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for source in sources("src").into_iter().chain(sources("migrations")) {
        for (number, line) in code(&source) {
            for (name, homes) in HOMES {
                let is_used =
                    line.starts_with(&format!("use {name}::")) || line.starts_with(&format!("use {name};")) || mentions(line, name);
                if is_used && !homes.split(' ').any(|home| source.path.starts_with(home)) {
                    wrong.push(format!("{}:{number}: `{name}` belongs to {homes}", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a network is made of is read by several threads at once (`network/engine.rs` promises that to the compiler): nothing there
/// may change behind a shared reference without a lock.
#[test]
fn networks_hide_no_change_behind_a_shared_reference() {
    let mut wrong = Vec::new();
    // What reads TorchScript's text is gone once the plan is there; no network keeps any of it.
    for source in sources("src/network").iter().filter(|source| !source.path.starts_with("src/network/fused/script/")) {
        for (number, line) in code(source) {
            for hidden in ["RefCell", "UnsafeCell", "OnceCell", "LazyCell", "Cell<", "Cell::", "Rc<", "Rc::"] {
                let is_named = line
                    .match_indices(hidden)
                    .any(|(place, _)| !line[..place].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_'));
                if is_named {
                    wrong.push(format!("{}:{number}: {hidden}; take a Mutex, RwLock or OnceLock", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `name::` as a path of its own, not as the end of another name or a module of ours.
fn mentions(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}::")).any(|(place, _)| {
        let before = line[..place].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '"')
    })
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for source in ["src", "tests", "migrations"].into_iter().flat_map(sources) {
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{}: {lines} lines; split it by sub-noun", source.path));
        }
        if !source.text.starts_with("//!") {
            wrong.push(format!("{}: no `//!` on the first line says what it is for", source.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unwraps_or_is_left_unfinished() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (number, line) in code(&source) {
            for forbidden in [".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
                if line.contains(forbidden) {
                    wrong.push(format!("{}:{number}: {forbidden}", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
