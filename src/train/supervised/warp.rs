//! Turns, scales and shifts a picture about its centre; values between pixels are bilinear, and the border's are continued outside.

use super::augmentation::Planes;

/// Turns by `angle` (radians, to the left), enlarges by `factor`, and shifts by `shift` (across and down, as shares of the sides).
pub(super) fn warp(planes: &mut Planes, angle: f64, factor: f64, shift: [f64; 2]) {
    let (width, height) = (planes.width, planes.height);
    let (sine, cosine) = (angle.sin() / factor, angle.cos() / factor);
    let centre = [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0];
    let mut warped = Vec::with_capacity(planes.values.len());
    for plane in planes.values.chunks_exact(width * height) {
        for row in 0..height {
            for column in 0..width {
                let across = column as f64 - centre[0] - shift[0] * width as f64;
                let down = row as f64 - centre[1] - shift[1] * height as f64;
                let source = [centre[0] + cosine * across - sine * down, centre[1] + sine * across + cosine * down];
                warped.push(between(plane, width, height, source));
            }
        }
    }
    planes.values = warped;
}

/// The value at a place between pixels, `[across, down]`.
fn between(plane: &[f32], width: usize, height: usize, [across, down]: [f64; 2]) -> f32 {
    let (across, down) = (across.clamp(0.0, width as f64 - 1.0), down.clamp(0.0, height as f64 - 1.0));
    let (left, upper) = (across as usize, down as usize);
    let (right, lower) = ((left + 1).min(width - 1), (upper + 1).min(height - 1));
    let (x, y) = ((across - left as f64) as f32, (down - upper as f64) as f32);
    let mix = |row: usize| plane[row * width + left] * (1.0 - x) + plane[row * width + right] * x;
    mix(upper) * (1.0 - y) + mix(lower) * y
}
