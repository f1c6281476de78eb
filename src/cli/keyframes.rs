//! `likeness keyframes <video>... --output DIR`: the key frames of videos as JPEG files, under names that an import understands.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, VideoConfig};
use crate::error::{Kind, Result, ResultExt, io_error};
use crate::imaging::DecodeLimits;
use crate::media::video::{Ffmpeg, KeyFrames, VideoInfo, probe, take_key_frames};
use crate::types::Sha256;

/// What `likeness keyframes` is told.
#[derive(Debug, Clone, Args)]
pub struct KeyframesArguments {
    /// Videos: mp4, mov, m4v, mkv, webm, avi
    #[arg(required = true, value_name = "VIDEO")]
    videos: Vec<PathBuf>,
    /// Folder to write to: `<sha256>/<sha256>_<frame>.jpg` and `<sha256>/frames.json`
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// How different a frame must be from the one before to begin a scene, 0 to 1 [default: as in the settings, 0.3]
    #[arg(long, short, value_name = "0..1")]
    threshold: Option<f64>,
    /// Most frames from one second [default: as in the settings, 2]
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
    /// At least one frame every so many seconds, 0 for scenes alone [default: as in the settings, 10]
    #[arg(long, value_name = "SECONDS")]
    interval: Option<f64>,
    /// Longest side of a frame in pixels, 0 for the video's own [default: as in the settings, 0]
    #[arg(long, value_name = "PIXELS")]
    side: Option<u32>,
    /// Print one JSON object a video
    #[arg(long)]
    json: bool,
}

/// Writes the key frames of each video. The code is 0 when all were read, 2 when some were not.
///
/// # Errors
/// `NotReady` without ffmpeg, and when the output cannot be written.
pub async fn run(config: Config, arguments: KeyframesArguments) -> Result<ExitCode> {
    let settings = settings(config.video, &arguments);
    let limits = config.decode.limits();
    let ffmpeg = Ffmpeg::find(&settings).await?;
    let mut code = ExitCode::SUCCESS;
    for video in &arguments.videos {
        match one(&ffmpeg, video, &settings, &limits, &arguments.output).await {
            Ok(written) if arguments.json => println!("{}", written.told(video)),
            Ok(written) => println!("{}", written.line(video)),
            Err(error) if error.kind() == Kind::Internal => return Err(error),
            Err(error) => {
                eprintln!("failed: {}: {error}", video.display());
                code = ExitCode::from(2);
            }
        }
    }
    Ok(code)
}

fn settings(mut settings: VideoConfig, arguments: &KeyframesArguments) -> VideoConfig {
    settings.scene_threshold = arguments.threshold.unwrap_or(settings.scene_threshold);
    settings.max_frames_per_second = arguments.rate.unwrap_or(settings.max_frames_per_second);
    settings.frame_interval_seconds = arguments.interval.unwrap_or(settings.frame_interval_seconds);
    settings.frame_side = arguments.side.unwrap_or(settings.frame_side);
    settings
}

struct Written {
    sha256: Sha256,
    folder: PathBuf,
    info: VideoInfo,
    taken: KeyFrames,
}

async fn one(ffmpeg: &Ffmpeg, video: &Path, settings: &VideoConfig, limits: &DecodeLimits, output: &Path) -> Result<Written> {
    let cancel = CancellationToken::new();
    let info = probe(ffmpeg, video, limits, &cancel).await?;
    let sha256 = hash(video.to_owned()).await?;
    let folder = output.join(sha256.to_string());
    std::fs::create_dir_all(&folder).map_err(|source| io_error(&folder, "create the folder", source))?;
    // Beside the target, so that a frame is renamed and never seen half-written.
    let work = TempDir::with_prefix_in(".taking-", output).map_err(|source| io_error(output, "write to", source))?;
    let taken = take_key_frames(ffmpeg, video, &info, settings, work.path(), &|_| {}, &cancel).await?;
    for frame in &taken.frames {
        let target = folder.join(format!("{sha256}_{:03}.jpg", frame.number));
        std::fs::rename(&frame.file, &target).map_err(|source| io_error(&target, "write", source))?;
    }
    let written = Written { sha256, folder, info, taken };
    let list = written.folder.join("frames.json");
    std::fs::write(&list, format!("{:#}\n", written.list())).map_err(|source| io_error(&list, "write", source))?;
    Ok(written)
}

async fn hash(video: PathBuf) -> Result<Sha256> {
    let hashed = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(&video).map_err(|source| io_error(&video, "open", source))?;
        Sha256::of_reader(file).map_err(|source| io_error(&video, "read", source))
    });
    hashed.await.or_error(Kind::Internal, || "hashing was interrupted".into())?
}

impl Written {
    /// Number and moment of each frame.
    fn list(&self) -> Value {
        self.taken.frames.iter().map(|frame| json!({ "frame": frame.number, "time_ms": frame.time_ms })).collect()
    }

    fn told(&self, video: &Path) -> Value {
        json!({
            "video": video.to_string_lossy(), "sha256": self.sha256, "folder": self.folder.to_string_lossy(),
            "width": self.info.width, "height": self.info.height, "duration_ms": self.info.duration_ms,
            "frame_rate": self.info.frame_rate, "frames": self.list(), "note": self.taken.note,
        })
    }

    fn line(&self, video: &Path) -> String {
        let note = self.taken.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        format!("{}: {} frames in {}{note}", video.display(), self.taken.frames.len(), self.folder.display())
    }
}
