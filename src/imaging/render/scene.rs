//! One view of one object: camera, light, and the ray marcher that colours a pixel.

use super::backdrop::Backdrop;
use super::random::Random;
use super::solid::{BOUNDING_RADIUS, Solid};
use super::surface::Pattern;
use super::vector::{Vec3, smoothstep, vec3};

const MAX_STEPS: u32 = 72;
const HIT: f32 = 0.002;

/// An object as it is the same in all its views.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thing {
    pub(super) solid: Solid,
    pub(super) pattern: Pattern,
    pub(super) ground: Vec3,
    pub(super) ink: Vec3,
}

/// An object before a camera.
pub(super) struct Scene {
    thing: Thing,
    backdrop: Backdrop,
    eye: Vec3,
    right: Vec3,
    up: Vec3,
    forward: Vec3,
    /// Half the picture's height at unit distance.
    zoom: f32,
    /// Direction to the lamp, at unit length, and its colour.
    lamp: Vec3,
    lamp_color: Vec3,
    /// Light from everywhere.
    ambient: Vec3,
    shininess: f32,
}

impl Scene {
    /// The object from a random side in random light before a random background.
    pub(super) fn new(thing: Thing, random: &mut Random) -> Self {
        let backdrop = Backdrop::choose(random);
        // The front half: flat solids are never seen edge-on.
        let (azimuth, elevation) = (random.between(-1.1, 1.1), random.between(0.14, 0.85));
        let eye = direction(azimuth, elevation) * random.between(4.6, 6.4);
        let target = vec3(random.between(-0.35, 0.35), random.between(-0.3, 0.25), 0.0);
        let forward = (target - eye).unit();
        let roll = random.between(-0.08, 0.08);
        let right = forward.cross(vec3(roll, 1.0, 0.0)).unit();
        let lamp = direction(random.between(-2.0, 2.0), random.between(0.5, 1.2));
        let warmth = random.between(-0.18, 0.22);
        let lamp_color = vec3(1.0 + warmth, 1.0, 1.0 - warmth) * random.between(0.85, 1.35);
        let ambient = vec3(0.30 - warmth * 0.3, 0.32, 0.34 + warmth * 0.3) * random.between(0.7, 1.2);
        Self {
            thing,
            backdrop,
            eye,
            right,
            up: right.cross(forward),
            forward,
            zoom: random.between(0.30, 0.36),
            lamp,
            lamp_color,
            ambient,
            shininess: random.between(0.2, 0.5),
        }
    }

    /// Linear colour at a place of the picture: `across` and `up` in units of half its height, from its middle.
    pub(super) fn color(&self, across: f32, up: f32) -> Vec3 {
        let ray = (self.forward + self.right * (across * self.zoom) + self.up * (up * self.zoom)).unit();
        if let Some(distance) = self.march(self.eye, ray) {
            return self.object_color(self.eye + ray * distance, ray);
        }
        let sky = self.backdrop.sky(ray);
        if ray.y > -1e-3 {
            return sky;
        }
        let distance = (-self.thing.solid.depth() - self.eye.y) / ray.y;
        let floor = self.floor_color(self.eye + ray * distance);
        floor.mix(sky, smoothstep(9.0, 30.0, distance))
    }

    /// Distance at which a ray meets the object.
    fn march(&self, origin: Vec3, ray: Vec3) -> Option<f32> {
        let (mut distance, end) = within_bounds(origin, ray)?;
        for _ in 0..MAX_STEPS {
            let step = self.thing.solid.distance(origin + ray * distance);
            if step < HIT {
                return Some(distance);
            }
            distance += step;
            if distance > end {
                return None;
            }
        }
        None
    }

    fn object_color(&self, point: Vec3, ray: Vec3) -> Vec3 {
        let normal = self.normal(point);
        let color = self.thing.ground.mix(self.thing.ink, self.thing.pattern.ink(point, normal));
        let lit = normal.dot(self.lamp).max(0.0);
        let shade = if lit > 0.0 { self.light_at(point + normal * 0.02) } else { 0.0 };
        let from_sky = (0.65 + 0.35 * normal.y) * self.openness(point, normal);
        let light = self.lamp_color * (lit * shade) + self.ambient * from_sky;
        let halfway = (self.lamp - ray).unit();
        let glint = normal.dot(halfway).max(0.0).powi(40) * self.shininess * shade;
        let rim = (1.0 + normal.dot(ray)).max(0.0).powi(4) * 0.12;
        color.times(light) + self.lamp_color * glint + self.backdrop.sky(normal) * rim
    }

    fn floor_color(&self, point: Vec3) -> Vec3 {
        let up = vec3(0.0, 1.0, 0.0);
        // Under the object even the sky's light does not reach the floor.
        let contact = 0.45 + 0.55 * smoothstep(0.0, 0.7, self.thing.solid.distance(point));
        let light = self.lamp_color * (self.lamp.y * self.light_at(point + up * 0.01)) + self.ambient * contact;
        self.backdrop.floor(point).times(light)
    }

    /// Share of the lamp, 0..=1, that reaches a point past the object: soft at the shadow's edge.
    fn light_at(&self, point: Vec3) -> f32 {
        let Some((start, end)) = within_bounds(point, self.lamp) else { return 1.0 };
        let (mut distance, mut light) = (start.max(0.02), 1.0_f32);
        for _ in 0..MAX_STEPS {
            let gap = self.thing.solid.distance(point + self.lamp * distance);
            light = light.min(0.5 + gap * 9.0 / distance.max(0.2));
            if light <= 0.0 || gap < 0.001 {
                return 0.0;
            }
            distance += gap.max(0.03);
            if distance > end {
                break;
            }
        }
        smoothstep(0.0, 1.0, light)
    }

    /// Share of the sky that a point of the surface sees: less in corners.
    fn openness(&self, point: Vec3, normal: Vec3) -> f32 {
        let room = |reach: f32| (self.thing.solid.distance(point + normal * reach) / reach).min(1.0);
        let above_floor = ((point.y + self.thing.solid.depth()) * 1.5).clamp(0.0, 1.0);
        (0.3 + 0.35 * room(0.15) + 0.35 * room(0.4)).max(0.0) * (0.55 + 0.45 * above_floor)
    }

    /// Gradient of the distance from the four corners of a tetrahedron.
    fn normal(&self, point: Vec3) -> Vec3 {
        const CORNERS: [Vec3; 4] = [vec3(1.0, -1.0, -1.0), vec3(-1.0, -1.0, 1.0), vec3(-1.0, 1.0, -1.0), vec3(1.0, 1.0, 1.0)];
        let gradient = CORNERS.map(|corner| corner * self.thing.solid.distance(point + corner * 0.001));
        (gradient[0] + gradient[1] + gradient[2] + gradient[3]).unit()
    }
}

fn direction(azimuth: f32, elevation: f32) -> Vec3 {
    vec3(azimuth.sin() * elevation.cos(), elevation.sin(), azimuth.cos() * elevation.cos())
}

/// Where a ray enters and leaves the ball around the object.
fn within_bounds(origin: Vec3, ray: Vec3) -> Option<(f32, f32)> {
    let middle = -origin.dot(ray);
    let rest = BOUNDING_RADIUS * BOUNDING_RADIUS - (origin.dot(origin) - middle * middle);
    let half = rest.max(0.0).sqrt();
    (rest > 0.0 && middle + half > 0.0).then_some(((middle - half).max(0.0), middle + half))
}
