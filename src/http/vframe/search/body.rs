//! The body of a search with several pictures: read field by field, and as strictly as it is described.

use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::examples::{Named, Picture};
use crate::error::{Error, FieldError, Result};
use crate::http::vframe::schema;
use crate::types::{MediaId, Region, UploadId, whole_number};

/// What looks like these pictures, and unlike those? The fields besides `examples` mean what they mean in the address of a search.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct SearchForm {
    /// The pictures, at most 64; at least one must be liked.
    #[schema(min_items = 1, max_items = 64)]
    examples: Vec<ExampleForm>,
    /// Hits to skip.
    #[schema(maximum = 99_999)]
    offset: Option<u64>,
    /// Hits wanted; 30 when absent, at most 1000.
    limit: Option<u64>,
    /// Feature to compare with; the loaded one when absent.
    feature: Option<i64>,
    /// `video`: of all frames of one video only the closest is a hit.
    #[schema(schema_with = schema::group)]
    group: Option<String>,
    /// Only pictures in which this was seen.
    label: Option<String>,
    /// Only what this model saw counts for `label` and `detections`.
    detector: Option<String>,
    /// Only what was seen with this confidence or more counts for `label`.
    #[schema(minimum = 0, maximum = 1)]
    min_confidence: Option<f32>,
    /// Only media of these kinds.
    #[schema(schema_with = schema::picture_type_list)]
    r#type: Option<Vec<String>>,
    /// Only what was imported (or captured: see `date`) then or later.
    #[schema(schema_with = schema::moment)]
    since: Option<String>,
    /// Only what was imported (or captured) then or earlier.
    #[schema(schema_with = schema::moment)]
    until: Option<String>,
    /// Which date is meant.
    #[schema(schema_with = schema::date_kind)]
    date: Option<String>,
    /// Only what is in one of these collections.
    #[schema(schema_with = schema::collection_list)]
    collection_id: Option<Vec<i64>>,
    /// Only what is in none of these collections.
    #[schema(schema_with = schema::collection_list)]
    not_collection_id: Option<Vec<i64>>,
    /// Only what people call graphic, or only what they do not.
    graphic: Option<bool>,
    /// Not these media.
    #[schema(schema_with = schema::media_list)]
    exclude: Option<Vec<i64>>,
    /// Least distance of a hit.
    #[schema(minimum = 0, maximum = 2)]
    min_score: Option<f32>,
    /// Greatest distance of a hit.
    #[schema(minimum = 0, maximum = 2)]
    max_score: Option<f32>,
    /// `score` or `date`.
    #[schema(schema_with = schema::hit_sort)]
    sort: Option<String>,
    /// `asc` or `desc`.
    #[schema(schema_with = schema::order)]
    order: Option<String>,
    /// Adds what the distances mean in this library.
    reading: Option<bool>,
    /// `hits` adds to every hit what detectors saw in it.
    #[schema(schema_with = schema::detections)]
    detections: Option<String>,
}

/// One picture; exactly one of `media`, `upload` and `sha256` names it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct ExampleForm {
    /// Number of a medium.
    media: Option<i64>,
    /// Number of an upload.
    upload: Option<i64>,
    /// Hash of a medium.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    sha256: Option<String>,
    /// Part of the picture; the whole when absent.
    region: Option<RegionForm>,
    /// Above zero (1 when absent) for a liked picture, below zero for a disliked one.
    #[schema(minimum = -100, maximum = 100)]
    weight: Option<f32>,
}

/// A part of a picture as fractions of it; it must lie in the picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct RegionForm {
    /// Left edge.
    #[schema(minimum = 0, maximum = 1)]
    x: f32,
    /// Top edge.
    #[schema(minimum = 0, maximum = 1)]
    y: f32,
    /// Width.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    w: f32,
    /// Height.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    h: f32,
}

/// What a field may hold.
#[derive(Clone, Copy)]
enum Holds {
    Whole,
    Number,
    Truth,
    Text,
    Words,
    Numbers,
}

const FIELDS: [(&str, Holds); 21] = [
    ("offset", Holds::Whole),
    ("limit", Holds::Whole),
    ("feature", Holds::Whole),
    ("group", Holds::Text),
    ("label", Holds::Text),
    ("detector", Holds::Text),
    ("min_confidence", Holds::Number),
    ("type", Holds::Words),
    ("since", Holds::Text),
    ("until", Holds::Text),
    ("date", Holds::Text),
    ("collection_id", Holds::Numbers),
    ("not_collection_id", Holds::Numbers),
    ("graphic", Holds::Truth),
    ("exclude", Holds::Numbers),
    ("min_score", Holds::Number),
    ("max_score", Holds::Number),
    ("sort", Holds::Text),
    ("order", Holds::Text),
    ("reading", Holds::Truth),
    ("detections", Holds::Text),
];

/// Greatest weight of a picture, either way.
const HEAVIEST: f64 = 100.0;

/// All fields but the pictures, as an address would spell them. Every wrong one is named.
pub(super) fn texts(fields: &Map<String, Value>) -> Result<Map<String, Value>> {
    let (mut texts, mut wrong) = (Map::new(), Vec::new());
    for (name, holds) in FIELDS {
        match fields.get(name).filter(|value| !value.is_null()).map(|value| holds.spelled(value)) {
            None => {}
            Some(Some(text)) => drop(texts.insert(name.into(), Value::String(text))),
            Some(None) => wrong.push(FieldError { field: name.into(), message: format!("must be {}", holds.name()) }),
        }
    }
    if wrong.is_empty() { Ok(texts) } else { Err(Error::invalid_fields(wrong)) }
}

impl Holds {
    fn name(self) -> &'static str {
        match self {
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Text => "a text",
            Self::Words => "a list of texts",
            Self::Numbers => "a list of whole numbers from 0",
        }
    }

    fn spelled(self, value: &Value) -> Option<String> {
        let list = |one: fn(&Value) -> Option<String>| Some(value.as_array()?.iter().map(one).collect::<Option<Vec<_>>>()?.join(","));
        match self {
            Self::Whole => whole_number(value).map(|number| number.to_string()),
            Self::Number => value.as_f64().map(|number| number.to_string()),
            Self::Truth => value.as_bool().map(|truth| truth.to_string()),
            Self::Text => value.as_str().map(str::to_owned),
            Self::Words => list(|word| word.as_str().filter(|word| !word.is_empty() && !word.contains(',')).map(str::to_owned)),
            Self::Numbers => list(|number| whole_number(number).filter(|number| *number >= 0).map(|number| number.to_string())),
        }
    }
}

/// The pictures.
pub(super) fn examples(fields: &Map<String, Value>) -> Result<Vec<Named>> {
    let wrong = |message: String| Error::invalid_field("examples", message);
    let list = match fields.get("examples") {
        Some(Value::Array(list)) if !list.is_empty() => list,
        _ => return Err(wrong("This field is required: a list of pictures, like [{\"media\": 12}]".into())),
    };
    let read = |(place, value): (usize, &Value)| example(value).map_err(|message| wrong(format!("example {}: {message}", place + 1)));
    list.iter().enumerate().map(read).collect()
}

fn example(value: &Value) -> Result<Named, String> {
    let Value::Object(fields) = value else { return Err("must be an object, like {\"media\": 12}".into()) };
    let given = |name| fields.get(name).filter(|value| !value.is_null());
    let number = |name, value| whole_number(value).ok_or_else(|| format!("{name} must be a whole number"));
    let picture = match (given("media"), given("upload"), given("sha256")) {
        (Some(id), None, None) => Picture::Media(MediaId(number("media", id)?)),
        (None, Some(id), None) => Picture::Upload(UploadId(number("upload", id)?)),
        (None, None, Some(Value::String(hash))) => Picture::Hash(hash.parse().map_err(|error: Error| error.message().to_owned())?),
        (None, None, Some(_)) => return Err("sha256 must be a text of 64 hexadecimal digits".into()),
        _ => return Err("name the picture by exactly one of media, upload and sha256".into()),
    };
    let weight = match given("weight") {
        None => 1.0,
        Some(value) => value.as_f64().filter(|weight| weight.abs() <= HEAVIEST).ok_or("weight must be a number from -100 to 100")?,
    };
    Ok(Named { picture, region: given("region").map(region).transpose()?, weight: weight as f32 })
}

fn region(value: &Value) -> Result<Region, String> {
    let side = |name| value.get(name).and_then(Value::as_f64).ok_or_else(|| format!("region needs x, y, w and h, all numbers; see {name}"));
    let (x, y, w, h) = (side("x")?, side("y")?, side("w")?, side("h")?);
    Region::new(x as f32, y as f32, w as f32, h as f32).map_err(|error| error.message().to_owned())
}
