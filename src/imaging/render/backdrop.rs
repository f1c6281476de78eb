//! Floors and skies behind the rendered objects. Chosen per view, never per group, so that a background tells nothing.

use super::random::{Random, clouds, noise};
use super::vector::{Vec3, smoothstep, vec3};

/// Kinds of surroundings.
const KINDS: u64 = 7;

/// Floor and sky of one picture, linear light.
pub(super) struct Backdrop {
    kind: u64,
    first: Vec3,
    second: Vec3,
    /// Turns and shifts the floor's pattern, so that no two views share it.
    turn: (f32, f32),
    shift: Vec3,
}

impl Backdrop {
    pub(super) fn choose(random: &mut Random) -> Self {
        let kind = random.choice(KINDS);
        let (first, second) = (muted(random), muted(random));
        let angle = random.between(0.0, std::f32::consts::TAU);
        let shift = vec3(random.between(-40.0, 40.0), random.between(-40.0, 40.0), random.between(-40.0, 40.0));
        Self { kind, first, second, turn: angle.sin_cos(), shift }
    }

    /// Colour of the floor at a point of it, before light and shadow; far away it fades into the sky.
    pub(super) fn floor(&self, point: Vec3) -> Vec3 {
        let (sin, cos) = self.turn;
        let p = vec3(point.x * cos - point.z * sin + self.shift.x, 0.0, point.x * sin + point.z * cos + self.shift.z);
        match self.kind {
            0 => self.first,
            1 => self.first.mix(self.second, checker(p.x * 1.1, p.z * 1.1)),
            2 => vec3(0.10, 0.22, 0.05).mix(vec3(0.30, 0.38, 0.10), clouds(p * 6.0)),
            3 => planks(p),
            4 => self.first.mix(self.second, noise(p * 22.0) * 0.5 + clouds(p * 1.5) * 0.4),
            5 => vec3(0.42, 0.33, 0.20).mix(vec3(0.55, 0.46, 0.30), clouds(vec3(p.x * 1.0, 0.0, p.z * 5.0))),
            _ => tiles(p, self.first),
        }
    }

    /// Colour of what is behind, in this direction.
    pub(super) fn sky(&self, direction: Vec3) -> Vec3 {
        let height = direction.y.max(0.0);
        match self.kind {
            0 => self.first.mix(self.second, smoothstep(-0.1, 0.55, direction.y)),
            1 | 6 => self.second.mix(vec3(0.75, 0.73, 0.70), 0.5 + 0.5 * height),
            2 => {
                let cloud = smoothstep(0.5, 0.75, clouds(vec3(direction.x, direction.y * 2.0, direction.z) * 4.0 + self.shift));
                vec3(0.50, 0.66, 0.85).mix(vec3(0.14, 0.32, 0.72), smoothstep(0.0, 0.5, height)).mix(vec3(0.9, 0.9, 0.92), cloud)
            }
            3 => wallpaper(direction, self.first, self.second),
            4 => self.second.mix(self.first, clouds(direction * 5.0 + self.shift)),
            _ => vec3(0.95, 0.42, 0.14).mix(vec3(0.13, 0.13, 0.38), smoothstep(0.0, 0.45, height)),
        }
    }
}

fn muted(random: &mut Random) -> Vec3 {
    let grey = random.between(0.08, 0.6);
    let mut tint = || grey * random.between(0.6, 1.3);
    vec3(tint(), tint(), tint())
}

fn checker(u: f32, v: f32) -> f32 {
    (u.floor() + v.floor()).rem_euclid(2.0)
}

fn planks(p: Vec3) -> Vec3 {
    let board = (p.x * 1.6).floor();
    let grain = clouds(vec3(p.x * 9.0, board * 3.7, p.z * 0.9));
    let wood = vec3(0.30, 0.16, 0.07).mix(vec3(0.52, 0.32, 0.16), grain) * (0.8 + 0.4 * noise(vec3(board, 0.5, 0.5) * 1.7));
    let along = p.x * 1.6 - board;
    wood * smoothstep(0.0, 0.05, along.min(1.0 - along)).max(0.35)
}

fn tiles(p: Vec3, color: Vec3) -> Vec3 {
    let (u, v) = (p.x * 0.9, p.z * 0.9);
    let gap = (u - u.round()).abs().min((v - v.round()).abs());
    let tint = 0.8 + 0.4 * noise(vec3(u.round() * 1.3, v.round() * 1.7, 0.5));
    vec3(0.55, 0.54, 0.52).mix(color * tint, smoothstep(0.02, 0.05, gap))
}

fn wallpaper(direction: Vec3, first: Vec3, second: Vec3) -> Vec3 {
    let stripe = smoothstep(-0.3, 0.3, (direction.x.atan2(direction.z) * 40.0).sin());
    first.mix(first.mix(second, 0.6), stripe)
}
