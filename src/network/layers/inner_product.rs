//! The fully connected layer.

use tch::Tensor;

use super::{Layer, Shape, TorchResult, axis_of, bounded, checked, count};
use crate::error::{Error, Result};
use crate::network::fused::{Activation, Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;

/// Weights: matrix `[outputs, inputs]` (`[inputs, outputs]` with `transpose`), then bias `[outputs]`.
struct InnerProduct {
    outputs: i64,
    axis: i64,
    transpose: bool,
    bias: bool,
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("inner_product_param")?;
    Ok(Box::new(InnerProduct {
        outputs: bounded(&parameters, "num_output", 0, 1..=i64::from(i32::MAX))?,
        axis: parameters.integer("axis")?.unwrap_or(1),
        transpose: parameters.flag("transpose")?.unwrap_or(false),
        bias: parameters.flag("bias_term")?.unwrap_or(true),
    }))
}

impl InnerProduct {
    /// The dimensions that stay, and the number of values that each product takes in.
    fn split<'a>(&self, shape: &'a Shape) -> Result<(&'a [i64], i64)> {
        let (outer, inner) = shape.split_at(axis_of(self.axis, shape.len())?);
        Ok((outer, count(inner)?))
    }
}

impl Layer for InnerProduct {
    fn weight_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let (_, inputs) = self.split(&bottoms[0])?;
        let matrix = if self.transpose { vec![inputs, self.outputs] } else { vec![self.outputs, inputs] };
        Ok(if self.bias { vec![matrix, vec![self.outputs]] } else { vec![matrix] })
    }

    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let (outer, _) = self.split(&bottoms[0])?;
        Ok(vec![checked([outer, &[self.outputs]].concat())?])
    }

    fn forward(&self, bottoms: &[&Tensor], weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let shape = bottoms[0].size();
        let (outer, inputs) = self.split(&shape)?;
        let rows = bottoms[0].f_reshape([outer.iter().product(), inputs]).torch()?;
        let matrix = if self.transpose { weights[0].f_transpose(0, 1).torch()? } else { weights[0].shallow_clone() };
        let product = rows.f_linear(&matrix, weights.get(1)).torch()?;
        Ok(vec![product.f_reshape([outer, &[self.outputs]].concat()).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], weights: &[Tensor]) -> Result<Vec<Value>> {
        if self.axis != 1 {
            return Err(Error::unsupported("a product over another axis than the first"));
        }
        let numbers = plan.shape(inputs[0]).iter().product();
        let row = plan.reshape(inputs[0], vec![numbers])?;
        let weight =
            if self.transpose { weights[0].f_transpose(0, 1).torch()?.f_contiguous().torch()? } else { weights[0].shallow_clone() };
        let bias = weights.get(1).map(|bias| bias.f_reshape([self.outputs]).torch()).transpose()?;
        Ok(vec![plan.push(Operation::Linear { weight, bias, activation: Activation::None }, vec![row])?])
    }
}
