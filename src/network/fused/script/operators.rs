//! The functions of TorchScript that a forward pass calls: on numbers they are computed, on tensors they become steps.

use std::rc::Rc;

use super::evaluate::{Symbol, Value};
use crate::error::{Error, Result};
use crate::network::fused::plan::{Activation, Operation, Plan};

mod arguments;
mod layers;

pub(super) use arguments::Arguments;

type Named = Vec<(Option<String>, Value)>;

/// Calls a function by its full name, such as `torch.conv2d` or `ops.prim.max`.
///
/// # Errors
/// `Unsupported` with the name of what is not known.
pub(super) fn call(plan: &mut Plan, path: &str, arguments: Named) -> Result<Value> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let arguments = Arguments::new(name, arguments);
    if let Some(value) = numbers(name, &arguments)? {
        return Ok(value);
    }
    if let Some(value) = sizes(plan, name, &arguments)? {
        return Ok(value);
    }
    if !path.starts_with("torch.") {
        return Err(Error::unsupported(format!("the function `{path}`")));
    }
    let in_place = name.len() > 1 && name.ends_with('_') && !name.starts_with('_');
    let name = if in_place { &name[..name.len() - 1] } else { name };
    let Some(made) = tensors(plan, name, &arguments)? else { return Err(Error::unsupported(format!("the function `{path}`"))) };
    if !in_place {
        return Ok(Value::Tensor(made));
    }
    let target = arguments.tensor(0)?;
    if made.value.get() == target.value.get() {
        return Ok(Value::Tensor(target.clone()));
    }
    if target.view {
        return Err(Error::unsupported(format!("`{path}` writes into a tensor that has other names")));
    }
    target.value.set(made.value.get());
    Ok(Value::Tensor(target.clone()))
}

/// Elements of a list or tuple.
///
/// # Errors
/// `Unsupported` for anything else.
pub(super) fn elements(value: &Value) -> Result<Vec<Value>> {
    match value {
        Value::Sequence(parts) => Ok(parts.to_vec()),
        _ => Err(Error::unsupported("a list was expected")),
    }
}

/// Functions of numbers, flags and lists.
fn numbers(name: &str, arguments: &Arguments) -> Result<Option<Value>> {
    let whole = |pair: (i64, i64)| match name {
        "add" => pair.0.checked_add(pair.1),
        "sub" => pair.0.checked_sub(pair.1),
        "mul" => pair.0.checked_mul(pair.1),
        "floordiv" => pair.0.checked_div_euclid(pair.1),
        "remainder" => pair.0.checked_rem_euclid(pair.1),
        _ => None,
    };
    Ok(match name {
        "gt" | "lt" | "ge" | "le" | "eq" | "ne" => compared(name, arguments).map(Value::Bool),
        "add" | "sub" | "mul" | "floordiv" | "remainder" => match (arguments.get(0), arguments.get(1)) {
            (Value::Int(left), Value::Int(right)) => {
                Some(Value::Int(whole((*left, *right)).ok_or_else(|| Error::unsupported(format!("`{name}` of {left} and {right}")))?))
            }
            _ => None,
        },
        "__not__" => arguments.flag(0).map(|flag| Value::Bool(!flag)),
        "__is__" => Some(Value::Bool(matches!((arguments.get(0), arguments.get(1)), (Value::None, Value::None)))),
        "__isnot__" => Some(Value::Bool(!matches!((arguments.get(0), arguments.get(1)), (Value::None, Value::None)))),
        "max" | "min" => extreme(name, arguments),
        "__contains__" => contained(arguments).map(Value::Bool),
        "format" => Some(Value::Text(Rc::from("text"))),
        "range" => match arguments.get(0) {
            Value::Int(count @ 0..=10_000) => Some(Value::Sequence(Rc::new((0..*count).map(Value::Int).collect()))),
            _ => None,
        },
        "int" | "NumToTensor" | "Int" => match arguments.get(0) {
            value @ (Value::Int(_) | Value::Batch) => Some(value.clone()),
            _ => None,
        },
        "RaiseException" => return Err(Error::unsupported("the program raises an exception")),
        "warn" => Some(Value::None),
        _ => None,
    })
}

fn compared(name: &str, arguments: &Arguments) -> Option<bool> {
    let (left, right) = (arguments.get(0), arguments.get(1));
    if let (Value::Text(left), Value::Text(right)) = (left, right) {
        return match name {
            "eq" => Some(left == right),
            "ne" => Some(left != right),
            _ => None,
        };
    }
    let order = number(left)?.partial_cmp(&number(right)?)?;
    Some(match name {
        "gt" => order.is_gt(),
        "lt" => order.is_lt(),
        "ge" => order.is_ge(),
        "le" => order.is_le(),
        "eq" => order.is_eq(),
        _ => order.is_ne(),
    })
}

/// Whether a text is among the texts of a list.
fn contained(arguments: &Arguments) -> Option<bool> {
    let (Value::Sequence(parts), Value::Text(wanted)) = (arguments.get(0), arguments.get(1)) else { return None };
    Some(parts.iter().any(|part| matches!(part, Value::Text(text) if text == wanted)))
}

fn extreme(name: &str, arguments: &Arguments) -> Option<Value> {
    let all = match arguments.get(0) {
        Value::Sequence(parts) => parts.to_vec(),
        first => vec![first.clone(), arguments.get(1).clone()],
    };
    let whole: Option<Vec<i64>> = all.iter().map(|value| if let Value::Int(number) = value { Some(*number) } else { None }).collect();
    let whole = whole?.into_iter();
    if name == "max" { whole.max() } else { whole.min() }.map(Value::Int)
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        _ => None,
    }
}

/// Questions about a tensor's shape.
fn sizes(plan: &Plan, name: &str, arguments: &Arguments) -> Result<Option<Value>> {
    Ok(match (name, arguments.get(0)) {
        ("len", Value::Sequence(parts)) => Some(Value::Int(parts.len() as i64)),
        ("dim" | "len", Value::Tensor(symbol)) => Some(Value::Int(plan.shape(symbol.value.get()).len() as i64 + 1)),
        ("size", Value::Tensor(symbol)) => {
            let inner = plan.shape(symbol.value.get()).iter().map(|&side| Value::Int(side));
            let all: Vec<Value> = std::iter::once(Value::Batch).chain(inner).collect();
            Some(match arguments.get(1) {
                Value::Int(axis) => all[arguments::axis(*axis, all.len())?].clone(),
                _ => Value::Sequence(Rc::new(all)),
            })
        }
        ("is_floating_point", Value::Tensor(_)) => Some(Value::Bool(true)),
        ("requires_grad", Value::Tensor(_)) => Some(Value::Bool(false)),
        _ => None,
    })
}

/// Functions that make a tensor.
fn tensors(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Option<Symbol>> {
    let activation = match name {
        "relu" => Some(Activation::Relu),
        "relu6" => Some(Activation::Clamp(0.0, 6.0)),
        "hardtanh" => Some(Activation::Clamp(arguments.float(1, -1.0)?, arguments.float(2, 1.0)?)),
        "clamp" => match (number(arguments.get(1)), number(arguments.get(2))) {
            (Some(low), Some(high)) => Some(Activation::Clamp(low, high)),
            _ => None,
        },
        "leaky_relu" => Some(Activation::LeakyRelu(arguments.float(1, 0.01)?)),
        "sigmoid" => Some(Activation::Sigmoid),
        "tanh" => Some(Activation::Tanh),
        "silu" => Some(Activation::Silu),
        "hardswish" => Some(Activation::HardSwish),
        "hardsigmoid" => Some(Activation::HardSigmoid),
        _ => None,
    };
    if let Some(activation) = activation {
        let input = arguments.value(0)?;
        return plan.push(Operation::Activate(activation), vec![input]).map(|value| Some(Symbol::new(value)));
    }
    if let Some(value) = layers::layer(plan, name, arguments)? {
        return Ok(Some(Symbol::new(value)));
    }
    shaped(plan, name, arguments)
}

/// Functions that only give another shape, or nothing new at all.
fn shaped(plan: &mut Plan, name: &str, arguments: &Arguments) -> Result<Option<Symbol>> {
    let shape = |plan: &Plan| arguments.value(0).map(|value| plan.shape(value).clone());
    let target = match name {
        "dropout" | "feature_dropout" | "alpha_dropout" => {
            if arguments.flag(2) != Some(false) {
                return Err(Error::unsupported("dropout while learning"));
            }
            return arguments.tensor(0).cloned().map(Some);
        }
        "contiguous" | "detach" | "clone" | "alias" => return arguments.tensor(0).cloned().map(Some),
        "flatten" => {
            let shape = shape(plan)?;
            let (from, to) = (arguments.int(1, 0)?, arguments.int(2, -1)?);
            let (from, to) = (arguments::axis(from, shape.len() + 1)?, arguments::axis(to, shape.len() + 1)?);
            if from == 0 || to < from {
                return Err(Error::unsupported("flatten over the batch"));
            }
            [&shape[..from - 1], &[shape[from - 1..to].iter().product()], &shape[to..]].concat()
        }
        "view" | "reshape" => arguments.reshaped(1, &shape(plan)?)?,
        "unsqueeze" => {
            let mut shape = shape(plan)?;
            let axis = arguments::axis(arguments.int(1, 0)?, shape.len() + 2)?;
            shape.insert(axis.checked_sub(1).ok_or_else(|| Error::unsupported("unsqueeze before the batch"))?, 1);
            shape
        }
        "squeeze" => {
            let mut shape = shape(plan)?;
            let axis = arguments::axis(arguments.int(1, i64::MIN)?, shape.len() + 1)?;
            if axis == 0 || shape[axis - 1] != 1 {
                return Err(Error::unsupported("squeeze of an axis that is not one"));
            }
            shape.remove(axis - 1);
            shape
        }
        _ => return Ok(None),
    };
    let value = plan.reshape(arguments.value(0)?, target)?;
    Ok(Some(Symbol { view: true, ..Symbol::new(value) }))
}
