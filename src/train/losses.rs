//! What the student is asked for: say what the teacher says, order the library as the teacher does, know the photo's class.

use tch::{Kind as Element, Reduction, Tensor};

use super::teacher::unit_rows;

/// Similarities are divided by this before they become probabilities.
const RELATION_TEMPERATURE: f64 = 0.07;

/// One minus the cosine between features `[B, D]` and targets `[B, D]`, mean over the batch.
pub fn direction(features: &Tensor, targets: &Tensor) -> Tensor {
    1.0 - (unit_rows(features) * targets).sum_dim_intlist([-1i64].as_slice(), false, Element::Float).mean(Element::Float)
}

/// Divergence between the teacher's and the student's order of a library: targets `[M, D]` of other pictures, all of unit length.
pub fn relation(features: &Tensor, targets: &Tensor, library: &Tensor) -> Tensor {
    let teacher = (targets.matmul(&library.tr()) / RELATION_TEMPERATURE).log_softmax(-1, Element::Float);
    let student = (unit_rows(features).matmul(&library.tr()) / RELATION_TEMPERATURE).log_softmax(-1, Element::Float);
    student.kl_div(&teacher, Reduction::Sum, true) / features.size()[0] as f64
}

/// Divergence of class scores `[B, C]` from class probabilities `[B, C]`, mean over the batch.
pub fn classes(scores: &Tensor, probabilities: &Tensor) -> Tensor {
    let each = -(scores.log_softmax(-1, Element::Float) * probabilities).sum_dim_intlist([-1i64].as_slice(), false, Element::Float);
    each.mean(Element::Float)
}
