//! Layers that only move or regroup values, and the input, whose shape is declared.

use tch::Tensor;

use super::{Layer, MAX_AXES, Shape, TorchResult, axis_of, bounded, checked, count};
use crate::error::{Error, Result};
use crate::network::fused::{Plan, Value};
use crate::network::network_definition::LayerDefinition;

/// Declared shapes, one per top. Its values come from the caller.
struct Input {
    shapes: Vec<Shape>,
}

struct Flatten {
    axis: i64,
    end_axis: i64,
}

struct Permute {
    order: Vec<i64>,
}

/// Replaces `axes` dimensions from `axis` on by `dims`, where 0 copies a dimension and -1 takes what is left.
struct Reshape {
    dims: Vec<i64>,
    axis: i64,
    axes: i64,
}

pub(super) fn build_input(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("input_param")?;
    let shapes = parameters.all("shape").map(|shape| shape.message()?.integers("dim")).collect::<Result<Vec<_>>>()?;
    let shapes = match (shapes.len(), definition.tops.len()) {
        (1, tops) => vec![shapes[0].clone(); tops],
        (count, tops) if count == tops => shapes,
        (count, tops) => return Err(Error::invalid(format!("{count} `shape` for {tops} tops; give one for each, or one for all"))),
    };
    for shape in &shapes {
        count(shape)?;
        if shape.is_empty() {
            return Err(Error::invalid("`shape` has no `dim`"));
        }
    }
    Ok(Box::new(Input { shapes }))
}

pub(super) fn build_flatten(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("flatten_param")?;
    Ok(Box::new(Flatten { axis: parameters.integer("axis")?.unwrap_or(1), end_axis: parameters.integer("end_axis")?.unwrap_or(-1) }))
}

pub(super) fn build_permute(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let order = definition.parameters("permute_param")?.integers("order")?;
    let distinct = || order.iter().enumerate().all(|(index, axis)| !order[..index].contains(axis));
    if order.len() > MAX_AXES || !distinct() {
        return Err(Error::invalid(format!("`order` {order:?} must name each axis at most once")));
    }
    Ok(Box::new(Permute { order }))
}

pub(super) fn build_reshape(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("reshape_param")?;
    let dims = parameters.message_or_empty("shape")?.integers("dim")?;
    if dims.iter().any(|&dim| dim < -1) || dims.iter().filter(|&&dim| dim == -1).count() > 1 || dims.len() > MAX_AXES {
        return Err(Error::invalid(format!("`shape` {dims:?} may hold sizes, 0 (copy) and one -1 (what is left)")));
    }
    Ok(Box::new(Reshape {
        dims,
        axis: parameters.integer("axis")?.unwrap_or(0),
        axes: bounded(&parameters, "num_axes", -1, -1..=MAX_AXES as i64)?,
    }))
}

impl Layer for Input {
    fn output_shapes(&self, _bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(self.shapes.clone())
    }

    fn forward(&self, _bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Err(Error::invalid("a network with several inputs was given one only"))
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }
}

impl Flatten {
    fn flat(&self, shape: &Shape) -> Result<Shape> {
        let (start, end) = (axis_of(self.axis, shape.len())?, axis_of(self.end_axis, shape.len())?);
        if start > end {
            return Err(Error::invalid(format!("`axis` {start} lies behind `end_axis` {end}")));
        }
        Ok([&shape[..start], &[count(&shape[start..=end])?], &shape[end + 1..]].concat())
    }
}

impl Layer for Flatten {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.flat(&bottoms[0])?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![bottoms[0].f_reshape(self.flat(&bottoms[0].size())?).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        planned(plan, inputs[0], |shape| self.flat(shape))
    }
}

impl Permute {
    /// The full order: axes that are not named follow in their own order.
    fn order(&self, axes: usize) -> Result<Vec<i64>> {
        let axes = axes as i64;
        if let Some(axis) = self.order.iter().find(|axis| !(0..axes).contains(*axis)) {
            return Err(Error::invalid(format!("`order` names axis {axis}, the input has {axes}")));
        }
        Ok(self.order.iter().copied().chain((0..axes).filter(|axis| !self.order.contains(axis))).collect())
    }
}

impl Layer for Permute {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.order(bottoms[0].len())?.into_iter().map(|axis| bottoms[0][axis as usize]).collect()])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![bottoms[0].f_permute(self.order(bottoms[0].dim())?).torch()?.f_contiguous().torch()?])
    }
}

impl Reshape {
    fn target(&self, shape: &Shape) -> Result<Shape> {
        let misfit = || {
            Error::invalid(format!("an input {shape:?} cannot be reshaped to {:?} (axis {}, num_axes {})", self.dims, self.axis, self.axes))
        };
        // Here an axis may also lie just behind the last dimension: -1 is that place.
        let start = if self.axis < 0 { self.axis.saturating_add(shape.len() as i64 + 1) } else { self.axis };
        let start = usize::try_from(start).ok().filter(|&start| start <= shape.len()).ok_or_else(misfit)?;
        let end = if self.axes < 0 { shape.len() } else { start + self.axes as usize };
        let (replaced, rest) = (shape.get(start..end).ok_or_else(misfit)?, &shape[end..]);
        let copied = |(index, &dim): (usize, &i64)| if dim == 0 { replaced.get(index).copied().ok_or_else(misfit) } else { Ok(dim) };
        let mut dims = self.dims.iter().enumerate().map(copied).collect::<Result<Vec<_>>>()?;
        if let Some(open) = dims.iter().position(|&dim| dim == -1) {
            let known: Vec<i64> = dims.iter().copied().filter(|&dim| dim != -1).collect();
            dims[open] = count(replaced)? / count(&known)?;
        }
        let target = checked([&shape[..start], &dims, rest].concat()).map_err(|_| misfit())?;
        if count(&target)? == count(shape)? { Ok(target) } else { Err(misfit()) }
    }
}

impl Layer for Reshape {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.target(&bottoms[0])?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![bottoms[0].f_reshape(self.target(&bottoms[0].size())?).torch()?])
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        planned(plan, inputs[0], |shape| self.target(shape))
    }
}

/// Another shape in a plan, if it leaves the pictures apart.
fn planned(plan: &mut Plan, input: Value, target: impl Fn(&Shape) -> Result<Shape>) -> Result<Vec<Value>> {
    // Of a batch of 2, since a batch of 1 could hide in a shape.
    let target = target(&[&[2], plan.shape(input).as_slice()].concat())?;
    match target.split_first() {
        Some((2, shape)) => Ok(vec![plan.reshape(input, shape.to_vec())?]),
        _ => Err(Error::unsupported("a shape that mixes pictures")),
    }
}
