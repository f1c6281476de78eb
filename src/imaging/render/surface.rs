//! What the solids are painted with: patterns that lie fixed on the object, in two colours of a palette.

use super::random::clouds;
use super::vector::{Vec3, smoothstep, vec3};

/// A pattern; it is laid out in the object's own space, so it turns with the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    Striped,
    Checked,
    Dotted,
    Plain,
    Swirled,
    Marbled,
}

pub(super) const PATTERNS: [Pattern; 6] =
    [Pattern::Striped, Pattern::Checked, Pattern::Dotted, Pattern::Plain, Pattern::Swirled, Pattern::Marbled];

/// Ground and ink of each palette, linear light.
pub(super) const PALETTES: [(Vec3, Vec3); 14] = [
    (vec3(0.75, 0.05, 0.04), vec3(0.90, 0.85, 0.75)),
    (vec3(0.03, 0.14, 0.55), vec3(0.95, 0.70, 0.08)),
    (vec3(0.05, 0.40, 0.12), vec3(0.85, 0.85, 0.30)),
    (vec3(0.85, 0.45, 0.03), vec3(0.10, 0.05, 0.20)),
    (vec3(0.30, 0.06, 0.45), vec3(0.55, 0.85, 0.75)),
    (vec3(0.05, 0.45, 0.50), vec3(0.90, 0.25, 0.15)),
    (vec3(0.85, 0.30, 0.45), vec3(0.15, 0.20, 0.40)),
    (vec3(0.75, 0.73, 0.68), vec3(0.04, 0.04, 0.05)),
    (vec3(0.28, 0.14, 0.06), vec3(0.80, 0.55, 0.25)),
    (vec3(0.90, 0.75, 0.10), vec3(0.60, 0.08, 0.05)),
    (vec3(0.05, 0.05, 0.06), vec3(0.30, 0.75, 0.20)),
    (vec3(0.45, 0.70, 0.90), vec3(0.85, 0.85, 0.88)),
    (vec3(0.35, 0.45, 0.10), vec3(0.20, 0.08, 0.03)),
    (vec3(0.55, 0.02, 0.15), vec3(0.75, 0.60, 0.80)),
];

impl Pattern {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Striped => "striped",
            Self::Checked => "checked",
            Self::Dotted => "dotted",
            Self::Plain => "plain",
            Self::Swirled => "swirled",
            Self::Marbled => "marbled",
        }
    }

    /// Share of ink, 0..=1, at a point of the surface with this normal.
    pub(super) fn ink(self, point: Vec3, normal: Vec3) -> f32 {
        match self {
            Self::Striped => edge((point.y * 11.0 + 0.6).sin()),
            Self::Checked => {
                let (u, v) = unrolled(point, normal);
                edge((u * 7.0).sin() * (v * 7.0).sin() * 3.0)
            }
            Self::Dotted => dots(point, normal),
            Self::Plain => 0.0,
            Self::Swirled => edge((point.x.atan2(point.z) * 3.0 + point.y * 5.0).sin()),
            Self::Marbled => {
                let vein = ((point.x + point.y * 0.7) * 3.0 + clouds(point * 2.2) * 9.0).sin();
                smoothstep(0.1, 0.95, vein)
            }
        }
    }
}

/// A clear edge that is soft enough not to flicker.
fn edge(wave: f32) -> f32 {
    smoothstep(-0.08, 0.08, wave)
}

/// Two coordinates along the surface: those that the normal does not point along.
fn unrolled(point: Vec3, normal: Vec3) -> (f32, f32) {
    let n = normal.abs();
    if n.x >= n.y && n.x >= n.z {
        (point.y, point.z)
    } else if n.y >= n.z {
        (point.x, point.z)
    } else {
        (point.x, point.y)
    }
}

fn dots(point: Vec3, normal: Vec3) -> f32 {
    const PITCH: f32 = 0.4;
    let (u, v) = unrolled(point, normal);
    let row = (v / PITCH).floor();
    // Every other row is shifted by half a pitch.
    let shifted = u / PITCH + 0.5 * (row.rem_euclid(2.0));
    let (du, dv) = (shifted - shifted.floor() - 0.5, v / PITCH - row - 0.5);
    1.0 - smoothstep(0.27, 0.32, du.hypot(dv))
}
