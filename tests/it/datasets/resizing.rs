//! Pictures to the size of a dataset.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::Kind;
use likeness::dataset::resize::{ResizeMode, Shape, resize};
use likeness::dataset::source::decode;
use likeness::imaging::{DecodeLimits, Picture, Raster};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Picture {
    let rgb = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
    Picture::new(width, height, rgb).unwrap()
}

fn shape(width: u32, height: u32, channels: u32) -> Shape {
    Shape { width, height, channels }
}

fn resized(picture: Picture, shape: Shape, mode: ResizeMode, seed: u64) -> Raster {
    resize(picture, shape, mode, &mut StdRng::seed_from_u64(seed)).unwrap()
}

#[test]
fn every_mode_gives_exactly_the_shape() {
    for (source_width, source_height) in [(10, 10), (10, 16), (15, 10), (15, 16), (1, 7), (97, 3)] {
        for (width, height) in [(10, 10), (10, 15), (16, 10), (16, 15), (3, 3), (1, 1)] {
            for channels in [1, 3] {
                for mode in ResizeMode::ALL {
                    let source = picture(source_width, source_height, |x, y| [x as u8, y as u8, 7]);
                    let made = resized(source, shape(width, height, channels), mode, 1);
                    assert_eq!((made.width, made.height, made.channels), (width, height, channels), "{mode:?}");
                    assert_eq!(made.samples.len(), (width * height * channels) as usize, "{mode:?}");
                }
            }
        }
    }
}

#[test]
fn crop_keeps_the_middle_of_the_long_side() {
    // Thirds of red, green and blue: only the green one is left.
    let source = picture(30, 10, |x, _| [[255, 0, 0], [0, 255, 0], [0, 0, 255]][(x / 10) as usize]);
    let made = resized(source, shape(10, 10, 3), ResizeMode::Crop, 1);
    assert!(made.samples.as_chunks::<3>().0.iter().all(|pixel| *pixel == [0, 255, 0]));
}

#[test]
fn fill_surrounds_with_noise_that_follows_from_the_seed() {
    let source = || picture(20, 10, |_, _| [255, 255, 255]);
    let made = resized(source(), shape(20, 20, 1), ResizeMode::Fill, 1);
    let rows: Vec<&[u8]> = made.samples.chunks(20).collect();
    let is_noise = |row: &[u8]| row.iter().any(|sample| *sample != 255);
    assert!(rows[..5].iter().chain(&rows[15..]).all(|row| is_noise(row)), "five rows above and below");
    assert!(rows[5..15].iter().all(|row| !is_noise(row)), "ten rows of the picture");
    let white: Vec<&u8> = made.samples.iter().filter(|sample| **sample == 255).collect();
    assert_eq!(white.len(), 200, "noise ends at 254");
    assert_eq!(resized(source(), shape(20, 20, 1), ResizeMode::Fill, 1), made);
    assert_ne!(resized(source(), shape(20, 20, 1), ResizeMode::Fill, 2), made);
}

#[test]
fn an_odd_gap_gives_one_row_to_the_picture() {
    let made = resized(picture(10, 5, |_, _| [255; 3]), shape(10, 10, 1), ResizeMode::Fill, 1);
    let white = made.samples.chunks(10).filter(|row| row.iter().all(|sample| *sample == 255)).count();
    assert_eq!(white, 6);
}

#[test]
fn half_crop_lies_between_crop_and_fill() {
    // 40 x 10 into 20 x 20: ratios 2 and 0.5, their mean 1.25: 32 x 8, of which 20 x 8 are kept.
    let made = resized(picture(40, 10, |_, _| [255; 3]), shape(20, 20, 1), ResizeMode::HalfCrop, 1);
    let white = made.samples.chunks(20).filter(|row| row.iter().all(|sample| *sample == 255)).count();
    assert_eq!(white, 8);
}

#[test]
fn grey_is_weighed_and_equal_channels_keep_their_value() {
    let grey = |rgb: [u8; 3]| resized(picture(1, 1, |_, _| rgb), shape(1, 1, 1), ResizeMode::Squash, 1).samples[0];
    assert_eq!([grey([255, 0, 0]), grey([0, 255, 0]), grey([0, 0, 255])], [76, 149, 29]);
    for value in 0..=255 {
        assert_eq!(grey([value; 3]), value);
    }
}

#[test]
fn shrinking_averages_all_pixels() {
    // The triangle of Pillow's filter over four pixels that become one: weights 5, 7, 7, 5 of 24.
    let source = picture(4, 1, |x, _| [[0, 0, 0], [80, 80, 80], [160, 160, 160], [240, 240, 240]][x as usize]);
    let sample = resized(source, shape(1, 1, 1), ResizeMode::Squash, 1).samples[0];
    assert!(sample.abs_diff(120) <= 1, "{sample}");
}

#[test]
fn a_ribbon_does_not_become_a_plane() {
    let ribbon = picture(1, 1_000_000, |_, _| [0; 3]);
    let error = resize(ribbon, shape(256, 256, 3), ResizeMode::Crop, &mut StdRng::seed_from_u64(1)).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.message().contains("squash"), "{error}");
}

#[test]
fn old_formats_are_read_and_deep_grey_is_refused() {
    let limits = DecodeLimits::default();
    let grey = decode(b"P5\n2 1\n255\n\x05\xfa", &limits).unwrap();
    assert_eq!((grey.width, grey.height, grey.rgb.as_slice()), (2, 1, &[5, 5, 5, 250, 250, 250][..]));
    assert_eq!(decode(b"P3\n1 1\n255\n1 2 3\n", &limits).unwrap().rgb, [1, 2, 3]);
    let deep = crate::pictures::png(1, 1, 16, 0, &[1, 2], &[]);
    assert_eq!(decode(&deep, &limits).unwrap_err().message(), "Image mode \"I;16\" not supported");
    let hostile = decode(b"P5\n60000 4000\n255\n\x05", &limits).unwrap_err();
    assert_eq!(hostile.kind(), Kind::Corrupt, "{hostile}");
    assert!(decode(b"P6\n2 2\n255\nabc", &limits).is_err());
}
