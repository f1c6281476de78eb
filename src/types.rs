//! Small values that every floor speaks of: ids, hashes, regions. No behaviour beyond parsing and showing.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::error::{Error, Result};

macro_rules! integer_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

integer_id!(
    /// Number of a picture, video or video frame in the library; counted from 1.
    MediaId
);
integer_id!(
    /// Number of a feature (model x layer x index kind).
    FeatureId
);
integer_id!(
    /// Number of an upload.
    UploadId
);
integer_id!(
    /// Number of a collection.
    CollectionId
);
integer_id!(
    /// Number of a job.
    JobId
);

/// SHA-256 of a file's bytes; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// Hash of everything the reader gives, read in pieces.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn of_reader(mut reader: impl Read) -> std::io::Result<Self> {
        let mut hasher = sha2::Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(Self(hasher.finalize().into())),
                count => hasher.update(&buffer[..count]),
            }
        }
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 64];
        for (digits, byte) in text.chunks_exact_mut(2).zip(self.0) {
            digits.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sha256 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!("bad hash: expected the 64 hexadecimal digits of a SHA-256, got {} characters", text.chars().count()))
        };
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a row of the library is; the numbers are those of the VFRAME database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaType {
    /// Not known.
    Unknown = 0,
    /// A text.
    Text = 1,
    /// A still picture.
    Image = 2,
    /// A video file.
    Video = 3,
    /// One frame of a video.
    VideoFrame = 4,
}

impl MediaType {
    /// The type stored under this number; unknown numbers are [`MediaType::Unknown`].
    pub fn from_number(number: i32) -> Self {
        match number {
            1 => Self::Text,
            2 => Self::Image,
            3 => Self::Video,
            4 => Self::VideoFrame,
            _ => Self::Unknown,
        }
    }

    /// True for what can be shown, extracted and searched: `image` and `video_frame`.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Image | Self::VideoFrame)
    }
}

/// A part of a picture: left, top, width and height as fractions of the whole, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width, above zero.
    pub w: f32,
    /// Height, above zero.
    pub h: f32,
}

impl Region {
    /// A checked region.
    ///
    /// # Errors
    /// `Invalid` when it is empty, not a number, or reaches outside the picture.
    pub fn new(x: f32, y: f32, w: f32, h: f32) -> Result<Self> {
        // Sums like 0.7 + 0.3 may exceed one by a rounding step.
        const SLACK: f32 = 1e-4;
        let inside = |start: f32, length: f32| start >= 0.0 && length > 0.0 && start + length <= 1.0 + SLACK;
        if inside(x, w) && inside(y, h) {
            Ok(Self { x, y, w, h })
        } else {
            Err(Error::invalid(format!(
                "region x={x} y={y} w={w} h={h} does not lie in the picture: x, y >= 0, w, h > 0, x + w <= 1, y + h <= 1"
            )))
        }
    }
}

/// A whole number as JSON knows it: `3.0` is one, as long as it is exact.
pub fn whole_number(value: &serde_json::Value) -> Option<i64> {
    const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() <= MOST_EXACT;
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(|number| number as i64))
}
