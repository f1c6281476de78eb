//! A network as a list of operations whose shapes and weights are all known: what the front ends make, the passes
//! rewrite and `emit` turns into calls of libtorch. Shapes leave the batch out: it is the first dimension everywhere.

use tch::Tensor;

use crate::error::{Error, Result};
use crate::network::layers::Shape;

/// Number of a value: 0 is the input, `n + 1` what step `n` makes.
pub(crate) type Value = usize;

/// Most steps of a plan.
const MAX_STEPS: usize = 16_384;
/// Most numbers of one value for one picture: 1 GB of f32.
const MAX_NUMBERS: i64 = 1 << 28;

/// Operations in the order in which they run.
pub(crate) struct Plan {
    /// Shape of the input: `[channels, height, width]`.
    pub(crate) input: Shape,
    /// The operations.
    pub(crate) steps: Vec<Step>,
    /// The value that is wanted.
    pub(crate) output: Value,
}

/// One operation, what it reads and the shape of what it makes.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) inputs: Vec<Value>,
    pub(crate) shape: Shape,
}

/// What can be done in a plan.
#[derive(Debug)]
pub(crate) enum Operation {
    /// Reads a map and, when fused, a second of the result's shape that is added before the activation.
    Convolution(Convolution),
    /// Multiplies and shifts each channel: `[channels]` each.
    ChannelMap {
        multiplier: Tensor,
        shift: Tensor,
    },
    /// Zeros around a map: before and after, by height and width.
    Pad(Window2),
    Pool(Pool),
    /// Mean over height and width; with `keep` they stay as ones.
    Mean {
        keep: bool,
    },
    /// Sum of two values; one may have ones for height and width.
    Add,
    /// Product, as `Add`.
    Multiply,
    /// Along the channels.
    Concat,
    Activate(Activation),
    /// Rows times `[outputs, inputs]`, plus `[outputs]`.
    Linear {
        weight: Tensor,
        bias: Option<Tensor>,
        activation: Activation,
    },
    /// To the step's shape.
    Reshape,
    /// Over the first dimension after the batch.
    Softmax,
}

/// Before and after, for height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window2 {
    pub(crate) before: [i64; 2],
    pub(crate) after: [i64; 2],
}

/// A convolution with all that is fused into it.
#[derive(Debug)]
pub(crate) struct Convolution {
    /// `[outputs, channels / groups, height, width]`.
    pub(crate) kernels: Tensor,
    pub(crate) bias: Option<Tensor>,
    pub(crate) stride: [i64; 2],
    /// The same before and after.
    pub(crate) pad: [i64; 2],
    pub(crate) dilation: [i64; 2],
    pub(crate) groups: i64,
    pub(crate) activation: Activation,
}

/// Largest or mean value of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) kind: PoolKind,
    pub(crate) kernel: [i64; 2],
    pub(crate) stride: [i64; 2],
    pub(crate) pad: [i64; 2],
    pub(crate) dilation: [i64; 2],
    /// Sizes are rounded up.
    pub(crate) ceil: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolKind {
    Largest,
    /// Divides by the window's size; the padding counts if the flag says so.
    Mean {
        count_padding: bool,
    },
}

/// A function of each number alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Activation {
    None,
    Relu,
    LeakyRelu(f64),
    Clamp(f64, f64),
    Sigmoid,
    Tanh,
    /// `x * sigmoid(x)`
    Silu,
    HardSigmoid,
    HardSwish,
}

impl Plan {
    /// A plan that answers its input.
    pub(crate) fn new(input: Shape) -> Self {
        Self { input, steps: Vec::new(), output: 0 }
    }

    /// Shape of a value.
    pub(crate) fn shape(&self, value: Value) -> &Shape {
        value.checked_sub(1).map_or(&self.input, |step| &self.steps[step].shape)
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// `Unsupported` where the inputs do not fit it.
    pub(crate) fn push(&mut self, operation: Operation, inputs: Vec<Value>) -> Result<Value> {
        let shapes: Vec<&Shape> = inputs.iter().map(|&input| self.shape(input)).collect();
        let shape = operation.shape(&shapes).ok_or_else(|| misfit(&operation, &shapes))?;
        self.push_shaped(operation, inputs, shape)
    }

    /// Adds a reshape.
    ///
    /// # Errors
    /// `Unsupported` where the number of values differs.
    pub(crate) fn reshape(&mut self, input: Value, shape: Shape) -> Result<Value> {
        let same = shape.iter().all(|&dim| dim > 0) && shape.iter().product::<i64>() == self.shape(input).iter().product::<i64>();
        if !same {
            return Err(Error::unsupported(format!("{:?} cannot become {shape:?}", self.shape(input))));
        }
        if shape == *self.shape(input) { Ok(input) } else { self.push_shaped(Operation::Reshape, vec![input], shape) }
    }

    fn push_shaped(&mut self, operation: Operation, inputs: Vec<Value>, shape: Shape) -> Result<Value> {
        let numbers = shape.iter().try_fold(1_i64, |product, &dim| if dim < 1 { None } else { product.checked_mul(dim) });
        if self.steps.len() >= MAX_STEPS || numbers.is_none_or(|numbers| numbers > MAX_NUMBERS) {
            return Err(Error::unsupported(format!("a plan has at most {MAX_STEPS} steps of at most {MAX_NUMBERS} numbers")));
        }
        self.steps.push(Step { operation, inputs, shape });
        Ok(self.steps.len())
    }

    /// How often each value is read; the output once more.
    pub(crate) fn readers(&self) -> Vec<usize> {
        let mut readers = vec![0; self.steps.len() + 1];
        self.steps.iter().flat_map(|step| &step.inputs).for_each(|&input| readers[input] += 1);
        readers[self.output] += 1;
        readers
    }
}

fn misfit(operation: &Operation, shapes: &[&Shape]) -> Error {
    let name = format!("{operation:?}");
    let name = name.split([' ', '(', '{']).next().unwrap_or_default();
    Error::unsupported(format!("{name} does not take {shapes:?}"))
}

impl Operation {
    fn shape(&self, inputs: &[&Shape]) -> Option<Shape> {
        let first = *inputs.first()?;
        match (self, first.as_slice()) {
            (Self::Convolution(convolution), &[channels, height, width]) => convolution.shape(channels, [height, width]),
            (Self::ChannelMap { multiplier, shift }, &[channels, ..]) => {
                (multiplier.size() == [channels] && shift.size() == [channels]).then(|| first.clone())
            }
            (Self::Pad(pad), &[channels, height, width]) => {
                let side = |axis: usize, size: i64| size.checked_add(pad.before[axis])?.checked_add(pad.after[axis]);
                Some(vec![channels, side(0, height)?, side(1, width)?])
            }
            (Self::Pool(pool), &[channels, height, width]) => pool.shape(channels, [height, width]),
            (Self::Mean { keep }, &[channels, ..]) if first.len() == 3 => Some(if *keep { vec![channels, 1, 1] } else { vec![channels] }),
            (Self::Add | Self::Multiply, _) => broadcast(first, inputs.get(1)?),
            (Self::Concat, &[_, ref rest @ ..]) => {
                let channels = inputs.iter().map(|shape| (shape.get(1..) == Some(rest)).then(|| shape[0])).sum::<Option<i64>>()?;
                Some([&[channels], rest].concat())
            }
            (Self::Activate(_) | Self::Softmax, _) => Some(first.clone()),
            (Self::Linear { weight, bias, .. }, &[numbers]) => match weight.size()[..] {
                [outputs, inputs] if inputs == numbers && bias.as_ref().is_none_or(|bias| bias.size() == [outputs]) => Some(vec![outputs]),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Equal shapes, or maps of which one is a single number a channel.
fn broadcast(left: &Shape, right: &Shape) -> Option<Shape> {
    let single = |shape: &Shape| shape.len() == 3 && shape[1..] == [1, 1];
    if left == right || (single(right) && left.len() == 3 && left[0] == right[0]) {
        return Some(left.clone());
    }
    (single(left) && right.len() == 3 && left[0] == right[0]).then(|| right.clone())
}

/// Number of places of a window of `reach` pixels.
pub(crate) fn places(size: i64, reach: i64, pad: i64, stride: i64, ceil: bool) -> Option<i64> {
    let slack = size.checked_add(pad.checked_mul(2)?)?.checked_sub(reach)?;
    if slack < 0 || stride < 1 {
        return None;
    }
    let rounded = (slack + if ceil { stride - 1 } else { 0 }) / stride + 1;
    // libtorch drops a last window that would begin in the padding.
    Some(if ceil && (rounded - 1) * stride >= size + pad { rounded - 1 } else { rounded })
}

impl Convolution {
    /// Pixels from the first to the last tap along an axis.
    pub(crate) fn reach(&self, axis: usize) -> i64 {
        self.dilation[axis] * (self.kernels.size()[2 + axis] - 1) + 1
    }

    fn shape(&self, channels: i64, size: [i64; 2]) -> Option<Shape> {
        let [outputs, each, ..] = <[i64; 4]>::try_from(self.kernels.size()).ok()?;
        let fits = self.groups >= 1 && each.checked_mul(self.groups)? == channels && outputs % self.groups == 0;
        let bounded = self.pad.iter().chain(&self.stride).chain(&self.dilation).all(|&extent| (0..=32_768).contains(&extent));
        let fits = fits && bounded && self.bias.as_ref().is_none_or(|bias| bias.size() == [outputs]);
        let along = |axis: usize| places(size[axis], self.reach(axis), self.pad[axis], self.stride[axis], false);
        if fits { Some(vec![outputs, along(0)?, along(1)?]) } else { None }
    }
}

impl Pool {
    /// The largest value of a whole map.
    pub(crate) fn whole(kernel: [i64; 2]) -> Self {
        Self { kind: PoolKind::Largest, kernel, stride: [1, 1], pad: [0, 0], dilation: [1, 1], ceil: false }
    }

    /// Pixels from the first to the last tap along an axis.
    pub(crate) fn reach(&self, axis: usize) -> i64 {
        self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }

    fn shape(&self, channels: i64, size: [i64; 2]) -> Option<Shape> {
        let all = self.pad.iter().chain(&self.stride).chain(&self.dilation).chain(&self.kernel);
        let bounded =
            all.copied().all(|extent| (0..=32_768).contains(&extent)) && (0..2).all(|axis| 2 * self.pad[axis] <= self.kernel[axis]);
        let along = |axis: usize| places(size[axis], self.reach(axis), self.pad[axis], self.stride[axis], self.ceil);
        if bounded { Some(vec![channels, along(0)?, along(1)?]) } else { None }
    }
}
