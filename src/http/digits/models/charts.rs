//! Curves of a training as drawings that need no script: losses against the left axis, accuracies in percent against the right one.

use serde::Serialize;

use crate::model::trained::{Curve, Phase};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 60.0;
const TOP: f64 = 30.0;
const BOTTOM: f64 = 30.0;

/// Points of a curve that are drawn; more are thinned out.
const MOST_POINTS: usize = 400;

/// Colours that the style sheet knows.
const COLOURS: usize = 6;

/// Horizontal lines.
const STEPS: usize = 5;

/// Marks along the epochs, at most.
const EPOCH_MARKS: f64 = 10.0;

/// A drawing for the template.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    title: &'static str,
    width: f64,
    height: f64,
    ticks: Vec<Tick>,
    series: Vec<Drawn>,
}

#[derive(Debug, Serialize)]
struct Tick {
    x1: String,
    y1: String,
    x2: String,
    y2: String,
    text: String,
    text_x: String,
    text_y: String,
    anchor: &'static str,
}

#[derive(Debug, Serialize)]
struct Drawn {
    name: String,
    colour: usize,
    points: String,
    text_x: String,
    text_y: String,
}

/// The charts of a training; none before there is anything to draw.
pub(super) fn charts(curves: &[Curve]) -> Vec<Chart> {
    let (rate, outputs): (Vec<&Curve>, Vec<&Curve>) = curves.iter().partition(|curve| curve.name == "learning_rate");
    [chart("Loss and accuracy", &outputs), chart("Learning rate", &rate)].into_iter().flatten().collect()
}

fn is_accuracy(curve: &Curve) -> bool {
    curve.name.contains("accuracy")
}

fn chart(title: &'static str, curves: &[&Curve]) -> Option<Chart> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let last_epoch = points().map(|(epoch, _)| *epoch).fold(0.0, f64::max);
    let highest = curves.iter().filter(|curve| !is_accuracy(curve)).flat_map(|curve| &curve.points).map(|(_, value)| *value);
    let highest = rounded_up(highest.fold(0.0, f64::max));
    if points().count() < 2 || last_epoch <= 0.0 {
        return None;
    }
    let place = |(epoch, value): (f64, f64), most: f64| {
        let x = LEFT + (WIDTH - LEFT - RIGHT) * epoch / last_epoch;
        let y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / most).clamp(0.0, 1.0);
        (x, y)
    };
    let series = curves.iter().enumerate().map(|(number, curve)| {
        let (factor, most) = if is_accuracy(curve) { (100.0, 100.0) } else { (1.0, highest) };
        let places = thinned(&curve.points).map(|&(epoch, value)| place((epoch, value * factor), most));
        let points: Vec<String> = places.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let phase = if curve.phase == Phase::Train { "train" } else { "val" };
        Drawn {
            name: if curve.name == "learning_rate" { "learning rate".into() } else { format!("{} ({phase})", curve.name) },
            colour: number % COLOURS,
            points: points.join(" "),
            text_x: format!("{:.1}", LEFT + number as f64 * 150.0),
            text_y: format!("{:.1}", TOP - 12.0),
        }
    });
    let series = series.collect();
    let ticks = ticks(last_epoch, highest, curves.iter().any(|curve| is_accuracy(curve)));
    Some(Chart { title, width: WIDTH, height: HEIGHT, ticks, series })
}

/// Every k-th point, and always the last one.
fn thinned(points: &[(f64, f64)]) -> impl Iterator<Item = &(f64, f64)> {
    let step = points.len().div_ceil(MOST_POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points.iter().enumerate().filter(move |(place, _)| place % step == 0 || *place == last).map(|(_, point)| point)
}

fn ticks(last_epoch: f64, highest: f64, with_percent: bool) -> Vec<Tick> {
    let mut ticks = Vec::new();
    for step in 0..=STEPS {
        let share = step as f64 / STEPS as f64;
        let y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
        let (left, right) = (LEFT, WIDTH - RIGHT);
        ticks.push(tick([left, y, right, y], short(highest * share), [left - 6.0, y + 4.0], "end"));
        if with_percent {
            ticks.push(tick([right, y, right, y], format!("{:.0}%", share * 100.0), [right + 6.0, y + 4.0], "start"));
        }
    }
    ticks.extend(epoch_marks(last_epoch));
    ticks
}

/// Marks at round epochs.
fn epoch_marks(last_epoch: f64) -> impl Iterator<Item = Tick> {
    let step = rounded_up(last_epoch / EPOCH_MARKS);
    // An end that is a round number in all but its last bits gets its mark, too.
    let count = (last_epoch / step + 1e-6).floor() as usize;
    (0..=count).map(move |number| {
        let epoch = number as f64 * step;
        let x = LEFT + (WIDTH - LEFT - RIGHT) * epoch / last_epoch;
        tick([x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4.0], short(epoch), [x, HEIGHT - 8.0], "middle")
    })
}

fn tick([x1, y1, x2, y2]: [f64; 4], text: String, [text_x, text_y]: [f64; 2], anchor: &'static str) -> Tick {
    let number = |value: f64| format!("{value:.1}");
    Tick { x1: number(x1), y1: number(y1), x2: number(x2), y2: number(y2), text, text_x: number(text_x), text_y: number(text_y), anchor }
}

/// The next of 1, 2 and 5 times a power of ten.
fn rounded_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= value);
    step.unwrap_or(10.0) * power
}

/// A number with as many digits as a mark of an axis needs.
fn short(value: f64) -> String {
    let text = match value.abs() {
        size if size == 0.0 || size >= 0.1 => format!("{value:.2}"),
        size if size >= 1e-4 => format!("{value:.5}"),
        _ => format!("{value:.1e}"),
    };
    if text.contains('e') { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}
