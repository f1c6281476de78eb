//! Pictures become upright RGB pixels whatever they were stored as, sizes change as the referees say, and the
//! rendered set has recognisable groups.
#![allow(clippy::unwrap_used, reason = "tests")]

use image::{ExtendedColorType, ImageEncoder};
use likeness::error::Kind;
use likeness::imaging::{
    DecodeLimits, Picture, PictureFormat, ResizeFilter, crop, decode, decode_at_least, encode_jpeg, encode_png, fit_within, group_name,
    probe, render_picture, resize, thumbnail, verify,
};
use likeness::types::Region;

use crate::pictures::{bmp_of_8_bit_palette, cmyk_jpeg, exif_block, jpeg_with_exif, png, tiff, webp_with_exif};

const LIMITS: DecodeLimits = DecodeLimits { max_pixels: 250_000_000, max_file_bytes: 1 << 30 };

fn photo(width: u32, height: u32) -> Picture {
    render_picture(3, 1, 7, width, height)
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 3] {
    let start = (y as usize * picture.width as usize + x as usize) * 3;
    picture.rgb[start..start + 3].try_into().unwrap()
}

fn mean_difference(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = a.rgb.iter().zip(&b.rgb).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.rgb.len() as f64
}

fn largest_difference(a: &Picture, b: &Picture) -> u8 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    a.rgb.iter().zip(&b.rgb).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn formats_are_known_by_content_and_by_name() {
    for (format, extension, media_type) in [
        (PictureFormat::Jpeg, ".jpg", "image/jpeg"),
        (PictureFormat::Png, ".png", "image/png"),
        (PictureFormat::WebP, ".webp", "image/webp"),
        (PictureFormat::Gif, ".gif", "image/gif"),
        (PictureFormat::Bmp, ".bmp", "image/bmp"),
        (PictureFormat::Tiff, ".tif", "image/tiff"),
    ] {
        assert_eq!(format.extension(), extension);
        assert_eq!(format.media_type(), media_type);
        assert_eq!(PictureFormat::from_extension(extension), Some(format));
        assert_eq!(PictureFormat::from_extension(&extension.to_uppercase()), Some(format));
    }
    for name in ["JPEG", "jpe", "JfIf"] {
        assert_eq!(PictureFormat::from_extension(name), Some(PictureFormat::Jpeg));
    }
    assert_eq!(PictureFormat::from_extension("TIFF"), Some(PictureFormat::Tiff));
    assert_eq!(PictureFormat::from_extension("mp4"), None);
    assert_eq!(PictureFormat::sniff(b"BMW is a car, not a bitmap"), None);
}

#[test]
fn every_format_gives_the_pixels_that_went_in() {
    let original = photo(61, 43);
    let raw = || (&original.rgb[..], original.width, original.height, ExtendedColorType::Rgb8);
    let encode = |format: PictureFormat| -> Vec<u8> {
        let (rgb, width, height, color) = raw();
        let mut bytes = Vec::new();
        match format {
            PictureFormat::Png => return encode_png(&original).unwrap(),
            PictureFormat::WebP => {
                image::codecs::webp::WebPEncoder::new_lossless(&mut bytes).write_image(rgb, width, height, color).unwrap();
            }
            PictureFormat::Bmp => image::codecs::bmp::BmpEncoder::new(&mut bytes).write_image(rgb, width, height, color).unwrap(),
            PictureFormat::Tiff => {
                let target = std::io::Cursor::new(&mut bytes);
                image::codecs::tiff::TiffEncoder::new(target).write_image(rgb, width, height, color).unwrap();
            }
            PictureFormat::Jpeg | PictureFormat::Gif => unreachable!("lossy"),
        }
        bytes
    };
    for format in [PictureFormat::Png, PictureFormat::WebP, PictureFormat::Bmp, PictureFormat::Tiff] {
        let bytes = encode(format);
        assert_eq!(PictureFormat::sniff(&bytes), Some(format));
        assert_eq!(decode(&bytes, &LIMITS).unwrap(), original, "{format:?}");
        let info = verify(&bytes, &LIMITS).unwrap();
        assert_eq!((info.format, info.width, info.height, info.orientation), (format, 61, 43, 1));
    }
    let jpeg = encode_jpeg(&original, 95).unwrap();
    assert!(mean_difference(&decode(&jpeg, &LIMITS).unwrap(), &original) < 2.5);
}

#[test]
fn one_bit_and_two_bit_and_four_bit_grey_are_expanded() {
    let one = decode(&png(8, 1, 1, 0, &[0b1010_0110], &[]), &LIMITS).unwrap();
    assert_eq!((0..8).map(|x| pixel(&one, x, 0)[0]).collect::<Vec<_>>(), [255, 0, 255, 0, 0, 255, 255, 0]);
    let two = decode(&png(4, 1, 2, 0, &[0b00_01_10_11], &[]), &LIMITS).unwrap();
    assert_eq!((0..4).map(|x| pixel(&two, x, 0)).collect::<Vec<_>>(), [[0; 3], [85; 3], [170; 3], [255; 3]]);
    let four = decode(&png(2, 1, 4, 0, &[0x1f], &[]), &LIMITS).unwrap();
    assert_eq!([pixel(&four, 0, 0), pixel(&four, 1, 0)], [[17; 3], [255; 3]]);
}

#[test]
fn sixteen_bit_samples_are_rounded() {
    let grey = decode(&png(2, 1, 16, 0, &[0x80, 0x00, 0xff, 0xff], &[]), &LIMITS).unwrap();
    assert_eq!([pixel(&grey, 0, 0), pixel(&grey, 1, 0)], [[128; 3], [255; 3]]);
    let color = decode(&png(1, 1, 16, 2, &[0xff, 0xff, 0x40, 0x00, 0x00, 0x40], &[]), &LIMITS).unwrap();
    assert_eq!(pixel(&color, 0, 0), [255, 64, 0]);
}

#[test]
fn palettes_are_looked_up() {
    let palette: [(&[u8; 4], &[u8]); 1] = [(b"PLTE", &[255, 0, 0, 0, 255, 0, 10, 20, 30])];
    let indexed = decode(&png(3, 1, 8, 3, &[2, 0, 1], &palette), &LIMITS).unwrap();
    assert_eq!([pixel(&indexed, 0, 0), pixel(&indexed, 1, 0), pixel(&indexed, 2, 0)], [[10, 20, 30], [255, 0, 0], [0, 255, 0]]);
    let bitmap = decode(&bmp_of_8_bit_palette(), &LIMITS).unwrap();
    assert_eq!([pixel(&bitmap, 0, 0), pixel(&bitmap, 1, 0)], [[30, 20, 10], [200, 100, 50]]);
}

#[test]
fn transparency_shows_white() {
    let color = decode(&png(3, 1, 8, 6, &[0, 0, 0, 0, 200, 100, 0, 255, 0, 0, 0, 128], &[]), &LIMITS).unwrap();
    assert_eq!([pixel(&color, 0, 0), pixel(&color, 1, 0), pixel(&color, 2, 0)], [[255; 3], [200, 100, 0], [127; 3]]);
    let grey = decode(&png(2, 1, 8, 4, &[10, 0, 10, 255], &[]), &LIMITS).unwrap();
    assert_eq!([pixel(&grey, 0, 0), pixel(&grey, 1, 0)], [[255; 3], [10; 3]]);
    let deep = decode(&png(1, 1, 16, 6, &[0, 0, 0xff, 0xff, 0, 0, 0x80, 0x80], &[]), &LIMITS).unwrap();
    assert_eq!(pixel(&deep, 0, 0), [127, 255, 127]);
    let palette: [(&[u8; 4], &[u8]); 2] = [(b"PLTE", &[1, 2, 3, 4, 5, 6]), (b"tRNS", &[0])];
    let indexed = decode(&png(2, 1, 8, 3, &[0, 1], &palette), &LIMITS).unwrap();
    assert_eq!([pixel(&indexed, 0, 0), pixel(&indexed, 1, 0)], [[255; 3], [4, 5, 6]]);
}

#[test]
fn cmyk_and_ycck_jpeg_have_their_colors() {
    // No ink, full black, full cyan, half yellow: rows of 16 x 16 blocks.
    for (ink, rgb) in [
        ([0, 0, 0, 0], [255; 3]),
        ([0, 0, 0, 255], [0; 3]),
        ([255, 0, 0, 0], [0, 255, 255]),
        ([0, 0, 128, 0], [255, 255, 127]),
        ([0, 255, 255, 128], [127, 0, 0]),
    ] {
        for colorspace in [turbojpeg::Colorspace::CMYK, turbojpeg::Colorspace::YCCK] {
            let bytes = cmyk_jpeg(ink, colorspace);
            for picture in [decode(&bytes, &LIMITS).unwrap(), decode_at_least(&bytes, 4, &LIMITS).unwrap()] {
                let found = pixel(&picture, 2, 2);
                let error = found.iter().zip(rgb).map(|(a, b)| a.abs_diff(b)).max().unwrap();
                assert!(error <= 3, "{colorspace:?} {ink:?}: expected {rgb:?}, found {found:?}");
            }
        }
    }
}

#[test]
fn tiff_kinds_are_converted() {
    // Photometric 0: white is zero.
    assert_eq!(pixel(&decode(&tiff(8, 1, 1, 0, &[0b0111_1111], 1), &LIMITS).unwrap(), 0, 0), [255; 3]);
    assert_eq!(pixel(&decode(&tiff(8, 1, 1, 1, &[0b0111_1111], 1), &LIMITS).unwrap(), 0, 0), [0; 3]);
    assert_eq!(pixel(&decode(&tiff(1, 1, 8, 5, &[255, 0, 0, 0], 1), &LIMITS).unwrap(), 0, 0), [0, 255, 255], "CMYK");
    let turned = tiff(2, 1, 8, 2, &[1, 2, 3, 4, 5, 6], 6);
    let picture = decode(&turned, &LIMITS).unwrap();
    assert_eq!((picture.width, picture.height, pixel(&picture, 0, 0)), (1, 2, [1, 2, 3]));
    assert_eq!(probe(&turned, &LIMITS).unwrap().orientation, 6);
}

#[test]
fn an_animation_gives_its_first_frame() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for color in [[200, 0, 0, 255], [0, 200, 0, 255]] {
        encoder.encode_frame(image::Frame::new(image::RgbaImage::from_pixel(5, 4, image::Rgba(color)))).unwrap();
    }
    drop(encoder);
    let picture = decode(&bytes, &LIMITS).unwrap();
    assert_eq!((picture.width, picture.height, pixel(&picture, 2, 2)), (5, 4, [200, 0, 0]));
}

/// Where the pixel that is stored at (x, y) of a `w` x `h` picture belongs, from the EXIF standard's table.
fn upright_place(orientation: u8, x: u32, y: u32, w: u32, h: u32) -> (u32, u32) {
    match orientation {
        1 => (x, y),
        2 => (w - 1 - x, y),
        3 => (w - 1 - x, h - 1 - y),
        4 => (x, h - 1 - y),
        5 => (y, x),
        6 => (h - 1 - y, x),
        7 => (h - 1 - y, w - 1 - x),
        _ => (y, w - 1 - x),
    }
}

#[test]
fn all_eight_orientations_come_out_upright() {
    let stored = photo(150, 90);
    let plain = encode_jpeg(&stored, 90).unwrap();
    let reference = decode(&plain, &LIMITS).unwrap();
    for orientation in 1..=8 {
        let turned = jpeg_with_exif(&plain, &exif_block(orientation, "2021:05:06 07:08:09", "Acme", "Acme One"));
        let info = probe(&turned, &LIMITS).unwrap();
        let picture = decode(&turned, &LIMITS).unwrap();
        let sides = if orientation >= 5 { (90, 150) } else { (150, 90) };
        assert_eq!((info.width, info.height), sides);
        assert_eq!((picture.width, picture.height), sides);
        assert_eq!(info.orientation, orientation);
        for y in 0..90 {
            for x in 0..150 {
                let (ux, uy) = upright_place(orientation, x, y, 150, 90);
                assert_eq!(pixel(&picture, ux, uy), pixel(&reference, x, y), "orientation {orientation} at {x}, {y}");
            }
        }
    }
}

#[test]
fn the_camera_and_its_clock_are_read() {
    let plain = encode_jpeg(&photo(32, 32), 80).unwrap();
    let info = probe(&jpeg_with_exif(&plain, &exif_block(1, "2021:05:06 07:08:09", "Canon Inc.", "Canon EOS 5D")), &LIMITS).unwrap();
    assert_eq!(info.captured_at.unwrap().to_string(), "2021-05-06 07:08:09");
    assert_eq!(info.camera.as_deref(), Some("Canon EOS 5D"));
    let info = probe(&jpeg_with_exif(&plain, &exif_block(1, "0000:00:00 00:00:00", "Pentax", "K-1\u{7}")), &LIMITS).unwrap();
    assert_eq!((info.captured_at, info.camera.as_deref()), (None, Some("Pentax K-1")));
    let info = probe(&jpeg_with_exif(&plain, b"MM\0*nonsense"), &LIMITS).unwrap();
    assert_eq!((info.orientation, info.captured_at, info.camera), (1, None, None));
}

#[test]
fn png_and_webp_carry_exif_too() {
    let block = exif_block(6, "2020:01:02 03:04:05", "Acme", "Two");
    let turned = png(2, 1, 8, 0, &[10, 20], &[(b"eXIf", &block)]);
    let picture = decode(&turned, &LIMITS).unwrap();
    assert_eq!((picture.width, picture.height, pixel(&picture, 0, 1)), (1, 2, [20; 3]));
    let info = probe(&webp_with_exif(&photo(40, 20), &block), &LIMITS).unwrap();
    assert_eq!((info.width, info.height, info.camera.as_deref()), (20, 40, Some("Acme Two")));
}

#[test]
fn a_scaled_decode_is_large_enough_and_looks_the_same() {
    let jpeg = encode_jpeg(&photo(640, 480), 92).unwrap();
    let full = decode(&jpeg, &LIMITS).unwrap();
    for (min_side, sides) in [
        (1, (80, 60)),
        (60, (80, 60)),
        (61, (160, 120)),
        (224, (320, 240)),
        (240, (320, 240)),
        (241, (400, 300)),
        (480, (640, 480)),
        (9000, (640, 480)),
    ] {
        let scaled = decode_at_least(&jpeg, min_side, &LIMITS).unwrap();
        assert_eq!((scaled.width, scaled.height), sides, "at least {min_side}");
        let reference = resize(&full, scaled.width, scaled.height, ResizeFilter::Antialias).unwrap();
        assert!(mean_difference(&scaled, &reference) < 2.5, "at least {min_side}: {}", mean_difference(&scaled, &reference));
    }
    let png = encode_png(&full).unwrap();
    assert_eq!(decode_at_least(&png, 10, &LIMITS).unwrap(), full, "only JPEG is scaled");
}

/// `OpenCV`'s `INTER_LINEAR` in floating point: pixel centres at halves, edges repeated.
fn opencv_linear(picture: &Picture, width: u32, height: u32) -> Picture {
    let taps = |at: u32, from: u32, to: u32| {
        let place = ((f64::from(at) + 0.5) * f64::from(from) / f64::from(to) - 0.5).clamp(0.0, f64::from(from - 1));
        let first = place.floor() as u32;
        (first, (first + 1).min(from - 1), place - place.floor())
    };
    let mut rgb = Vec::new();
    for y in 0..height {
        let (top, bottom, v) = taps(y, picture.height, height);
        for x in 0..width {
            let (left, right, u) = taps(x, picture.width, width);
            for channel in 0..3 {
                let at = |x, y| f64::from(pixel(picture, x, y)[channel]);
                let upper = at(left, top) * (1.0 - u) + at(right, top) * u;
                let lower = at(left, bottom) * (1.0 - u) + at(right, bottom) * u;
                rgb.push((upper * (1.0 - v) + lower * v).round() as u8);
            }
        }
    }
    Picture::new(width, height, rgb).unwrap()
}

/// A triangle whose support grows with the reduction, as Pillow's `BILINEAR`.
fn pillow_bilinear(picture: &Picture, width: u32, height: u32) -> Picture {
    let weights = |at: u32, from: u32, to: u32| -> Vec<(u32, f64)> {
        let scale = f64::from(from) / f64::from(to);
        let support = scale.max(1.0);
        let center = (f64::from(at) + 0.5) * scale;
        let first = (center - support + 0.5).max(0.0) as u32;
        let last = ((center + support + 0.5) as u32).min(from);
        let raw: Vec<_> = (first..last).map(|i| (i, (1.0 - ((f64::from(i) + 0.5 - center) / support).abs()).max(0.0))).collect();
        let sum: f64 = raw.iter().map(|(_, weight)| weight).sum();
        raw.into_iter().map(|(i, weight)| (i, weight / sum)).collect()
    };
    let mut rgb = Vec::new();
    for y in 0..height {
        let rows = weights(y, picture.height, height);
        for x in 0..width {
            let columns = weights(x, picture.width, width);
            for channel in 0..3 {
                let row = |y: u32| columns.iter().map(|&(x, weight)| weight * f64::from(pixel(picture, x, y)[channel])).sum::<f64>();
                rgb.push(rows.iter().map(|&(y, weight)| weight * row(y)).sum::<f64>().round() as u8);
            }
        }
    }
    Picture::new(width, height, rgb).unwrap()
}

#[test]
fn resizing_agrees_with_the_referees_to_one_level() {
    let picture = photo(97, 71);
    for (width, height) in [(224, 224), (48, 48), (31, 64), (97, 20), (1, 1), (13, 150)] {
        let interpolated = resize(&picture, width, height, ResizeFilter::Interpolate).unwrap();
        assert!(largest_difference(&interpolated, &opencv_linear(&picture, width, height)) <= 1, "interpolate to {width} x {height}");
        let antialiased = resize(&picture, width, height, ResizeFilter::Antialias).unwrap();
        assert!(largest_difference(&antialiased, &pillow_bilinear(&picture, width, height)) <= 1, "antialias to {width} x {height}");
    }
    assert_eq!(resize(&picture, 97, 71, ResizeFilter::Antialias).unwrap(), picture);
}

#[test]
fn impossible_sizes_are_refused() {
    let picture = photo(8, 8);
    let error = resize(&picture, 0, 5, ResizeFilter::Antialias).unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Invalid, "cannot resize to 0 x 5 pixels: both sides must be at least 1"));
    assert_eq!(resize(&picture, u32::MAX, u32::MAX, ResizeFilter::Interpolate).unwrap_err().kind(), Kind::TooLarge);
    let error = Picture::new(2, 2, vec![0; 11]).unwrap_err();
    assert_eq!(error.message(), "a picture of 2 x 2 pixels takes 12 bytes of RGB, got 11");
    let broken = Picture { width: 5, height: 5, rgb: vec![] };
    for result in
        [resize(&broken, 2, 2, ResizeFilter::Antialias).map(drop), encode_jpeg(&broken, 80).map(drop), encode_png(&broken).map(drop)]
    {
        assert_eq!(result.unwrap_err().kind(), Kind::Invalid);
    }
    assert_eq!(encode_jpeg(&Picture::new(70_000, 1, vec![0; 210_000]).unwrap(), 80).unwrap_err().kind(), Kind::TooLarge);
}

#[test]
fn a_region_is_cut_at_the_nearest_pixel_borders() {
    let picture = photo(10, 8);
    let part = crop(&picture, Region::new(0.26, 0.5, 0.5, 0.5).unwrap()).unwrap();
    assert_eq!((part.width, part.height), (5, 4));
    assert_eq!((pixel(&part, 0, 0), pixel(&part, 4, 3)), (pixel(&picture, 3, 4), pixel(&picture, 7, 7)));
    let speck = crop(&picture, Region::new(0.99, 0.0, 0.001, 0.001).unwrap()).unwrap();
    assert_eq!((speck.width, speck.height, pixel(&speck, 0, 0)), (1, 1, pixel(&picture, 9, 0)));
    assert_eq!(crop(&picture, Region::new(0.0, 0.0, 1.0, 1.0).unwrap()).unwrap(), picture);
    assert_eq!(crop(&picture, Region { x: 0.9, y: 0.0, w: 0.5, h: 1.0 }).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn thumbnails_fit_are_upright_and_never_larger() {
    let jpeg = encode_jpeg(&photo(900, 600), 90).unwrap();
    let turned = jpeg_with_exif(&jpeg, &exif_block(6, "2021:05:06 07:08:09", "a", "b"));
    for side in [160, 320, 640] {
        let small = decode(&thumbnail(&turned, side, &LIMITS).unwrap(), &LIMITS).unwrap();
        assert_eq!((small.width, small.height), ((f64::from(side) * 2.0 / 3.0).round() as u32, side));
        let reference = fit_within(&decode(&turned, &LIMITS).unwrap(), side).unwrap();
        assert!(mean_difference(&small, &reference) < 4.0, "side {side}: {}", mean_difference(&small, &reference));
    }
    let kept = thumbnail(&encode_png(&photo(50, 20)).unwrap(), 160, &LIMITS).unwrap();
    let info = probe(&kept, &LIMITS).unwrap();
    assert_eq!((info.format, info.width, info.height), (PictureFormat::Jpeg, 50, 20));
    let strip = fit_within(&photo(400, 2), 100).unwrap();
    assert_eq!((strip.width, strip.height), (100, 1));
    assert_eq!(thumbnail(&jpeg, 0, &LIMITS).unwrap_err().kind(), Kind::Invalid);
}

#[test]
fn real_photos_pass_and_two_decoders_agree() {
    let Some(folder) = crate::support::shared_data("photos-clothing") else { return };
    let mut files: Vec<_> =
        walkdir::WalkDir::new(folder).follow_links(true).into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path).collect();
    files.retain(|file| file.extension().and_then(|extension| PictureFormat::from_extension(extension.to_str()?)).is_some());
    files.sort();
    assert!(!files.is_empty());
    for file in files.iter().step_by(files.len() / 60 + 1) {
        let bytes = std::fs::read(file).unwrap();
        let info = verify(&bytes, &LIMITS).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        let picture = decode(&bytes, &LIMITS).unwrap();
        assert_eq!((picture.width, picture.height), (info.width, info.height));
        let other = image::load_from_memory(&bytes).unwrap().into_rgb8();
        if info.orientation == 1 {
            let other = Picture::new(other.width(), other.height(), other.into_raw()).unwrap();
            assert!(mean_difference(&picture, &other) < 2.0, "{}: {}", file.display(), mean_difference(&picture, &other));
        }
    }
}

#[test]
fn rendered_pictures_repeat_and_their_groups_differ() {
    assert_eq!(render_picture(5, 2, 1, 64, 48), render_picture(5, 2, 1, 64, 48));
    assert_ne!(render_picture(5, 2, 1, 64, 48), render_picture(5, 3, 1, 64, 48), "another view");
    assert_ne!(render_picture(5, 2, 1, 64, 48), render_picture(5, 2, 9, 64, 48), "another seed");
    assert_ne!(render_picture(5, 2, 1, 64, 48), render_picture(6, 2, 1, 64, 48), "another group");
    let names: std::collections::HashSet<_> = (0..200).map(group_name).collect();
    assert_eq!(names.len(), 200);
    assert!((0..72).any(|group| group_name(group) == "striped-torus"));
    assert_eq!(render_picture(0, 0, 0, 0, 0).rgb.len(), 3);
}
