//! Videos: their key frames against films whose cuts are known, and how they come into the library. Hostile files and playback have
//! files of their own.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use likeness::config::VideoConfig;
use likeness::imaging::{self, DecodeLimits};
use likeness::media::import::{ImportOptions, ImportReport, import};
use likeness::media::video::{Ffmpeg, KeyFrames, VideoInfo, probe, take_key_frames};
use likeness::media::{Media, MediaStore};
use likeness::types::{MediaType, Sha256};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::skipped;

mod hostile;
mod served;

/// Frames of the three scenes of [`film`], 25 in a second.
const SCENES: [usize; 3] = [50, 40, 60];

/// Moments at which a scene begins, in milliseconds.
const CUTS: [i64; 3] = [0, 2000, 3600];

/// True when films can be made and read here.
fn has_ffmpeg() -> bool {
    let there = Command::new("ffmpeg").arg("-version").output().is_ok_and(|output| output.status.success());
    if !there {
        skipped("needs ffmpeg");
    }
    there
}

fn ffmpeg(arguments: &[&str], output: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).args(arguments).arg(output);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Three scenes that differ in everything, then whatever the codec options say.
fn film_with(path: &Path, options: &[&str]) {
    let scenes = ["testsrc2=s=160x120:r=25", "smptebars=s=160x120:r=25", "mandelbrot=s=160x120:r=25"];
    let mut arguments: Vec<String> = scenes.iter().flat_map(|scene| ["-f", "lavfi", "-i", scene]).map(String::from).collect();
    let cut = |n: usize| format!("[{n}]trim=end_frame={},setpts=PTS-STARTPTS,setsar=1[s{n}];", SCENES[n]);
    arguments.extend(["-filter_complex".into(), format!("{}{}{}[s0][s1][s2]concat=n=3", cut(0), cut(1), cut(2))]);
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    ffmpeg(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), path);
}

/// The film with a codec that fits the extension.
fn film(path: &Path) -> PathBuf {
    film_with(path, codec(path.extension().unwrap().to_str().unwrap()));
    path.to_owned()
}

fn codec(extension: &str) -> &'static [&'static str] {
    match extension {
        "webm" => &["-c:v", "libvpx", "-b:v", "1M", "-deadline", "realtime"],
        "avi" | "mov" => &["-c:v", "mpeg4", "-q:v", "3"],
        _ => &["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"],
    }
}

async fn frames_of(video: &Path, settings: &VideoConfig) -> (VideoInfo, KeyFrames, TempDir) {
    let (folder, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let program = Ffmpeg::find(settings).await.unwrap();
    let info = probe(&program, video, &DecodeLimits::default(), &cancel).await.unwrap();
    let taken = take_key_frames(&program, video, &info, settings, folder.path(), &|_| {}, &cancel).await.unwrap();
    (info, taken, folder)
}

/// Moments of all frames of a video, in milliseconds, as another program counts them.
fn moments(video: &Path) -> Vec<f64> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"]);
    let output = command.arg(video).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.trim_end_matches(',').parse::<f64>().ok()).map(|seconds| seconds * 1000.0).collect()
}

fn assert_near(found: &[i64], truth: &[i64]) {
    assert_eq!(found.len(), truth.len(), "{found:?} against {truth:?}");
    for (found, truth) in found.iter().zip(truth) {
        assert!((found - truth).abs() <= 40, "{found} is more than a frame from {truth}");
    }
}

async fn library(folder: &Path, settings: VideoConfig) -> MediaStore {
    let db = likeness::db::connect(folder.join("likeness.db").to_str().unwrap()).await.unwrap();
    MediaStore::open(db, &folder.join("data"), DecodeLimits::default()).unwrap().with_video(settings)
}

async fn import_into(store: &MediaStore, path: &Path) -> ImportReport {
    let nobody = CancellationToken::new();
    let report = import(store, &[path.to_owned()], ImportOptions::default(), Arc::new(()), nobody).await.unwrap();
    assert_eq!(report.found, report.added + report.already_there + report.failed.len() as u64, "{report:?}");
    report
}

fn hash(path: &Path) -> Sha256 {
    Sha256::of(&std::fs::read(path).unwrap())
}

async fn assert_bytes(store: &MediaStore, media: &Media) {
    assert_eq!(Sha256::of(&store.bytes(media).await.unwrap()), media.content_sha256, "media {} is whole", media.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn cuts_are_found_in_every_container_within_one_frame() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, extension) in
        [("a.mp4", ".mp4"), ("b.MKV", ".mkv"), ("c.webm", ".webm"), ("d.avi", ".avi"), ("e.mov", ".mov"), ("f.m4v", ".mp4")]
    {
        let lower = folder.path().join(name.to_lowercase());
        let video = folder.path().join(name);
        std::fs::rename(film(&lower), &video).unwrap();
        let (info, taken, _frames) = frames_of(&video, &VideoConfig::default()).await;
        assert_eq!((info.container.extension(), info.width, info.height), (extension, 160, 120), "{name}");
        assert!((info.duration_ms.unwrap() - 6000).abs() <= 80 && (info.frame_rate.unwrap() - 25.0).abs() < 0.1, "{name}: {info:?}");
        assert_near(&taken.frames.iter().map(|frame| frame.time_ms).collect::<Vec<_>>(), &CUTS);
        let numbers: Vec<i32> = taken.frames.iter().map(|frame| frame.number).collect();
        assert_eq!((numbers, taken.note), (vec![0, 50, 90], None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interval_the_rate_and_the_limit_hold_and_no_scene_is_lost_to_the_rate() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let video = film(&folder.path().join("film.mp4"));
    let times = async |change: &dyn Fn(&mut VideoConfig)| {
        let mut settings = VideoConfig::default();
        change(&mut settings);
        let (_, taken, _frames) = frames_of(&video, &settings).await;
        (taken.frames.iter().map(|frame| frame.time_ms).collect::<Vec<_>>(), taken.note)
    };
    assert_near(&times(&|settings| settings.frame_interval_seconds = 1.0).await.0, &[0, 1000, 2000, 3000, 3600, 4600, 5600]);
    // The cut at 2.0 s comes 0.2 s after a frame: its scene is taken when the rate allows it.
    let held = times(&|settings| (settings.frame_interval_seconds, settings.max_frames_per_second) = (1.8, 2.0)).await.0;
    assert_near(&held, &[0, 1800, 2320, 3600, 5400]);
    assert_near(&times(&|settings| settings.max_frames_per_second = 0.2).await.0, &[0, 5000]);
    let (first, note) = times(&|settings| settings.max_frames = 2).await;
    assert_near(&first, &CUTS[..2]);
    assert!(note.unwrap().contains("limit of 2 (video.max_frames)"));
    assert_near(&times(&|settings| (settings.scene_threshold, settings.frame_interval_seconds) = (1.0, 0.0)).await.0, &[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn uneven_frames_and_edit_lists_keep_their_moments() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = film(&folder.path().join("whole.mp4"));
    let uneven = folder.path().join("uneven.mkv");
    let drop_frames = ["-i", whole.to_str().unwrap(), "-vf", "select='not(mod(n,3))+lt(n,20)+eq(n,50)'", "-vsync", "vfr", "-c:v", "mpeg4"];
    ffmpeg(&drop_frames, &uneven);
    let settings = VideoConfig { frame_interval_seconds: 0.7, ..VideoConfig::default() };
    let (_, taken, _frames) = frames_of(&uneven, &settings).await;
    let truth = moments(&uneven);
    assert!(taken.frames.len() > 6, "{taken:?}");
    for frame in &taken.frames {
        assert!((truth[frame.number as usize] - frame.time_ms as f64).abs() <= 1.0, "{frame:?} against {truth:?}");
    }
    assert!(taken.frames.iter().any(|frame| frame.time_ms == 2000), "the cut: {taken:?}");

    let edited = folder.path().join("edited.mp4");
    ffmpeg(&["-ss", "0.7", "-i", whole.to_str().unwrap(), "-c", "copy"], &edited);
    let (_, taken, _frames) = frames_of(&edited, &VideoConfig::default()).await;
    let times: Vec<i64> = taken.frames.iter().map(|frame| frame.time_ms).collect();
    let second = if times.len() == 4 { times[1..].to_vec() } else { times };
    assert_near(&second[1..], &[1300, 2900]);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_upright_with_square_pixels_and_as_small_as_asked() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let upright = film(&folder.path().join("upright.mp4"));
    let turned = folder.path().join("turned.mp4");
    ffmpeg(&["-i", upright.to_str().unwrap(), "-c", "copy", "-metadata:s:v", "rotate=90"], &turned);
    let wide = folder.path().join("wide.mp4");
    ffmpeg(&["-i", upright.to_str().unwrap(), "-vf", "setsar=2", "-c:v", "mpeg4"], &wide);
    for (video, side, expected) in [(&turned, 0, (120, 160)), (&wide, 0, (320, 120)), (&turned, 80, (60, 80)), (&upright, 4000, (160, 120))]
    {
        let settings = VideoConfig { frame_side: side, ..VideoConfig::default() };
        let (info, taken, _frames) = frames_of(video, &settings).await;
        let bytes = std::fs::read(&taken.frames[0].file).unwrap();
        let picture = imaging::probe(&bytes, &DecodeLimits::default()).unwrap();
        assert_eq!((picture.width, picture.height), expected, "{}", video.display());
        if side == 0 {
            assert_eq!((info.width, info.height), expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_comes_in_with_its_frames_and_only_once() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let films = folder.path().join("films");
    std::fs::create_dir(&films).unwrap();
    let path = film(&films.join("Film.MP4".to_lowercase()));
    std::fs::copy(&path, films.join("copy.mp4")).unwrap();
    let store = library(folder.path(), VideoConfig::default()).await;
    let report = import_into(&store, &films).await;
    assert_eq!((report.found, report.added, report.already_there, report.frames), (2, 1, 1, 3), "{report:?}");
    let video = store.video_of(&hash(&path)).await.unwrap().unwrap();
    assert_eq!((video.media_type, video.frame, video.content_sha256), (MediaType::Video, None, hash(&path)));
    assert_eq!((video.width, video.height, video.duration_ms), (160, 120, Some(6000)));
    assert!((video.frame_rate.unwrap() - 25.0).abs() < 0.01 && video.ext == ".mp4");
    assert_eq!(std::fs::read(store.file(&video).unwrap()).unwrap(), std::fs::read(&path).unwrap());
    let frames = store.siblings(&video.sha256).await.unwrap();
    let facts: Vec<_> = frames.iter().map(|frame| (frame.media_type, frame.frame, frame.time_ms)).collect();
    let expected = [(0, 0), (50, 2000), (90, 3600)].map(|(number, time)| (MediaType::VideoFrame, Some(number), Some(time)));
    assert_eq!(facts, expected);
    for frame in &frames {
        assert_bytes(&store, frame).await;
        assert!(frame.key().ends_with(&format!("_{:03}.jpg", frame.frame.unwrap())));
    }
    assert_eq!(store.by_sha256(&video.sha256).await.unwrap().unwrap().id, frames[0].id);
    assert_eq!(store.sources(video.id).await.unwrap().len(), 2);
    let again = import_into(&store, &films).await;
    assert_eq!((again.added, again.already_there, again.frames), (0, 2, 0));
    let staged = walkdir::WalkDir::new(folder.path().join("data/staging")).min_depth(2);
    assert_eq!(staged.into_iter().count(), 0, "nothing is left in the staging folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_video_hides_its_frames_and_restoring_brings_back_those() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = film(&folder.path().join("film.webm"));
    let store = library(folder.path(), VideoConfig::default()).await;
    import_into(&store, &path).await;
    let video = store.video_of(&hash(&path)).await.unwrap().unwrap();
    let frames = store.siblings(&video.sha256).await.unwrap();
    assert!(store.delete(frames[1].id).await.unwrap());
    assert!(store.delete(video.id).await.unwrap() && !store.delete(video.id).await.unwrap());
    assert_eq!((store.count().await.unwrap(), store.picture_ids().await.unwrap().len()), (0, 0));
    let report = import_into(&store, &path).await;
    assert_eq!((report.already_there, report.deleted, store.count().await.unwrap()), (1, 1, 0));
    assert!(store.restore(video.id).await.unwrap());
    let numbers: Vec<_> = store.siblings(&video.sha256).await.unwrap().iter().map(|frame| frame.frame).collect();
    assert_eq!(numbers, [Some(0), Some(90)], "the frame that was deleted by itself stays so");
    for frame in store.siblings(&video.sha256).await.unwrap() {
        store.delete(frame.id).await.unwrap();
    }
    assert_eq!(store.by_sha256(&video.sha256).await.unwrap().unwrap().id, video.id);
    assert_eq!(store.picture_of(&video).await.unwrap_err().kind(), likeness::Kind::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_by_name_and_then_their_video_are_one() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = film(&folder.path().join("film.mp4"));
    let output = folder.path().join("frames");
    let run = Command::new(env!("CARGO_BIN_EXE_likeness"))
        .args(["keyframes", path.to_str().unwrap(), "--json", "--interval", "1", "--output"])
        .arg(&output)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let told: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((told["frames"].as_array().unwrap().len(), told["duration_ms"].as_i64()), (7, Some(6000)), "{told}");
    let listed = std::fs::read_to_string(output.join(format!("{0}/frames.json", hash(&path)))).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&listed).unwrap(), told["frames"]);

    let store = library(folder.path(), VideoConfig::default()).await;
    let other = output.join(format!("{0}/{0}_050.jpg", hash(&path)));
    std::fs::write(&other, crate::support::picture(0, 0)).unwrap();
    let report = import_into(&store, &output).await;
    assert_eq!((report.added, report.frames), (7, 0), "{report:?}");
    let report = import_into(&store, &path).await;
    assert_eq!((report.added, report.frames), (1, 0), "{report:?}");
    let frames = store.siblings(&hash(&path)).await.unwrap();
    let facts: Vec<_> = frames.iter().map(|frame| (frame.frame.unwrap(), frame.time_ms)).collect();
    // The moment of frame 50 is not told: under its number lay another picture, and the first stays. The others are as the video's.
    assert_eq!(facts, [(0, Some(0)), (25, None), (50, None), (75, None), (90, Some(3600)), (115, None), (140, None)]);
    for frame in &frames {
        assert_bytes(&store, frame).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn videos_are_taken_out_of_archives() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = film(&folder.path().join("film.mkv"));
    let archive = folder.path().join("films.zip");
    let (bytes, picture) = (std::fs::read(&path).unwrap(), crate::support::picture(1, 1));
    let entries: [(&str, &[u8]); 3] = [("deep/Film.MKV", &bytes), ("a.jpg", &picture), ("b.mp4", b"no video")];
    std::fs::write(&archive, crate::import::archives::zip_of(&entries)).unwrap();
    let store = library(folder.path(), VideoConfig::default()).await;
    let report = import_into(&store, &archive).await;
    assert_eq!((report.found, report.added, report.frames, report.failed.len()), (3, 2, 3, 1), "{report:?}");
    let video = store.video_of(&hash(&path)).await.unwrap().unwrap();
    assert!(store.sources(video.id).await.unwrap()[0].path.ends_with("films.zip!/deep/Film.MKV"));
}
