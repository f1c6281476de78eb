//! Files that are no videos, or would be something else; programs that hang, and imports that are stopped, crowded or were killed.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use likeness::config::VideoConfig;
use likeness::media::blobs::media_key;
use likeness::media::import::{ImportOptions, ImportProgress, import};
use tokio_util::sync::CancellationToken;

use super::{assert_bytes, ffmpeg, film, film_with, has_ffmpeg, hash, import_into, library};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_video_is_refused_with_the_reason_and_opens_no_other_file() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let films = folder.path().join("films");
    std::fs::create_dir(&films).unwrap();
    // A real stream that a playlist could play if it were followed.
    let segment = folder.path().join("segment.ts");
    film_with(&segment, &["-c:v", "mpeg4", "-f", "mpegts"]);
    let playlist = |address: &str| format!("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n{address}\n#EXT-X-ENDLIST\n");
    std::fs::write(films.join("playlist.mp4"), playlist("file:///etc/passwd")).unwrap();
    std::fs::write(films.join("local.m4v"), playlist(segment.to_str().unwrap())).unwrap();
    std::fs::write(films.join("script.avi"), format!("ffconcat version 1.0\nfile '{}'\n", segment.display())).unwrap();
    std::fs::write(films.join("text.mkv"), "this is no video, only some words").unwrap();
    std::fs::write(films.join("empty.webm"), "").unwrap();
    std::fs::write(films.join("noise.mp4"), [&[0, 0, 0, 24][..], b"ftypisom", &[7; 5000]].concat()).unwrap();
    std::fs::copy(&segment, films.join("stream.mov")).unwrap();
    ffmpeg(&["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"], &films.join("sound.mp4"));
    let whole = film(&folder.path().join("whole.mp4"));
    let bytes = std::fs::read(&whole).unwrap();
    std::fs::write(films.join("cut.mp4"), &bytes[..bytes.len() / 2]).unwrap();
    let store = library(folder.path(), VideoConfig::default()).await;
    let report = import_into(&store, &films).await;
    assert_eq!((report.added, report.failed.len(), store.count().await.unwrap()), (0, 9, 0), "{report:?}");
    for (name, words) in [
        ("playlist.mp4", "playlists"),
        ("local.m4v", "playlists"),
        ("script.avi", "no video by its content"),
        ("text.mkv", "no video by its content"),
        ("empty.webm", "is empty"),
        ("noise.mp4", "cannot be read"),
        ("stream.mov", "convert it"),
        ("sound.mp4", "has no pictures"),
        ("cut.mp4", "moov atom not found"),
    ] {
        let failed = report.failed.iter().find(|failed| failed.path.ends_with(name)).unwrap();
        assert!(failed.reason.contains(words) && !failed.reason.contains("staging"), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_video_that_is_cut_off_comes_in_what_decodes() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.mp4");
    film_with(&whole, &["-c:v", "mpeg4", "-movflags", "+faststart"]);
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let store = library(folder.path(), VideoConfig::default()).await;
    let report = import_into(&store, &cut).await;
    assert_eq!((report.added, report.partial.len(), report.failed.len()), (1, 1, 0), "{report:?}");
    assert!(report.frames >= 1 && report.partial[0].reason.contains("cut off"), "{report:?}");
    assert!(report.partial[0].reason.contains("of 6.0 s"), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_never_taken_for_options_patterns_or_addresses() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let library_folder = folder.path().join("100%d '[x];,library");
    let films = folder.path().join("films");
    std::fs::create_dir(&films).unwrap();
    for (number, name) in ["-version.mp4", "%03d.mp4", "concat:a|b.mp4", "http:..evil.mp4", "a'b;[c],d=e\\.mp4"].iter().enumerate() {
        film_with(&films.join("made.mp4"), &["-c:v", "mpeg4", "-metadata", &format!("title={number}")]);
        std::fs::rename(films.join("made.mp4"), films.join(name)).unwrap();
    }
    std::fs::create_dir(&library_folder).unwrap();
    let store = library(&library_folder, VideoConfig::default()).await;
    let report = import_into(&store, &films).await;
    assert_eq!((report.added, report.frames, report.failed.len()), (5, 15, 0), "{report:?}");
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_likeness"));
    run.current_dir(&films).args(["keyframes", "--output", "../%d out", "--", "-version.mp4", "%03d.mp4", "concat:a|b.mp4"]);
    let run = run.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_remains_of_a_killed_import_are_replaced_and_crowds_make_one_video() {
    if !has_ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = film(&folder.path().join("film.mp4"));
    for (frame, bytes) in [(Some(50), "half a fr"), (None, "half a video")] {
        let remains = folder.path().join("data").join(media_key(&hash(&path), frame, if frame.is_some() { ".jpg" } else { ".mp4" }));
        std::fs::create_dir_all(remains.parent().unwrap()).unwrap();
        std::fs::write(remains, bytes).unwrap();
    }
    let (first, second) = (library(folder.path(), VideoConfig::default()).await, library(folder.path(), VideoConfig::default()).await);
    let (one, two) = tokio::join!(import_into(&first, &path), import_into(&second, &path));
    assert_eq!((one.added + two.added, one.already_there + two.already_there, one.frames + two.frames), (1, 1, 3), "{one:?} {two:?}");
    let video = first.video_of(&hash(&path)).await.unwrap().unwrap();
    assert_bytes(&first, &video).await;
    for frame in first.siblings(&video.sha256).await.unwrap() {
        assert_bytes(&first, &frame).await;
    }
}

/// Programs that answer as ffmpeg and ffprobe do, and then hang with a child.
#[cfg(unix)]
fn hanging_programs(folder: &Path) -> VideoConfig {
    use std::os::unix::fs::PermissionsExt;
    let child = folder.join("child");
    let program = format!(
        "#!/bin/sh\ncase \"$*\" in *-version*) echo 'ffmpeg version 7.1'; exit;; esac\nsleep 1000 &\necho $! > '{}'\n\
         printf 'frame:0    pts:2000000 pts_time:2\\nlikeness.seen=1\\n'\nwait\n",
        child.display()
    );
    let answer = r#"{"streams":[{"index":0,"codec_type":"video","width":16,"height":16}],"format":{}}"#;
    for (name, text) in [("ffmpeg", program), ("ffprobe", format!("#!/bin/sh\necho '{answer}'\n"))] {
        std::fs::write(folder.join(name), text).unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    VideoConfig { ffmpeg: folder.join("ffmpeg"), ..VideoConfig::default() }
}

#[cfg(unix)]
fn assert_child_died(folder: &Path) {
    let child = std::fs::read_to_string(folder.join("child")).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    let deadline = Instant::now() + Duration::from_secs(2);
    // A killed process whose new parent has not looked yet is a zombie.
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z")) {
        assert!(Instant::now() < deadline, "the child of the program lives on");
        std::thread::yield_now();
    }
}

/// Stops the import as soon as a video is being read, and notes when.
struct StopInVideo(CancellationToken, Mutex<Option<Instant>>);

impl ImportProgress for StopInVideo {
    fn expect(&self, _more: u64) {}
    fn done(&self) {}
    fn video(&self, name: &str, moment_ms: i64, length_ms: Option<i64>) {
        assert_eq!((name, moment_ms, length_ms), ("film.mp4", 2000, None));
        self.0.cancel();
        self.1.lock().unwrap().get_or_insert_with(Instant::now);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn stopping_kills_the_program_within_a_second_and_leaves_no_half_video() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, [&[0, 0, 0, 24][..], b"ftypisom", &[7; 5000]].concat()).unwrap();
    let store = library(folder.path(), hanging_programs(folder.path())).await;
    let cancel = CancellationToken::new();
    let stop = Arc::new(StopInVideo(cancel.clone(), Mutex::default()));
    let progress = Arc::clone(&stop) as Arc<dyn ImportProgress>;
    let report = import(&store, std::slice::from_ref(&path), ImportOptions::default(), progress, cancel).await.unwrap();
    assert!(stop.1.lock().unwrap().unwrap().elapsed() < Duration::from_secs(1));
    assert!(report.cancelled && report.failed.is_empty() && report.found == 0, "{report:?}");
    assert_eq!(store.count().await.unwrap(), 0);
    assert_child_died(folder.path());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_hangs_is_ended_by_the_time_limit_and_a_missing_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, [&[0, 0, 0, 24][..], b"ftypisom", &[7; 5000]].concat()).unwrap();
    std::fs::write(folder.path().join("picture.jpg"), crate::support::picture(0, 0)).unwrap();
    let hanging = VideoConfig { timeout_seconds: 1, ..hanging_programs(folder.path()) };
    let store = library(folder.path(), hanging).await;
    let report = import_into(&store, &path).await;
    assert!(
        report.failed[0].reason.contains("limit of 1 seconds") && report.failed[0].reason.contains("video.timeout_seconds"),
        "{report:?}"
    );
    assert_child_died(folder.path());
    let missing = VideoConfig { ffmpeg: folder.path().join("nowhere/ffmpeg"), ..VideoConfig::default() };
    let store = library(&folder.path().join("other"), missing).await;
    let report = import_into(&store, folder.path()).await;
    assert_eq!((report.added, report.failed.len()), (1, 1), "the picture comes in: {report:?}");
    assert!(report.failed[0].reason.contains("apt-get install ffmpeg") && report.failed[0].reason.contains("video.ffmpeg"), "{report:?}");
}
