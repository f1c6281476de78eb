//! Networks that came from TensorFlow pad to the right and at the bottom only, which no convolution operator can do by
//! itself: each such padding would be a copy of a whole map. Turned by 180 degrees, the same network pads to the left and
//! at the top, which equals an even padding whose other side no window reaches. So the kernels are turned once, at load,
//! and the input at each call; a result that is averaged over the picture is the same.

use super::plan::{Convolution, Operation, Plan, PoolKind, Step, Window2, places};
use crate::error::Result;
use crate::network::layers::TorchResult;

/// The plan with its paddings inside its windows, turned by 180 degrees, and whether it was turned.
/// A plan that needs it not, or for which it is not possible, stays as it is.
///
/// # Errors
/// Those of libtorch.
pub(crate) fn mirror(mut plan: Plan) -> Result<(Plan, bool)> {
    let uneven = plan.steps.iter().any(|step| matches!(&step.operation, Operation::Pad(pad) if pad.before != pad.after));
    if !uneven || plan.shape(plan.output).len() == 3 {
        return Ok((plan, false));
    }
    let Some(changes) = plan.steps.iter().map(|step| turned(&plan, step)).collect::<Option<Vec<_>>>() else { return Ok((plan, false)) };
    for (step, change) in plan.steps.iter_mut().zip(changes) {
        match (change, &mut step.operation) {
            (Change::Window { pad, through }, Operation::Convolution(convolution)) => {
                convolution.pad = pad;
                convolution.kernels = convolution.kernels.f_flip([2, 3]).torch()?;
                if let Some(source) = through {
                    step.inputs[0] = source;
                }
            }
            (Change::Window { pad, .. }, Operation::Pool(pool)) => pool.pad = pad,
            (Change::Padding(around), Operation::Pad(pad)) => *pad = around,
            _ => {}
        }
    }
    Ok((plan, true))
}

enum Change {
    None,
    /// New padding; `through` is the value before a padding that is taken in.
    Window {
        pad: [i64; 2],
        through: Option<usize>,
    },
    Padding(Window2),
}

/// What becomes of a step when the picture is turned; nothing where that is not possible.
fn turned(plan: &Plan, step: &Step) -> Option<Change> {
    match &step.operation {
        Operation::Convolution(convolution) => turned_convolution(plan, step, convolution),
        Operation::Pool(pool) => {
            let size = plan.shape(step.inputs[0]);
            let pad = window(|axis| Around {
                size: size[1 + axis],
                reach: pool.reach(axis),
                stride: pool.stride[axis],
                pad: [pool.pad[axis]; 2],
                places: step.shape[1 + axis],
            })?;
            // A mean that leaves the padding out counts pixels: the two sides must stay what they are.
            let same = pad == pool.pad && !pool.ceil;
            (same || (matches!(pool.kind, PoolKind::Largest) && !pool.ceil)).then_some(Change::Window { pad, through: None })
        }
        Operation::Pad(pad) => Some(Change::Padding(Window2 { before: pad.after, after: pad.before })),
        // Rows of numbers would come out in another order.
        Operation::Reshape if plan.shape(step.inputs[0]).get(1..).is_some_and(|size| size.iter().any(|&side| side != 1)) => None,
        _ => Some(Change::None),
    }
}

fn turned_convolution(plan: &Plan, step: &Step, convolution: &Convolution) -> Option<Change> {
    let source = step.inputs[0];
    let producer = source.checked_sub(1).map(|index| &plan.steps[index]);
    let taken =
        producer.and_then(|producer| if let Operation::Pad(pad) = &producer.operation { Some((pad, producer.inputs[0])) } else { None });
    let around = |axis: usize, size: &[i64], more: [i64; 2]| Around {
        size: size[1 + axis],
        reach: convolution.reach(axis),
        stride: convolution.stride[axis],
        pad: more.map(|side| side + convolution.pad[axis]),
        places: step.shape[1 + axis],
    };
    if let Some((pad, before)) = taken {
        let size = plan.shape(before);
        if let Some(pad) = window(|axis| around(axis, size, [pad.before[axis], pad.after[axis]])) {
            return Some(Change::Window { pad, through: Some(before) });
        }
    }
    let size = plan.shape(source);
    Some(Change::Window { pad: window(|axis| around(axis, size, [0, 0]))?, through: None })
}

/// A window along one axis: its padding before and after.
struct Around {
    size: i64,
    reach: i64,
    stride: i64,
    pad: [i64; 2],
    places: i64,
}

/// Even padding with which the turned windows lie where the turned picture needs them.
fn window(around: impl Fn(usize) -> Around) -> Option<[i64; 2]> {
    let side = |axis: usize| {
        let Around { size, reach, stride, pad, places: count } = around(axis);
        // Where the last window ends is where the first one begins in the turned picture.
        let before = (count - 1) * stride + reach - size - pad[0];
        (before >= 0 && places(size, reach, before, stride, false) == Some(count)).then_some(before)
    };
    Some([side(0)?, side(1)?])
}
