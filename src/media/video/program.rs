//! ffmpeg and ffprobe as they are installed: where they are, which options this version knows, and the arguments that keep them
//! from opening anything but the one file they are given.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Container;
use super::process::{self, Finished, Limits};
use crate::config::VideoConfig;
use crate::error::{Error, Result};

/// Longest time for a program to say its version or to read a header.
const SHORT: Duration = Duration::from_mins(1);

/// Most bytes that a header or a version may fill when written down.
const SHORT_OUTPUT: u64 = 4 << 20;

/// The readers that may be used at all, also by a reader inside another one.
const DEMUXERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi";

/// An installed ffmpeg with the ffprobe beside it.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    program: PathBuf,
    probe: PathBuf,
    /// The option that keeps frames from being doubled or dropped; it was renamed in version 5.1.
    every_frame: &'static str,
}

impl Ffmpeg {
    /// Looks for the configured program.
    ///
    /// # Errors
    /// `NotReady` when it is not there or is no ffmpeg; the message says how to install it.
    pub async fn find(settings: &VideoConfig) -> Result<Self> {
        let ffmpeg = settings.ffmpeg.clone();
        let extension = ffmpeg.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
        let ffprobe = ffmpeg.with_file_name(if extension == ".exe" { "ffprobe.exe" } else { "ffprobe" });
        let mut version = String::new();
        let mut command = Command::new(&ffmpeg);
        command.arg("-version");
        short(command, &CancellationToken::new(), |line| {
            if version.is_empty() {
                version = String::from_utf8_lossy(line).into_owned();
            }
        })
        .await?;
        let Some(version) = version.strip_prefix("ffmpeg version ") else {
            return Err(Error::not_ready(format!("`{}` is not ffmpeg (setting video.ffmpeg)", ffmpeg.display())));
        };
        Ok(Self { program: ffmpeg, probe: ffprobe, every_frame: if is_before_5_1(version) { "-vsync" } else { "-fps_mode" } })
    }

    /// Asks ffprobe about a file; the answer as it is written.
    ///
    /// # Errors
    /// Those of the run.
    pub(super) async fn ask(
        &self,
        video: &Path,
        container: Container,
        wanted: &str,
        cancel: &CancellationToken,
    ) -> Result<(Vec<u8>, Finished)> {
        let mut command = Command::new(&self.probe);
        command.args(["-hide_banner", "-v", "error"]).args(input(video, container)?);
        command.args(["-show_entries", wanted, "-of", "json"]);
        let mut answer = Vec::new();
        let finished = short(command, cancel, |line| answer.extend_from_slice(line)).await?;
        Ok((answer, finished))
    }

    /// A run that reads the video, goes through `filter`, and writes numbered JPEG files into `folder`.
    ///
    /// # Errors
    /// When the path cannot be made absolute.
    pub(super) fn frames(&self, video: &Path, info: &super::VideoInfo, filter: &str, most: u32, folder: &Path) -> Result<Command> {
        let mut command = Command::new(&self.program);
        command.args(["-nostdin", "-hide_banner", "-v", "error", "-max_pixels"]).arg(info.max_pixels.to_string());
        command.args(input(video, info.container)?).arg("-map").arg(format!("0:{}", info.stream));
        command.args(["-vf", filter, self.every_frame, "passthrough", "-frames:v"]).arg(most.to_string());
        command.args(["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-flags:v", "+bitexact"]);
        // A name without folders: a `%` in the path of the library is no part of the pattern.
        command.args(["-f", "image2", "-start_number", "0", "%09d.jpg"]).current_dir(folder);
        Ok(command)
    }
}

async fn short(command: Command, cancel: &CancellationToken, each_line: impl FnMut(&[u8])) -> Result<Finished> {
    process::run(command, &Limits { time: SHORT, output_bytes: SHORT_OUTPUT, cancel }, each_line).await
}

/// The file as the only thing that may be opened, by the one reader that fits its first bytes.
fn input(video: &Path, container: Container) -> Result<Vec<OsString>> {
    let absolute = std::path::absolute(video).map_err(|source| crate::error::io_error(video, "find", source))?;
    let mut file = OsString::from("file:");
    file.push(absolute);
    let options = ["-protocol_whitelist", "file", "-format_whitelist", DEMUXERS, "-f", container.demuxer(), "-i"];
    Ok(options.into_iter().map(OsString::from).chain([file]).collect())
}

/// Development versions have no number and are new.
fn is_before_5_1(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('n').split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (5, 1),
        _ => false,
    }
}
