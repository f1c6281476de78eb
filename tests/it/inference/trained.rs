//! From a network's text and weights to the reply: pictures below the roots, prepared as a dataset's, answered and told.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use likeness::Kind;
use likeness::dataset::resize::{ResizeMode, Shape};
use likeness::dataset::roots::Roots;
use likeness::dataset::source::Sources;
use likeness::imaging::{DecodeLimits, Raster};
use likeness::model::inference::{Fit, Gallery, Inference, Inferences, Lines, Pace, Pictures, Tally, answer_all, answer_one};
use likeness::network::caffemodel::{self, Blob, LayerWeights};
use likeness::network::torch7::{self, Torch7Parameters};
use likeness::train::supervised::{Framework, MeanSubtraction, Preprocessing, TrainedNetwork};
use tch::Device;

/// Says the first and the last pixel of a picture of 2 x 2, which reach it multiplied by 0.004.
fn corners() -> TrainedNetwork {
    let text = "return function(p)
        local net = nn.Sequential():add(nn.MulConstant(0.004)):add(nn.View(-1):setNumInputDims(3)):add(nn.Linear(p.inputShape:prod(), 2))
        return { model = net, loss = nn.MSECriterion() }
    end";
    let parameters =
        Torch7Parameters { gpus: 0, classes: None, input_shape: [1, 2, 2], crop_in_form: false, label_size: Some(2), fine_tune: false };
    let network = torch7::definition(text, &parameters).unwrap().graph;
    let linear = LayerWeights {
        name: "Linear1".into(),
        layer_type: "InnerProduct".into(),
        blobs: vec![
            Blob { shape: vec![2, 4], data: vec![250.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 250.0] },
            Blob { shape: vec![2], data: vec![0.0, 0.0] },
        ],
    };
    let preprocessing =
        Preprocessing { shape: [1, 2, 2], framework: Framework::Torch, mean: MeanSubtraction::None, crop: None, whitening: false };
    TrainedNetwork::load(network, &caffemodel::encode(&[linear]), preprocessing, Device::Cpu).unwrap()
}

fn sources(root: &Path) -> Sources {
    Sources { roots: Roots::new([root.to_owned()]), limits: DecodeLimits::default(), allow_private_urls: false }
}

fn pictures<'a>(sources: &'a Sources, scratch: &Path, stop: &'a AtomicBool) -> Pictures<'a> {
    let fit = Fit::Resized { shape: Shape { width: 2, height: 2, channels: 1 }, mode: ResizeMode::Squash };
    Pictures { sources, fit, scratch: scratch.to_owned(), stop }
}

fn grey(values: [u8; 4]) -> Vec<u8> {
    Raster::new(2, 2, 1, values.to_vec()).unwrap().encode_png().unwrap()
}

#[test]
fn an_upload_is_told_with_its_batch_and_a_list_without() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(root.path().join("a.png"), grey([10, 20, 30, 40])).unwrap();
    std::fs::write(root.path().join("broken.png"), b"not a picture").unwrap();
    std::fs::write(outside.path().join("secret.png"), grey([1, 2, 3, 4])).unwrap();
    let (network, stop, sources) = (corners(), AtomicBool::new(false), sources(root.path()));
    let pictures = pictures(&sources, root.path(), &stop);

    let outputs = answer_one(pictures.sent(&grey([50, 0, 0, 70])).unwrap(), &network).unwrap();
    let told = serde_json::to_value(Inference(&outputs)).unwrap();
    let near = |value: &serde_json::Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-4;
    assert!(near(&told["output"][0][0], 50.0) && near(&told["output"][0][1], 70.0), "{told}");

    let list = format!("a.png 0\nbroken.png\n{}\n", outside.path().join("secret.png").display());
    let folder = root.path().to_string_lossy().into_owned();
    let lines = Lines::new(list.as_bytes(), Some(folder.clone()), None);
    let mut found = Inferences::new();
    let tally: Tally = answer_all(lines, &pictures, &network, Pace { batch: 2, threads: 2, stop: &stop }, &mut [&mut found]).unwrap();
    assert_eq!((tally.answered, tally.failed), (1, 2));
    assert!(tally.failures.iter().any(|(place, reason)| place.ends_with("secret.png") && reason.ends_with("not found")), "{tally:?}");
    let told = serde_json::to_value(&found).unwrap();
    let values = &told[format!("{folder}/a.png")]["output"];
    assert!(near(&values[0], 10.0) && near(&values[1], 40.0), "{told}");
    assert_eq!(values.as_array().map(Vec::len), Some(2));
    assert_eq!(told.as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn a_picture_that_keeps_its_size_must_suit_the_network() {
    let root = tempfile::tempdir().unwrap();
    let (network, stop, sources) = (corners(), AtomicBool::new(false), sources(root.path()));
    let kept = Pictures { fit: Fit::Kept { channels: 1 }, ..pictures(&sources, root.path(), &stop) };
    let large = Raster::new(3, 3, 1, vec![7; 9]).unwrap().encode_png().unwrap();
    let error = answer_one(kept.sent(&large).unwrap(), &network).unwrap_err();
    assert!(error.kind() == Kind::Invalid && error.message().contains("Linear1"), "{error}");
    assert_eq!(kept.sent(&grey([1, 2, 3, 4])).unwrap().shape, [1, 2, 2]);
}

#[test]
fn what_lies_outside_the_roots_is_not_there() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = outside.path().join("secret.png");
    std::fs::write(&secret, grey([1, 2, 3, 4])).unwrap();
    std::os::unix::fs::symlink(&secret, root.path().join("link.png")).unwrap();
    let (stop, sources) = (AtomicBool::new(false), sources(root.path()));
    let pictures = pictures(&sources, root.path(), &stop);
    for place in
        [secret.display().to_string(), format!("{}/link.png", root.path().display()), format!("{}/../x.png", root.path().display())]
    {
        assert_eq!(pictures.picture(&place).unwrap_err().kind(), Kind::NotFound, "{place}");
    }
}
