//! TorchScript modules: layers are methods, and a real one gives its published features.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use likeness::config::{EngineConfig, PrecisionChoice};
use likeness::network::{Engine, NetworkFormat, NetworkSource, Prepared};

use crate::networks::{self, SIDE};

#[tokio::test(flavor = "multi_thread")]
async fn forward_is_the_layer_without_a_name_and_others_are_refused_by_name() {
    let engine = Engine::start(&EngineConfig { precision: PrecisionChoice::F32, ..EngineConfig::default() }).unwrap();
    let source = NetworkSource {
        model: "mean".into(),
        format: NetworkFormat::TorchScript { module: networks::torchscript().into() },
        input: networks::input(),
    };
    let layer: Arc<str> = "".into();
    let (network, signature) = engine.load(source.clone(), &layer).await.unwrap();
    assert_eq!(signature.dimension, 3);
    let green = Prepared { pixels: [0, 200, 0].repeat((SIDE * SIDE) as usize) };
    assert_eq!(engine.feature(network, &layer, green).await.unwrap().vector, [0.0, 1.0, 0.0]);
    let error = engine.load(source, "logits").await.unwrap_err();
    assert!(error.message().contains("no layer `logits`"), "{error}");
}
