//! Plans from TorchScript archives, as `torch.jit.script` and `torch.jit.trace` make them: the archive is read as data and
//! its program followed without running it. Whatever is not understood is `Unsupported`, and the module runs in libtorch.

mod archive;
mod evaluate;
mod operators;
mod pickle;
mod syntax;
mod tokens;

use super::plan::Plan;
use crate::error::{Error, Result};
use archive::Archive;
use evaluate::{Evaluation, Value};

/// The plan of a module's method (`forward` if empty) for inputs of this shape: `[channels, height, width]`.
///
/// # Errors
/// `Corrupt` for a damaged archive; `Unsupported`, with what it is, for a program that cannot be followed.
pub(crate) fn plan(bytes: &[u8], method: &str, input: [i64; 3]) -> Result<Plan> {
    let archive = Archive::open(bytes)?;
    let mut evaluation = Evaluation::new(&archive, Plan::new(input.to_vec()));
    let method = if method.is_empty() { "forward" } else { method };
    let Value::Tensor(output) = evaluation.run(method)? else {
        return Err(Error::unsupported(format!("`{method}` answers something else than one tensor")));
    };
    let mut plan = evaluation.plan;
    plan.output = output.value.get();
    Ok(plan)
}
