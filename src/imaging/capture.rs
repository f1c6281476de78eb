//! What the camera wrote beside the pixels: orientation, capture time, make and model. Damaged EXIF is no reason to
//! refuse a picture, so everything here is optional.

use chrono::{NaiveDate, NaiveDateTime};
use exif::{Exif, In, Reader, Tag, Value};

/// Longest camera name kept, in characters.
const MAX_CAMERA_CHARS: usize = 100;

/// The EXIF fields we use.
#[derive(Debug, Default)]
pub(super) struct Capture {
    /// EXIF orientation, 1..=8; 1 is upright.
    pub(super) orientation: Option<u8>,
    /// When the picture was taken, in the camera's local time.
    pub(super) captured_at: Option<NaiveDateTime>,
    /// Make and model.
    pub(super) camera: Option<String>,
}

impl Capture {
    /// Reads a TIFF structure with EXIF fields; what cannot be read is left out. Fields are parsed one by one on
    /// demand, so overlapping entries of a hostile block cost nothing.
    pub(super) fn read(block: &[u8]) -> Self {
        let parsed = Reader::new().continue_on_error(true).read_raw(block.to_vec());
        let Ok(exif) = parsed.or_else(|error| error.distill_partial_result(|_| ())) else { return Self::default() };
        let orientation = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
        Self {
            orientation: orientation.and_then(|code| u8::try_from(code).ok()).filter(|code| (1..=8).contains(code)),
            captured_at: [Tag::DateTimeOriginal, Tag::DateTimeDigitized, Tag::DateTime].into_iter().find_map(|tag| date_time(&exif, tag)),
            camera: camera(&exif),
        }
    }
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

/// A date such as `0000:00:00` or `2021:02:30` is not one.
fn date_time(exif: &Exif, tag: Tag) -> Option<NaiveDateTime> {
    let stamp = exif::DateTime::from_ascii(ascii(exif, tag)?).ok()?;
    if stamp.year == 0 {
        return None;
    }
    NaiveDate::from_ymd_opt(stamp.year.into(), stamp.month.into(), stamp.day.into())?.and_hms_opt(
        stamp.hour.into(),
        stamp.minute.into(),
        stamp.second.into(),
    )
}

/// "Canon EOS 5D", whether the model repeats the make or not.
fn camera(exif: &Exif) -> Option<String> {
    let (make, model) = (text(exif, Tag::Make), text(exif, Tag::Model));
    let brand = make.split_whitespace().next().unwrap_or_default().to_lowercase();
    let name = if model.to_lowercase().starts_with(&brand) { model } else { format!("{make} {model}") };
    let name = name.trim();
    (!name.is_empty()).then(|| name.chars().take(MAX_CAMERA_CHARS).collect())
}

fn text(exif: &Exif, tag: Tag) -> String {
    let raw = ascii(exif, tag).unwrap_or_default();
    let printable: String = String::from_utf8_lossy(raw).chars().filter(|c| !c.is_control()).collect();
    printable.trim().to_owned()
}
