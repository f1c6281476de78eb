//! Caffe's messages for pictures and means, in protobuf: `Datum`, one entry of a training database, and `BlobProto`, the file of a
//! mean. Field numbers are those of Caffe's `caffe.proto`.

use prost::Message as _;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Kind, Result, ResultExt};
use crate::imaging::{DecodeLimits, Raster};
use crate::train::supervised::Pixels;

/// Quality of JPEG entries.
const JPEG_QUALITY: u8 = 90;

/// How the pixels of an entry are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// As they are, channel after channel.
    None,
    /// As a PNG file.
    #[default]
    Png,
    /// As a JPEG file of quality 90.
    #[serde(rename = "jpg")]
    Jpeg,
}

impl Encoding {
    /// All, in the order of the form.
    pub const ALL: [Self; 3] = [Self::None, Self::Png, Self::Jpeg];

    /// The word in forms and replies.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }

    /// The encoding of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.word() == word)
    }
}

/// One entry of a training database.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Datum {
    /// 1 or 3; may be missing where a file in `data` tells it.
    #[prost(int32, optional, tag = "1")]
    pub channels: Option<i32>,
    /// Rows.
    #[prost(int32, optional, tag = "2")]
    pub height: Option<i32>,
    /// Pixels per row.
    #[prost(int32, optional, tag = "3")]
    pub width: Option<i32>,
    /// Bytes, channel after channel (blue first), or a picture file.
    #[prost(bytes = "vec", optional, tag = "4")]
    pub data: Option<Vec<u8>>,
    /// Number of the class.
    #[prost(int32, optional, tag = "5")]
    pub label: Option<i32>,
    /// Values instead of bytes.
    #[prost(float, repeated, packed = "false", tag = "6")]
    pub float_data: Vec<f32>,
    /// Whether `data` is a picture file.
    #[prost(bool, optional, tag = "7")]
    pub encoded: Option<bool>,
}

impl Datum {
    /// The entry of a picture.
    ///
    /// # Errors
    /// Those of the encoders.
    pub fn of_raster(raster: &Raster, label: Option<i32>, encoding: Encoding) -> Result<Self> {
        let (data, encoded) = match encoding {
            Encoding::None => (raster.to_planes(), None),
            Encoding::Png => (raster.encode_png()?, Some(true)),
            Encoding::Jpeg => (raster.encode_jpeg(JPEG_QUALITY)?, Some(true)),
        };
        Ok(Self { data: Some(data), encoded, label, ..Self::of_size(raster.channels, raster.height, raster.width) })
    }

    /// The entry of values: one row, `[1, 1, count]`.
    pub fn of_values(values: &[f32]) -> Self {
        Self { float_data: values.to_vec(), ..Self::of_size(1, 1, values.len() as u32) }
    }

    fn of_size(channels: u32, height: u32, width: u32) -> Self {
        Self { channels: Some(channels as i32), height: Some(height as i32), width: Some(width as i32), ..Self::default() }
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// `Corrupt` for bytes that are none.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::decode(bytes).or_error(Kind::Corrupt, || "the entry is no Datum".into())
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    /// True for a picture file.
    pub fn is_encoded(&self) -> bool {
        self.encoded.unwrap_or_default()
    }

    /// Channels, height and width; a picture file is opened where the entry itself does not say them.
    ///
    /// # Errors
    /// `Corrupt` for sizes that are not above zero, and for damaged files.
    pub fn shape(&self, limits: &DecodeLimits) -> Result<[usize; 3]> {
        let told = [self.channels, self.height, self.width].map(|side| usize::try_from(side.unwrap_or_default()).unwrap_or_default());
        if told.iter().all(|side| *side > 0) {
            return Ok(told);
        }
        if !self.is_encoded() {
            return Err(Error::corrupt(format!("the entry tells no size: channels, height and width are {told:?}")));
        }
        let raster = self.raster(limits)?;
        Ok([raster.channels as usize, raster.height as usize, raster.width as usize])
    }

    /// The picture of an entry.
    ///
    /// # Errors
    /// `Corrupt` for damaged files and sizes that do not fit, `Unsupported` for values and other than 1 or 3 channels.
    pub fn raster(&self, limits: &DecodeLimits) -> Result<Raster> {
        let data = self.data.as_deref().unwrap_or_default();
        let channels = self.channels.and_then(|channels| u32::try_from(channels).ok()).filter(|channels| *channels > 0);
        if channels.is_some_and(|channels| !matches!(channels, 1 | 3)) {
            return Err(Error::unsupported("an entry of other than 1 or 3 channels is no picture"));
        }
        if self.is_encoded() {
            return Raster::decode_stored(data, channels, limits);
        }
        let [channels, height, width] = self.shape(limits)?;
        Raster::of_planes(width as u32, height as u32, channels as u32, data).map_err(|error| Error::corrupt(error.message()))
    }

    /// The pixels as networks take them: channel after channel, blue first, so many as `shape` says.
    ///
    /// # Errors
    /// `Corrupt` when there are fewer or more, and for damaged files.
    pub fn pixels(self, shape: [usize; 3], limits: &DecodeLimits) -> Result<Pixels> {
        let pixels = if self.is_encoded() {
            Pixels::Bytes(self.raster(limits)?.to_planes())
        } else if let Some(bytes) = self.data.filter(|bytes| !bytes.is_empty()) {
            Pixels::Bytes(bytes)
        } else {
            Pixels::Floats(self.float_data)
        };
        let count = match &pixels {
            Pixels::Bytes(bytes) => bytes.len(),
            Pixels::Floats(values) => values.len(),
        };
        let expected = shape.iter().product::<usize>();
        if count == expected {
            return Ok(pixels);
        }
        Err(Error::corrupt(format!("the entry has {count} values where its database has {expected}: {shape:?} channels, height, width")))
    }

    /// The label that the entry itself holds: values, or bytes as values.
    pub fn values(self) -> Vec<f32> {
        match self.data {
            Some(bytes) if self.float_data.is_empty() => bytes.into_iter().map(f32::from).collect(),
            _ => self.float_data,
        }
    }
}

/// An array of numbers in a file of its own, as Caffe keeps means.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BlobProto {
    /// How many arrays; 1.
    #[prost(int32, optional, tag = "1")]
    pub num: Option<i32>,
    /// Channels.
    #[prost(int32, optional, tag = "2")]
    pub channels: Option<i32>,
    /// Rows.
    #[prost(int32, optional, tag = "3")]
    pub height: Option<i32>,
    /// Pixels per row.
    #[prost(int32, optional, tag = "4")]
    pub width: Option<i32>,
    /// The values, channel after channel, blue first.
    #[prost(float, repeated, tag = "5")]
    pub data: Vec<f32>,
    /// The newer way to tell the sides.
    #[prost(message, optional, tag = "7")]
    pub shape: Option<BlobShape>,
}

/// Sides of a [`BlobProto`].
#[derive(Clone, PartialEq, prost::Message)]
pub struct BlobShape {
    /// The sides.
    #[prost(int64, repeated, tag = "1")]
    pub dim: Vec<i64>,
}
