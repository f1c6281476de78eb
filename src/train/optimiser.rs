//! The optimiser: orthogonalised momentum (Muon) for kernels and matrices, `AdamW` for the rest, and a running mean of the weights.
//! Its whole state is a list of tensors, so that training can stop and go on exactly.
//! Muon: Keller Jordan, "Muon: an optimizer for hidden layers in neural networks" (2024); scale by Liu et al., "Muon is scalable" (2025).

use tch::{Kind as Element, Tensor};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.99;
const MOMENTUM: f64 = 0.95;
const EPSILON: f64 = 1e-8;

/// Parameters with the state of their updates.
pub struct Optimiser {
    slots: Vec<Slot>,
    /// Steps done.
    pub step: u64,
    weight_decay: f64,
}

struct Slot {
    name: String,
    value: Tensor,
    /// Running mean of the gradient.
    first: Tensor,
    /// Running mean of the squared gradient; not used where the update is orthogonalised.
    second: Tensor,
    /// Running mean of the value.
    average: Tensor,
}

impl Optimiser {
    /// An optimiser of these parameters; it changes them in place.
    pub fn new(parameters: Vec<(String, Tensor)>, weight_decay: f64) -> Self {
        let slot = |(name, value): (String, Tensor)| Slot {
            name,
            first: value.zeros_like(),
            second: value.zeros_like(),
            average: value.copy(),
            value,
        };
        Self { slots: parameters.into_iter().map(slot).collect(), step: 0, weight_decay }
    }

    /// One step along these gradients, in the order of the parameters.
    pub fn update(&mut self, gradients: &[Tensor], rate: f64) {
        self.step += 1;
        // A young mean forgets faster, so that the random start leaves it soon.
        let keep = (0.998_f64).min((1.0 + self.step as f64) / (20.0 + self.step as f64));
        let (step, decay) = (self.step, self.weight_decay);
        tch::no_grad(|| {
            for (slot, gradient) in self.slots.iter_mut().zip(gradients) {
                let matrix = slot.value.dim() >= 2;
                let change =
                    if matrix && slot.name != "classes.weight" { slot.orthogonal(gradient) } else { slot.adaptive(gradient, step) };
                if matrix {
                    let _ = slot.value.g_mul_scalar_(1.0 - rate * decay);
                }
                let _ = slot.value.g_add_(&(change * -rate));
                let _ = slot.average.lerp_(&slot.value, 1.0 - keep);
            }
        });
    }

    /// The running means of the parameters, in order.
    pub fn averages(&self) -> Vec<Tensor> {
        self.slots.iter().map(|slot| slot.average.shallow_clone()).collect()
    }

    /// Everything that has to be kept to go on exactly, by name.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let parts = |s: &Slot| {
            [("value", &s.value), ("first", &s.first), ("second", &s.second), ("average", &s.average)]
                .map(|(p, t)| (format!("{}/{p}", s.name), t.shallow_clone()))
        };
        self.slots.iter().flat_map(parts).collect()
    }
}

impl Slot {
    fn adaptive(&mut self, gradient: &Tensor, step: u64) -> Tensor {
        let _ = self.first.lerp_(gradient, 1.0 - BETA_1);
        let _ = self.second.lerp_(&gradient.square(), 1.0 - BETA_2);
        let first = &self.first / (1.0 - BETA_1.powf(step as f64));
        let second = &self.second / (1.0 - BETA_2.powf(step as f64));
        first / (second.sqrt() + EPSILON)
    }

    fn orthogonal(&mut self, gradient: &Tensor) -> Tensor {
        let _ = self.first.lerp_(gradient, 1.0 - MOMENTUM);
        let ahead = gradient * (1.0 - MOMENTUM) + &self.first * MOMENTUM;
        let matrix = ahead.flatten(1, -1);
        let (rows, columns) = (matrix.size()[0], matrix.size()[1]);
        // This factor gives the entries the size that AdamW's updates have, so that one rate serves both.
        let scale = 0.2 * (rows.max(columns) as f64).sqrt();
        (orthogonalise(&matrix) * scale).reshape_as(&self.value)
    }
}

/// The nearest matrix with singular values about one, by five Newton-Schulz steps with Jordan's coefficients.
fn orthogonalise(matrix: &Tensor) -> Tensor {
    let tall = matrix.size()[0] > matrix.size()[1];
    let mut x = if tall { matrix.tr() } else { matrix.shallow_clone() };
    x = &x / (x.norm() + 1e-7);
    for _ in 0..5 {
        let square = x.matmul(&x.tr());
        let polynomial = &square * -4.7750 + square.matmul(&square) * 2.0315;
        x = &x * 3.4445 + polynomial.matmul(&x);
    }
    if tall { x.tr() } else { x }.to_kind(Element::Float)
}
