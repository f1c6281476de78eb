//! Fused plans: they give the features of the layers one by one, whatever the network is made of, and damaged or strange
//! archives run as they always did.
#![expect(clippy::unwrap_used, reason = "tests")]

use likeness::config::PrecisionChoice;
use likeness::imaging::{DecodeLimits, ResizeFilter};
use likeness::network::precision::LEAST_COSINE;
use likeness::network::speed::Bench;
use likeness::network::{ColourOrder, InputSpec, Network, NetworkFormat, NetworkSource, Precision, Prepared, preprocess};
use tch::{Device, Kind, Tensor};

use crate::support::shared_data;

mod hostile;
mod scripts;

const SIDE: u32 = 24;

fn input(side: u32) -> InputSpec {
    InputSpec { width: side, height: side, colour: ColourOrder::Rgb, mean: [127.5; 3], scale: 1.0 / 127.5, filter: ResizeFilter::Antialias }
}

fn source(module: Vec<u8>) -> NetworkSource {
    NetworkSource { model: "made".into(), format: NetworkFormat::TorchScript { module: module.into() }, input: input(SIDE) }
}

/// Archive of a module whose `forward` was traced with one picture.
fn traced(mut forward: impl FnMut(&Tensor) -> Tensor) -> Vec<u8> {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("made.pt");
    let example = Tensor::ones([1, 3, i64::from(SIDE), i64::from(SIDE)], (Kind::Float, Device::Cpu));
    let mut run = |inputs: &[Tensor]| vec![forward(&inputs[0])];
    let _guard = tch::no_grad_guard();
    tch::CModule::create_by_tracing("made", "forward", &[example], &mut run).unwrap().save(&file).unwrap();
    std::fs::read(file).unwrap()
}

/// Numbers between -0.5 and 0.5 that are the same everywhere.
fn numbers(shape: &[i64], seed: usize) -> Tensor {
    let count = shape.iter().product::<i64>() as usize;
    let values: Vec<f32> =
        (0..count).map(|place| ((place + 97 * seed).wrapping_mul(2_654_435_761) >> 7 & 0xffff) as f32 / 65_536.0 - 0.5).collect();
    Tensor::from_slice(&values).reshape(shape)
}

fn pictures(count: usize) -> Vec<Prepared> {
    let bytes = (SIDE * SIDE * 3) as usize;
    let picture = |seed: usize| (0..bytes).map(|place| ((place / 7 + seed * 31).wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    (0..count).map(|seed| Prepared { pixels: picture(seed) }).collect()
}

/// The plain features: the layer's own output, averaged, as unit vectors.
fn plain(network: &Network, pictures: &[Prepared], layer: &str) -> Vec<Vec<f32>> {
    let input = preprocess::batch_tensor(pictures, network.input(), Device::Cpu).unwrap();
    let output = network.forward_to(&input, layer).unwrap();
    let rows = if output.dim() == 4 { output.mean_dim([2i64, 3].as_slice(), false, Kind::Float) } else { output.flatten(1, -1) };
    let rows = &rows / rows.norm_scalaropt_dim(2.0, [1i64], true);
    (0..rows.size()[0]).map(|row| Vec::<f32>::try_from(rows.get(row)).unwrap()).collect()
}

fn cosine(left: &[f32], right: &[f32]) -> f64 {
    left.iter().zip(right).map(|(&left, &right)| f64::from(left) * f64::from(right)).sum()
}

/// The network runs as a plan that holds these words and not those, and its f32 features are the plain ones, also for a
/// batch that is cut into pieces.
fn assert_fused(source: &NetworkSource, layer: &str, has: &[&str], has_not: &[&str]) {
    let text = Bench::load(source, layer, Device::Cpu, PrecisionChoice::F32, 0).unwrap().plan().unwrap();
    for word in has {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
    for word in has_not {
        assert!(!text.contains(word), "`{word}` in\n{text}");
    }
    let network = Network::load(source, Device::Cpu, PrecisionChoice::F32).unwrap();
    let execution = network.execution(layer);
    assert!(execution.fused && execution.precision == Precision::F32 && execution.min_cosine > 0.999_99, "{execution:?}\n{text}");
    let pictures = pictures(11);
    let found = network.features(&pictures, layer).unwrap();
    for (found, expected) in found.into_iter().zip(plain(&network, &pictures, layer)) {
        let found = found.unwrap();
        let farthest = found.iter().zip(&expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f32::max);
        assert!(found.len() == expected.len() && farthest < 1e-5, "{farthest}\n{text}");
    }
}

const GRAPH: &str = r#"
name: "many"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 24 dim: 24 } } }
layer { name: "one" type: "Convolution" bottom: "data" top: "one" convolution_param { num_output: 8 kernel_size: 3 pad: 1 bias_term: false } }
layer { name: "norm" type: "BatchNorm" bottom: "one" top: "one" }
layer { name: "scale" type: "Scale" bottom: "one" top: "one" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "one" top: "one" }
layer { name: "pool" type: "Pooling" bottom: "one" top: "pool" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "two" type: "Convolution" bottom: "pool" top: "two" convolution_param { num_output: 8 kernel_size: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "two" bottom: "pool" top: "sum" eltwise_param { operation: SUM } }
layer { name: "sum_relu" type: "ReLU" bottom: "sum" top: "sum" }
layer { name: "three" type: "Convolution" bottom: "sum" top: "three" convolution_param { num_output: 4 kernel_size: 3 stride: 2 group: 4 } }
layer { name: "leaky" type: "ReLU" bottom: "three" top: "three" relu_param { negative_slope: 0.1 } }
layer { name: "four" type: "Convolution" bottom: "sum" top: "four" convolution_param { num_output: 4 kernel_size: 3 stride: 2 } }
layer { name: "both" type: "Concat" bottom: "three" bottom: "four" top: "both" }
layer { name: "mean" type: "Pooling" bottom: "both" top: "mean" pooling_param { pool: AVE global_pooling: true } }
layer { name: "fc" type: "InnerProduct" bottom: "both" top: "fc" inner_product_param { num_output: 6 } }
layer { name: "lrn" type: "LRN" bottom: "both" top: "lrn" }
"#;

fn graph() -> NetworkSource {
    use likeness::network::caffemodel::{Blob, LayerWeights, encode};
    let mut seed = 0;
    let mut layer = |name: &str, shapes: &[&[i64]]| {
        let mut blob = |shape: &&[i64]| {
            seed += 1;
            // Variances and their factor are positive.
            let data = Vec::<f32>::try_from((numbers(shape, seed).abs() + 0.1).flatten(0, -1)).unwrap();
            let data = if name == "norm" { data } else { data.iter().map(|value| value - 0.35).collect() };
            Blob { shape: shape.to_vec(), data }
        };
        LayerWeights { name: name.into(), layer_type: String::new(), blobs: shapes.iter().map(&mut blob).collect() }
    };
    let weights = encode(&[
        layer("one", &[&[8, 3, 3, 3]]),
        layer("norm", &[&[8], &[8], &[1]]),
        layer("scale", &[&[8], &[8]]),
        layer("two", &[&[8, 8, 1, 1], &[8]]),
        layer("three", &[&[4, 2, 3, 3], &[4]]),
        layer("four", &[&[4, 8, 3, 3], &[4]]),
        layer("fc", &[&[6, 8 * 5 * 5], &[6]]),
    ]);
    NetworkSource {
        model: "many".into(),
        format: NetworkFormat::Caffe { definition: GRAPH.into(), weights: weights.into() },
        input: input(SIDE),
    }
}

#[test]
fn a_caffe_graph_becomes_fused_convolutions() {
    let source = graph();
    assert_fused(&source, "mean", &["\"relu\"", "\"add\"", "\"leaky_relu\"", "torch.cat"], &["torch.relu", "torch.add", "torch.mul"]);
    assert_fused(&source, "fc", &["torch.linear"], &[]);
    assert_fused(&source, "two", &["_convolution_pointwise"], &["torch.cat", "torch.linear"]);
}

#[test]
fn a_layer_that_plans_do_not_know_runs_as_before() {
    let source = graph();
    let error = Bench::load(&source, "lrn", Device::Cpu, PrecisionChoice::F32, 0).unwrap().plan().unwrap_err();
    assert!(error.message().contains("lrn"), "{error}");
    let network = Network::load(&source, Device::Cpu, PrecisionChoice::Auto).unwrap();
    let execution = network.execution("lrn");
    assert!(!execution.fused && execution.precision == Precision::F32, "{execution:?}");
    let pictures = pictures(3);
    for (found, expected) in network.features(&pictures, "lrn").unwrap().into_iter().zip(plain(&network, &pictures, "lrn")) {
        assert!(cosine(&found.unwrap(), &expected) > 0.999_999);
    }
}

#[test]
fn the_same_batch_gives_the_same_bits_and_bf16_stays_close() {
    for choice in [PrecisionChoice::F32, PrecisionChoice::Bf16] {
        let vectors = |_| {
            let network = Network::load(&graph(), Device::Cpu, choice).unwrap();
            network.features(&pictures(19), "mean").unwrap().into_iter().map(Result::unwrap).collect::<Vec<_>>()
        };
        let [first, again] = [0, 1].map(vectors);
        assert_eq!(first, again);
        let network = Network::load(&graph(), Device::Cpu, PrecisionChoice::F32).unwrap();
        for (found, expected) in first.iter().zip(plain(&network, &pictures(19), "mean")) {
            assert!(cosine(found, &expected) > LEAST_COSINE);
        }
    }
}

#[test]
fn a_picture_has_the_same_feature_alone_and_among_others() {
    for choice in [PrecisionChoice::F32, PrecisionChoice::Bf16] {
        let network = Network::load(&graph(), Device::Cpu, choice).unwrap();
        let together = network.features(&pictures(11), "mean").unwrap();
        for (picture, among) in pictures(11).into_iter().zip(together) {
            let alone = network.features(&[picture], "mean").unwrap().remove(0).unwrap();
            assert!(cosine(&alone, &among.unwrap()) > if choice == PrecisionChoice::F32 { 0.999_999 } else { LEAST_COSINE });
        }
    }
}

#[test]
fn photos_keep_their_features_in_the_precision_of_the_machine() {
    let Some(module) = shared_data("weights/mobilenet-v2/mobilenet_v2.pt") else { return };
    let module = std::fs::read(module).unwrap();
    let source =
        NetworkSource { model: "mobilenet".into(), format: NetworkFormat::TorchScript { module: module.into() }, input: input(224) };
    assert!(
        Bench::load(&source, "", Device::Cpu, PrecisionChoice::F32, 0).unwrap().plan().unwrap().matches("_convolution_pointwise").count()
            > 50
    );
    let folder = shared_data("photos-flowers").unwrap();
    let photos = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let photos: Vec<_> = photos.filter(|path| path.extension().is_some_and(|extension| extension == "jpg")).take(24).collect();
    assert!(photos.len() >= 8);
    let prepared = |path| preprocess::prepare(&std::fs::read(path).unwrap(), None, &input(224), &DecodeLimits::default()).unwrap();
    let pictures: Vec<Prepared> = photos.iter().map(prepared).collect();
    let features = |choice| {
        let network = Network::load(&source, Device::Cpu, choice).unwrap();
        let vectors: Vec<Vec<f32>> = network.features(&pictures, "").unwrap().into_iter().map(Result::unwrap).collect();
        (network.execution(""), vectors)
    };
    let ((exact, expected), (chosen, found)) = (features(PrecisionChoice::F32), features(PrecisionChoice::Auto));
    assert!(exact.fused && chosen.fused, "{exact:?} {chosen:?}");
    let least = found.iter().zip(&expected).map(|(found, expected)| cosine(found, expected)).fold(1.0, f64::min);
    println!("{}: least cosine of {} photos {least:.6}", chosen.precision, photos.len());
    assert!(least >= LEAST_COSINE, "{least}");
}

#[test]
fn a_scan_of_a_device_finds_what_sorting_finds() {
    use likeness::network::scan::DeviceScan;
    let dimension = 16;
    let rows = Vec::<f32>::try_from(numbers(&[500, dimension], 1).flatten(0, -1)).unwrap();
    let queries = Vec::<f32>::try_from(numbers(&[300, dimension], 7).flatten(0, -1)).unwrap();
    let mut scan = DeviceScan::new(Device::cuda_if_available(), dimension as usize);
    assert!(scan.is_empty() && scan.search(&queries, 3).unwrap().iter().all(Vec::is_empty));
    for part in rows.chunks(dimension as usize * 77) {
        scan.append(part).unwrap();
    }
    assert_eq!(scan.len(), 500);
    for (query, found) in queries.chunks(dimension as usize).zip(scan.search(&queries, 5).unwrap()) {
        let mut scores: Vec<f64> = rows.chunks(dimension as usize).map(|row| cosine(row, query)).collect();
        for &(row, score) in &found {
            assert!((scores[row as usize] - f64::from(score)).abs() < 1e-2);
        }
        scores.sort_by(|left, right| right.total_cmp(left));
        assert!(found.len() == 5 && (scores[4] - f64::from(found[4].1)).abs() < 1e-2);
    }
    assert!(scan.append(&rows[1..]).unwrap_err().message().contains("no whole rows"));
}
