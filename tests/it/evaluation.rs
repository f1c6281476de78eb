//! Evaluation: the metrics by hand, the program's own network on rendered pictures, the known figures on real ones.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use likeness::config::{EngineConfig, PrecisionChoice};
use likeness::imaging::DecodeLimits;
use likeness::index::IndexKind;
use likeness::model::file::resolve;
use likeness::model::{DEFAULT_MODEL, Zoo};
use likeness::network::Engine;
use likeness::tasks::evaluate::{Evaluation, evaluate};
use likeness::tasks::vectorise::Vectoriser;
use likeness::tasks::{Stop, metrics};

use crate::networks;
use crate::support::{rendered_pictures, shared_data};

async fn measure(model: &str, gallery: &Path, queries: &Path, kinds: &[&str]) -> Vec<Evaluation> {
    let resolved = resolve(&Zoo::new(Path::new("nowhere"), None), model, &networks::input()).unwrap();
    let engine = Engine::start(&EngineConfig { precision: PrecisionChoice::F32, ..EngineConfig::default() }).unwrap();
    let (network, signature) = engine.load(resolved.source, &resolved.layer).await.unwrap();
    let vectoriser = Vectoriser::new(&engine, network, &signature, DecodeLimits::default());
    let mut evaluations = Vec::new();
    for kind in kinds {
        let kind = IndexKind::parse(kind, None).unwrap();
        evaluations.push(evaluate(&vectoriser, gallery, queries, &kind, &Stop::default(), &|_| {}).await.unwrap());
    }
    evaluations
}

#[test]
fn average_precision_is_the_mean_of_the_precisions_at_each_right_answer() {
    let precision = metrics::average_precision([true, false, true, false, false, true]).unwrap();
    assert!((precision - (1.0 + 2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-12);
    assert_eq!(metrics::average_precision([false, false]), None);
}

#[test]
fn recall_counts_ties_as_right_and_percentiles_take_the_nearest_rank() {
    let truth = [(1, 0.9), (2, 0.5)];
    assert!((metrics::recall(&[(1, 0.9), (7, 0.5)], &truth) - 1.0).abs() < 1e-12);
    assert!((metrics::recall(&[(1, 0.9), (7, 0.4)], &truth) - 0.5).abs() < 1e-12);
    let values: Vec<f64> = (1..=100).map(f64::from).collect();
    assert!((metrics::percentile(&values, 0.95) - 95.0).abs() < 1e-12 && (metrics::percentile(&values, 0.5) - 50.0).abs() < 1e-12);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_network_finds_other_views_of_a_rendered_object_with_every_kind_of_index() {
    let folder = rendered_pictures();
    for evaluation in measure(DEFAULT_MODEL, folder, folder, &["flat", "hnsw", "faiss"]).await {
        assert_eq!((evaluation.gallery, evaluation.queries, evaluation.classes), (48, 48, 8));
        assert!(evaluation.recall_at_10 >= 0.99, "{evaluation:?}");
        // Chance is 0.11: a picture is never its own answer.
        assert!(evaluation.p_at_1 > 0.6 && evaluation.p_at_1 < 1.0 + 1e-9, "{evaluation:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mobilenet_reaches_its_reference_on_real_photos_with_every_kind_of_index() {
    let (Some(model), Some(photos)) = (shared_data("weights/mobilenet-v2/mobilenet_v2.pt"), shared_data("photos-clothing")) else { return };
    let evaluations = measure(&model.to_string_lossy(), &photos.join("train"), &photos.join("test"), &["flat", "hnsw", "faiss"]).await;
    assert!((evaluations[0].p_at_1 - 0.699).abs() <= 0.01, "{:?}", evaluations[0]);
    for evaluation in &evaluations {
        assert!(evaluation.recall_at_10 >= 0.99 && evaluation.p_at_1 >= evaluations[0].p_at_1 - 0.005, "{evaluation:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_network_is_good_enough_on_real_photos_with_every_kind_of_index() {
    let Some(photos) = shared_data("photos-clothing") else { return };
    let evaluations = measure(DEFAULT_MODEL, &photos.join("train"), &photos.join("test"), &["flat", "hnsw", "faiss"]).await;
    assert!(evaluations[0].p_at_1 >= 0.60, "{:?}", evaluations[0]);
    for evaluation in &evaluations {
        println!("{}: P@1 {:.4}, mAP {:.4}, recall@10 {:.4}", evaluation.index, evaluation.p_at_1, evaluation.map, evaluation.recall_at_10);
        assert!(evaluation.recall_at_10 >= 0.99 && evaluation.p_at_1 >= evaluations[0].p_at_1 - 0.005, "{evaluation:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_without_classes_are_refused_by_name() {
    let empty = tempfile::TempDir::new().unwrap();
    let resolved = resolve(&Zoo::new(Path::new("nowhere"), None), DEFAULT_MODEL, &networks::input()).unwrap();
    let engine = Engine::start(&EngineConfig { precision: PrecisionChoice::F32, ..EngineConfig::default() }).unwrap();
    let (network, signature) = engine.load(resolved.source, &resolved.layer).await.unwrap();
    let vectoriser = Vectoriser::new(&engine, network, &signature, DecodeLimits::default());
    let outcome = evaluate(&vectoriser, empty.path(), rendered_pictures(), &IndexKind::Flat, &Stop::default(), &|_| {}).await;
    let error = outcome.unwrap_err();
    assert!(error.message().contains("each class is a sub-folder"), "{error}");
}
