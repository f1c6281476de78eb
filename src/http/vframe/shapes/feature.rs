//! Features ("feature types"), as they are shown and sent.

use serde::Serialize;
use utoipa::ToSchema;

use super::http_date;
use crate::feature;
use crate::http::vframe::schema;

/// A model's layer, taken from every picture, and an index over it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Feature {
    /// Its number.
    id: i64,
    /// Whether searches without a choice and *update index* consider it.
    active: bool,
    /// Key of the model.
    modelzoo_name: String,
    /// Layer; empty for the one that the model names.
    layer: String,
    /// Who made it.
    username: Option<String>,
    /// `auto`, `codes`, `flat`, `hnsw`, `faiss` or `annoy`.
    #[schema(example = "auto")]
    index_type: String,
    /// Settings of the index kind, as a JSON text.
    index_settings: Option<String>,
    /// When it was made, as an HTTP date.
    created_at: String,
    /// When pictures were last extracted.
    processed_at: Option<String>,
    /// Highest media id whose vector is there.
    process_id: i64,
    /// When the index was last built.
    indexed_at: Option<String>,
    /// Highest media id in the index.
    index_id: i64,
}

/// What a caller may decide about a new feature.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form whose fields are read one by one, so that all mistakes are answered together")]
pub(crate) struct NewFeatureForm {
    /// Key of a model of the zoo.
    #[schema(min_length = 1, max_length = 64, example = "likeness_small")]
    modelzoo_name: String,
    /// Kind of the index.
    #[schema(schema_with = schema::index_type, example = "auto")]
    index_type: String,
    /// Layer whose output is compared; absent or empty for the one that the model names.
    #[schema(max_length = 128)]
    layer: Option<String>,
    /// Absent: false. `false`, `"false"`, `""`, `"0"` and 0 are false, everything else is true.
    #[schema(schema_with = schema::truth)]
    active: Option<bool>,
    /// Who makes it.
    #[schema(max_length = 16)]
    username: Option<String>,
    /// Settings of the index kind: an object, or the same as a JSON text.
    #[schema(value_type = Option<Object>)]
    index_settings: Option<serde_json::Value>,
}

/// What a caller may change of a feature; absent fields stay as they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form whose fields are read one by one, so that all mistakes are answered together")]
pub(crate) struct FeatureForm {
    /// Key of a model of the zoo.
    #[schema(min_length = 1, max_length = 64, example = "likeness_small")]
    modelzoo_name: Option<String>,
    /// Kind of the index.
    #[schema(schema_with = schema::other_index_type, example = "auto")]
    index_type: Option<String>,
    /// Layer whose output is compared; absent or empty for the one that the model names.
    #[schema(max_length = 128)]
    layer: Option<String>,
    /// Absent: as it is. `false`, `"false"`, `""`, `"0"` and 0 are false, everything else is true.
    #[schema(schema_with = schema::truth)]
    active: Option<bool>,
    /// Who makes it.
    #[schema(max_length = 16)]
    username: Option<String>,
    /// Settings of the index kind: an object, or the same as a JSON text.
    #[schema(value_type = Option<Object>)]
    index_settings: Option<serde_json::Value>,
}

/// Feature type.
pub(crate) fn feature(feature: &feature::Feature) -> Feature {
    Feature {
        id: feature.id.0,
        active: feature.active,
        modelzoo_name: feature.modelzoo_name.clone(),
        layer: feature.layer.clone(),
        username: feature.username.clone(),
        index_type: feature.index_type.clone(),
        index_settings: feature.index_settings.clone(),
        created_at: http_date(feature.created_at),
        processed_at: feature.processed_at.map(http_date),
        process_id: feature.process_id,
        indexed_at: feature.indexed_at.map(http_date),
        index_id: feature.index_id,
    }
}
