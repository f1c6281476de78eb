//! A compiled plan: module, packed weights, and how a batch goes through it.

use tch::{CModule, Device, IValue, Kind as ElementKind, Tensor};

use super::emit::{Target, emit};
use super::packing::{Packer, channels_last};
use super::plan::{Operation, Plan};
use super::{mirror, module, passes};
use crate::error::Result;
use crate::network::layers::TorchResult;

/// A plan that can run. Its answer is rows of f32: one feature a picture.
pub(crate) struct Compiled {
    module: CModule,
    weights: Vec<Tensor>,
    device: Device,
    kind: ElementKind,
    /// The plan was turned by 180 degrees: so is its input.
    turned: bool,
    /// Pictures that go through at once.
    piece: i64,
    pub(crate) dimension: i64,
}

impl Compiled {
    /// Compiles a plan for features: a map becomes its mean over height and width. Pictures go through in pieces of
    /// `piece`, so that what one operation writes is still in the cache when the next reads it.
    ///
    /// # Errors
    /// `Internal` when libtorch refuses the plan.
    pub(crate) fn new(mut plan: Plan, device: Device, kind: ElementKind, piece: i64) -> Result<Self> {
        let output = plan.output;
        plan.output = match plan.shape(output).len() {
            3 => plan.push(Operation::Mean { keep: false }, vec![output])?,
            1 => output,
            _ => {
                let numbers = plan.shape(output).iter().product();
                plan.reshape(output, vec![numbers])?
            }
        };
        let (plan, turned) = mirror::mirror(passes::fuse(plan)?)?;
        let plan = passes::without_unread(plan);
        let target = match (device, kind) {
            (Device::Cpu, _) if tch::utils::has_mkldnn() => Target::Processor,
            (Device::Cuda(_), ElementKind::Half | ElementKind::BFloat16) => Target::Cuda,
            _ => Target::Plain,
        };
        let emitted = emit(&plan, target);
        let packer = Packer::new(device, kind, piece)?;
        let weights = emitted.weights.into_iter().map(|weight| packer.pack(weight)).collect::<Result<_>>()?;
        let module = module::compile(&emitted.text, device)?;
        let dimension = plan.shape(plan.output).iter().product();
        Ok(Self { module, weights, device, kind, turned, piece, dimension })
    }

    /// Features `[n, dimension]` in f32 of a batch `[n, channels, height, width]`.
    ///
    /// # Errors
    /// Those of libtorch.
    pub(crate) fn features(&self, input: &Tensor) -> Result<Tensor> {
        let count = input.size()[0];
        let mut rows = Vec::new();
        let mut from = 0;
        while from < count {
            let size = self.piece.min(count - from);
            rows.push(self.piece(&input.f_narrow(0, from, size).torch()?)?);
            from += size;
        }
        if rows.len() == 1 { Ok(rows.remove(0)) } else { Tensor::f_cat(&rows, 0).torch() }
    }

    fn piece(&self, input: &Tensor) -> Result<Tensor> {
        let input = input.f_to_device(self.device).torch()?.f_to_kind(self.kind).torch()?;
        let input = if self.turned { input.f_flip([2, 3]).torch()? } else { input };
        let input = channels_last(&input)?;
        let weights = self.weights.iter().map(Tensor::shallow_clone).collect();
        let output = module::call(&self.module, "forward", &[IValue::Tensor(input), IValue::TensorList(weights)])?;
        output.f_to_kind(ElementKind::Float).torch()
    }
}
