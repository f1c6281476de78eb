//! Whatever bytes come in: a clear answer that names the fault, the limit and the remedy; never a panic, and no
//! memory taken for sizes that a header only claims.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use image::{ExtendedColorType, ImageEncoder};
use likeness::error::{Error, Kind};
use likeness::imaging::{
    DecodeLimits, Picture, decode, decode_at_least, encode_jpeg, encode_png, probe, render_picture, thumbnail, verify,
};
use proptest::prelude::*;

use crate::pictures::{bmp_info, cmyk_jpeg, exif_block, jpeg_with_exif, png, png_header, tiff, webp_with_exif};

const LIMITS: DecodeLimits = DecodeLimits { max_pixels: 250_000_000, max_file_bytes: 1 << 30 };

fn photo() -> Picture {
    render_picture(2, 0, 5, 120, 90)
}

fn refusal(bytes: &[u8]) -> (Kind, String) {
    let error = verify(bytes, &LIMITS).unwrap_err();
    (error.kind(), error.message().to_owned())
}

/// The same photo in every format, by name.
fn good_pictures() -> Vec<(&'static str, Vec<u8>)> {
    let photo = photo();
    let (rgb, width, height, color) = (&photo.rgb[..], photo.width, photo.height, ExtendedColorType::Rgb8);
    let mut bmp = Vec::new();
    image::codecs::bmp::BmpEncoder::new(&mut bmp).write_image(rgb, width, height, color).unwrap();
    let mut gif = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut gif).encode(rgb, width, height, color).unwrap();
    vec![
        ("JPEG", encode_jpeg(&photo, 90).unwrap()),
        ("JPEG", progressive_jpeg(&photo)),
        ("JPEG", jpeg_with_restarts(&photo)),
        ("JPEG", cmyk_jpeg([9, 99, 199, 50], turbojpeg::Colorspace::YCCK)),
        ("PNG", encode_png(&photo).unwrap()),
        ("WebP", webp_with_exif(&photo, &exif_block(1, "2020:01:02 03:04:05", "a", "b"))),
        ("GIF", gif),
        ("BMP", bmp),
        ("TIFF", tiff(width, height, 8, 2, rgb, 1)),
    ]
}

fn progressive_jpeg(photo: &Picture) -> Vec<u8> {
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_quality(90).unwrap();
    compressor.set_progressive(true).unwrap();
    compressor.compress_to_vec(turbo_image(photo)).unwrap()
}

fn turbo_image(photo: &Picture) -> turbojpeg::Image<&[u8]> {
    let (width, height) = (photo.width as usize, photo.height as usize);
    turbojpeg::Image { pixels: &photo.rgb[..], width, pitch: width * 3, height, format: turbojpeg::PixelFormat::RGB }
}

/// `image`'s own encoder writes other tables and sampling than libjpeg-turbo.
fn jpeg_with_restarts(photo: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)
        .write_image(&photo.rgb, photo.width, photo.height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

#[test]
fn good_pictures_pass_so_that_the_refusals_below_mean_something() {
    for (name, bytes) in good_pictures() {
        let info = verify(&bytes, &LIMITS).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(info.format.name(), name);
    }
}

#[test]
fn an_empty_file_says_so() {
    assert_eq!(refusal(b""), (Kind::Corrupt, "the file is empty".into()));
}

#[test]
fn what_is_no_picture_is_named() {
    let supported = "supported are JPEG, PNG, WebP, GIF, BMP and TIFF";
    for (bytes, content) in [
        (&b"Dear Sir or Madam,\nplease find attached\n"[..], "text"),
        ("Gr\u{fc}\u{df}e aus K\u{f6}ln".as_bytes(), "text"),
        (b"BMW is a car", "text"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04\x14\0\0\0", "a ZIP archive or office document"),
        (b"\0\0\0\x18ftypheic\0\0", "a HEIC picture"),
        (b"\0\0\0\x18ftypavif\0\0", "an AVIF picture"),
        (b"\0\0\0\x18ftypmp42\0\0", "an MP4 or QuickTime video"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "unknown"),
        (b"\0", "unknown"),
    ] {
        let message = format!("not a picture of a supported format: the content is {content}; {supported}");
        assert_eq!(refusal(bytes), (Kind::Unsupported, message));
    }
}

#[test]
fn a_mislabelled_file_is_what_its_content_says() {
    let photo = photo();
    let named_jpg = encode_png(&photo).unwrap();
    assert_eq!(probe(&named_jpg, &LIMITS).unwrap().format.extension(), ".png");
    assert_eq!(decode(&named_jpg, &LIMITS).unwrap(), photo);
    // The first bytes of a JPEG before something else are not enough.
    let disguised = [b"\xff\xd8\xff\xe0".as_slice(), b"this is only a text that pretends"].concat();
    assert_eq!(refusal(&disguised), (Kind::Corrupt, "the JPEG picture ends early: the file stops after 37 bytes and is incomplete".into()));
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\nhello, this is text").1, "the PNG picture is damaged: it does not begin with its header");
    assert_eq!(refusal(b"RIFF\0\0\0\0WEBPnonsense").1, "the WebP picture is damaged: its first chunk is not a picture");
}

#[test]
fn a_truncated_file_ends_early_wherever_it_was_cut() {
    for (name, bytes) in good_pictures() {
        for share in [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97] {
            let cut = (bytes.len() as f64 * share) as usize;
            if cut < 16 {
                continue;
            }
            let (kind, message) = refusal(&bytes[..cut]);
            assert_eq!(kind, Kind::Corrupt, "{name} cut to {cut} of {}: {message}", bytes.len());
            assert!(
                message.starts_with(&format!("the {name} picture ends early: the file stops after {cut} bytes")),
                "{name} cut to {cut} of {}: {message}",
                bytes.len()
            );
            for result in [
                decode(&bytes[..cut], &LIMITS).map(drop),
                decode_at_least(&bytes[..cut], 20, &LIMITS).map(drop),
                thumbnail(&bytes[..cut], 20, &LIMITS).map(drop),
            ] {
                assert_eq!(result.unwrap_err().kind(), Kind::Corrupt, "{name} cut to {cut}");
            }
        }
    }
}

#[test]
fn a_jpeg_that_lacks_only_its_end_marker_is_whole() {
    let bytes = encode_jpeg(&photo(), 90).unwrap();
    assert_eq!(decode(&bytes[..bytes.len() - 2], &LIMITS).unwrap(), decode(&bytes, &LIMITS).unwrap());
}

#[test]
fn harmless_oddities_of_a_jpeg_are_forgiven() {
    let bytes = encode_jpeg(&photo(), 90).unwrap();
    let reference = decode(&bytes, &LIMITS).unwrap();
    let after_the_end = [&bytes[..], b"camera makers leave notes here"].concat();
    assert!(decode(&after_the_end, &LIMITS).unwrap() == reference);
    let before_the_end = [&bytes[..bytes.len() - 2], &[0, 0, 0, 0, 0, 0], &bytes[bytes.len() - 2..]].concat();
    assert!(decode(&before_the_end, &LIMITS).unwrap() == reference);
    let before_a_marker = [&bytes[..2], &[0xff, 0xfe, 0, 4, b'h', b'i', 0, 0, 0], &bytes[2..]].concat();
    // Read by the second decoder, which rounds otherwise.
    let other = decode(&before_a_marker, &LIMITS).unwrap();
    assert!(other.rgb.iter().zip(&reference.rgb).all(|(a, b)| a.abs_diff(*b) < 20));
    let (kind, message) = refusal(&before_a_marker[..before_a_marker.len() / 2]);
    assert_eq!((kind, message.contains("ends early")), (Kind::Corrupt, true), "{message}");
    let broken_exif = jpeg_with_exif(&bytes, &[0xff; 300]);
    assert!(decode(&broken_exif, &LIMITS).unwrap() == reference);
}

#[test]
fn a_jpeg_with_damaged_data_is_refused() {
    let mut bytes = encode_jpeg(&photo(), 90).unwrap();
    let middle = bytes.len() / 2;
    // An end marker in the middle of the data.
    bytes[middle..middle + 2].copy_from_slice(&[0xff, 0xd9]);
    let (kind, message) = refusal(&bytes);
    assert_eq!(kind, Kind::Corrupt);
    assert!(message.contains("ends early"), "{message}");
    assert_eq!(refusal(&[0xff, 0xd8, 0xff, 0xd9]), (Kind::Corrupt, "the JPEG file is damaged: it holds no picture".into()));
}

#[test]
fn a_damaged_png_is_refused() {
    let mut bytes = encode_png(&photo()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    let (kind, message) = refusal(&bytes);
    assert_eq!(kind, Kind::Corrupt);
    assert!(message.starts_with("the PNG picture is damaged: "), "{message}");
}

/// A picture of each format whose header claims these sides, and little else.
fn claims(width: u32, height: u32) -> Vec<(&'static str, Vec<u8>)> {
    let (w, h) = (width as u16, height as u16);
    let jpeg = [
        &[0xff, 0xd8, 0xff, 0xc0, 0, 11, 8][..],
        &h.to_be_bytes(),
        &w.to_be_bytes(),
        &[1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3],
    ]
    .concat();
    let gif = [b"GIF89a", &w.to_le_bytes()[..], &h.to_le_bytes(), &[0, 0, 0, 0x3b]].concat();
    let bmp = [b"BM", &[0; 12][..], &bmp_info(width as i32, height as i32, 24, 0)].concat();
    let canvas = |side: u32| side.wrapping_sub(1).to_le_bytes();
    let webp = [b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0", &canvas(width)[..3], &canvas(height)[..3]].concat();
    vec![
        ("PNG", [&png_header(width, height, 8, 2)[..], &png(1, 1, 8, 2, &[0; 3], &[])[33..]].concat()),
        ("JPEG", jpeg),
        ("GIF", gif),
        ("BMP", bmp),
        ("TIFF", tiff(width, height, 8, 2, &[0; 9], 1)),
        ("WebP", webp),
    ]
}

#[test]
fn a_header_that_claims_60_000_x_60_000_pixels_is_refused_at_once() {
    let start = Instant::now();
    let bare = png_header(60_000, 60_000, 8, 2);
    for (name, bytes) in claims(60_000, 60_000).into_iter().chain([("PNG", bare)]) {
        let message = format!(
            "the {name} picture declares 60000 x 60000 pixels = 3600 megapixels, above the limit of 250 megapixels \
             (raise it with --max-megapixels or decode.max_megapixels)"
        );
        for error in [
            probe(&bytes, &LIMITS).unwrap_err(),
            decode(&bytes, &LIMITS).unwrap_err(),
            decode_at_least(&bytes, 1, &LIMITS).unwrap_err(),
            thumbnail(&bytes, 160, &LIMITS).unwrap_err(),
            verify(&bytes, &LIMITS).unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.message()), (Kind::TooLarge, message.as_str()));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
}

#[test]
fn the_pixel_limit_is_what_was_configured() {
    let limits = DecodeLimits { max_pixels: 10_799, ..LIMITS };
    for (name, bytes) in good_pictures().into_iter().filter(|(_, bytes)| probe(bytes, &LIMITS).unwrap().width == 120) {
        let error = decode(&bytes, &limits).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge, "{name}");
        assert!(error.message().contains("120 x 90 pixels = 0.011 megapixels, above the limit of 0.011"), "{error}");
        decode(&bytes, &DecodeLimits { max_pixels: 10_800, ..LIMITS }).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[test]
fn a_header_without_pixels_is_damaged() {
    for (name, bytes) in claims(0, 7).into_iter().filter(|(name, _)| *name != "WebP" && *name != "TIFF") {
        let message = format!("the {name} picture is damaged: its header declares 0 x 7 pixels");
        assert_eq!(refusal(&bytes), (Kind::Corrupt, message));
    }
    assert_eq!(refusal(&tiff(0, 7, 8, 2, &[0; 9], 1)).0, Kind::Corrupt);
    let bmp = [b"BM", &[0; 12][..], &bmp_info(-5, 5, 24, 0)].concat();
    assert_eq!(refusal(&bmp).1, "the BMP picture is damaged: it declares a width of -5 pixels");
}

#[test]
fn large_claims_within_the_limit_and_without_data_cost_nothing() {
    let start = Instant::now();
    for (name, bytes) in claims(15_000, 15_000) {
        let (kind, message) = refusal(&bytes);
        assert!(matches!(kind, Kind::Corrupt | Kind::TooLarge), "{name}: {message}");
    }
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
}

#[test]
fn a_file_above_the_size_limit_is_not_even_looked_at() {
    let limits = DecodeLimits { max_file_bytes: 2_000_000, ..LIMITS };
    let error = probe(&vec![0; 3_500_000], &limits).unwrap_err();
    let message = "the file has 3.500 MB, above the limit of 2 MB (raise it with --max-file-megabytes or decode.max_file_megabytes)";
    assert_eq!((error.kind(), error.message()), (Kind::TooLarge, message));
}

/// A progressive JPEG whose last scan is repeated many times.
fn scan_bomb(repeats: usize) -> Vec<u8> {
    let bytes = progressive_jpeg(&photo());
    let starts: Vec<usize> = bytes.windows(2).enumerate().filter(|(_, pair)| *pair == [0xff, 0xda]).map(|(at, _)| at).collect();
    let first = &bytes[starts[0]..starts[1]];
    // The tables between two scans travel along; they are small.
    [&bytes[..starts[0]], &first.repeat(repeats), &bytes[starts[1]..]].concat()
}

#[test]
fn a_progressive_jpeg_with_thousands_of_scans_is_refused() {
    let (kind, message) = refusal(&scan_bomb(5_000));
    assert_eq!(
        (kind, message.as_str()),
        (Kind::TooLarge, "the JPEG picture has more than 100 progressive scans: save it again as an ordinary JPEG")
    );
}

#[test]
fn a_frame_inside_may_not_be_larger_than_its_picture_allows() {
    // A GIF of one pixel whose frame claims 65,535 x 65,535.
    let gif = [&b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x4c\x01\0;"[..]].concat();
    let error: Error = decode(&gif, &LIMITS).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.message().contains("--max-megapixels (decode.max_megapixels)"), "{error}");
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let (kind, message) = refusal(&tiff(1, 1, 8, 3, &[0], 1));
    assert_eq!(kind, Kind::Unsupported);
    assert!(message.starts_with("the TIFF picture is of a kind that is not supported: "), "{message}");
}

/// Every door that bytes come in by. Nothing is asserted: returning is enough.
fn try_everything(bytes: &[u8]) {
    let limits = DecodeLimits { max_pixels: 1_000_000, max_file_bytes: 1 << 20 };
    let _ = probe(bytes, &limits);
    let _ = decode_at_least(bytes, 10, &limits);
    if let Ok(picture) = decode(bytes, &limits) {
        let info = probe(bytes, &limits).unwrap();
        assert_eq!((info.width, info.height), (picture.width, picture.height));
        assert_eq!(picture.rgb.len() as u64, u64::from(picture.width) * u64::from(picture.height) * 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(start in 0_usize..8, mut bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let magic: [&[u8]; 8] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"RIFF\0\x02\0\0WEBPVP8X", b"RIFF\0\x02\0\0WEBPVP8L", b"GIF89a", b"BM\0\0\0\0\0\0\0\0", b"II*\0\x08\0\0\0"];
        bytes.splice(0..0, magic[start].iter().copied());
        try_everything(&bytes);
    }

    #[test]
    fn damaged_pictures_never_panic(which in 0_usize..9, hits in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..12), keep in 0.3..1.0_f64) {
        let mut bytes = good_pictures().swap_remove(which).1;
        for (place, value) in hits {
            let at = (place * place * bytes.len() as f64) as usize;
            bytes[at] = value;
        }
        bytes.truncate((keep.max(0.5).mul_add(2.0, -0.5).min(1.0) * bytes.len() as f64) as usize);
        try_everything(&bytes);
    }
}

#[test]
fn a_thread_decodes_every_picture_as_if_it_were_its_first() {
    let sizes = [(640, 480), (33, 17), (64, 200), (640, 480)];
    let pictures: Vec<Vec<u8>> =
        sizes.iter().map(|(width, height)| encode_jpeg(&render_picture(1, 2, 3, *width, *height), 90).unwrap()).collect();
    let afresh = |bytes: &[u8]| {
        std::thread::scope(|scope| scope.spawn(|| (decode(bytes, &LIMITS).unwrap(), decode_at_least(bytes, 40, &LIMITS).unwrap())).join())
            .unwrap()
    };
    let expected: Vec<_> = pictures.iter().map(|bytes| afresh(bytes)).collect();
    for (bytes, expected) in pictures.iter().zip(&expected) {
        // What was decoded before: a scaled one, one whose memory was given back, one that ends early, and no picture at all.
        assert_eq!(decode_at_least(bytes, 40, &LIMITS).unwrap(), expected.1);
        decode(&pictures[0], &LIMITS).unwrap().recycle();
        assert!(decode(&bytes[..bytes.len() / 2], &LIMITS).is_err());
        assert!(decode(b"\xff\xd8\xff\xe0 no picture", &LIMITS).is_err());
        assert_eq!(decode(bytes, &LIMITS).unwrap(), expected.0);
    }
}
