//! What lists of media can be narrowed to: the words of an address, read into a filter.

use serde::Deserialize;
use utoipa::IntoParams;

use super::{detection, narrowing, schema, shapes};
use crate::app::App;
use crate::error::{Error, Result};
use crate::media::detections::LabelFilter;
use crate::media::{FeatureState, MediaFilter};
use crate::types::{CollectionId, FeatureId, MediaId};

/// What a list of media is narrowed to; everything given must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Narrowed {
    /// `image`, `video` or `video_frame`.
    #[param(example = "image", schema_with = schema::media_type)]
    r#type: Option<String>,
    /// Imported then or later: a date, or a moment as in RFC 3339.
    #[param(example = "2026-01-31", schema_with = schema::moment)]
    since: Option<String>,
    /// Imported then or earlier; a date means until its end, in UTC.
    #[param(example = "2026-01-31T12:00:00Z", schema_with = schema::moment)]
    until: Option<String>,
    /// Which date `since`, `until` and `sort=date` mean: `imported` (the default) or `captured`, the camera's clock taken for UTC;
    /// what has none counts as the oldest.
    #[param(example = "imported", schema_with = schema::date_kind)]
    date: Option<String>,
    /// Only media in which this was seen.
    label: Option<String>,
    /// Only what this model saw counts for `label`.
    detector: Option<String>,
    /// Only what was seen with this confidence or more counts for `label`.
    #[param(value_type = Option<f32>, minimum = 0, maximum = 1)]
    min_confidence: Option<String>,
    /// Only what people call graphic (`1`), or only what they do not (`0`).
    #[param(example = "0", schema_with = schema::flag)]
    graphic: Option<String>,
    /// With `feature_state`: the feature that is meant.
    #[param(value_type = Option<i64>, minimum = 1)]
    feature_id: Option<String>,
    /// How far the feature is with it: `extracted`, `missing` or `failed`; needs `feature_id`.
    #[param(example = "missing", schema_with = schema::feature_state)]
    feature_state: Option<String>,
    /// Part of the original file name or path, in any letter case.
    #[param(max_length = 256)]
    name: Option<String>,
    /// Only what is in this collection.
    #[param(value_type = Option<i64>)]
    collection_id: Option<String>,
    /// Other media with exactly the bytes of this one; its own sources are told in `sources`.
    #[param(value_type = Option<i64>)]
    duplicate_of: Option<String>,
    /// `1` for the trash.
    #[param(example = "0", schema_with = schema::flag)]
    deleted: Option<String>,
}

impl Narrowed {
    /// The filter, with what only the records of features tell.
    ///
    /// # Errors
    /// `Invalid` naming the wrong word; those of the database.
    pub(super) async fn whole_filter(&self, app: &App) -> Result<MediaFilter> {
        let id = narrowing::number("feature_id", self.feature_id.as_deref())?.map(FeatureId);
        if let Some(FeatureId(low)) = id.filter(|id| id.0 < 1) {
            return Err(Error::invalid_field("feature_id", format!("numbers of features begin at 1, not at {low}")));
        }
        let Some(word) = self.feature_state.as_deref().filter(|word| !word.is_empty()) else { return self.filter() };
        let id = id.ok_or_else(|| Error::invalid_field("feature_id", "say which feature feature_state is of"))?;
        let feature = app.features.get(id).await?;
        let feature = feature.ok_or_else(|| Error::invalid_field("feature_id", format!("there is no feature {id}")))?;
        let last = MediaId(feature.process_id);
        let state = match word {
            "extracted" => FeatureState::Extracted(last),
            "missing" => FeatureState::Missing(last),
            "failed" => FeatureState::Failed,
            other => {
                let message = format!("must be extracted, missing or failed, not `{}`", shapes::clipped(other));
                return Err(Error::invalid_field("feature_state", message));
            }
        };
        Ok(MediaFilter { feature: Some((id, state)), ..self.filter()? })
    }

    /// What `detector` and `min_confidence` ask of a label.
    ///
    /// # Errors
    /// `Invalid` naming the wrong word.
    pub(super) fn seen(&self, label: String) -> Result<LabelFilter> {
        detection::filter(label, self.detector.as_deref(), self.min_confidence.as_deref())
    }

    fn filter(&self) -> Result<MediaFilter> {
        let seen = self.seen(self.label.clone().unwrap_or_default())?;
        let graphic = self.graphic.as_deref().filter(|word| !word.is_empty());
        let (since, until) = narrowing::period(self.since.as_deref(), self.until.as_deref())?;
        Ok(MediaFilter {
            media_types: narrowing::kind(self.r#type.as_deref())?.into_iter().collect(),
            since,
            until,
            name: narrowing::name(self.name.as_deref())?,
            collections: narrowing::number("collection_id", self.collection_id.as_deref())?.map(CollectionId).into_iter().collect(),
            duplicate_of: narrowing::number("duplicate_of", self.duplicate_of.as_deref())?.map(MediaId),
            deleted: narrowing::flag("deleted", self.deleted.as_deref())?,
            date: narrowing::date_kind(self.date.as_deref())?,
            seen: Some(seen).filter(|seen| !seen.label.is_empty()),
            graphic: graphic.map(|word| narrowing::flag("graphic", Some(word))).transpose()?,
            ..MediaFilter::default()
        })
    }
}
