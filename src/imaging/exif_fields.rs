//! What the camera wrote, for people to read: a fixed choice of EXIF fields as short texts. The block is a stranger's: a field is
//! looked up only if it is one of the choice, and what is too long is cut.

use exif::{Exif, In, Reader, Tag, Value};

use super::format::PictureFormat;
use super::header;

/// One line of what the camera wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExifField {
    /// `Camera`, `Exposure`, `Time`, `Place` or `Picture`.
    pub group: &'static str,
    /// Name of the field as in the EXIF standard, for instance `FocalLength`.
    pub name: String,
    /// The value with its unit.
    pub value: String,
}

/// Blocks above this are not listed: each of the fields may claim all of it as its value.
const MAX_BLOCK_BYTES: usize = 1 << 20;

/// Values of more parts than this say nothing to people.
const MAX_PARTS: usize = 256;

/// Longest value shown, in characters.
const MAX_CHARS: usize = 200;

const CAMERA: [Tag; 11] = [
    Tag::Make,
    Tag::Model,
    Tag::LensMake,
    Tag::LensModel,
    Tag::LensSpecification,
    Tag::LensSerialNumber,
    Tag::BodySerialNumber,
    Tag::CameraOwnerName,
    Tag::Software,
    Tag::Artist,
    Tag::Copyright,
];

const EXPOSURE: [Tag; 16] = [
    Tag::ExposureTime,
    Tag::FNumber,
    Tag::PhotographicSensitivity,
    Tag::FocalLength,
    Tag::FocalLengthIn35mmFilm,
    Tag::ExposureProgram,
    Tag::ExposureMode,
    Tag::ExposureBiasValue,
    Tag::MeteringMode,
    Tag::Flash,
    Tag::WhiteBalance,
    Tag::LightSource,
    Tag::SceneCaptureType,
    Tag::SubjectDistance,
    Tag::DigitalZoomRatio,
    Tag::MaxApertureValue,
];

const TIME: [Tag; 9] = [
    Tag::DateTimeOriginal,
    Tag::SubSecTimeOriginal,
    Tag::OffsetTimeOriginal,
    Tag::DateTimeDigitized,
    Tag::DateTime,
    Tag::OffsetTime,
    Tag::GPSDateStamp,
    Tag::GPSTimeStamp,
    Tag::OffsetTimeDigitized,
];

const PLACE: [Tag; 10] = [
    Tag::GPSLatitude,
    Tag::GPSLongitude,
    Tag::GPSAltitude,
    Tag::GPSImgDirection,
    Tag::GPSImgDirectionRef,
    Tag::GPSSpeed,
    Tag::GPSHPositioningError,
    Tag::GPSMapDatum,
    Tag::GPSDestBearing,
    Tag::GPSProcessingMethod,
];

const PICTURE: [Tag; 9] = [
    Tag::ImageDescription,
    Tag::Orientation,
    Tag::PixelXDimension,
    Tag::PixelYDimension,
    Tag::XResolution,
    Tag::YResolution,
    Tag::ResolutionUnit,
    Tag::ColorSpace,
    Tag::ImageUniqueID,
];

const GROUPS: [(&str, &[Tag]); 5] =
    [("Camera", &CAMERA), ("Exposure", &EXPOSURE), ("Time", &TIME), ("Place", &PLACE), ("Picture", &PICTURE)];

/// The EXIF fields of a picture, or of its first bytes; empty when it has none that can be read.
pub fn exif_fields(bytes: &[u8]) -> Vec<ExifField> {
    let header = PictureFormat::expect(bytes).and_then(|format| header::read(format, bytes));
    let block = header.ok().and_then(|header| header.exif).filter(|block| block.len() <= MAX_BLOCK_BYTES);
    let Some(block) = block else { return Vec::new() };
    let parsed = Reader::new().continue_on_error(true).read_raw(block.to_vec());
    let Ok(exif) = parsed.or_else(|error| error.distill_partial_result(|_| ())) else { return Vec::new() };
    let fields = GROUPS.iter().flat_map(|(group, tags)| tags.iter().map(move |tag| (*group, *tag)));
    fields.filter_map(|(group, tag)| Some(ExifField { group, name: tag.to_string(), value: value(&exif, tag)? })).collect()
}

fn value(exif: &Exif, tag: Tag) -> Option<String> {
    let field = exif.get_field(tag, In::PRIMARY)?;
    let text = match &field.value {
        Value::Ascii(lines) => String::from_utf8_lossy(lines.first()?).into_owned(),
        other if parts(other) > MAX_PARTS => return None,
        _ => field.display_value().with_unit(exif).to_string(),
    };
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text: String = text.trim().chars().take(MAX_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

fn parts(value: &Value) -> usize {
    match value {
        Value::Byte(list) | Value::Undefined(list, _) => list.len(),
        Value::Ascii(list) => list.len(),
        Value::Short(list) => list.len(),
        Value::Long(list) => list.len(),
        Value::Rational(list) => list.len(),
        Value::SByte(list) => list.len(),
        Value::SShort(list) => list.len(),
        Value::SLong(list) => list.len(),
        Value::SRational(list) => list.len(),
        Value::Float(list) => list.len(),
        Value::Double(list) => list.len(),
        Value::Unknown(..) => usize::MAX,
    }
}
