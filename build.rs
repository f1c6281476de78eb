//! Writes into the program where libtorch lies, so that it starts without `LD_LIBRARY_PATH`, and the pages of `frontend/dist`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

const PAGES: &str = "frontend/dist";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    link_libtorch();
    println!("cargo:rerun-if-changed={PAGES}");
    let target = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names the folder")).join("pages.rs");
    std::fs::write(&target, table(Path::new(PAGES))).expect("the table of the pages can be written");
}

fn link_libtorch() {
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    if let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        // `.libtorch` is a link: the real folder outlives a moved checkout.
        let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.into());
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", real.display());
    }
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN/lib");
}

/// `FILES` of `src/http/pages.rs` as Rust: each file, its compressed versions, and a tag of its content. Without the folder it is
/// empty: the program builds all the same and says what is missing when somebody asks for a page.
fn table(folder: &Path) -> String {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files);
    if files.is_empty() {
        println!("cargo:warning=the program gets no pages: {PAGES} is not there (run .ci/frontend, then build again)");
    }
    let mut text = String::from("static FILES: &[File] = &[\n");
    for (name, path) in &files {
        if path.extension().is_some_and(|ending| ending == "br" || ending == "gz") {
            continue;
        }
        let (brotli, gzip) = (version(&files, name, "br"), version(&files, name, "gz"));
        let _ = writeln!(text, "File {{ name: {name:?}, tag: {:?}, plain: {}, brotli: {brotli}, gzip: {gzip} }},", tag(path), bytes(path));
    }
    text + "];\n"
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = std::fs::canonicalize(entry.path()).expect("a file of the pages has a path");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else if !name.starts_with('.') {
            files.insert(name, path);
        }
    }
}

fn version(files: &BTreeMap<String, PathBuf>, name: &str, ending: &str) -> String {
    files.get(&format!("{name}.{ending}")).map_or_else(|| "None".to_owned(), |path| format!("Some({})", bytes(path)))
}

fn bytes(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

/// Tells versions of a file apart. The hasher has no seed: the same content has the same tag in every build of a compiler.
fn tag(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    std::fs::read(path).expect("a file of the pages can be read").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
