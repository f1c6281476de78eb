//! The objects of the VFRAME contract as types: what is described in `/api/v1/openapi.json` is what is answered.
//! Fields that the original did not have are additions, never replacements.

mod envelope;
mod feature;
mod hits;
mod media;
mod model;
mod page;
mod search;
mod upload;

pub(super) use envelope::{Done, Envelope, Listed, envelope, ok};
pub(super) use feature::{Feature, FeatureForm, NewFeatureForm, feature};
pub(super) use hits::{Hits, search_answer};
pub(super) use media::{
    Duplicates, GraphicForm, IntakeForm, IntakeStarted, ManyGraphicForm, Media, MediaDeleted, MediaFull, MediaIds, MediaInfo, MediaList,
    MediaMarked, Month, Source, media,
};
pub(super) use model::{RawModel, loaded_model, raw_model};
pub(super) use page::{Page, clipped, number};
pub(super) use search::{EngineState, ExampleShown, Loaded, LoadedAnswer, QueryShown, SearchAnswer};
pub(super) use upload::{Upload, UploadCreated, UploadDeleted, UploadForm, upload};

use chrono::{DateTime, Utc};

/// A number as `serde_json`'s values keep it, so that an answer that is written directly has the same digits.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(super) fn wide<S: serde::Serializer>(number: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(f64::from(*number))
}

/// A moment as the original wrote it: an HTTP date in GMT.
pub(super) fn http_date(time: DateTime<Utc>) -> String {
    httpdate::fmt_http_date(time.into())
}
