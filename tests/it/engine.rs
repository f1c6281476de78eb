//! The engine: features are right, bad pictures fail alone, people go before bulk work, and too many are told so.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use likeness::Kind;
use likeness::config::{EngineConfig, PrecisionChoice};
use likeness::network::{Engine, NetworkFormat, NetworkSource, Prepared};

use crate::networks::{self, SIDE};

fn plain(rgb: [u8; 3]) -> Prepared {
    Prepared { pixels: rgb.repeat((SIDE * SIDE) as usize) }
}

fn engine() -> Engine {
    Engine::start(&EngineConfig { precision: PrecisionChoice::F32, ..EngineConfig::default() }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_is_the_named_layer_pooled_and_of_length_one() {
    let engine = engine();
    let layer: Arc<str> = "conv".into();
    let (network, signature) = engine.load(networks::caffe(), &layer).await.unwrap();
    assert_eq!((signature.dimension, signature.layer.as_str()), (3, "conv"));
    let vector = engine.feature(network, &layer, plain([255, 0, 0])).await.unwrap().vector;
    assert_eq!(vector, [1.0, 0.0, 0.0]);
    let vector = engine.feature(network, &layer, plain([100, 0, 100])).await.unwrap().vector;
    let expected = [1.0 / 10f32.sqrt(), 0.0, 3.0 / 10f32.sqrt()];
    assert!(vector.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{vector:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_gives_what_each_picture_gives_alone_and_a_black_one_fails_alone() {
    let engine = engine();
    let layer: Arc<str> = "conv".into();
    let (network, _) = engine.load(networks::caffe(), &layer).await.unwrap();
    let colours = [[200, 10, 30], [0, 0, 0], [5, 250, 90], [1, 2, 3]];
    let batch = engine.features(network, &layer, colours.map(plain).to_vec()).await.unwrap();
    for (colour, result) in colours.into_iter().zip(batch) {
        match (engine.feature(network, &layer, plain(colour)).await, result) {
            (Ok(alone), Ok(together)) => assert!(alone.vector.iter().zip(&together).all(|(a, b)| (a - b).abs() < 1e-6)),
            (Err(alone), Err(together)) => {
                assert_eq!((colour, alone.kind()), ([0, 0, 0], Kind::Invalid));
                assert!(together.message().contains("zero vector"), "{together}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_that_is_not_there_is_answered_with_those_that_are() {
    let error = engine().load(networks::caffe(), "fc9").await.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(["fc9", "data", "conv", "relu", "total"].iter().all(|name| error.message().contains(name)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_that_do_not_fit_their_definition_are_refused_by_layer_and_shape() {
    let mut source = networks::caffe();
    if let NetworkFormat::Caffe { definition, .. } = &mut source.format {
        *definition = definition.replace("num_output: 3", "num_output: 4");
    }
    let error = engine().load(source, "conv").await.unwrap_err();
    assert!(error.message().contains("known") && error.message().contains("conv"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_files_are_loaded_once_and_the_fingerprint_tells_layers_and_preprocessing_apart() {
    let engine = engine();
    let (first, conv) = engine.load(networks::caffe(), "conv").await.unwrap();
    let (again, same) = engine.load(networks::caffe(), "conv").await.unwrap();
    assert_eq!((first, &conv.fingerprint), (again, &same.fingerprint));
    let (_, total) = engine.load(networks::caffe(), "total").await.unwrap();
    let mut other = networks::caffe();
    other.input.scale = 1.0;
    let (_, scaled) = engine.load(other, "conv").await.unwrap();
    assert!(conv.fingerprint != total.fingerprint && conv.fingerprint != scaled.fingerprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_searches_are_told_so_at_once_and_those_whose_caller_left_are_dropped() {
    let engine = Engine::start(&EngineConfig { interactive_waiting: 2, ..EngineConfig::default() }).unwrap();
    let layer: Arc<str> = "conv".into();
    let (network, _) = engine.load(networks::caffe(), &layer).await.unwrap();
    // Long bulk work holds the device while the lane fills.
    let (busy_engine, busy_layer) = (engine.clone(), Arc::clone(&layer));
    let bulk =
        tokio::spawn(async move { busy_engine.features(network, &busy_layer, vec![plain([9, 9, 9]); 200_000]).await.unwrap().len() });
    let mut refused = 0;
    let mut waiting = Vec::new();
    for _ in 0..20_000 {
        let mut search = Box::pin(engine.feature(network, &layer, plain([1, 2, 3])));
        match futures::poll!(&mut search) {
            std::task::Poll::Ready(Err(error)) => {
                assert_eq!(error.kind(), Kind::Busy);
                refused += 1;
                break;
            }
            std::task::Poll::Ready(Ok(_)) => {}
            std::task::Poll::Pending => waiting.push(search),
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(refused, 1, "the lane of two never filled");
    drop(waiting);
    assert_eq!(bulk.await.unwrap(), 200_000);
    assert!(engine.feature(network, &layer, plain([1, 2, 3])).await.is_ok(), "the lane is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn cuda_that_is_not_there_is_said_and_auto_goes_on() {
    if tch::Cuda::is_available() {
        return;
    }
    let config = EngineConfig { device: likeness::config::DeviceChoice::Cuda, ..EngineConfig::default() };
    let error = Engine::start(&config).err().unwrap();
    assert!(error.message().contains("--device auto"), "{error}");
    assert!(engine().device().starts_with("CPU"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_network_are_refused() {
    let source = NetworkSource {
        model: "broken".into(),
        format: NetworkFormat::TorchScript { module: b"PK nonsense".as_slice().into() },
        input: networks::input(),
    };
    let error = engine().load(source, "").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Corrupt);
    assert!(error.message().contains("broken") && error.message().contains("not a TorchScript module"), "{error}");
}
