//! Repeatable randomness for the renderer: a counter through a mixing function (splitmix64), and smooth value noise.

use super::vector::Vec3;

/// Scrambles 64 bits (the finaliser of splitmix64, Steele, Lea and Flood 2014).
pub(super) fn mix_bits(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A stream of random numbers that depends on its seed alone.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(mix_bits(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix_bits(self.0)
    }

    /// A number in `low..high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.bits() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// One of `count` choices.
    pub(super) fn choice(&mut self, count: u64) -> u64 {
        self.bits() % count
    }
}

/// A value in 0..1 for each point of the integer grid.
fn lattice(x: i32, y: i32, z: i32) -> f32 {
    let mut bits = (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841) ^ (z as u32).wrapping_mul(0xcb1a_b31f);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    ((bits ^ (bits >> 15)) >> 8) as f32 / (1_u32 << 24) as f32
}

/// The integer below and the fraction above it; much faster than the library's `floor` on plain x86-64.
fn split(value: f32) -> (i32, f32) {
    let whole = value as i32;
    let below = if (whole as f32) > value { whole.wrapping_sub(1) } else { whole };
    (below, value - below as f32)
}

/// Smooth noise in 0..1 with details of about one unit.
pub(super) fn noise(point: Vec3) -> f32 {
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let ((x, across), (y, up), (z, along)) = (split(point.x), split(point.y), split(point.z));
    let (across, up, along) = (ease(across), ease(up), ease(along));
    let line = |y, z| lattice(x, y, z) * (1.0 - across) + lattice(x.wrapping_add(1), y, z) * across;
    // On a flat floor the height is a whole number: its upper half has no weight.
    let sheet = |z| if up == 0.0 { line(y, z) } else { line(y, z) * (1.0 - up) + line(y.wrapping_add(1), z) * up };
    sheet(z) * (1.0 - along) + sheet(z.wrapping_add(1)) * along
}

/// Three octaves of [`noise`], in 0..1: clouds, marble, grass.
pub(super) fn clouds(point: Vec3) -> f32 {
    noise(point) * 0.57 + noise(point * 2.1) * 0.29 + noise(point * 4.3) * 0.14
}
