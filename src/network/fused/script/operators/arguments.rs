//! Arguments of a call, read by place.

use std::rc::Rc;

use tch::{Kind as ElementKind, Tensor};

use super::super::evaluate::{Symbol, Value};
use super::{Named, elements, number};
use crate::error::{Error, Result};
use crate::network::fused::plan;
use crate::network::layers::TorchResult;

/// Values by place; those with a name are not read.
pub(in super::super) struct Arguments {
    function: String,
    values: Vec<Value>,
    named: Vec<String>,
}

impl Arguments {
    pub(super) fn new(function: &str, arguments: Named) -> Self {
        let named = arguments.iter().filter_map(|(name, _)| name.clone()).collect();
        let values = arguments.into_iter().filter(|(name, _)| name.is_none()).map(|(_, value)| value).collect();
        Self { function: function.to_owned(), values, named }
    }

    /// The value at a place; `None` where there is none.
    pub(super) fn get(&self, place: usize) -> &Value {
        self.values.get(place).unwrap_or(&Value::None)
    }

    /// Whether arguments were given by name.
    pub(super) fn has_names(&self) -> bool {
        !self.named.is_empty()
    }

    pub(super) fn wrong(&self, place: usize, wanted: &str) -> Error {
        Error::unsupported(format!("argument {place} of `{}` is not {wanted}", self.function))
    }

    pub(super) fn tensor(&self, place: usize) -> Result<&Symbol> {
        if let Value::Tensor(symbol) = self.get(place) { Ok(symbol) } else { Err(self.wrong(place, "a tensor of the picture")) }
    }

    pub(super) fn value(&self, place: usize) -> Result<plan::Value> {
        self.tensor(place).map(|symbol| symbol.value.get())
    }

    /// A tensor of the archive as f32.
    pub(super) fn constant(&self, place: usize) -> Result<Tensor> {
        let Value::Constant(tensor) = self.get(place) else { return Err(self.wrong(place, "a stored tensor")) };
        tensor.f_to_kind(ElementKind::Float).torch()
    }

    /// As `constant`, where it may be missing.
    pub(super) fn optional_constant(&self, place: usize) -> Result<Option<Tensor>> {
        if matches!(self.get(place), Value::None) { Ok(None) } else { self.constant(place).map(Some) }
    }

    pub(super) fn flag(&self, place: usize) -> Option<bool> {
        if let Value::Bool(flag) = self.get(place) { Some(*flag) } else { None }
    }

    pub(super) fn flag_or(&self, place: usize, default: bool) -> Result<bool> {
        match self.get(place) {
            Value::None => Ok(default),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(self.wrong(place, "a flag")),
        }
    }

    pub(super) fn int(&self, place: usize, default: i64) -> Result<i64> {
        match self.get(place) {
            Value::None => Ok(default),
            Value::Int(number) => Ok(*number),
            _ => Err(self.wrong(place, "a whole number")),
        }
    }

    pub(super) fn float(&self, place: usize, default: f64) -> Result<f64> {
        match self.get(place) {
            Value::None => Ok(default),
            value => number(value).ok_or_else(|| self.wrong(place, "a number")),
        }
    }

    /// Whole numbers of a list.
    pub(super) fn ints(&self, place: usize) -> Result<Vec<i64>> {
        let whole =
            |value: &Value| if let Value::Int(number) = value { Ok(*number) } else { Err(self.wrong(place, "a list of whole numbers")) };
        elements(self.get(place))?.iter().map(whole).collect()
    }

    /// One or two whole numbers, for height and width; the default where nothing or an empty list is given.
    pub(super) fn pair(&self, place: usize, default: [i64; 2]) -> Result<[i64; 2]> {
        let given = match self.get(place) {
            Value::None => Vec::new(),
            Value::Int(number) => vec![*number],
            _ => self.ints(place)?,
        };
        match given[..] {
            [] => Ok(default),
            [both] => Ok([both; 2]),
            [height, width] => Ok([height, width]),
            _ => Err(self.wrong(place, "one or two whole numbers")),
        }
    }

    /// A shape that keeps the batch in front, without it; -1 stands for what is left of the present one.
    pub(super) fn reshaped(&self, place: usize, present: &[i64]) -> Result<Vec<i64>> {
        let parts = elements(self.get(place))?;
        let mut wanted = Vec::new();
        for (axis, part) in parts.iter().enumerate() {
            match part {
                Value::Batch if axis == 0 => {}
                Value::Int(-1) if axis == 0 => wanted.push(0),
                Value::Int(side) if axis > 0 && (*side == -1 || *side > 0) => wanted.push(*side),
                _ => return Err(self.wrong(place, "a shape with the batch in front")),
            }
        }
        let all: i64 = present.iter().product();
        if parts.first().is_some_and(|first| matches!(first, Value::Int(-1))) {
            wanted.remove(0);
        }
        let known: i64 = wanted.iter().filter(|&&side| side > 0).product();
        wanted.iter_mut().filter(|side| **side == -1).for_each(|side| *side = all / known.max(1));
        Ok(wanted)
    }

    /// The stored tensor behind the tensors of a list, or the values of the plan.
    pub(super) fn values(&self, place: usize) -> Result<Vec<plan::Value>> {
        let one = |value: &Value| {
            if let Value::Tensor(symbol) = value { Ok(symbol.value.get()) } else { Err(self.wrong(place, "a list of tensors")) }
        };
        match self.get(place) {
            Value::Sequence(parts) => Rc::clone(parts).iter().map(one).collect(),
            _ => Err(self.wrong(place, "a list of tensors")),
        }
    }
}

/// An axis counted from the front.
///
/// # Errors
/// `Unsupported` beyond the end.
pub(super) fn axis(axis: i64, count: usize) -> Result<usize> {
    let from_front = if axis < 0 { axis.saturating_add(count as i64) } else { axis };
    let found = usize::try_from(from_front).ok().filter(|&axis| axis < count);
    found.ok_or_else(|| Error::unsupported(format!("the axis {axis} of {count}")))
}
