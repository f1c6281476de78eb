//! The student: a small residual network built from a few constants. A picture goes in, a feature comes out.
//! The means and variances of batch normalisation are measured afterwards, so they are no part of the training state.

use rand::Rng;
use tch::{Kind as Element, Tensor};

use super::augment::generator;

/// Side of the square that the student sees, in pixels.
pub const SIDE: u32 = 112;
/// Length of the feature.
pub const DIMENSIONS: i64 = 256;
/// Subtracted from every pixel value.
pub const MEAN: f64 = 127.5;
/// Factor after the subtraction.
pub const SCALE: f64 = 1.0 / 64.0;
/// Added to the variance in batch normalisation.
pub const EPSILON: f64 = 1e-5;

/// Name, kernel, stride, channels in, channels out.
type Shape = (&'static str, i64, i64, i64, i64);

/// The body: the shape of a plain layer, or of the two halves of a residual block.
const BODY: &[Block<Shape>] = &[
    Block::Plain(("conv1", 7, 4, 3, 48)),
    Block::Residual(("res2a", 3, 1, 48, 32), ("res2b", 3, 1, 32, 48)),
    Block::Plain(("conv3", 3, 2, 48, 96)),
    Block::Residual(("res3a", 3, 1, 96, 96), ("res3b", 3, 1, 96, 96)),
    Block::Plain(("conv4", 3, 2, 96, 160)),
    Block::Residual(("res4a", 3, 1, 160, 128), ("res4b", 3, 1, 128, 160)),
    Block::Plain(("conv5", 1, 1, 160, 320)),
];
/// Channels that leave the body.
const BODY_CHANNELS: i64 = 320;

/// One step of the body.
pub enum Block<L> {
    /// The layer alone, then `ReLU`.
    Plain(L),
    /// First layer, `ReLU`, second layer, plus the block's input, then `ReLU`.
    Residual(L, L),
}

/// A convolution without bias, and batch normalisation.
pub struct Layer {
    /// Name in the exported network.
    pub name: &'static str,
    /// Kernel `[out, in, k, k]`.
    pub weight: Tensor,
    /// Factor per channel after normalisation.
    pub gamma: Tensor,
    /// Added per channel after normalisation.
    pub beta: Tensor,
    /// Measured mean per channel.
    pub mean: Tensor,
    /// Measured variance per channel.
    pub variance: Tensor,
    /// Step of the convolution; the padding is half the kernel.
    pub stride: i64,
}

/// Where batch normalisation takes its statistics from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// From the batch; nothing is kept.
    Train,
    /// From the batch, which enters the kept ones with this weight.
    Calibrate(f64),
    /// From the kept ones.
    Evaluate,
}

/// The network.
pub struct Student {
    /// Body, in order.
    pub body: Vec<Block<Layer>>,
    /// Last layer `[DIMENSIONS, channels]`, after the mean over all positions.
    pub projection: Tensor,
    /// Bias of the last layer.
    pub bias: Tensor,
}

impl Student {
    /// A network with random weights.
    pub fn new(seed: u64) -> Self {
        let random = &mut generator(seed, 3, 0);
        let mut layer = |&(name, kernel, stride, inputs, outputs): &Shape, gamma: f64| Layer {
            name,
            weight: channels_last(&normal(random, &[outputs, inputs, kernel, kernel], (2.0 / (inputs * kernel * kernel) as f64).sqrt())),
            gamma: Tensor::full([outputs], gamma, (Element::Float, tch::Device::Cpu)),
            beta: Tensor::zeros([outputs], (Element::Float, tch::Device::Cpu)),
            mean: Tensor::zeros([outputs], (Element::Float, tch::Device::Cpu)),
            variance: Tensor::ones([outputs], (Element::Float, tch::Device::Cpu)),
            stride,
        };
        let body = BODY
            .iter()
            .map(|block| match block {
                Block::Plain(only) => Block::Plain(layer(only, 1.0)),
                // A residual block begins as little more than its input: deep sums stay calm at first.
                Block::Residual(first, second) => Block::Residual(layer(first, 1.0), layer(second, 0.2)),
            })
            .collect();
        let projection = normal(&mut generator(seed, 3, 1), &[DIMENSIONS, BODY_CHANNELS], (1.0 / BODY_CHANNELS as f64).sqrt());
        Self { body, projection, bias: Tensor::zeros([DIMENSIONS], (Element::Float, tch::Device::Cpu)) }
    }

    /// Features `[B, DIMENSIONS]` of pictures `[B, 3, SIDE, SIDE]` as bytes 0..=255.
    pub fn forward(&self, pixels: &Tensor, mode: Mode, precision: Element) -> Tensor {
        let mut x = ((pixels.to_kind(Element::Float) - MEAN) * SCALE).to_kind(precision);
        for block in &self.body {
            x = match block {
                Block::Plain(only) => only.forward(&x, mode).relu_(),
                Block::Residual(first, second) => (second.forward(&first.forward(&x, mode).relu_(), mode) + &x).relu_(),
            };
        }
        let pooled = x.to_kind(Element::Float).mean_dim([2, 3].as_slice(), false, Element::Float);
        pooled.linear(&self.projection, Some(&self.bias))
    }

    /// The layers of the body, in order.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.body.iter().flat_map(|block| match block {
            Block::Plain(only) => vec![only],
            Block::Residual(first, second) => vec![first, second],
        })
    }

    /// What training changes, in a fixed order, with names; the tensors share the network's memory.
    pub fn parameters(&self) -> Vec<(String, Tensor)> {
        let of_layer = |l: &Layer| {
            [("weight", &l.weight), ("gamma", &l.gamma), ("beta", &l.beta)]
                .map(|(part, t)| (format!("{}.{part}", l.name), t.shallow_clone()))
        };
        let mut all: Vec<_> = self.layers().flat_map(of_layer).collect();
        all.push(("feature.weight".into(), self.projection.shallow_clone()));
        all.push(("feature.bias".into(), self.bias.shallow_clone()));
        all
    }

    /// The same network over other parameters, in the order of [`Student::parameters`].
    /// The measured statistics are copies.
    #[must_use]
    pub fn with_parameters(&self, parameters: &[Tensor]) -> Self {
        let mut next = parameters.iter().map(Tensor::shallow_clone);
        let mut take = |old: &Tensor| next.next().unwrap_or_else(|| old.shallow_clone());
        let mut layer = |l: &Layer| Layer {
            name: l.name,
            weight: take(&l.weight),
            gamma: take(&l.gamma),
            beta: take(&l.beta),
            mean: l.mean.copy(),
            variance: l.variance.copy(),
            stride: l.stride,
        };
        let body = self
            .body
            .iter()
            .map(|block| match block {
                Block::Plain(only) => Block::Plain(layer(only)),
                Block::Residual(first, second) => Block::Residual(layer(first), layer(second)),
            })
            .collect();
        let (projection, bias) = (take(&self.projection), take(&self.bias));
        Self { body, projection, bias }
    }

    /// Measures the statistics of batch normalisation on these batches.
    pub fn calibrate(&self, batches: impl Iterator<Item = Tensor>) {
        tch::no_grad(|| {
            for (number, pixels) in batches.enumerate() {
                // Weights 1, 1/2, 1/3, ... make the plain mean over all batches.
                let _ = self.forward(&pixels, Mode::Calibrate(1.0 / (number + 1) as f64), Element::Float);
            }
        });
    }
}

impl Layer {
    fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let half = self.weight.size()[2] / 2;
        let convolved = x.conv2d(&self.weight.to_kind(x.kind()), None::<&Tensor>, [self.stride; 2], [half; 2], [1, 1], 1);
        let (mean, variance, training, momentum) = match mode {
            Mode::Train => (None, None, true, 0.0),
            Mode::Calibrate(momentum) => (Some(&self.mean), Some(&self.variance), true, momentum),
            Mode::Evaluate => (Some(&self.mean), Some(&self.variance), false, 0.0),
        };
        convolved.batch_norm(Some(&self.gamma), Some(&self.beta), mean, variance, training, momentum, EPSILON, false)
    }
}

/// Normally distributed numbers from our own generator: the same on every machine and version.
fn normal(random: &mut impl Rng, shape: &[i64], deviation: f64) -> Tensor {
    let count = shape.iter().product::<i64>() as usize;
    let values: Vec<f32> = (0..count)
        .map(|_| {
            let (u, v): (f64, f64) = (random.random_range(f64::MIN_POSITIVE..1.0), random.random());
            ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos() * deviation) as f32
        })
        .collect();
    Tensor::from_slice(&values).reshape(shape)
}

fn channels_last(weight: &Tensor) -> Tensor {
    weight.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}
