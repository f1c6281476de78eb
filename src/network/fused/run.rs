//! A compiled plan: module, packed weights, and how a batch goes through it.

use tch::{CModule, Device, IValue, Kind as ElementKind, Tensor};

use super::correct::correct;
use super::emit::{Emitted, Kinds, Target, Weight, emit, emit_means};
use super::packing::{Packer, channels_last};
use super::plan::{Operation, Plan, Step};
use super::{mirror, module, passes};
use crate::error::Result;
use crate::network::layers::TorchResult;

/// A plan ready to be compiled: for features, with all rewrites done.
pub(crate) struct Ready {
    plan: Plan,
    turned: bool,
    device: Device,
    piece: i64,
}

/// A plan that can run. Its answer is rows of f32: one feature a picture.
pub(crate) struct Compiled {
    module: CModule,
    /// Packed for pieces, and for single pictures: kernels in another order than oneDNN wants would be put in order at each pass.
    weights: Vec<Tensor>,
    weights_of_one: Vec<Tensor>,
    device: Device,
    /// What the first step reads.
    kind: ElementKind,
    /// The plan was turned by 180 degrees: so is its input.
    turned: bool,
    /// Pictures that go through at once.
    piece: i64,
}

impl Ready {
    /// Rewrites a plan for features: a map becomes its mean over height and width. Pictures will go through in pieces of
    /// `piece`, so that what one operation writes is still in the cache when the next reads it.
    ///
    /// # Errors
    /// Those of libtorch.
    pub(crate) fn new(mut plan: Plan, device: Device, piece: i64) -> Result<Self> {
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
        Ok(Self { plan: passes::without_unread(plan), turned, device, piece })
    }

    /// Compiles the plan in f32.
    ///
    /// # Errors
    /// `Internal` when libtorch refuses the plan.
    pub(crate) fn exact(&self) -> Result<Compiled> {
        self.assemble(emit(&self.plan, self.target(ElementKind::Float), Kinds::EXACT), ElementKind::Float)
    }

    /// Compiles the plan in another precision, its first `exact` convolutions in f32. Sample pictures (as for
    /// [`Compiled::features`]) tell how the biases make up for the rounding of the kernels.
    ///
    /// # Errors
    /// As [`Ready::exact`].
    pub(crate) fn rounded(&mut self, kind: ElementKind, exact: usize, samples: &Tensor) -> Result<Compiled> {
        let kinds = Kinds { kind, exact_steps: self.steps_of(exact) };
        let means = self.assemble(emit_means(&self.plan, self.target(ElementKind::Float)), ElementKind::Float)?.run(samples)?;
        let kept = self.convolutions();
        let compiled =
            correct(&mut self.plan, &means, kinds).and_then(|()| self.assemble(emit(&self.plan, self.target(kind), kinds), kinds.of(0)));
        self.restore(kept);
        compiled
    }

    /// The plan as libtorch reads it.
    pub(crate) fn text(&self) -> String {
        emit(&self.plan, self.target(ElementKind::Float), Kinds::EXACT).text
    }

    /// Number of steps up to and with this many convolutions.
    fn steps_of(&self, convolutions: usize) -> usize {
        let mut places = self.plan.steps.iter().enumerate().filter(|(_, step)| matches!(step.operation, Operation::Convolution(_)));
        convolutions.checked_sub(1).and_then(|last| places.nth(last)).map_or(0, |(index, _)| index + 1)
    }

    /// Kernels and bias of each convolution.
    fn convolutions(&self) -> Vec<(Tensor, Option<Tensor>)> {
        let kept = |step: &Step| match &step.operation {
            Operation::Convolution(found) => Some((found.kernels.shallow_clone(), found.bias.as_ref().map(Tensor::shallow_clone))),
            _ => None,
        };
        self.plan.steps.iter().filter_map(kept).collect()
    }

    fn restore(&mut self, kept: Vec<(Tensor, Option<Tensor>)>) {
        let convolutions = self.plan.steps.iter_mut().filter_map(|step| match &mut step.operation {
            Operation::Convolution(convolution) => Some(convolution),
            _ => None,
        });
        for (convolution, (kernels, bias)) in convolutions.zip(kept) {
            (convolution.kernels, convolution.bias) = (kernels, bias);
        }
    }

    fn target(&self, kind: ElementKind) -> Target {
        match (self.device, kind) {
            (Device::Cpu, _) if tch::utils::has_mkldnn() => Target::Processor,
            (Device::Cuda(_), ElementKind::Half | ElementKind::BFloat16) => Target::Cuda,
            _ => Target::Plain,
        }
    }

    fn assemble(&self, emitted: Emitted, kind: ElementKind) -> Result<Compiled> {
        let Emitted { text, weights } = emitted;
        let module = module::compile(&text, self.device)?;
        let of_pieces = self.packed(&weights, self.piece)?;
        let of_one = match self.target(kind) {
            Target::Processor => self.packed(&weights, 1)?,
            Target::Cuda | Target::Plain => of_pieces.iter().map(Tensor::shallow_clone).collect(),
        };
        Ok(Compiled {
            module,
            weights: of_pieces,
            weights_of_one: of_one,
            device: self.device,
            kind,
            turned: self.turned,
            piece: self.piece,
        })
    }

    fn packed(&self, weights: &[(Weight, ElementKind)], batch: i64) -> Result<Vec<Tensor>> {
        let packer = Packer::new(self.device, batch)?;
        weights.iter().map(|(weight, kind)| packer.pack(weight, *kind)).collect()
    }
}

impl Compiled {
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
            rows.push(self.run(&input.f_narrow(0, from, size).torch()?)?);
            from += size;
        }
        if rows.len() == 1 { Ok(rows.remove(0)) } else { Tensor::f_cat(&rows, 0).torch() }
    }

    fn run(&self, input: &Tensor) -> Result<Tensor> {
        let input = input.f_to_device(self.device).torch()?.f_to_kind(self.kind).torch()?;
        let input = if self.turned { input.f_flip([2, 3]).torch()? } else { input };
        let input = channels_last(&input)?;
        let weights = if input.size()[0] == 1 { &self.weights_of_one } else { &self.weights };
        let weights = weights.iter().map(Tensor::shallow_clone).collect();
        let output = module::call(&self.module, "forward", &[IValue::Tensor(input), IValue::TensorList(weights)])?;
        output.f_to_kind(ElementKind::Float).torch()
    }
}
