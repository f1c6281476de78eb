//! What a search is asked with: which part of the picture, and which hits are wanted, in which order.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{Error, Result};
use crate::http::vframe::{detection, narrowing, schema, shapes};
use crate::media::{DateKind, MediaFilter, Order};
use crate::search::{HitOrder, Query};
use crate::types::{CollectionId, FeatureId, MediaId, Region};

/// Greatest distance of two unit vectors.
const FARTHEST: f32 = 2.0;

/// Which part of the picture is searched with (as fractions of the whole), and which model looks at it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Part {
    /// Left edge of a part; needs `y`, `w` and `h` too, and the part must lie in the picture: `x + w` and `y + h` are at most 1.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    x: Option<String>,
    /// Top edge.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    y: Option<String>,
    /// Width.
    #[param(value_type = Option<f32>, exclusive_minimum = 0, maximum = 1)]
    w: Option<String>,
    /// Height.
    #[param(value_type = Option<f32>, exclusive_minimum = 0, maximum = 1)]
    h: Option<String>,
    /// Number of a detection of the query picture, counted from 0, to use as the part; needs a detector, and no region beside it.
    #[param(value_type = Option<u32>, minimum = 0)]
    pub(super) detection: Option<String>,
    /// Detection model that looks at the query picture, or `none`; the loaded one when absent.
    pub(super) detect: Option<String>,
}

/// Which hits are wanted, compared with which feature, in which order. Everything that is given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Hits to skip; 0 when absent. With `limit`, at most 100000.
    #[param(value_type = Option<u64>, minimum = 0, maximum = 99_999)]
    offset: Option<String>,
    /// Hits wanted; 30 when absent, at most 1000.
    #[param(schema_with = schema::count)]
    limit: Option<String>,
    /// Feature to compare with; the loaded one when absent.
    #[param(value_type = Option<i64>)]
    feature: Option<String>,
    /// `video`: of all frames of one video only the closest is a hit.
    #[param(example = "video", schema_with = schema::group)]
    group: Option<String>,
    /// Only pictures in which this was seen.
    label: Option<String>,
    /// Only what this model saw counts for `label` and `detections`.
    detector: Option<String>,
    /// Only what was seen with this confidence or more counts for `label`.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    min_confidence: Option<String>,
    /// Only media of these kinds: `image`, `video_frame`, or both with a comma between (a video has no vector, its frames have).
    #[param(example = "image", schema_with = schema::picture_types)]
    r#type: Option<String>,
    /// Only what was imported (or captured: see `date`) then or later: a date, or a moment as in RFC 3339.
    #[param(example = "2026-01-31", schema_with = schema::moment)]
    since: Option<String>,
    /// Only what was imported (or captured) then or earlier; a date means until its end, in UTC.
    #[param(example = "2026-01-31T12:00:00Z", schema_with = schema::moment)]
    until: Option<String>,
    /// Which date `since`, `until` and `sort=date` mean: `imported` (the default) or `captured`, the camera's clock taken for UTC.
    #[param(example = "imported", schema_with = schema::date_kind)]
    date: Option<String>,
    /// Only what is in one of these collections: numbers with commas between, at most 100.
    #[param(example = "1,2", schema_with = schema::few_numbers)]
    collection_id: Option<String>,
    /// Only what is in none of these collections: numbers with commas between, at most 100.
    #[param(example = "3", schema_with = schema::few_numbers)]
    not_collection_id: Option<String>,
    /// Only what people call graphic (`1`), or only what they do not (`0`).
    #[param(example = "0", schema_with = schema::flag)]
    graphic: Option<String>,
    /// Not these media: numbers with commas between, at most 10000 (addresses end earlier: ask with POST then).
    #[param(example = "12,13", schema_with = schema::many_listed)]
    exclude: Option<String>,
    /// Least distance (`score`) of a hit.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 2)]
    min_score: Option<String>,
    /// Greatest distance (`score`) of a hit.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 2)]
    max_score: Option<String>,
    /// `score` (the default), or `date` for the 1000 closest hits by their date.
    #[param(example = "score", schema_with = schema::hit_sort)]
    sort: Option<String>,
    /// `asc` (the default) or `desc`; by score, `desc` shows the 1000 closest hits from their far end.
    #[param(example = "asc", schema_with = schema::order)]
    order: Option<String>,
    /// `1` adds what the distances mean in this library, as `query.reading`.
    #[param(example = "1", schema_with = schema::flag)]
    reading: Option<String>,
    /// `hits` adds to every hit what detectors saw in it.
    #[param(example = "hits", schema_with = schema::detections)]
    detections: Option<String>,
}

impl Part {
    pub(super) fn region(&self) -> Result<Option<Region>> {
        let sides = [("x", &self.x), ("y", &self.y), ("w", &self.w), ("h", &self.h)];
        if sides.iter().all(|(_, side)| side.is_none()) {
            return Ok(None);
        }
        let mut numbers = [0.0; 4];
        for (number, (name, side)) in numbers.iter_mut().zip(sides) {
            *number =
                parsed(name, side.as_deref())?.ok_or_else(|| Error::invalid(format!("a region needs x, y, w and h; {name} is missing")))?;
        }
        Region::new(numbers[0], numbers[1], numbers[2], numbers[3]).map(Some)
    }
}

impl Wanted {
    /// The query, of the whole picture.
    pub(super) fn query(&self) -> Result<Query> {
        let default = Query::default();
        Ok(Query {
            region: None,
            among: self.among()?,
            feature: parsed("feature", self.feature.as_deref())?.map(FeatureId),
            offset: shapes::number("offset", self.offset.as_deref(), default.offset as u64)? as usize,
            limit: shapes::number("limit", self.limit.as_deref(), default.limit as u64)?.clamp(1, 1000) as usize,
            group_by_video: chosen("group", self.group.as_deref(), "video")?,
            exclude: narrowing::numbers("exclude", self.exclude.as_deref(), narrowing::MOST_MEDIA)?.into_iter().map(MediaId).collect(),
            min_distance: distance("min_score", self.min_score.as_deref())?,
            max_distance: distance("max_score", self.max_score.as_deref())?,
            sort: self.sort()?,
            with_reading: narrowing::flag("reading", self.reading.as_deref())?,
        })
    }

    /// Whether hits are answered with what was seen in them.
    pub(super) fn with_detections(&self) -> Result<bool> {
        chosen("detections", self.detections.as_deref(), "hits")
    }

    /// The model whose detections count.
    pub(super) fn detector(&self) -> Option<&str> {
        self.detector.as_deref().filter(|key| !key.is_empty())
    }

    fn sort(&self) -> Result<HitOrder> {
        let by_date = narrowing::choice("sort", self.sort.as_deref(), ["score", "date"])?;
        let descending = narrowing::choice("order", self.order.as_deref(), ["asc", "desc"])?;
        Ok(match (by_date, descending) {
            (false, false) => HitOrder::Closest,
            (false, true) => HitOrder::Farthest,
            (true, _) => HitOrder::Date(self.date()?, if descending { Order::Desc } else { Order::Asc }),
        })
    }

    fn date(&self) -> Result<DateKind> {
        narrowing::date_kind(self.date.as_deref())
    }

    /// What the hits must pass.
    fn among(&self) -> Result<MediaFilter> {
        let seen = detection::filter(self.label.clone().unwrap_or_default(), self.detector.as_deref(), self.min_confidence.as_deref())?;
        let (since, until) = narrowing::period(self.since.as_deref(), self.until.as_deref())?;
        let collections = |name, text: &Option<String>| -> Result<Vec<_>> {
            Ok(narrowing::numbers(name, text.as_deref(), narrowing::MOST_COLLECTIONS)?.into_iter().map(CollectionId).collect())
        };
        Ok(MediaFilter {
            media_types: narrowing::picture_kinds(self.r#type.as_deref())?,
            since,
            until,
            date: self.date()?,
            collections: collections("collection_id", &self.collection_id)?,
            not_collections: collections("not_collection_id", &self.not_collection_id)?,
            seen: Some(seen).filter(|seen| !seen.label.is_empty()),
            graphic: self
                .graphic
                .as_deref()
                .filter(|word| !word.is_empty())
                .map(|word| narrowing::flag("graphic", Some(word)))
                .transpose()?,
            ..MediaFilter::default()
        })
    }
}

/// Nothing, or the one word that there is.
fn chosen(name: &str, text: Option<&str>, word: &str) -> Result<bool> {
    match text {
        None | Some("") => Ok(false),
        Some(text) if text == word => Ok(true),
        Some(text) => Err(Error::invalid(format!("{name} must be {word} or left out, not `{}`", shapes::clipped(text)))),
    }
}

fn distance(name: &str, text: Option<&str>) -> Result<Option<f32>> {
    let given = text.filter(|text| !text.is_empty());
    let wrong = |text: &str| Error::invalid_field(name, format!("must be a number from 0 to 2, not `{}`", shapes::clipped(text)));
    let read = |text: &str| text.parse().ok().filter(|number| (0.0..=FARTHEST).contains(number)).ok_or_else(|| wrong(text));
    given.map(read).transpose()
}

pub(super) fn parsed<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => {
            text.parse().map(Some).map_err(|_| Error::invalid(format!("{name} must be a number, not `{}`", shapes::clipped(text))))
        }
    }
}
