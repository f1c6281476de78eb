//! What several topics need: the optional real data, rendered pictures, small networks, and a served library of one's own.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use likeness::app::App;
use likeness::config::{Config, PrecisionChoice};
use likeness::feature::{Feature, FeatureSpec};
use likeness::imaging::{self, encode_jpeg, render};
use likeness::media::import::{ImportOptions, ImportReport, import};
use likeness::tasks::{Stop, build_index, extract};
use serde_json::Value;
use tempfile::TempDir;

mod postgres;

pub(crate) use postgres::{DATABASE_OWNER, database_owner, database_place, database_url, on_postgres};

/// A file or folder of the optional development data beside the checkout. `None`, with a line that
/// says what was skipped, where it is not there.
pub(crate) fn shared_data(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if found.exists() {
        return Some(found);
    }
    skipped(&format!("needs the development data `{path}`"));
    None
}

/// Says what is not tested here. Written past the test runner, which keeps the output of passing tests to itself.
pub(crate) fn skipped(reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}

/// Objects of [`rendered_pictures`].
pub(crate) const GROUPS: u32 = 8;
/// Views of each.
pub(crate) const VIEWS: u32 = 6;

/// A folder with `GROUPS` sub-folders of `VIEWS` rendered pictures, made once a run. Names sort by group, then view.
pub(crate) fn rendered_pictures() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        for group in 0..GROUPS {
            let inside = folder.path().join(format!("{group:02}"));
            std::fs::create_dir(&inside).unwrap();
            for view in 0..VIEWS {
                std::fs::write(inside.join(format!("{view:02}.jpg")), picture(group, view)).unwrap();
            }
        }
        folder
    });
    folder.path()
}

/// One rendered picture as JPEG.
pub(crate) fn picture(group: u32, view: u32) -> Vec<u8> {
    encode_jpeg(&render::render_picture(group, view, 1, 160, 120), 90).unwrap()
}

/// Two rendered pictures side by side.
pub(crate) fn two_side_by_side(left: u32, right: u32) -> Vec<u8> {
    let [left, right] = [left, right].map(|group| render::render_picture(group, 0, 1, 160, 120));
    let rows = left.rgb.chunks_exact(480).zip(right.rgb.chunks_exact(480));
    let rgb = rows.flat_map(|(left, right)| [left, right].concat()).collect();
    encode_jpeg(&imaging::Picture { width: 320, height: 120, rgb }, 95).unwrap()
}

/// A library in a folder of its own, served on a free port for as long as this lives.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) url: String,
    folder: Option<TempDir>,
    server: tokio::task::JoinHandle<()>,
}

impl TestApp {
    /// An empty library.
    pub(crate) async fn empty() -> Self {
        Self::with_config(|_| {}).await
    }

    /// An empty library with other settings.
    pub(crate) async fn with_config(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = Config { data_dir: folder.path().join("data"), ..Config::default() };
        config.database.url = database_url(&config.data_dir.join("library.sqlite"));
        // The same numbers on every machine; the precisions have tests of their own.
        config.engine.precision = PrecisionChoice::F32;
        change(&mut config);
        Self::open(config, Some(folder)).await
    }

    /// The rendered pictures, extracted and indexed with the network of the program.
    pub(crate) async fn with_pictures() -> Self {
        let test = Self::empty().await;
        let report = test.import(rendered_pictures()).await;
        assert_eq!((report.added, report.failed.len()), (u64::from(GROUPS * VIEWS), 0));
        let feature = test.app.features.default_or_create().await.unwrap();
        test.extract(&feature).await;
        test.build(&feature).await;
        test
    }

    async fn open(config: Config, folder: Option<TempDir>) -> Self {
        let app = Box::pin(App::open(config)).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = axum::ServiceExt::<axum::extract::Request>::into_make_service(likeness::http::service(app.clone()));
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { app, url, folder, server }
    }

    /// Ends the server and opens the same library again: what was acknowledged must be there.
    pub(crate) async fn restart(mut self) -> Self {
        let config = (*self.app.config).clone();
        let folder = self.folder.take();
        drop(self);
        Self::open(config, folder).await
    }

    pub(crate) async fn import(&self, path: &Path) -> ImportReport {
        let paths = [path.to_path_buf()];
        import(&self.app.media, &paths, ImportOptions::default(), Arc::new(()), tokio_util::sync::CancellationToken::new()).await.unwrap()
    }

    pub(crate) async fn extract(&self, feature: &Feature) -> extract::ExtractReport {
        extract::extract(&self.app, feature, &Stop::default(), &|_| {}).await.unwrap()
    }

    pub(crate) async fn build(&self, feature: &Feature) -> build_index::BuildReport {
        build_index::build_index(&self.app, feature, false, &Stop::default(), &|_| {}).await.unwrap()
    }

    pub(crate) async fn create_feature(&self, change: impl FnOnce(&mut FeatureSpec)) -> Feature {
        let mut spec = FeatureSpec::default();
        change(&mut spec);
        self.app.features.create(spec).await.unwrap()
    }

    /// Status and JSON body of a GET.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, &[], &[]).await
    }

    /// Body of a GET that must succeed.
    pub(crate) async fn get_ok(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn send_json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.ask(method, path, &[("content-type", "application/json")], body.to_string().as_bytes()).await
    }

    /// Uploads a picture as the browser does.
    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> (u16, Value) {
        let mut body = format!("--edge\r\ncontent-disposition: form-data; name=\"username\"\r\n\r\nme\r\n--edge\r\ncontent-disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n\r\n").into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.ask("POST", "/api/v1/upload/", &[("content-type", "multipart/form-data; boundary=edge")], &body).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
        let (status, _, bytes) = self.ask_raw(method, path, headers, body).await;
        (status, serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}: {}", String::from_utf8_lossy(&bytes))))
    }

    /// Status, headers and bytes of any request, over a real connection.
    pub(crate) async fn ask_raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (u16, axum::http::HeaderMap, Vec<u8>) {
        let mut request = axum::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).unwrap();
        tokio::task::spawn_blocking(move || {
            let agent: ureq::Agent =
                ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).max_redirects(0).build().into();
            let mut response = agent.run(request).unwrap();
            let bytes = response.body_mut().with_config().limit(100 << 20).read_to_vec().unwrap();
            (response.status().as_u16(), response.headers().clone(), bytes)
        })
        .await
        .unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
    }
}
