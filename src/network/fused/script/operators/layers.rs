//! Layers with weights or windows.

use tch::Tensor;

use super::super::evaluate::Value as Operand;
use super::{Arguments, arguments};
use crate::error::{Error, Result};
use crate::network::fused::plan::{Activation, Convolution, Operation, Plan, Pool, PoolKind, Value, Window2};
use crate::network::layers::TorchResult;

/// The step of a layer function; nothing for another name.
pub(super) fn layer(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Option<Value>> {
    if arguments.has_names() {
        return Err(Error::unsupported(format!("`{name}` with arguments by name")));
    }
    Ok(Some(match name {
        "conv2d" => convolution(plan, arguments, arguments.int(6, 1)?)?,
        "_convolution" | "convolution" => {
            if arguments.flag(6) != Some(false) {
                return Err(Error::unsupported("a transposed convolution"));
            }
            convolution(plan, arguments, arguments.int(8, 1)?)?
        }
        "batch_norm" => batch_norm(plan, arguments)?,
        "linear" => {
            let operation =
                Operation::Linear { weight: arguments.constant(1)?, bias: arguments.optional_constant(2)?, activation: Activation::None };
            plan.push(operation, vec![arguments.value(0)?])?
        }
        "max_pool2d" | "avg_pool2d" => pooled(plan, name, arguments)?,
        "adaptive_avg_pool2d" => {
            if arguments.pair(1, [0, 0])? != [1, 1] {
                return Err(Error::unsupported("adaptive pooling to another size than one"));
            }
            plan.push(Operation::Mean { keep: true }, vec![arguments.value(0)?])?
        }
        "mean" => mean(plan, arguments)?,
        "add" | "mul" => joined(plan, name, arguments)?,
        "cat" => concatenated(plan, arguments)?,
        "pad" | "constant_pad_nd" => padded(plan, name, arguments)?,
        "softmax" => {
            let input = arguments.value(0)?;
            if arguments::axis(arguments.int(1, i64::MIN)?, plan.shape(input).len() + 1)? != 1 {
                return Err(Error::unsupported("softmax over another axis than the channels"));
            }
            plan.push(Operation::Softmax, vec![input])?
        }
        _ => return Ok(None),
    }))
}

fn convolution(plan: &mut Plan, arguments: &Arguments, groups: i64) -> Result<Value> {
    if matches!(arguments.get(4), Operand::Text(_)) {
        return Err(Error::unsupported("a convolution whose padding is given by name"));
    }
    let convolution = Convolution {
        kernels: arguments.constant(1)?,
        bias: arguments.optional_constant(2)?,
        stride: arguments.pair(3, [1, 1])?,
        pad: arguments.pair(4, [0, 0])?,
        dilation: arguments.pair(5, [1, 1])?,
        groups,
        activation: Activation::None,
    };
    if convolution.kernels.dim() != 4 {
        return Err(Error::unsupported("a convolution that is not over height and width"));
    }
    plan.push(Operation::Convolution(convolution), vec![arguments.value(0)?])
}

/// `(x - mean) / sqrt(variance + eps) * weight + bias`, as one multiplier and one shift a channel.
fn batch_norm(plan: &mut Plan, arguments: &Arguments) -> Result<Value> {
    if arguments.flag(5) != Some(false) {
        return Err(Error::unsupported("batch normalisation while learning: call eval() before the module is saved"));
    }
    let (mean, variance) = (arguments.constant(3)?, arguments.constant(4)?);
    let spread = variance.f_add_scalar(arguments.float(7, 1e-5)?).torch()?.f_rsqrt().torch()?;
    let multiplier = match arguments.optional_constant(1)? {
        Some(weight) => spread.f_mul(&weight).torch()?,
        None => spread,
    };
    let shift = mean.f_mul(&multiplier).torch()?.f_neg().torch()?;
    let shift = match arguments.optional_constant(2)? {
        Some(bias) => shift.f_add(&bias).torch()?,
        None => shift,
    };
    plan.push(Operation::ChannelMap { multiplier, shift }, vec![arguments.value(0)?])
}

fn pooled(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Value> {
    let kernel = arguments.pair(1, [0, 0])?;
    let largest = name == "max_pool2d";
    if kernel.iter().any(|&side| side < 1) || (!largest && !matches!(arguments.get(6), Operand::None)) {
        return Err(Error::unsupported("pooling without a window, or with a divisor of its own"));
    }
    let (kind, dilation, ceil) = if largest {
        (PoolKind::Largest, arguments.pair(4, [1, 1])?, arguments.flag_or(5, false)?)
    } else {
        (PoolKind::Mean { count_padding: arguments.flag_or(5, true)? }, [1, 1], arguments.flag_or(4, false)?)
    };
    let pool = Pool { kind, kernel, stride: arguments.pair(2, kernel)?, pad: arguments.pair(3, [0, 0])?, dilation, ceil };
    plan.push(Operation::Pool(pool), vec![arguments.value(0)?])
}

fn mean(plan: &mut Plan, arguments: &Arguments) -> Result<Value> {
    let input = arguments.value(0)?;
    let axes = arguments.ints(1)?.into_iter().map(|axis| arguments::axis(axis, plan.shape(input).len() + 1));
    let mut axes = axes.collect::<Result<Vec<_>>>()?;
    axes.sort_unstable();
    if axes != [2, 3] || !matches!(arguments.get(3), Operand::None) {
        return Err(Error::unsupported("a mean over other axes than height and width"));
    }
    plan.push(Operation::Mean { keep: arguments.flag_or(2, false)? }, vec![input])
}

/// Sum or product of two tensors of the picture, or of one and a number.
fn joined(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Value> {
    let unit = matches!(arguments.get(2), Operand::None | Operand::Int(1));
    let operation = if name == "add" { Operation::Add } else { Operation::Multiply };
    match (arguments.get(0), arguments.get(1)) {
        (Operand::Tensor(left), Operand::Tensor(right)) if unit => plan.push(operation, vec![left.value.get(), right.value.get()]),
        (Operand::Tensor(input), other) if unit => {
            let number = super::number(other).ok_or_else(|| arguments.wrong(1, "a tensor of the picture or a number"))?;
            let channels = plan.shape(input.value.get())[0];
            let all = |number: f64| Tensor::f_full([channels], number, (tch::Kind::Float, tch::Device::Cpu)).torch();
            let (multiplier, shift) = if name == "add" { (all(1.0)?, all(number)?) } else { (all(number)?, all(0.0)?) };
            plan.push(Operation::ChannelMap { multiplier, shift }, vec![input.value.get()])
        }
        _ => Err(Error::unsupported(format!("`{name}` of these operands"))),
    }
}

fn concatenated(plan: &mut Plan, arguments: &Arguments) -> Result<Value> {
    let inputs = arguments.values(0)?;
    let rank = inputs.first().map_or(0, |&input| plan.shape(input).len() + 1);
    if arguments::axis(arguments.int(1, 0)?, rank)? != 1 {
        return Err(Error::unsupported("a concatenation along another axis than the channels"));
    }
    plan.push(Operation::Concat, inputs)
}

fn padded(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Value> {
    let (mode, number) = if name == "pad" { (arguments.get(2), arguments.get(3)) } else { (&Operand::None, arguments.get(2)) };
    let constant = matches!(mode, Operand::None) || matches!(mode, Operand::Text(text) if &**text == "constant");
    if !constant || super::number(number).unwrap_or(0.0) != 0.0 {
        return Err(Error::unsupported("padding with something else than zeros"));
    }
    let [left, right, top, bottom] = arguments.ints(1)?[..] else { return Err(arguments.wrong(1, "four whole numbers")) };
    if [left, right, top, bottom].iter().any(|side| !(0..=32_768).contains(side)) {
        return Err(Error::unsupported("padding that cuts"));
    }
    plan.push(Operation::Pad(Window2 { before: [top, left], after: [bottom, right] }), vec![arguments.value(0)?])
}
