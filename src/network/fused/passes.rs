//! Rewrites a plan so that fewer operations walk over fewer numbers: batch normalisation, padding, activations and
//! residual sums go into the convolution before them; what nobody reads is left out.

use tch::Tensor;

use super::plan::{Activation, Convolution, Operation, Plan, Step, Value};
use crate::error::{Error, Result};
use crate::network::layers::TorchResult;

/// All rewrites.
///
/// # Errors
/// Those of libtorch.
pub(crate) fn fuse(plan: Plan) -> Result<Plan> {
    let plan = without_unread(plan);
    let mut fuser = Fuser { readers: plan.readers(), made: vec![0], steps: Vec::new() };
    for step in plan.steps {
        let value = fuser.add(step)?;
        fuser.made.push(value);
    }
    let steps = fuser.steps.into_iter().collect::<Vec<_>>();
    let output = fuser.made[plan.output];
    Ok(without_unread(renumbered(Plan { input: plan.input, steps: Vec::new(), output }, steps)))
}

/// Leaves out what the output does not need.
pub(crate) fn without_unread(plan: Plan) -> Plan {
    let mut needed = vec![false; plan.steps.len() + 1];
    needed[plan.output] = true;
    for (index, step) in plan.steps.iter().enumerate().rev() {
        if needed[index + 1] {
            step.inputs.iter().for_each(|&input| needed[input] = true);
        }
    }
    let Plan { input, steps, output } = plan;
    let steps = steps.into_iter().zip(&needed[1..]).map(|(step, &needed)| needed.then_some(step)).collect();
    renumbered(Plan { input, steps: Vec::new(), output }, steps)
}

/// A plan of the steps that are left; the values keep their meaning.
fn renumbered(mut plan: Plan, steps: Vec<Option<Step>>) -> Plan {
    let mut numbers = vec![0];
    for step in steps {
        if let Some(mut step) = step {
            step.inputs.iter_mut().for_each(|input| *input = numbers[*input]);
            plan.steps.push(step);
        }
        numbers.push(plan.steps.len());
    }
    plan.output = numbers[plan.output];
    plan
}

struct Fuser {
    /// How often each old value is read.
    readers: Vec<usize>,
    /// The new value of each old one.
    made: Vec<Value>,
    /// New steps; those that went into a later one are gone.
    steps: Vec<Option<Step>>,
}

impl Fuser {
    fn add(&mut self, mut step: Step) -> Result<Value> {
        let old = std::mem::take(&mut step.inputs);
        step.inputs = old.iter().map(|&input| self.made[input]).collect();
        let alone = |place: usize| old.get(place).is_some_and(|&input| self.readers[input] == 1);
        let fused = match step.operation {
            Operation::ChannelMap { .. } | Operation::Activate(_) if alone(0) => self.absorbed(step)?,
            Operation::Convolution(_) if alone(0) => self.pad_into(step),
            Operation::Add if old[0] != old[1] => {
                let free = [alone(0), alone(1)];
                self.sum_into(step, free)
            }
            _ => step,
        };
        self.steps.push(Some(fused));
        Ok(self.steps.len())
    }

    fn producer(&mut self, value: Value) -> Option<&mut Step> {
        value.checked_sub(1).and_then(|index| self.steps[index].as_mut())
    }

    /// Puts a channel map or an activation into the convolution or product before it, which moves here.
    fn absorbed(&mut self, step: Step) -> Result<Step> {
        let source = step.inputs[0];
        let Some(producer) = self.producer(source) else { return Ok(step) };
        let residual = producer.inputs.len() > 1;
        let took = match (&mut producer.operation, &step.operation) {
            (Operation::Convolution(convolution), Operation::ChannelMap { multiplier, shift })
                if !residual && convolution.activation == Activation::None =>
            {
                map_channels(convolution, multiplier, shift)?;
                true
            }
            (Operation::Convolution(convolution), &Operation::Activate(activation))
                if convolution.activation == Activation::None && (!residual || activation == Activation::Relu) =>
            {
                convolution.activation = activation;
                true
            }
            (Operation::Linear { activation: own @ Activation::None, .. }, &Operation::Activate(activation)) => {
                *own = activation;
                true
            }
            _ => false,
        };
        let moved = if took { self.steps[source - 1].take() } else { None };
        Ok(moved.unwrap_or(step))
    }

    /// Puts an even padding before a convolution into it.
    fn pad_into(&mut self, mut step: Step) -> Step {
        let source = step.inputs[0];
        let Some(Step { operation: Operation::Pad(pad), inputs, .. }) = self.producer(source) else { return step };
        let (pad, before) = (*pad, inputs[0]);
        if let (true, Operation::Convolution(convolution)) = (pad.before == pad.after, &mut step.operation) {
            convolution.pad = [0, 1].map(|axis| convolution.pad[axis] + pad.before[axis]);
            step.inputs[0] = before;
            self.steps[source - 1] = None;
        }
        step
    }

    /// Lets a convolution add the other summand itself. The later one moves here, so that the sum is found while it is hot.
    fn sum_into(&mut self, step: Step, free: [bool; 2]) -> Step {
        let mut places = [0, 1];
        places.sort_by_key(|&place| std::cmp::Reverse(step.inputs[place]));
        for place in places {
            let (source, other) = (step.inputs[place], step.inputs[1 - place]);
            let fits = free[place] && self.shape_of(other) == Some(&step.shape);
            let Some(producer) = self.producer(source).filter(|_| fits) else { continue };
            let plain = matches!(&producer.operation, Operation::Convolution(convolution) if convolution.activation == Activation::None);
            if plain
                && producer.inputs.len() == 1
                && producer.shape == step.shape
                && let Some(mut moved) = self.steps[source - 1].take()
            {
                moved.inputs.push(other);
                return moved;
            }
        }
        step
    }

    fn shape_of(&self, value: Value) -> Option<&crate::network::layers::Shape> {
        value.checked_sub(1).and_then(|index| self.steps[index].as_ref()).map(|step| &step.shape)
    }
}

/// Multiplier and shift of the channels that a convolution makes, put into its kernels and bias.
fn map_channels(convolution: &mut Convolution, multiplier: &Tensor, shift: &Tensor) -> Result<()> {
    let outputs = convolution.kernels.size()[0];
    if multiplier.size() != [outputs] {
        return Err(Error::unsupported("a channel map of another number of channels"));
    }
    convolution.kernels = convolution.kernels.f_mul(&multiplier.f_view([-1, 1, 1, 1]).torch()?).torch()?;
    convolution.bias = Some(match &convolution.bias {
        Some(bias) => bias.f_mul(multiplier).torch()?.f_add(shift).torch()?,
        None => shift.shallow_clone(),
    });
    Ok(())
}
