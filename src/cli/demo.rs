//! `likeness demo`: from nothing to a searchable library in one command.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::{extract, import, render, serve};
use crate::app::App;
use crate::config::Config;
use crate::error::{Error, Result, io_error};

/// A public set of photos under CC0, fixed to one revision: 10 kinds of clothing, taken by volunteers.
const SAMPLE_URL: &str = "https://github.com/alexeygrigorev/clothing-dataset-small/archive/11961516512414bf9f6c150a832cfd21b54a6b54.zip";

/// Largest sample set that is fetched, in bytes.
const SAMPLE_LIMIT: u64 = 512 << 20;

/// What to show.
#[derive(Args)]
pub struct DemoArguments {
    /// Folder of pictures [default: the development photos beside the checkout, a public sample set, or rendered pictures]
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Where the public sample set is fetched
    #[arg(long, default_value = SAMPLE_URL, value_name = "URL")]
    sample_url: String,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    serve: serve::ServeArguments,
}

pub(super) async fn run(config: Config, arguments: DemoArguments) -> Result<ExitCode> {
    // The port first: nobody should wait for an import to hear that it is taken.
    let listener = serve::listen(arguments.serve.address(&config)?).await?;
    let app = App::open(arguments.serve.applied(config)).await?;
    let photos = choose_photos(&arguments, &app.config.data_dir).await?;
    println!("1/3  importing {}", photos.display());
    import::run(&app.media, import::ImportArguments { paths: vec![photos], no_check: false, json: false }).await?;
    println!("2/3  taking features and building the index");
    extract::run(&app, extract::ExtractArguments::default()).await?;
    println!("3/3  serving");
    serve::serve(app, listener, |url| greet(url, !arguments.no_open)).await
}

/// The first source of pictures that is there.
async fn choose_photos(arguments: &DemoArguments, data_dir: &Path) -> Result<PathBuf> {
    if let Some(folder) = &arguments.photos {
        return if folder.exists() {
            Ok(folder.clone())
        } else {
            Err(Error::not_found(format!("--photos (PHOTOS=): there is no {}", folder.display())))
        };
    }
    let development = Path::new("../shared/data/photos-clothing");
    if development.is_dir() {
        return Ok(development.into());
    }
    let samples = data_dir.join("samples");
    let (archive, url) = (samples.join("photos.zip"), arguments.sample_url.clone());
    if archive.is_file() {
        return Ok(archive);
    }
    let target = archive.clone();
    match tokio::task::spawn_blocking(move || fetch(&url, &target)).await {
        Ok(Ok(())) => Ok(archive),
        Ok(Err(error)) => {
            println!("     no public sample set ({}); rendering pictures instead", error.message());
            rendered(&samples)
        }
        Err(error) => Err(Error::internal("fetching the sample set failed inside").because(error)),
    }
}

fn rendered(samples: &Path) -> Result<PathBuf> {
    let folder = samples.join("rendered");
    render::run(&render::RenderArguments::sample(folder.clone()))?;
    Ok(folder)
}

/// Fetches the archive whole or not at all. What is in it is checked like every other archive when it is imported.
fn fetch(url: &str, target: &Path) -> Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create", error))?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_mins(5)))
        .build()
        .into();
    let response = agent.get(url).call().map_err(|error| Error::not_ready(format!("cannot fetch {url}: {error}")))?;
    println!("     fetching {url}");
    let part = tempfile::NamedTempFile::new_in(folder).map_err(|error| io_error(folder, "write to", error))?;
    let mut body = response.into_body().into_with_config().limit(SAMPLE_LIMIT).reader();
    std::io::copy(&mut body, &mut part.as_file()).map_err(|error| Error::not_ready(format!("the download broke off: {error}")))?;
    part.persist(target).map_err(|error| io_error(target, "write", error.error))?;
    Ok(())
}

fn greet(address: &str, open: bool) {
    println!("\n  Search page    {address}/search/random/1f");
    println!("  The API        curl '{address}/api/v1/search/random/1f/?limit=5'");
    println!("  Your picture   curl -F image=@picture.jpg -F username=me {address}/api/v1/upload/\n");
    println!("  Ctrl-C stops the server; the library stays.");
    let has_screen = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if open && has_screen {
        let _ = std::process::Command::new("xdg-open")
            .arg(format!("{address}/search/random/1f"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn();
    }
}
