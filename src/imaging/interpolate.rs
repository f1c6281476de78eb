//! Bilinear resizing between the four nearest pixels, bit for bit as `OpenCV`'s `INTER_LINEAR` computes it.
//! Networks react to single grey levels: another rounding moves a feature by one per cent.

use super::Picture;

/// Weights are fixed-point numbers with 11 binary places.
const ONE: f32 = 2048.0;
const CHANNELS: usize = 3;

/// The two source positions of one target position, and their weights.
struct Tap {
    first: usize,
    second: usize,
    weights: [i32; 2],
}

/// The positions of an axis: pixel centres are mapped onto each other, and held at the border.
fn taps(source: u32, target: u32) -> Vec<Tap> {
    let scale = f64::from(source) / f64::from(target);
    let last = source as usize - 1;
    let tap = |index: u32| {
        let center = ((f64::from(index) + 0.5) * scale - 0.5) as f32;
        let floor = center.floor();
        let (first, fraction) = match floor {
            before if before < 0.0 => (0, 0.0),
            within if (within as usize) < last => (within as usize, center - within),
            _ => (last, 0.0),
        };
        let weights = [1.0 - fraction, fraction].map(|weight| (weight * ONE).round_ties_even() as i32);
        Tap { first, second: (first + 1).min(last), weights }
    };
    (0..target).map(tap).collect()
}

/// One source row, interpolated across; values keep their 11 binary places.
fn across(row: &[u8], columns: &[Tap], line: &mut Vec<i32>) {
    line.clear();
    for Tap { first, second, weights } in columns {
        let (one, other) = (&row[first * CHANNELS..][..CHANNELS], &row[second * CHANNELS..][..CHANNELS]);
        line.extend(one.iter().zip(other).map(|(&one, &other)| i32::from(one) * weights[0] + i32::from(other) * weights[1]));
    }
}

/// Resizes to `width` x `height`, both at least 1, a picture of at least one pixel.
pub(super) fn interpolate(picture: &Picture, width: u32, height: u32) -> Picture {
    let (columns, rows) = (taps(picture.width, width), taps(picture.height, height));
    let row = |index: usize| &picture.rgb[index * picture.width as usize * CHANNELS..][..picture.width as usize * CHANNELS];
    let mut rgb = Vec::with_capacity(width as usize * height as usize * CHANNELS);
    // Neighbouring target rows often share source rows: each line remembers which one it holds.
    let mut lines = [(usize::MAX, Vec::new()), (usize::MAX, Vec::new())];
    for Tap { first, second, weights } in rows {
        if lines[1].0 == first {
            lines.swap(0, 1);
        }
        for (line, wanted) in lines.iter_mut().zip([first, second]) {
            if line.0 != wanted {
                across(row(wanted), &columns, &mut line.1);
                line.0 = wanted;
            }
        }
        // OpenCV drops four places before and sixteen after the second product, so that it fits its vector registers.
        let down = |one: i32, other: i32| (((weights[0] * (one >> 4)) >> 16) + ((weights[1] * (other >> 4)) >> 16) + 2) >> 2;
        rgb.extend(lines[0].1.iter().zip(&lines[1].1).map(|(&one, &other)| down(one, other) as u8));
    }
    Picture { width, height, rgb }
}
