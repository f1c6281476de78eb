//! Weights: found in the promised order, resumed, verified, never loaded otherwise.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::StreamExt;
use likeness::Kind;
use likeness::model::{DEFAULT_MODEL, Descriptor, Zoo};
use likeness::types::Sha256;
use tempfile::TempDir;

use crate::networks;

/// A user's model in `<data>/modelzoo/mine`, with these lines about its weights.
fn descriptor(extra: &str) -> String {
    format!(
        "name: Mine\ntask_type: classification\nframework: caffe\nmodel: w.caffemodel\nconfig: n.prototxt\nmean: [0.0, 0.0, 0.0]\nscale: 1.0\nwidth: 8\nheight: 8\nrgb: true\nfeatures: conv\ndimensions: 3\nlicence: CC0\nsource: a test\n{extra}\n"
    )
}

fn hash() -> Sha256 {
    Sha256::of(&networks::weights())
}

fn user_model(data: &Path, extra: &str) {
    let folder = data.join("modelzoo/mine");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("model.yaml"), descriptor(extra)).unwrap();
    std::fs::write(folder.join("n.prototxt"), networks::DEFINITION).unwrap();
}

fn load(data: &Path, mirror: Option<String>) -> likeness::Result<likeness::network::NetworkSource> {
    let zoo = Zoo::new(data, mirror);
    zoo.source(&zoo.get("mine")?)
}

#[test]
fn the_programs_own_network_needs_no_file_and_no_network() {
    let data = TempDir::new().unwrap();
    let zoo = Zoo::new(data.path(), None);
    let entry = zoo.get(DEFAULT_MODEL).unwrap();
    assert!(zoo.is_downloaded(&entry));
    assert!(entry.descriptor.size <= 4_000_000 && entry.descriptor.size > 0);
    zoo.source(&entry).unwrap();
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn every_compiled_in_descriptor_is_whole() {
    for (key, entry) in Zoo::new(Path::new("nowhere"), None).list() {
        assert!(entry.descriptor.sha256.is_some() && entry.descriptor.size > 0 && !entry.descriptor.licence.is_empty(), "{key}");
    }
}

#[test]
fn weights_in_the_models_folder_are_used_and_damaged_ones_are_not() {
    let data = TempDir::new().unwrap();
    user_model(data.path(), &format!("sha256: {}", hash()));
    let file = data.path().join("modelzoo/mine/w.caffemodel");
    std::fs::write(&file, networks::weights()).unwrap();
    load(data.path(), None).unwrap();
    let mut damaged = networks::weights();
    damaged[40] ^= 1;
    std::fs::write(&file, damaged).unwrap();
    let error = load(data.path(), None).err().unwrap();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.message().contains("w.caffemodel") && error.message().contains(&format!("expected {}", hash())), "{error}");
}

#[test]
fn weights_without_a_hash_are_not_loaded_and_the_message_tells_theirs() {
    let data = TempDir::new().unwrap();
    user_model(data.path(), "");
    std::fs::write(data.path().join("modelzoo/mine/w.caffemodel"), networks::weights()).unwrap();
    let error = load(data.path(), None).err().unwrap();
    assert!(error.message().contains(&format!("sha256: {}", hash())), "{error}");
}

#[test]
fn a_mirror_folder_is_asked_and_without_any_place_the_message_names_where_to_put_the_file() {
    let (data, mirror) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    user_model(data.path(), &format!("sha256: {}", hash()));
    let error = load(data.path(), None).err().unwrap();
    assert_eq!(error.kind(), Kind::NotReady);
    assert!(error.message().contains("models/mine") && error.message().contains("--mirror"), "{error}");
    std::fs::create_dir(mirror.path().join("mine")).unwrap();
    std::fs::write(mirror.path().join("mine/w.caffemodel"), networks::weights()).unwrap();
    load(data.path(), Some(mirror.path().to_string_lossy().into_owned())).unwrap();
}

#[test]
fn an_unknown_model_is_answered_with_the_known_ones_and_a_broken_descriptor_with_its_field() {
    let data = TempDir::new().unwrap();
    user_model(data.path(), &format!("sha256: {}", hash()));
    let error = Zoo::new(data.path(), None).get("yours").err().unwrap();
    assert!(
        error.message().contains("unknown model `yours`") && error.message().contains("mine") && error.message().contains(DEFAULT_MODEL),
        "{error}"
    );
    for (change, word) in [
        ("width: 8", "width: 0"),
        ("scale: 1.0", "scale: .nan"),
        ("config: n.prototxt", "config: ../n.prototxt"),
        ("rgb: true", "rgb: perhaps"),
        ("licence: CC0", "license: CC0"),
    ]
    .map(|(from, to)| (descriptor("").replace(from, to), to))
    {
        let error = Descriptor::parse(&change).err().unwrap_or_else(|| panic!("{word} was taken"));
        assert!(error.message().starts_with("model.yaml"), "{error}");
    }
}

/// A file server that answers ranges, cuts the first answer short, and remembers the ranges it was asked for.
#[derive(Clone)]
struct Files {
    cut_first: bool,
    asked: Arc<AtomicUsize>,
    ranges: Arc<Mutex<Vec<Option<String>>>>,
}

async fn file(State(files): State<Files>, UrlPath((key, name)): UrlPath<(String, String)>, headers: HeaderMap) -> Response {
    if (key.as_str(), name.as_str()) != ("mine", "w.caffemodel") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let range = headers.get(header::RANGE).map(|value| value.to_str().unwrap().to_owned());
    files.ranges.lock().unwrap().push(range.clone());
    let bytes = networks::weights();
    let start = range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()).unwrap_or(0);
    let is_first = files.asked.fetch_add(1, Ordering::SeqCst) == 0;
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    if is_first && files.cut_first {
        // Promises everything and stops in the middle, as a lost connection does.
        let half = bytes[..bytes.len() / 2].to_vec();
        // The pause lets the server send what it has before it meets the failure.
        let lost = futures::stream::once(async {
            tokio::task::yield_now().await;
            Err(std::io::Error::other("lost"))
        });
        let body = futures::stream::iter([Ok(half)]).chain(lost);
        return ([(header::CONTENT_LENGTH, bytes.len().to_string())], axum::body::Body::from_stream(body)).into_response();
    }
    (status, bytes[start..].to_vec()).into_response()
}

async fn serve(cut_first: bool) -> (String, Files) {
    let files = Files { cut_first, asked: Arc::default(), ranges: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{key}/{name}", get(file)).with_state(files.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, files)
}

async fn load_now(data: &TempDir, mirror: Option<String>) -> likeness::Result<likeness::network::NetworkSource> {
    let folder = data.path().to_path_buf();
    tokio::task::spawn_blocking(move || load(&folder, mirror)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_download_goes_on_where_it_stopped() {
    let (mirror, files) = serve(true).await;
    let data = TempDir::new().unwrap();
    user_model(data.path(), &format!("sha256: {}\nsize: {}", hash(), networks::weights().len()));
    let error = load_now(&data, Some(mirror.clone())).await.err().unwrap();
    assert!(error.message().contains("broke off") && error.message().contains("run again to continue"), "{error}");
    assert!(!data.path().join("models/mine/w.caffemodel").exists(), "nothing half has the name of a whole");
    load_now(&data, Some(mirror)).await.unwrap();
    let ranges = files.ranges.lock().unwrap().clone();
    assert_eq!(ranges, [None, Some(format!("bytes={}-", networks::weights().len() / 2))]);
    load_now(&data, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_something_else_is_deleted_and_one_too_large_is_cut() {
    let (mirror, _) = serve(false).await;
    let data = TempDir::new().unwrap();
    user_model(data.path(), &format!("sha256: {}", Sha256::of(b"something else")));
    let error = load_now(&data, Some(mirror.clone())).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Corrupt, "{error}");
    user_model(data.path(), &format!("sha256: {}\nsize: 100", hash()));
    let error = load_now(&data, Some(mirror)).await.err().unwrap();
    assert_eq!(error.kind(), Kind::TooLarge, "{error}");
    assert!(error.message().contains("100 bytes"));
    assert!(!data.path().join("models/mine/w.caffemodel").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mirror_lacks_comes_from_the_descriptors_address() {
    let (server, _) = serve(false).await;
    let data = TempDir::new().unwrap();
    user_model(data.path(), &format!("sha256: {}\nurl: {server}/mine/w.caffemodel", hash()));
    load_now(&data, Some(format!("{server}/elsewhere"))).await.unwrap();
}
