//! `map`: lays all pictures of a feature out on a plane, where what looks alike lies together.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Work;
use super::extract::vectoriser;
use super::params::Params;
use crate::app::App;
use crate::error::{Error, Result};
use crate::feature::Feature;
use crate::feature::picture_map::{self, MapHead};
use crate::feature::vectors::Vectors;
use crate::index::projection::{Layout, Place, neighbours, principal_plane, spread};
use crate::index::{self, Rows, Snapshot};
use crate::job::NewJob;
use crate::network::Signature;
use crate::types::{FeatureId, MediaId};

/// Neighbours that pull a picture; the default of the reference implementation of UMAP.
const NEIGHBOURS: usize = 15;

/// Rounds of the layout: many for few pictures, as the reference implementation does it.
const EPOCHS: [usize; 2] = [500, 200];

/// From so many pictures on there are fewer rounds.
const MANY: usize = 10_000;

/// The same vectors give the same map.
const SEED: u64 = 42;

const METHODS: [&str; 2] = ["umap", "pca"];

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    feature_id: i64,
    method: String,
}

/// `feature_id` (without it: the first active feature), `method` (`umap`, the default, or `pca`).
///
/// # Errors
/// `Invalid` naming the parameter.
pub async fn new_job(app: &App, params: Value) -> Result<NewJob> {
    let mut params = Params::of(params);
    let method = params.text("method", 8).unwrap_or_else(|| METHODS[0].into());
    if !METHODS.contains(&method.as_str()) {
        params.refuse("method", "must be umap or pca");
    }
    let feature = chosen_feature(app, &mut params).await?;
    params.finish()?;
    let feature = feature.ok_or_else(|| Error::internal("a feature vanished"))?;
    let title = format!("Map of feature {} ({})", feature.id, feature.modelzoo_name);
    let payload = json!(Payload { feature_id: feature.id.0, method });
    Ok(NewJob { title, payload, exclusive_key: format!("map:{}", feature.id), ..NewJob::default() })
}

/// The feature of `feature_id`, or the first active one. `None`, with the mistake noted, when there is none.
pub(super) async fn chosen_feature(app: &App, params: &mut Params) -> Result<Option<Feature>> {
    let id = params.optional_number("feature_id", 1, i64::MAX as u64).map(|id| id as i64);
    let features = app.features.list().await?;
    let feature = features.into_iter().find(|feature| id.map_or(feature.active, |id| feature.id.0 == id));
    if feature.is_none() {
        let message = id.map_or("there is no active feature: name one".into(), |id| format!("there is no feature {id}"));
        params.refuse("feature_id", message);
    }
    Ok(feature)
}

/// Makes the map and puts it in the place of the one before. A run that was killed left nothing.
///
/// # Errors
/// `NotReady` before anything was extracted; those of the index; `Cancelled`.
pub async fn run(app: &App, work: &Work) -> Result<Value> {
    let Payload { feature_id, method } = work.payload()?;
    let feature = app.features.get(FeatureId(feature_id)).await?;
    let feature = feature.ok_or_else(|| Error::not_found(format!("feature {feature_id} was deleted")))?;
    let (vectors, snapshot) = open(app, &feature).await?;
    let live: HashSet<i64> = app.media.picture_ids().await?.into_iter().collect();
    let places = tokio::task::block_in_place(|| laid_out(work, vectors.as_ref(), snapshot.as_ref(), &method))?;
    let is_shown = |(row, id): (usize, MediaId)| (live.contains(&id.0) && !vectors.is_superseded(row as u32)).then_some((id, places[row]));
    let (ids, places): (Vec<_>, Vec<_>) = vectors.media_ids().enumerate().filter_map(is_shown).unzip();
    let up_to = vectors.media_ids().map(|id| id.0).max().unwrap_or(0);
    let head = MapHead { feature: feature.id, method, made_at: Utc::now(), count: ids.len() as u32, up_to };
    let (file, body) = (app.features.map_file(feature.id), picture_map::body(&ids, &scaled(places))?);
    let count = head.count;
    let written = tokio::task::spawn_blocking(move || picture_map::write(&file, &head, &body)).await;
    written.map_err(|source| Error::internal("writing a map was interrupted").because(source))??;
    work.progress(1, 1, "Done");
    Ok(json!({ "status": "done", "feature_id": feature_id, "media": count }))
}

/// What the vectors of a feature are; its network is loaded only where the descriptor does not tell.
pub(super) async fn signature(app: &App, feature: &Feature) -> Result<Signature> {
    let (model, layer) = (feature.modelzoo_name.clone(), feature.layer.clone());
    let zoo = app.zoo.clone();
    let told = tokio::task::spawn_blocking(move || zoo.signature(&model, &layer)).await;
    let told = told.map_err(|source| Error::internal("looking at a model was interrupted").because(source))??;
    match told {
        Some(signature) => Ok(signature),
        None => Ok(vectoriser(app, &feature.modelzoo_name, &feature.layer).await?.1),
    }
}

async fn open(app: &App, feature: &Feature) -> Result<(Arc<Vectors>, Option<Snapshot>)> {
    let signature = signature(app, feature).await?;
    let fingerprint = signature.fingerprint.to_string();
    let vectors = Arc::new(Vectors::open(&app.features.vectors_folder(&signature), signature.dimension, &fingerprint)?);
    let rows: Arc<dyn Rows> = vectors.clone();
    let snapshot = index::open_current(&app.features.index_folder(feature.id), &rows, &fingerprint)?;
    Ok((vectors, snapshot))
}

fn laid_out(work: &Work, rows: &dyn Rows, snapshot: Option<&Snapshot>, method: &str) -> Result<Vec<Place>> {
    work.progress(0, 1, "Looking for the plane...");
    let start = principal_plane(rows, SEED);
    work.stop().check()?;
    if method == "pca" || rows.len() <= 2 {
        return Ok(start);
    }
    let shown = |message: &'static str| move |done: usize, total: usize| work.progress(done as u64, total as u64, message);
    let found = neighbours(rows, snapshot, NEIGHBOURS, &shown("Looking for neighbours..."), work.stop().flag())?;
    let layout = Layout { epochs: EPOCHS[usize::from(rows.len() > MANY)], seed: SEED };
    spread(&found, &start, layout, &shown("Laying out..."), work.stop().flag())
}

/// Into the square from -1 to 1, the longer side filling it.
fn scaled(mut places: Vec<Place>) -> Vec<Place> {
    let side = |axis: usize| {
        let values = places.iter().map(|place| place[axis]).filter(|value| value.is_finite());
        let (least, most) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        if least > most { (0.0, 0.0) } else { (f32::midpoint(least, most), (most - least) / 2.0) }
    };
    let middles = [side(0), side(1)];
    let half = middles[0].1.max(middles[1].1).max(f32::MIN_POSITIVE);
    for place in &mut places {
        for (value, (middle, _)) in place.iter_mut().zip(middles) {
            *value = if value.is_finite() { ((*value - middle) / half).clamp(-1.0, 1.0) } else { 0.0 };
        }
    }
    places
}
