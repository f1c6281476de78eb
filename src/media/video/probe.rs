//! What a video is, by its content: container, picture stream, upright sides, length, frames in a second.

use std::path::Path;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{Container, Ffmpeg};
use crate::error::{Error, Kind, Result, ResultExt};
use crate::imaging::DecodeLimits;

/// What ffprobe is asked for.
const WANTED: &str = "stream=index,codec_type,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,duration\
                      :stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate:format=duration";

/// What the header of a video says.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoInfo {
    /// Container by content.
    pub container: Container,
    /// Pixels per row as it is shown: upright, with square pixels.
    pub width: u32,
    /// Rows as it is shown.
    pub height: u32,
    /// Length in milliseconds; `None` when the header does not say.
    pub duration_ms: Option<i64>,
    /// Frames in a second, on average; `None` when the header does not say.
    pub frame_rate: Option<f64>,
    /// True when pixels have to be stretched to be square.
    pub(super) stretched: bool,
    /// Number of the stream with the pictures.
    pub(super) stream: u32,
    /// Most pixels of a frame that are decoded.
    pub(super) max_pixels: u64,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    sample_aspect_ratio: Option<String>,
    avg_frame_rate: Option<String>,
    r_frame_rate: Option<String>,
    duration: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Deserialize, Default)]
struct Tags {
    rotate: Option<String>,
}

/// Reads the header of a video.
///
/// # Errors
/// `Unsupported` when it is no video or has no pictures, `Corrupt` when it is empty or damaged, `TooLarge` when its pictures are,
/// `NotReady` without ffmpeg.
pub async fn probe(ffmpeg: &Ffmpeg, video: &Path, limits: &DecodeLimits, cancel: &CancellationToken) -> Result<VideoInfo> {
    let Some(container) = Container::of_file(video)? else { return Err(no_video(video)) };
    let (answer, finished) = ffmpeg.ask(video, container, WANTED, cancel).await?;
    if !finished.succeeded {
        return Err(Error::corrupt(format!("the video cannot be read: {}", clipped(&finished.complaint, video))));
    }
    let answer: Answer = serde_json::from_slice(&answer).or_error(Kind::Corrupt, || "what ffprobe says of the video is unclear".into())?;
    let is_pictures = |stream: &&Stream| stream.codec_type.as_deref() == Some("video") && stream.disposition.attached_pic == 0;
    let stream = answer.streams.iter().find(is_pictures).ok_or_else(|| {
        Error::unsupported(format!(
            "has no pictures: none of its {} streams is a video (audio alone is not imported)",
            answer.streams.len()
        ))
    })?;
    described(stream, answer.format.as_ref(), container, limits)
}

fn described(stream: &Stream, format: Option<&Format>, container: Container, limits: &DecodeLimits) -> Result<VideoInfo> {
    let (width, height) = (stream.width.unwrap_or_default(), stream.height.unwrap_or_default());
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Error::corrupt(format!("the video is damaged: its header declares pictures of {width} x {height} pixels")));
    }
    if pixels > limits.max_pixels {
        return Err(Error::too_large(format!(
            "the video declares pictures of {width} x {height} pixels, above the limit of {} pixels (raise it with --max-megapixels or decode.max_megapixels)",
            limits.max_pixels
        )));
    }
    let aspect = stream.pixel_aspect();
    let shown = ((f64::from(width) * aspect).round().max(1.0) as u32, height);
    let (width, height) = if stream.lies_on_its_side() { (shown.1, shown.0) } else { shown };
    let rate = |text: &Option<String>| text.as_deref().and_then(|text| ratio(text, '/'));
    Ok(VideoInfo {
        container,
        width,
        height,
        duration_ms: milliseconds(stream.duration.as_deref()).or(milliseconds(format.and_then(|format| format.duration.as_deref()))),
        frame_rate: rate(&stream.avg_frame_rate).or(rate(&stream.r_frame_rate)),
        stretched: (aspect - 1.0).abs() > 1e-6,
        stream: stream.index,
        max_pixels: limits.max_pixels,
    })
}

impl Stream {
    /// Width of a pixel where its height is one. What lies beyond every real recording is taken for damage.
    fn pixel_aspect(&self) -> f64 {
        let aspect = self.sample_aspect_ratio.as_deref().and_then(|text| ratio(text, ':'));
        aspect.filter(|aspect| (0.25..=4.0).contains(aspect)).unwrap_or(1.0)
    }

    fn lies_on_its_side(&self) -> bool {
        let stated = self.side_data_list.iter().find_map(|data| data.rotation);
        let rotation = stated.or_else(|| self.tags.rotate.as_deref()?.parse().ok()).unwrap_or_default();
        (45.0..135.0).contains(&(rotation.abs() % 180.0))
    }
}

/// `30000/1001`; `None` for `0/0` and anything that is no positive number.
fn ratio(text: &str, separator: char) -> Option<f64> {
    let (above, below) = text.split_once(separator)?;
    let ratio = above.parse::<f64>().ok()? / below.parse::<f64>().ok()?;
    (ratio.is_finite() && ratio > 0.0).then_some(ratio)
}

fn milliseconds(seconds: Option<&str>) -> Option<i64> {
    let seconds = seconds?.parse::<f64>().ok()?;
    (seconds > 0.0 && seconds < 1e9).then(|| (seconds * 1000.0).round() as i64)
}

fn no_video(video: &Path) -> Error {
    if std::fs::metadata(video).is_ok_and(|metadata| metadata.len() == 0) {
        return Error::corrupt("the file is empty");
    }
    Error::unsupported(
        "is no video by its content: it begins neither like MP4, MOV, Matroska, WebM nor AVI (playlists and other formats are not read: \
         convert it, for example with `ffmpeg -i FILE out.mp4`)",
    )
}

/// What ffmpeg complained about, short enough for a report, without the names and numbers that mean nothing to a reader.
pub(super) fn clipped(complaint: &str, video: &Path) -> String {
    let name = video.to_string_lossy();
    let mut lines: Vec<String> = Vec::new();
    for line in complaint.lines() {
        let line = if line.starts_with('[') { line.split_once("] ").map_or(line, |(_, rest)| rest) } else { line };
        let line = line.replace(&format!("file:{name}"), "the file").replace(name.as_ref(), "the file");
        let line: String = line.trim().chars().filter(|c| !c.is_control()).take(160).collect();
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
        if lines.len() == 3 {
            break;
        }
    }
    if lines.is_empty() { "ffmpeg gives no reason".into() } else { lines.join("; ") }
}
