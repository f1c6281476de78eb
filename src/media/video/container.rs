//! Which container a file is, from its first bytes. ffmpeg is told the answer and never guesses: a playlist or a script that
//! would make it open other files or addresses is no container, whatever it is called.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Result, io_error};

/// Bytes at the start of a file that tell.
const HEAD: u64 = 4096;

/// What the parts of an MP4 or `QuickTime` file that may come first are called.
const FIRST_BOXES: [&[u8; 4]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"];

/// Brands of still pictures and picture sequences in the same container as MP4.
const PICTURE_BRANDS: [&[u8; 4]; 10] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"];

/// A file format of videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// MP4, M4V and their relatives.
    Mp4,
    /// Apple's `QuickTime`.
    QuickTime,
    /// Matroska.
    Matroska,
    /// Matroska with the contents that the web allows.
    WebM,
    /// Audio Video Interleave.
    Avi,
}

impl Container {
    /// The container that begins like this.
    pub fn of(head: &[u8]) -> Option<Self> {
        if head.len() < 12 {
            return None;
        }
        if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
            return Some(if is_webm(head) { Self::WebM } else { Self::Matroska });
        }
        if head.starts_with(b"RIFF") && &head[8..12] == b"AVI " {
            return Some(Self::Avi);
        }
        let is = |name: &[u8; 4], at: usize| head[at..at + 4] == name[..];
        if is(b"ftyp", 4) {
            let is_picture = PICTURE_BRANDS.iter().any(|brand| is(brand, 8));
            return (!is_picture).then_some(if is(b"qt  ", 8) { Self::QuickTime } else { Self::Mp4 });
        }
        // Only QuickTime begins without saying what it is.
        FIRST_BOXES.iter().any(|name| is(name, 4)).then_some(Self::QuickTime)
    }

    /// The container of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> Result<Option<Self>> {
        let file = File::open(path).map_err(|source| io_error(path, "open", source))?;
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head).map_err(|source| io_error(path, "read", source))?;
        Ok(Self::of(&head))
    }

    /// The usual extension, with its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp4 => ".mp4",
            Self::QuickTime => ".mov",
            Self::Matroska => ".mkv",
            Self::WebM => ".webm",
            Self::Avi => ".avi",
        }
    }

    /// The name of ffmpeg's reader.
    pub(super) fn demuxer(self) -> &'static str {
        match self {
            Self::Mp4 | Self::QuickTime => "mov",
            Self::Matroska | Self::WebM => "matroska",
            Self::Avi => "avi",
        }
    }
}

/// The `DocType` element of the header: its id, one byte of length, then the word.
fn is_webm(head: &[u8]) -> bool {
    head.windows(7).take(256).any(|window| window[..2] == [0x42, 0x82] && &window[3..] == b"webm")
}

/// True for names that end like a video's, in any letter case; `._x.mp4` is a Mac's note about `x.mp4`.
pub fn is_video(path: &Path) -> bool {
    let hidden_note = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"._"));
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    !hidden_note && extension.is_some_and(|extension| ["mp4", "mov", "m4v", "mkv", "webm", "avi"].contains(&extension.as_str()))
}

/// What browsers call the container with this extension.
pub fn media_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        ".mp4" => "video/mp4",
        ".mov" => "video/quicktime",
        ".mkv" => "video/x-matroska",
        ".webm" => "video/webm",
        ".avi" => "video/x-msvideo",
        _ => return None,
    })
}
