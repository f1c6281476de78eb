//! Layers that join several blobs into one, or part one into several.

use tch::Tensor;

use super::{Layer, Shape, TorchResult, axis_of, checked};
use crate::error::{Error, Result};
use crate::network::fused::{Operation, Plan, Value};
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

struct Concat {
    axis: i64,
}

enum Eltwise {
    /// Weighted sum; no coefficients means ones.
    Sum(Vec<f64>),
    Product,
    Maximum,
}

struct Slice {
    axis: i64,
    points: Vec<i64>,
    tops: usize,
}

struct Split {
    tops: usize,
}

pub(super) fn build_concat(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    Ok(Box::new(Concat { axis: axis_parameter(&definition.parameters("concat_param")?, "concat_dim")? }))
}

pub(super) fn build_eltwise(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("eltwise_param")?;
    let coefficients = parameters.numbers("coeff")?;
    if !coefficients.is_empty() && coefficients.len() != definition.bottoms.len() {
        return Err(Error::invalid(format!(
            "{} `coeff` for {} bottoms; give one for each, or none",
            coefficients.len(),
            definition.bottoms.len()
        )));
    }
    Ok(Box::new(match parameters.word("operation")?.unwrap_or("SUM") {
        "PROD" | "0" => Eltwise::Product,
        "SUM" | "1" => Eltwise::Sum(coefficients.into_iter().map(f64::from).collect()),
        "MAX" | "2" => Eltwise::Maximum,
        other => return Err(Error::invalid(format!("`operation` must be SUM, PROD or MAX, found `{other}`"))),
    }))
}

pub(super) fn build_slice(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("slice_param")?;
    let (points, tops) = (parameters.integers("slice_point")?, definition.tops.len());
    if !points.is_empty() && points.len() + 1 != tops {
        return Err(Error::invalid(format!(
            "{} `slice_point` for {tops} tops; {} are needed, or none for equal parts",
            points.len(),
            tops - 1
        )));
    }
    Ok(Box::new(Slice { axis: axis_parameter(&parameters, "slice_dim")?, points, tops }))
}

pub(super) fn build_split(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let tops = definition.tops.len();
    if tops == 0 { Err(Error::invalid("it has no `top`")) } else { Ok(Box::new(Split { tops })) }
}

/// `axis`, or what it was called in Caffe's first format.
fn axis_parameter(parameters: &Message, old_name: &str) -> Result<i64> {
    Ok(parameters.integer("axis")?.or(parameters.integer(old_name)?).unwrap_or(1))
}

impl Layer for Concat {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let mut joined = bottoms[0].clone();
        let axis = axis_of(self.axis, joined.len())?;
        for bottom in &bottoms[1..] {
            let fits = bottom.len() == joined.len() && (0..joined.len()).all(|other| other == axis || bottom[other] == joined[other]);
            if !fits {
                return Err(Error::invalid(format!("inputs {:?} and {bottom:?} differ in more than axis {axis}", bottoms[0])));
            }
            joined[axis] += bottom[axis];
        }
        Ok(vec![checked(joined)?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(vec![Tensor::f_cat(bottoms, axis_of(self.axis, bottoms[0].dim())? as i64).torch()?])
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        if axis_of(self.axis, plan.shape(inputs[0]).len() + 1)? != 1 {
            return Err(Error::unsupported("a concatenation along another axis than the channels"));
        }
        Ok(vec![plan.push(Operation::Concat, inputs.to_vec())?])
    }
}

impl Layer for Eltwise {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        match bottoms.iter().find(|bottom| **bottom != bottoms[0]) {
            Some(other) => Err(Error::invalid(format!("the inputs differ in shape: {:?} and {other:?}", bottoms[0]))),
            None => Ok(vec![bottoms[0].clone()]),
        }
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let weighted = |index: usize| match self {
            Self::Sum(coefficients) if !coefficients.is_empty() => bottoms[index].f_mul_scalar(coefficients[index]).torch(),
            _ => Ok(bottoms[index].shallow_clone()),
        };
        let mut joined = weighted(0)?;
        for index in 1..bottoms.len() {
            let next = weighted(index)?;
            joined = match self {
                Self::Sum(_) => joined.f_add(&next),
                Self::Product => joined.f_mul(&next),
                Self::Maximum => joined.f_maximum(&next),
            }
            .torch()?;
        }
        Ok(vec![joined])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        let operation = || match self {
            Self::Sum(coefficients) if coefficients.iter().all(|&coefficient| (coefficient - 1.0).abs() < f64::EPSILON) => {
                Ok(Operation::Add)
            }
            Self::Product => Ok(Operation::Multiply),
            Self::Sum(_) | Self::Maximum => Err(Error::unsupported("a weighted sum, or a maximum")),
        };
        let mut joined = inputs[0];
        for &next in &inputs[1..] {
            joined = plan.push(operation()?, vec![joined, next])?;
        }
        Ok(vec![joined])
    }
}

impl Slice {
    /// Axis, and the size of each part along it.
    fn parts(&self, shape: &Shape) -> Result<(usize, Vec<i64>)> {
        let axis = axis_of(self.axis, shape.len())?;
        let (size, tops) = (shape[axis], self.tops as i64);
        if self.points.is_empty() && size % tops != 0 {
            return Err(Error::invalid(format!("axis {axis} of {shape:?} cannot be cut into {tops} equal parts")));
        }
        let ends: Vec<i64> = if self.points.is_empty() {
            (1..=tops).map(|part| part * (size / tops)).collect()
        } else {
            [self.points.as_slice(), &[size]].concat()
        };
        let starts = std::iter::once(0).chain(ends.iter().copied());
        // Points below the one before give a size below one, which is refused; the sum cannot overflow within 0..=size.
        let sizes: Vec<i64> = starts.zip(&ends).map(|(start, &end)| end.saturating_sub(start)).collect();
        if sizes.iter().any(|&part| part < 1) {
            return Err(Error::invalid(format!("`slice_point` {:?} must rise strictly within 1 to {}", self.points, size - 1)));
        }
        Ok((axis, sizes))
    }
}

impl Layer for Slice {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let (axis, sizes) = self.parts(&bottoms[0])?;
        let part = |size| bottoms[0].iter().enumerate().map(|(index, &dim)| if index == axis { size } else { dim }).collect();
        Ok(sizes.into_iter().map(part).collect())
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let (axis, sizes) = self.parts(&bottoms[0].size())?;
        bottoms[0].f_split_with_sizes(sizes, axis as i64).torch()
    }

    fn keeps_pictures_apart(&self) -> bool {
        self.axis >= 1
    }
}

impl Layer for Split {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![bottoms[0].clone(); self.tops])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok((0..self.tops).map(|_| bottoms[0].shallow_clone()).collect())
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn plan(&self, _plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        Ok(vec![inputs[0]; self.tops])
    }
}
