//! The values that weights begin with: Caffe's fillers. Sizes are as there: `fan_in` is what one output takes in
//! (all values of a blob over its first dimension), `fan_out` all values over its second.

use crate::error::{Error, Kind, Result};
use crate::network::chance::Chance;
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

/// How a blob is filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filler {
    /// One value everywhere.
    Constant(f64),
    /// Uniform between two values.
    Uniform(f64, f64),
    /// Normal with mean and deviation.
    Gaussian(f64, f64),
    /// Uniform within `sqrt(3 / n)` (Glorot and Bengio 2010).
    Xavier(Spread),
    /// Normal with deviation `sqrt(2 / n)` (He et al. 2015).
    Msra(Spread),
    /// Uniform, and each output's values have the sum one.
    PositiveUnitBall,
    /// Weights of bilinear interpolation, for a transposed convolution that enlarges.
    Bilinear,
}

/// What `n` is in the fillers that know the size of their blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    FanIn,
    FanOut,
    Average,
}

impl Filler {
    /// The filler of weight blob `index` of a layer.
    pub(super) fn of(layer: &LayerDefinition, index: usize) -> Result<Self> {
        // Parameter message, field, and the value where the field is not written.
        let (parameters, field, default) = match (layer.kind.as_str(), index) {
            ("Convolution" | "Deconvolution", 0) => ("convolution_param", "weight_filler", 0.0),
            ("Convolution" | "Deconvolution", _) => ("convolution_param", "bias_filler", 0.0),
            ("InnerProduct", 0) => ("inner_product_param", "weight_filler", 0.0),
            ("InnerProduct", _) => ("inner_product_param", "bias_filler", 0.0),
            ("Scale", 0) => ("scale_param", "filler", 1.0),
            ("Scale", _) => ("scale_param", "bias_filler", 0.0),
            ("PReLU", _) => ("prelu_param", "filler", 0.25),
            ("Normalize", _) => ("norm_param", "scale_filler", 1.0),
            // What a layer measures itself begins with nothing.
            _ => return Ok(Self::Constant(0.0)),
        };
        let parameters = layer.parameters(parameters)?;
        if !parameters.has(field) {
            return Ok(Self::Constant(default));
        }
        let filler = parameters.message_or_empty(field).and_then(|filler| Self::read(&filler));
        filler.map_err(|error| layer.name_in(error.context(format_args!("`{field}`"))))
    }

    fn read(filler: &Message) -> Result<Self> {
        let number = |name: &str, default: f32| Ok::<_, Error>(f64::from(filler.number(name)?.unwrap_or(default)));
        if filler.integer("sparse")?.is_some_and(|sparse| sparse >= 0) {
            return Err(Error::unsupported("`sparse` is not supported"));
        }
        Ok(match filler.text("type")?.unwrap_or("constant") {
            "constant" => Self::Constant(number("value", 0.0)?),
            "uniform" => Self::Uniform(number("min", 0.0)?, number("max", 1.0)?),
            "gaussian" => Self::Gaussian(number("mean", 0.0)?, number("std", 1.0)?),
            "xavier" => Self::Xavier(Spread::read(filler)?),
            "msra" => Self::Msra(Spread::read(filler)?),
            "positive_unitball" => Self::PositiveUnitBall,
            "bilinear" => Self::Bilinear,
            other => {
                let known = "constant, uniform, gaussian, xavier, msra, positive_unitball and bilinear";
                return Err(Error::new(Kind::Unsupported, format!("the type \"{other}\" is not known; known are {known}")));
            }
        })
    }

    /// The values of a blob of this shape.
    pub(super) fn fill(&self, shape: &[i64], chance: &mut Chance) -> Vec<f32> {
        let count = shape.iter().product::<i64>() as usize;
        let mut draw = |value: &mut dyn FnMut(&mut Chance) -> f64| (0..count).map(|_| value(chance) as f32).collect::<Vec<f32>>();
        let within = |low: f64, high: f64| move |chance: &mut Chance| low + (high - low) * chance.uniform();
        let around = |mean: f64, deviation: f64| move |chance: &mut Chance| mean + deviation * chance.normal();
        match *self {
            Self::Constant(value) => vec![value as f32; count],
            Self::Uniform(low, high) => draw(&mut within(low, high)),
            Self::Gaussian(mean, deviation) => draw(&mut around(mean, deviation)),
            Self::Xavier(spread) => {
                let bound = (3.0 / spread.of(shape)).sqrt();
                draw(&mut within(-bound, bound))
            }
            Self::Msra(spread) => draw(&mut around(0.0, (2.0 / spread.of(shape)).sqrt())),
            Self::PositiveUnitBall => unit_balls(draw(&mut within(0.0, 1.0)), shape),
            Self::Bilinear => bilinear(shape),
        }
    }
}

impl Spread {
    fn read(filler: &Message) -> Result<Self> {
        match filler.word("variance_norm")?.unwrap_or("FAN_IN") {
            "FAN_IN" | "0" => Ok(Self::FanIn),
            "FAN_OUT" | "1" => Ok(Self::FanOut),
            "AVERAGE" | "2" => Ok(Self::Average),
            other => Err(Error::invalid(format!("`variance_norm` must be FAN_IN, FAN_OUT or AVERAGE, found `{other}`"))),
        }
    }

    fn of(self, shape: &[i64]) -> f64 {
        let count = shape.iter().product::<i64>() as f64;
        let over = |axis: usize| count / shape.get(axis).copied().unwrap_or(1).max(1) as f64;
        match self {
            Self::FanIn => over(0),
            Self::FanOut => over(1),
            Self::Average => f64::midpoint(over(0), over(1)),
        }
    }
}

fn unit_balls(mut values: Vec<f32>, shape: &[i64]) -> Vec<f32> {
    let outputs = shape.first().copied().unwrap_or(1).max(1) as usize;
    let each = (values.len() / outputs).max(1);
    for values in values.chunks_exact_mut(each) {
        let sum: f32 = values.iter().sum();
        for value in values {
            *value /= sum.max(f32::MIN_POSITIVE);
        }
    }
    values
}

/// `(1 - |x / f - c|) * (1 - |y / f - c|)` with `f = ceil(width / 2)` and `c = (2 f - 1 - f mod 2) / (2 f)`, as in Caffe.
fn bilinear(shape: &[i64]) -> Vec<f32> {
    let (width, height) = (shape.last().copied().unwrap_or(1), shape.iter().rev().nth(1).copied().unwrap_or(1));
    let half = (width + 1) / 2;
    let centre = (2 * half - 1 - half % 2) as f64 / (2 * half) as f64;
    let near = |place: i64| 1.0 - (place as f64 / half as f64 - centre).abs();
    let one = |place: i64| (near(place % width) * near(place / width % height)) as f32;
    (0..shape.iter().product::<i64>()).map(one).collect()
}
