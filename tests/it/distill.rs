//! The training of the default network: views stay inside their photos, a stopped run goes on exactly,
//! and what is exported says what was trained.
#![expect(clippy::unwrap_used, reason = "tests")]

use likeness::imaging::Picture;
use likeness::network::CaffeGraph;
use likeness::train::augment::{Crop, Recipe, Tone, generator};
use likeness::train::distill::Length;
use likeness::train::export;
use likeness::train::lesson::Lesson;
use likeness::train::metrics::retrieval;
use likeness::train::student::{DIMENSIONS, MEAN, Mode, SCALE, SIDE, Student};
use likeness::train::teacher::Target;
use likeness::train::training::{Settings, Training};
use likeness::train::views::{Views, pixels_tensor};
use rand::Rng;
use tch::{Device, Kind, Tensor};

#[test]
fn the_exported_caffe_network_says_what_the_student_says() {
    let student = Student::new(7);
    student.calibrate((0..3).map(|number| pixels(number, 4)));
    let (prototxt, caffemodel) = export::caffe(&student).unwrap();
    let graph = CaffeGraph::load(&prototxt, &caffemodel, Device::Cpu).unwrap();
    let batch = pixels(9, 3);
    let expected = student.forward(&batch, Mode::Evaluate, Kind::Float);
    let found = graph.forward_to(&((batch.to_kind(Kind::Float) - MEAN) * SCALE), export::FEATURE_LAYER).unwrap();
    assert_eq!(found.size(), [3, DIMENSIONS]);
    let difference = largest(&(&found - &expected));
    assert!(difference < 1e-4 * largest(&expected).max(1.0), "differs by {difference}");
    assert!(largest(&(expected.get(0) - expected.get(1))) > 1e-3, "different pictures get different features");
}

#[test]
fn the_exported_weights_stay_within_four_megabytes() {
    let (_, caffemodel) = export::caffe(&Student::new(1)).unwrap();
    assert!(caffemodel.len() <= 4_000_000, "{} bytes", caffemodel.len());
}

#[test]
fn a_resumed_training_does_what_an_unbroken_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoint.ot");
    let mut unbroken = Training::new(lesson(), settings());
    for step in 0..4 {
        if step == 2 {
            unbroken.save(&file).unwrap();
        }
        unbroken.step().unwrap();
    }
    let mut resumed = Training::new(lesson(), settings());
    resumed.resume(&file).unwrap();
    for _ in 0..2 {
        resumed.step().unwrap();
    }
    assert_eq!(resumed.optimiser.step, 4);
    for (one, other) in unbroken.optimiser.state().iter().zip(resumed.optimiser.state()) {
        assert_eq!(one.0, other.0);
        assert!(one.1.equal(&other.1), "{} differs", one.0);
    }
}

#[test]
fn training_lowers_the_loss() {
    let mut training = Training::new(lesson(), settings());
    let mut directions = Vec::new();
    while training.progress() < 1.0 {
        training.step().unwrap();
        directions.push(training.take_losses()[0]);
    }
    assert!(directions.last().unwrap() < &(directions[0] - 0.02), "{directions:?}");
}

#[test]
fn a_checkpoint_of_something_else_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoint.ot");
    let mut training = Training::new(lesson(), settings());
    assert!(training.resume(&file).unwrap_err().message().contains("without --resume"));
    Tensor::save_multi(&[("other", Tensor::zeros([2], (Kind::Float, Device::Cpu)))], &file).unwrap();
    assert!(training.resume(&file).unwrap_err().message().contains("conv1.weight"));
}

#[test]
fn views_are_full_squares_from_photos_of_any_shape() {
    let photos: Vec<Picture> = [(1, 1), (3, 200), (200, 3), (64, 48)].into_iter().map(|(width, height)| noise(width, height)).collect();
    for number in 0..200 {
        let recipe = Recipe::draw(5, number, photos.len());
        assert_eq!(recipe, Recipe::draw(5, number, photos.len()), "the number alone decides");
        assert!((0.0..=1.0).contains(&recipe.share));
        let view = recipe.render(&photos, 24).unwrap();
        assert_eq!((view.width, view.height, view.rgb.len()), (24, 24, 24 * 24 * 3));
    }
}

#[test]
fn every_photo_comes_once_in_each_round_of_views() {
    let mut seen: Vec<usize> = (0..30).map(|number| Recipe::draw(2, 60 + number, 30).first.0).collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
}

#[test]
fn crops_never_leave_the_picture() {
    let random = &mut generator(3, 0, 0);
    for _ in 0..2000 {
        let crop = Crop::draw(random, 0.1);
        let (width, height) = (random.random_range(1..500), random.random_range(1..500));
        let (left, top, crop_width, crop_height) = crop.pixels(width, height);
        assert!(
            crop_width > 0 && crop_height > 0 && left + crop_width <= width && top + crop_height <= height,
            "{crop:?} of {width} x {height}"
        );
    }
}

#[test]
fn a_plain_tone_changes_nothing_and_an_extreme_one_stays_in_range() {
    let picture = noise(9, 9);
    let mut same = picture.rgb.clone();
    Tone::PLAIN.apply(&mut same);
    assert_eq!(same, picture.rgb);
    Tone { brightness: 50.0, contrast: 1.0, saturation: 1.0, warmth: 1.0 }.apply(&mut same);
    assert!(same.iter().zip(&picture.rgb).all(|(bright, before)| bright >= before));
}

#[test]
fn retrieval_counts_first_hits_and_average_precision() {
    let gallery = Tensor::from_slice(&[1.0_f32, 0.0, 0.9, 0.1, 0.0, 1.0]).reshape([3, 2]);
    let queries = Tensor::from_slice(&[1.0_f32, 0.02, 0.1, 1.0]).reshape([2, 2]);
    let found = retrieval(&queries, &["hat", "hat"], &gallery, &["hat", "shoe", "hat"]);
    assert!((found.precision_at_1 - 1.0).abs() < 1e-9);
    // First query: hat, shoe, hat; second: hat, shoe, hat from the other end.
    assert!((found.mean_average_precision - 5.0 / 6.0).abs() < 1e-9);
}

fn settings() -> Settings {
    Settings { length: Length::Epochs(3.0), batch: 8, rate: 0.004, weights: [3.0, 1.0, 0.3], half: false, blended: 0.25, seed: 11 }
}

/// Two dozen views of noise with targets that follow from four kinds of it.
fn lesson() -> Lesson {
    const COUNT: usize = 24;
    let pictures: Vec<Picture> = (0..COUNT).map(|number| tinted(number % 4)).collect();
    let features = Tensor::from_slice(&(0..COUNT * 300).map(|i| ((i / 300 % 4) * 31 + i % 300) as f32 % 17.0).collect::<Vec<_>>())
        .reshape([COUNT as i64, 300]);
    let target = Target::fit(&features, DIMENSIONS, 0.0);
    let targets = target.apply(&features);
    Lesson {
        views: Views {
            pixels: pictures.into_iter().flat_map(|p| p.rgb).collect(),
            features,
            origins: (0..COUNT).map(|n| (n, n, 1.0)).collect(),
        },
        library: targets.narrow(0, 0, 4),
        targets,
        probabilities: Tensor::eye(4, (Kind::Float, Device::Cpu)).repeat([COUNT as i64 / 4, 1]),
        target,
    }
}

fn tinted(kind: usize) -> Picture {
    let mut picture = noise(SIDE, SIDE);
    picture.rgb.iter_mut().skip(kind % 3).step_by(3).for_each(|value| *value /= if kind == 3 { 8 } else { 2 });
    picture
}

fn noise(width: u32, height: u32) -> Picture {
    let random = &mut generator(8, u64::from(width), u64::from(height));
    Picture { width, height, rgb: (0..width * height * 3).map(|_| random.random()).collect() }
}

fn pixels(seed: u64, count: usize) -> Tensor {
    let random = &mut generator(seed, 9, 9);
    let bytes: Vec<u8> =
        (0..count * (SIDE * SIDE * 3) as usize).map(|i| (random.random::<u8>() / 2).wrapping_add((i / 37_632 * 40) as u8)).collect();
    pixels_tensor(&bytes, count)
}

fn largest(tensor: &Tensor) -> f64 {
    tensor.abs().max().double_value(&[])
}
