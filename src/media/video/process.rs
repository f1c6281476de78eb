//! One run of a foreign program: no shell, nothing on its standard input, a time limit, output limits, and an end within a moment
//! when somebody asks for it. The whole process group dies with the run, however the run ends.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Kind, Result};

/// Complaints kept; a damaged video can make a decoder write megabytes.
const MOST_COMPLAINTS: u64 = 16 << 10;

/// What a run may cost.
pub(super) struct Limits<'a> {
    pub(super) time: Duration,
    pub(super) output_bytes: u64,
    pub(super) cancel: &'a CancellationToken,
}

/// A run that came to its own end.
pub(super) struct Finished {
    pub(super) succeeded: bool,
    /// What it wrote to its standard error, from the start.
    pub(super) complaint: String,
}

/// Runs a program to its end and hands on each line of its standard output.
///
/// # Errors
/// `NotReady` when it is not installed, `Cancelled`, `TooLarge` beyond a limit.
pub(super) async fn run(command: std::process::Command, limits: &Limits<'_>, each_line: impl FnMut(&[u8])) -> Result<Finished> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut command = Command::from(command);
    // FFREPORT would make ffmpeg write a log file wherever it says.
    command.env_remove("FFREPORT").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn().map_err(|source| cannot_start(&program, source))?;
    let mut group = Group(child.id());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (lines, complaint) = tokio::join!(read_lines(stdout, limits.output_bytes, each_line), read_complaint(stderr));
        lines?;
        let status = child.wait().await.map_err(|source| Error::internal(format!("{program} was lost")).because(source))?;
        group.0 = None;
        Ok(Finished { succeeded: status.success(), complaint })
    };
    tokio::select! {
        biased;
        () = limits.cancel.cancelled() => Err(Error::new(Kind::Cancelled, "stopped")),
        done = tokio::time::timeout(limits.time, work) => done.unwrap_or_else(|_| Err(too_slow(limits.time))),
    }
}

/// Every process of the run. It is killed when this is dropped before the program has ended.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0.and_then(|leader| i32::try_from(leader).ok()) {
            kill_group(leader);
        }
    }
}

#[cfg(unix)]
fn kill_group(leader: i32) {
    // SAFETY: plain system call without pointers; the leader was not waited for, so its number is still its own.
    #[expect(unsafe_code, reason = "the standard library ends single processes only")]
    unsafe {
        libc::kill(-leader, libc::SIGKILL);
    }
}

/// Elsewhere the program itself is killed when it is dropped.
#[cfg(not(unix))]
fn kill_group(_leader: i32) {}

async fn read_lines(output: Option<impl AsyncRead + Unpin>, most_bytes: u64, mut each_line: impl FnMut(&[u8])) -> Result<()> {
    let Some(output) = output else { return Ok(()) };
    let mut output = BufReader::new(output.take(most_bytes.saturating_add(1)));
    let (mut line, mut total) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = output.read_until(b'\n', &mut line).await;
        let count = read.map_err(|source| Error::internal("the output of ffmpeg cannot be read").because(source))?;
        total += count as u64;
        if total > most_bytes {
            return Err(Error::too_large(format!("ffmpeg says more than {most_bytes} bytes about it: it was given up")));
        }
        if count == 0 {
            return Ok(());
        }
        each_line(line.trim_ascii_end());
    }
}

async fn read_complaint(output: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut output) = output else { return String::new() };
    let mut kept = Vec::new();
    // The rest is read too, or the program would wait for ever.
    let _ = (&mut output).take(MOST_COMPLAINTS).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut output, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

fn cannot_start(program: &str, source: std::io::Error) -> Error {
    if source.kind() == std::io::ErrorKind::NotFound {
        return Error::not_ready(format!(
            "videos need ffmpeg, and the program `{program}` is not there: install it (Debian, Ubuntu: apt-get install ffmpeg; \
             Fedora: dnf install ffmpeg-free; macOS: brew install ffmpeg) or set video.ffmpeg to its path, then run the same command again"
        ))
        .because(source);
    }
    Error::not_ready(format!("videos need ffmpeg, and the program `{program}` cannot be started: {source} (setting video.ffmpeg)"))
        .because(source)
}

fn too_slow(limit: Duration) -> Error {
    let seconds = limit.as_secs();
    Error::too_large(format!(
        "reading it took longer than the limit of {seconds} seconds and was given up (raise video.timeout_seconds, or cut the video into parts)"
    ))
}
