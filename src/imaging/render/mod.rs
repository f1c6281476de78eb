//! The program's own picture set, for a demo and for tests without any download: ray-marched objects in several views,
//! lights and backgrounds, with known groups. A picture depends on its group, view and seed alone.

mod backdrop;
mod random;
mod scene;
mod solid;
mod surface;
mod vector;

use random::{Random, mix_bits};
use scene::{Scene, Thing};
use solid::SOLIDS;
use surface::{PALETTES, PATTERNS};
use vector::{Vec3, vec3};

use super::Picture;

/// Groups with a solid and pattern of their own; beyond, the same return in other colours.
const DISTINCT_GROUPS: u32 = (SOLIDS.len() * PATTERNS.len()) as u32;
/// Difference to a neighbour, summed over the channels in levels, from which a pixel is sampled more finely.
const EDGE_LEVELS: f32 = 40.0;

/// Renders one picture of the set: `group` is the object, `view` another camera, light and background, `seed` another
/// set of views. Sides of zero count as one.
pub fn render_picture(group: u32, view: u32, seed: u64, width: u32, height: u32) -> Picture {
    let mut random = Random::new(mix_bits(seed ^ mix_bits(u64::from(group) << 32 | u64::from(view))));
    let scene = Scene::new(thing(group), &mut random);
    let frame = Frame { width: width.max(1), height: height.max(1), exposure: random.between(0.95, 1.4) };
    let coarse = frame.all(|x, y| frame.pixel(&scene, x as f32 + 0.5, y as f32 + 0.5));
    let fine = frame.all(|x, y| if frame.is_edge(&coarse, x, y) { frame.fine_pixel(&scene, x, y) } else { coarse[frame.index(x, y)] });
    let grain = random.between(0.5, 4.0);
    let rgb = fine.iter().flat_map(|pixel| with_grain(*pixel, grain, &mut random)).collect();
    Picture { width: frame.width, height: frame.height, rgb }
}

/// Name of a group, such as `striped-torus`; no two groups share one.
pub fn group_name(group: u32) -> String {
    let (solid, pattern) = kind(group);
    let name = format!("{}-{}", PATTERNS[pattern].name(), SOLIDS[solid].name());
    match group / DISTINCT_GROUPS {
        0 => name,
        round => format!("{name}-{}", round + 1),
    }
}

/// Solid and pattern of a group: solids go round first, and every solid meets every pattern.
fn kind(group: u32) -> (usize, usize) {
    let group = (group % DISTINCT_GROUPS) as usize;
    (group % SOLIDS.len(), (group / SOLIDS.len() + group) % PATTERNS.len())
}

fn thing(group: u32) -> Thing {
    let (solid, pattern) = kind(group);
    let round = group as usize / SOLIDS.len();
    // Steps of 5 between neighbours and of 65 between rounds: both coprime to the 14 palettes, so that neither the
    // groups in a row nor the groups of one solid share colours.
    let (ground, ink) = PALETTES[(group as usize * 5 + round * 5) % PALETTES.len()];
    Thing { solid: SOLIDS[solid], pattern: PATTERNS[pattern], ground, ink }
}

/// The raster that a scene is sampled on.
struct Frame {
    width: u32,
    height: u32,
    exposure: f32,
}

impl Frame {
    fn index(&self, x: u32, y: u32) -> usize {
        y as usize * self.width as usize + x as usize
    }

    fn all(&self, pixel: impl Fn(u32, u32) -> Vec3) -> Vec<Vec3> {
        let places = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        places.map(|(x, y)| pixel(x, y)).collect()
    }

    /// Levels (0..=255, not yet rounded) at a place in pixels; the shorter side spans the same view in every format.
    fn pixel(&self, scene: &Scene, x: f32, y: f32) -> Vec3 {
        let (width, height) = (self.width as f32, self.height as f32);
        let half = width.min(height) * 0.5;
        let light = scene.color((x - width * 0.5) / half, (height * 0.5 - y) / half) * self.exposure;
        // A soft shoulder keeps bright spots from clipping; the root is the gamma curve.
        let level = |value: f32| 255.0 * (value * (1.0 + value * 0.16) / (1.0 + value * 0.75)).clamp(0.0, 1.0).sqrt();
        vec3(level(light.x), level(light.y), level(light.z))
    }

    fn fine_pixel(&self, scene: &Scene, x: u32, y: u32) -> Vec3 {
        let sample = |dx: f32, dy: f32| self.pixel(scene, x as f32 + dx, y as f32 + dy);
        (sample(0.375, 0.125) + sample(0.875, 0.375) + sample(0.125, 0.625) + sample(0.625, 0.875)) * 0.25
    }

    fn is_edge(&self, coarse: &[Vec3], x: u32, y: u32) -> bool {
        let here = coarse[self.index(x, y)];
        let neighbours =
            [(x.saturating_sub(1), y), ((x + 1).min(self.width - 1), y), (x, y.saturating_sub(1)), (x, (y + 1).min(self.height - 1))];
        neighbours.iter().any(|&(nx, ny)| {
            let difference = (coarse[self.index(nx, ny)] - here).abs();
            difference.x + difference.y + difference.z > EDGE_LEVELS
        })
    }
}

/// Rounds to levels with the noise of a camera's sensor.
fn with_grain(pixel: Vec3, grain: f32, random: &mut Random) -> [u8; 3] {
    let bits = random.bits();
    // The sum of two flat distributions is close enough to a bell.
    let noise = |at: u32| ((bits >> at & 0x3ff) as f32 + (bits >> (at + 10) & 0x3ff) as f32) / 1023.0 - 1.0;
    [(pixel.x, 0), (pixel.y, 20), (pixel.z, 40)].map(|(level, at)| (level + noise(at) * grain * 2.0).round().clamp(0.0, 255.0) as u8)
}
