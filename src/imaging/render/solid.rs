//! The solids of the rendered picture set, as signed distances: negative inside, never longer than the true distance
//! outside, so that a ray may always step that far.

use super::vector::{Vec3, vec3};

/// Every solid lies in a ball of this radius about the origin.
pub(super) const BOUNDING_RADIUS: f32 = 1.42;

/// A solid of about two units across, y up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Solid {
    Ball,
    Mug,
    Box,
    Torus,
    Cone,
    Star,
    Cylinder,
    Dumbbell,
    Octahedron,
    Cross,
    Capsule,
    Stack,
}

pub(super) const SOLIDS: [Solid; 12] = [
    Solid::Ball,
    Solid::Mug,
    Solid::Box,
    Solid::Torus,
    Solid::Cone,
    Solid::Star,
    Solid::Cylinder,
    Solid::Dumbbell,
    Solid::Octahedron,
    Solid::Cross,
    Solid::Capsule,
    Solid::Stack,
];

impl Solid {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ball => "ball",
            Self::Mug => "mug",
            Self::Box => "box",
            Self::Torus => "torus",
            Self::Cone => "cone",
            Self::Star => "star",
            Self::Cylinder => "cylinder",
            Self::Dumbbell => "dumbbell",
            Self::Octahedron => "octahedron",
            Self::Cross => "cross",
            Self::Capsule => "capsule",
            Self::Stack => "stack",
        }
    }

    /// How far below the origin the solid reaches: where the floor is.
    pub(super) fn depth(self) -> f32 {
        match self {
            Self::Ball | Self::Cross => 1.0,
            Self::Mug => 0.78,
            Self::Box => 0.8,
            Self::Torus => 1.1,
            Self::Cone => 0.9,
            Self::Star => 1.01,
            Self::Cylinder => 0.95,
            Self::Dumbbell | Self::Capsule => 0.55,
            Self::Octahedron => 1.25,
            Self::Stack => 1.2,
        }
    }

    /// Signed distance of a point to the surface.
    pub(super) fn distance(self, p: Vec3) -> f32 {
        match self {
            Self::Ball => p.length() - 1.0,
            Self::Mug => mug(p),
            Self::Box => block(p, vec3(0.72, 0.72, 0.72)) - 0.08,
            Self::Torus => flat(flat(p.x, p.y) - 0.76, p.z) - 0.34,
            Self::Cone => cone(p),
            Self::Star => star(p),
            Self::Cylinder => tube(p, 0.68, 0.88) - 0.07,
            Self::Dumbbell => dumbbell(p),
            Self::Octahedron => (p.x.abs() + p.y.abs() + p.z.abs() - 1.25) * 0.577,
            Self::Cross => cross(p),
            Self::Capsule => vec3(p.x - p.x.clamp(-0.8, 0.8), p.y, p.z).length() - 0.55,
            Self::Stack => stack(p),
        }
    }
}

/// Length of a flat vector. The library's `hypot` guards against overflow, which costs several times as much.
fn flat(a: f32, b: f32) -> f32 {
    (a * a + b * b).sqrt()
}

/// Box with these half sides.
fn block(p: Vec3, half: Vec3) -> f32 {
    let d = p.abs() - half;
    let outside = vec3(d.x.max(0.0), d.y.max(0.0), d.z.max(0.0)).length();
    outside + d.x.max(d.y).max(d.z).min(0.0)
}

/// Upright cylinder with this radius and half height.
fn tube(p: Vec3, radius: f32, half: f32) -> f32 {
    let (side, end) = (flat(p.x, p.z) - radius, p.y.abs() - half);
    flat(side.max(0.0), end.max(0.0)) + side.max(end).min(0.0)
}

fn cone(p: Vec3) -> f32 {
    // Flank from (0.95, -0.9) to (0, 1.2): its outward normal is (2.1, 0.95) at unit length.
    let flank = flat(p.x, p.z) * 0.911 + (p.y - 1.2) * 0.412;
    flank.max(-0.9 - p.y)
}

fn mug(p: Vec3) -> f32 {
    let wall = tube(p, 0.68, 0.75) - 0.03;
    let hollow = tube(p - vec3(0.0, 0.2, 0.0), 0.58, 0.8);
    let body = wall.max(-hollow);
    let q = p - vec3(0.72, 0.0, 0.0);
    let handle = (flat(flat(q.x, q.y * 0.85) - 0.4, p.z) - 0.1) * 0.85;
    body.min(handle.max(0.66 - flat(p.x, p.z)))
}

fn star(p: Vec3) -> f32 {
    const SECTOR: f32 = std::f32::consts::TAU / 5.0;
    // Folded into half a sector, the outline is one line, from the tip (1.25, 0) to the notch at 36 degrees, radius 0.5.
    let from_top = p.x.atan2(p.y);
    let angle = (from_top - (from_top / SECTOR).round() * SECTOR).abs();
    let radius = flat(p.x, p.y);
    let (along, across) = (radius * angle.cos(), radius * angle.sin());
    let outline = (along - 1.25) * 0.335 + across * 0.942;
    outline.max(p.z.abs() - 0.28) - 0.02
}

fn dumbbell(p: Vec3) -> f32 {
    let side = vec3(p.x.abs(), p.y, p.z);
    let weight = (side - vec3(0.8, 0.0, 0.0)).length() - 0.55;
    let bar = vec3(p.x - p.x.clamp(-0.8, 0.8), p.y, p.z).length() - 0.17;
    weight.min(bar)
}

fn cross(p: Vec3) -> f32 {
    let bars = block(p, vec3(0.95, 0.24, 0.24)).min(block(p, vec3(0.24, 0.95, 0.24)));
    bars.min(block(p, vec3(0.24, 0.24, 0.95))) - 0.05
}

fn stack(p: Vec3) -> f32 {
    let ball = |height: f32, radius: f32| (p - vec3(0.0, height, 0.0)).length() - radius;
    ball(-0.55, 0.65).min(ball(0.32, 0.47)).min(ball(0.95, 0.32))
}
