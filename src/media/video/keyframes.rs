//! The key frames of a video: the first frame, the first of each new scene, and one after every so many seconds. One ffmpeg run
//! decodes the video once, in order, and says of each frame it keeps which frame of the video it is and when it is shown.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::probe::clipped;
use super::process::{self, Finished, Limits};
use super::{Ffmpeg, VideoInfo};
use crate::config::VideoConfig;
use crate::error::{Error, FieldError, Result};

/// A video that ends this much before its stated length is not whole.
const SHORTFALL_MS: i64 = 1000;

/// Frames remembered until the filter says which of them it keeps; it decides at once.
const REMEMBERED: usize = 256;

/// A key frame as JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFrame {
    /// Number of the frame in the video, counted from zero in the order they are shown.
    pub number: i32,
    /// When it is shown, in milliseconds from the start.
    pub time_ms: i64,
    /// The JPEG, as it is shown: upright.
    pub file: PathBuf,
}

/// What one run found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFrames {
    /// In the order they are shown; at least one.
    pub frames: Vec<KeyFrame>,
    /// When the last frame that was decoded is shown, in milliseconds.
    pub end_ms: i64,
    /// Why these are not all.
    pub note: Option<String>,
}

/// Takes the key frames of a video into an existing folder. `progress` hears the moment that is reached, in milliseconds.
///
/// # Errors
/// `Corrupt` when no frame can be decoded, `Invalid` for settings that make no sense, `TooLarge` beyond the time limit, `Cancelled`.
pub async fn take_key_frames(
    ffmpeg: &Ffmpeg,
    video: &Path,
    info: &VideoInfo,
    settings: &VideoConfig,
    folder: &Path,
    progress: &(dyn Fn(i64) + Send + Sync),
    cancel: &CancellationToken,
) -> Result<KeyFrames> {
    check(settings)?;
    let command = ffmpeg.frames(video, info, &filter(settings, info), settings.max_frames, folder)?;
    let time = Duration::from_secs(settings.timeout_seconds);
    let mut listing = Listing { frame_rate: info.frame_rate, ..Listing::default() };
    let mut told = i64::MIN;
    let finished = process::run(command, &Limits { time, output_bytes: u64::MAX - 1, cancel }, |line| {
        listing.read(line);
        if listing.end_ms >= told.saturating_add(1000) {
            told = listing.end_ms;
            progress(told);
        }
    })
    .await?;
    let taken = listing.taken.iter().enumerate();
    let frames = taken.map(|(place, &(number, time_ms))| KeyFrame { number, time_ms, file: folder.join(format!("{place:09}.jpg")) });
    let frames: Vec<KeyFrame> = frames.take_while(|frame| is_whole(&frame.file)).collect();
    if finished.complaint.contains("No space left on device") {
        return Err(Error::internal(format!(
            "cannot store the frames in {}: its disk is full (free some space, then run the same command again)",
            folder.display()
        )));
    }
    if frames.is_empty() {
        return Err(Error::corrupt(format!("no frame of the video can be decoded: {}", clipped(&finished.complaint, video))));
    }
    let note = note(&frames, &listing, &finished, info, settings, video);
    Ok(KeyFrames { frames, end_ms: listing.end_ms, note })
}

/// A frame that was being written when the run ended has no end mark.
fn is_whole(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| bytes.ends_with(&[0xFF, 0xD9]))
}

fn check(settings: &VideoConfig) -> Result<()> {
    let mut wrong = Vec::new();
    let mut demand = |right: bool, field: &str, message: &str| {
        if !right {
            wrong.push(FieldError { field: field.into(), message: message.into() });
        }
    };
    demand((0.0..=1.0).contains(&settings.scene_threshold), "video.scene_threshold", "must be a number from 0 to 1");
    let rate = settings.max_frames_per_second;
    demand(rate > 0.0 && rate.is_finite(), "video.max_frames_per_second", "must be a number above 0");
    let interval = settings.frame_interval_seconds;
    demand(interval >= 0.0 && interval.is_finite(), "video.frame_interval_seconds", "must be a number of seconds, or 0 for none");
    demand(settings.max_frames > 0, "video.max_frames", "must be at least 1");
    demand(settings.frame_side <= 65_000, "video.frame_side", "must be at most 65000 pixels, the most that a JPEG can have");
    if wrong.is_empty() { Ok(()) } else { Err(Error::invalid_fields(wrong)) }
}

/// Which frames are kept, and what is said of them. Each frame is announced before the choice (`seen`) and after it (`taken`),
/// with its time in microseconds; numbers are counted here, because ffmpeg's begin again when the size changes within a video.
fn filter(settings: &VideoConfig, info: &VideoInfo) -> String {
    let say = |word: &str| format!("metadata=mode=add:key={word}:value=1,metadata=mode=print:key={word}:file=-:direct=1");
    let mut filters = vec!["settb=1/1000000".to_owned(), say("likeness.seen"), choice(settings), say("likeness.taken")];
    let longest = info.width.max(info.height);
    let side = if settings.frame_side == 0 { longest } else { longest.min(settings.frame_side) };
    if info.stretched || side < longest {
        let scaled = |pixels: u32| (u64::from(pixels) * u64::from(side)).div_ceil(u64::from(longest)).max(1);
        filters.push(format!("scale={}:{}:flags=area,setsar=1", scaled(info.width), scaled(info.height)));
    }
    filters.join(",")
}

/// A cut that comes too soon after the last key frame is remembered (in variable 0) and its scene's frame taken when it is time.
fn choice(settings: &VideoConfig) -> String {
    let gap = 1.0 / settings.max_frames_per_second;
    let is_due = |seconds: f64| format!("gte(t-prev_selected_t+0.0005,{seconds:.6})");
    let interval = settings.frame_interval_seconds;
    let after_interval = if interval > 0.0 { is_due(interval.max(gap)) } else { "0".into() };
    format!(
        "select='st(0,max(ld(0),gt(scene,{:.6})));st(1,max(isnan(prev_selected_t),max(ld(0)*{},{after_interval})));st(0,ld(0)*not(ld(1)));ld(1)'",
        settings.scene_threshold,
        is_due(gap),
    )
}

/// What the filters say, line by line: `frame:7 pts:233333 pts_time:0.233333`, then `likeness.seen=1` or `likeness.taken=1`.
#[derive(Default)]
struct Listing {
    frame_rate: Option<f64>,
    seen: i32,
    moment: Option<i64>,
    remembered: VecDeque<(i32, Option<i64>)>,
    taken: Vec<(i32, i64)>,
    end_ms: i64,
}

impl Listing {
    fn read(&mut self, line: &[u8]) {
        if line.starts_with(b"frame:") {
            let text = String::from_utf8_lossy(line);
            self.moment = text.split_ascii_whitespace().find_map(|word| word.strip_prefix("pts:")).and_then(|pts| pts.parse().ok());
        } else if line == b"likeness.seen=1" {
            self.see();
        } else if line == b"likeness.taken=1" {
            let place = self.remembered.iter().rposition(|(_, moment)| *moment == self.moment);
            if let Some((number, moment)) = place.and_then(|place| self.remembered.get(place).copied()) {
                self.taken.push((number, self.milliseconds(number, moment)));
            }
        }
    }

    fn see(&mut self) {
        if self.remembered.len() == REMEMBERED {
            self.remembered.pop_front();
        }
        self.remembered.push_back((self.seen, self.moment));
        self.end_ms = self.end_ms.max(self.milliseconds(self.seen, self.moment));
        self.seen = self.seen.saturating_add(1);
    }

    /// A frame without a time of its own has that of its number.
    fn milliseconds(&self, number: i32, moment: Option<i64>) -> i64 {
        let by_number = || self.frame_rate.map_or(0, |rate| (f64::from(number) * 1000.0 / rate).round() as i64);
        moment.map_or_else(by_number, |microseconds| (microseconds.max(0) + 500) / 1000)
    }
}

fn note(
    frames: &[KeyFrame],
    listing: &Listing,
    finished: &Finished,
    info: &VideoInfo,
    settings: &VideoConfig,
    video: &Path,
) -> Option<String> {
    let seconds = |milliseconds: i64| milliseconds as f64 / 1000.0;
    let is_short = info.duration_ms.is_some_and(|length| listing.end_ms + SHORTFALL_MS < length);
    if frames.len() as u64 >= u64::from(settings.max_frames) && is_short {
        let (most, end) = (settings.max_frames, seconds(listing.end_ms));
        return Some(format!("has more key frames than the limit of {most} (video.max_frames): those after {end:.1} s were left out"));
    }
    let complains = !finished.complaint.trim().is_empty();
    if finished.succeeded && !(is_short && complains) {
        return None;
    }
    let of = info.duration_ms.map(|length| format!(" of {:.1} s", seconds(length))).unwrap_or_default();
    let reason = clipped(&finished.complaint, video);
    Some(format!("is damaged or cut off: only what decodes was imported, up to {:.1} s{of} ({reason})", seconds(listing.end_ms)))
}
