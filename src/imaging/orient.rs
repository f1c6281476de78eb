//! Turns stored pixels upright by the eight EXIF orientations.

use super::Picture;

/// Side of the square tiles in which a picture is transposed, so that rows and columns both stay in the cache.
const TILE: u32 = 64;

/// The upright picture of stored pixels with this EXIF orientation (1..=8; anything else counts as 1).
pub(super) fn upright(stored: Picture, orientation: u8) -> Picture {
    let (right, bottom) = (stored.width - 1, stored.height - 1);
    // Each gives the stored place of the upright pixel at (x, y).
    match orientation {
        2 => rearranged(&stored, false, |x, y| (right - x, y)),
        3 => rearranged(&stored, false, |x, y| (right - x, bottom - y)),
        4 => rearranged(&stored, false, |x, y| (x, bottom - y)),
        5 => rearranged(&stored, true, |x, y| (y, x)),
        6 => rearranged(&stored, true, |x, y| (y, bottom - x)),
        7 => rearranged(&stored, true, |x, y| (right - y, bottom - x)),
        8 => rearranged(&stored, true, |x, y| (right - y, x)),
        _ => stored,
    }
}

fn rearranged(stored: &Picture, swaps_sides: bool, place: impl Fn(u32, u32) -> (u32, u32)) -> Picture {
    let (width, height) = if swaps_sides { (stored.height, stored.width) } else { (stored.width, stored.height) };
    let (from, _) = stored.rgb.as_chunks::<3>();
    let mut rgb = vec![0; stored.rgb.len()];
    let (to, _) = rgb.as_chunks_mut::<3>();
    for top in (0..height).step_by(TILE as usize) {
        for left in (0..width).step_by(TILE as usize) {
            for y in top..height.min(top + TILE) {
                for x in left..width.min(left + TILE) {
                    let (stored_x, stored_y) = place(x, y);
                    to[y as usize * width as usize + x as usize] = from[stored_y as usize * stored.width as usize + stored_x as usize];
                }
            }
        }
    }
    Picture { width, height, rgb }
}
