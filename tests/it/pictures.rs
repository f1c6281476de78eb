//! Encoders, by hand, for the kinds of picture that encoders do not write: odd depths, EXIF blocks, CMYK.
#![allow(clippy::unwrap_used, reason = "tests")]

use image::{ExtendedColorType, ImageEncoder};
use likeness::imaging::Picture;

/// One PNG chunk with its checksum.
fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [&kind, content].concat();
    [&(content.len() as u32).to_be_bytes(), &body[..], &crc32fast::hash(&body).to_be_bytes()].concat()
}

/// A zlib stream of stored (not compressed) blocks.
fn zlib(data: &[u8]) -> Vec<u8> {
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in data {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let length = u16::try_from(data.len()).unwrap();
    [&[0x78, 0x01, 0x01], &length.to_le_bytes()[..], &(!length).to_le_bytes(), data, &(b << 16 | a).to_be_bytes()].concat()
}

/// A PNG of any depth and colour type, with extra chunks before the pixels; `samples` are rows without filter bytes.
pub(crate) fn png(width: u32, height: u32, depth: u8, color_type: u8, samples: &[u8], extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let row_bytes = samples.len() / height as usize;
    let rows: Vec<u8> = samples.chunks(row_bytes).flat_map(|row| std::iter::once(&0).chain(row)).copied().collect();
    let extra: Vec<u8> = extra.iter().flat_map(|(kind, content)| chunk(**kind, content)).collect();
    [&png_header(width, height, depth, color_type)[..], &extra, &chunk(*b"IDAT", &zlib(&rows)), &chunk(*b"IEND", &[])].concat()
}

/// Signature and header chunk only.
pub(crate) fn png_header(width: u32, height: u32, depth: u8, color_type: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color_type, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"IHDR", &header)].concat()
}

/// Two pixels in a bitmap with a palette of two colours.
pub(crate) fn bmp_of_8_bit_palette() -> Vec<u8> {
    let pixels_at = 14 + 40 + 8_u32;
    let mut bytes = [&b"BM"[..], &(pixels_at + 4).to_le_bytes(), &[0; 4], &pixels_at.to_le_bytes()].concat();
    bytes.extend(bmp_info(2, 1, 8, 2));
    bytes.extend([10, 20, 30, 0, 50, 100, 200, 0]);
    bytes.extend([0, 1, 0, 0]);
    bytes
}

/// The 40-byte header of a bitmap.
pub(crate) fn bmp_info(width: i32, height: i32, bits: u16, colors: u32) -> Vec<u8> {
    let sides = [40_u32.to_le_bytes(), width.to_le_bytes(), height.to_le_bytes()].concat();
    [&sides[..], &1_u16.to_le_bytes(), &bits.to_le_bytes(), &[0; 16], &colors.to_le_bytes(), &[0; 4]].concat()
}

/// One TIFF directory entry with a SHORT (type 3) or LONG (type 4) in place.
fn entry(tag: u16, kind: u16, value: u32) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat()
}

/// A little-endian TIFF of one strip; photometric 0 and 1 are grey, 2 RGB, 5 CMYK.
pub(crate) fn tiff(width: u32, height: u32, bits: u32, photometric: u32, samples: &[u8], orientation: u32) -> Vec<u8> {
    let channels = [1, 1, 3, 1, 1, 4][photometric as usize];
    let entries: [(u16, u16, u32); 11] = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, 1),
        (262, 3, photometric),
        (273, 4, 8 + 2 + 11 * 12 + 4 + 8),
        (274, 3, orientation),
        (277, 3, channels),
        (278, 4, height),
        (279, 4, samples.len() as u32),
        (284, 3, 1),
    ];
    let mut directory = 11_u16.to_le_bytes().to_vec();
    for (tag, kind, value) in entries {
        if tag == 258 && channels > 1 {
            // Several depths do not fit in place: they stand after the directory.
            directory.extend(
                [&258_u16.to_le_bytes()[..], &3_u16.to_le_bytes(), &channels.to_le_bytes(), &(8 + 2 + 11 * 12 + 4_u32).to_le_bytes()]
                    .concat(),
            );
        } else {
            directory.extend(entry(tag, kind, value));
        }
    }
    let depths: Vec<u8> = (0..4).flat_map(|_| (bits as u16).to_le_bytes()).collect();
    [b"II*\0\x08\0\0\0", &directory[..], &[0; 4], &depths, samples].concat()
}

/// A TIFF structure as cameras write it: orientation, date, make and model.
pub(crate) fn exif_block(orientation: u8, date: &str, make: &str, model: &str) -> Vec<u8> {
    let texts = [(0x010f_u16, make), (0x0110, model), (0x0132, date)];
    let mut values_at = 8 + 2 + 4 * 12 + 4;
    let mut values = Vec::new();
    let mut directory = 4_u16.to_be_bytes().to_vec();
    let mut add = |directory: &mut Vec<u8>, (tag, text): (u16, &str)| {
        // Padded, so that the value never fits in place.
        let value = format!("{text}\0\0\0\0\0").into_bytes();
        directory.extend(
            [&tag.to_be_bytes()[..], &2_u16.to_be_bytes(), &(value.len() as u32).to_be_bytes(), &(values_at as u32).to_be_bytes()].concat(),
        );
        values_at += value.len();
        values.extend(value);
    };
    add(&mut directory, texts[0]);
    add(&mut directory, texts[1]);
    directory.extend([&0x0112_u16.to_be_bytes()[..], &3_u16.to_be_bytes(), &1_u32.to_be_bytes(), &[0, orientation, 0, 0]].concat());
    add(&mut directory, texts[2]);
    [b"MM\0*\0\0\0\x08", &directory[..], &[0; 4], &values].concat()
}

/// The JPEG with an EXIF segment after its first marker.
pub(crate) fn jpeg_with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len() + 8).unwrap();
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), b"Exif\0\0", block, &jpeg[2..]].concat()
}

/// A lossless WebP with an EXIF chunk.
pub(crate) fn webp_with_exif(picture: &Picture, block: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    encoder.set_exif_metadata(block.to_vec()).unwrap();
    encoder.write_image(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// 32 x 32 pixels of one ink mixture (0 is no ink), stored inverted as Adobe does.
pub(crate) fn cmyk_jpeg(ink: [u8; 4], colorspace: turbojpeg::Colorspace) -> Vec<u8> {
    let pixels: Vec<u8> = (0..32 * 32).flat_map(|_| ink.map(|channel| 255 - channel)).collect();
    let mut compressor = turbojpeg::Compressor::new().unwrap();
    compressor.set_quality(95).unwrap();
    compressor.set_subsamp(turbojpeg::Subsamp::None).unwrap();
    compressor.set_colorspace(colorspace).unwrap();
    let image = turbojpeg::Image { pixels: &pixels[..], width: 32, pitch: 128, height: 32, format: turbojpeg::PixelFormat::CMYK };
    compressor.compress_to_vec(image).unwrap()
}
