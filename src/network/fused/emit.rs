//! Turns a plan into a TorchScript method. The operators of oneDNN that fuse an activation and a sum into a convolution are
//! not exported by `tch`, but TorchScript text can call them: the text and its weights are the compiled plan.
//! On CUDA the same plan becomes calls of cuDNN's convolutions with an activation of their own.

use std::collections::BTreeSet;
use std::fmt::Write;

use tch::{Kind as ElementKind, Tensor};

use super::plan::{Activation, Convolution, Operation, Plan, Pool, PoolKind, Step, Value};
use crate::network::layers::Shape;

/// For whom the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// oneDNN's fused operators, channels-last.
    Processor,
    /// cuDNN, channels-last.
    Cuda,
    /// Operators that every device has.
    Plain,
}

/// The text of a method `forward(x, w)` and what stands in `w`, each with its precision.
pub(crate) struct Emitted {
    pub(crate) text: String,
    pub(crate) weights: Vec<(Weight, ElementKind)>,
}

/// In what a plan computes: the first steps in f32, which is also the kind of its input then, the others in `kind`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kinds {
    pub(crate) kind: ElementKind,
    pub(crate) exact_steps: usize,
}

impl Kinds {
    /// Everything in f32.
    pub(crate) const EXACT: Self = Self { kind: ElementKind::Float, exact_steps: 0 };

    /// Kind of a value.
    pub(crate) fn of(self, value: Value) -> ElementKind {
        if self.exact_steps > 0 && value <= self.exact_steps { ElementKind::Float } else { self.kind }
    }
}

/// A tensor of the list `w`.
pub(crate) enum Weight {
    /// Kernels to be packed for this convolution of inputs of this shape (without the batch).
    Kernels { kernels: Tensor, stride: [i64; 2], pad: [i64; 2], dilation: [i64; 2], groups: i64, input: Shape },
    /// As it is.
    Plain(Tensor),
}

struct Emitter<'a> {
    plan: &'a Plan,
    target: Target,
    readers: Vec<usize>,
    kinds: Kinds,
    /// Kind of the step that is written.
    now: ElementKind,
    body: String,
    weights: Vec<(Weight, ElementKind)>,
}

/// Writes the plan for a target.
pub(crate) fn emit(plan: &Plan, target: Target, kinds: Kinds) -> Emitted {
    let emitter = written(plan, target, kinds);
    let answer = format!("v{}", plan.output);
    Emitted { text: method(&emitter.body, &answer), weights: emitter.weights }
}

/// Writes the plan so that it answers the mean of each channel that a convolution reads, one after the other, in f32.
pub(crate) fn emit_means(plan: &Plan, target: Target) -> Emitted {
    let emitter = written(plan, target, Kinds::EXACT);
    let convolutions = plan.steps.iter().filter(|step| matches!(step.operation, Operation::Convolution(_)));
    let means: Vec<String> = convolutions.map(|step| format!("torch.mean(v{}, [0, 2, 3])", step.inputs[0])).collect();
    Emitted { text: method(&emitter.body, &format!("torch.cat([{}], 0)", means.join(", "))), weights: emitter.weights }
}

fn method(body: &str, answer: &str) -> String {
    format!("  def forward(self: __torch__.Plan,\n    v0: Tensor,\n    w: List[Tensor]) -> Tensor:\n{body}    return {answer}\n")
}

fn written(plan: &Plan, target: Target, kinds: Kinds) -> Emitter<'_> {
    let (now, body, weights) = (kinds.of(0), String::new(), Vec::new());
    let mut emitter = Emitter { plan, target, readers: plan.readers(), kinds, now, body, weights };
    for (index, step) in plan.steps.iter().enumerate() {
        emitter.step(index + 1, step);
    }
    emitter
}

impl Emitter<'_> {
    fn step(&mut self, value: Value, step: &Step) {
        let kind = self.kinds.of(value);
        if kind != self.now {
            // The first step in the other precision: what it and those after it read is converted once.
            self.now = kind;
            for before in self.read_after(value) {
                let _ = writeln!(self.body, "    v{before} = torch.to(v{before}, {})", number_of(kind));
            }
        }
        let call = self.call(step);
        let _ = writeln!(self.body, "    v{value} = {call}");
    }

    /// Values made before a step that it or later ones read.
    fn read_after(&self, value: Value) -> BTreeSet<Value> {
        let later = self.plan.steps[value - 1..].iter().flat_map(|step| &step.inputs).copied();
        later.chain([self.plan.output]).filter(|&before| before < value).collect()
    }

    fn call(&mut self, step: &Step) -> String {
        let first = format!("v{}", step.inputs.first().copied().unwrap_or_default());
        let second = || format!("v{}", step.inputs.get(1).copied().unwrap_or_default());
        match &step.operation {
            Operation::Convolution(convolution) => self.convolution(step, convolution),
            Operation::ChannelMap { multiplier, shift } => {
                let dims: Vec<i64> = (0..step.shape.len()).map(|axis| if axis == 0 { -1 } else { 1 }).collect();
                let multiplier = self.weight(Weight::Plain(multiplier.view(dims.as_slice())));
                let shift = self.weight(Weight::Plain(shift.view(dims.as_slice())));
                format!("torch.add(torch.mul({first}, {multiplier}), {shift})")
            }
            Operation::Pad(pad) => {
                let around = [pad.before[1], pad.after[1], pad.before[0], pad.after[0]];
                format!("torch.constant_pad_nd({first}, {around:?}, 0.)")
            }
            Operation::Pool(pool) => pooling(&first, pool),
            // The last mean is the feature: summed and kept in f32.
            Operation::Mean { keep: false } if self.is_output(step) => format!("torch.mean({first}, [2, 3], False, dtype=6)"),
            Operation::Mean { keep } => format!("torch.mean({first}, [2, 3], {})", python(*keep)),
            Operation::Add => format!("torch.add({first}, {})", second()),
            Operation::Multiply => format!("torch.mul({first}, {})", second()),
            Operation::Concat => {
                let parts: Vec<String> = step.inputs.iter().map(|input| format!("v{input}")).collect();
                format!("torch.cat([{}], 1)", parts.join(", "))
            }
            Operation::Activate(activation) => activated(&first, *activation),
            Operation::Linear { weight, bias, activation } => {
                let weight = self.weight(Weight::Plain(weight.shallow_clone()));
                let bias = self.optional(bias.as_ref());
                activated(&format!("torch.linear({first}, {weight}, {bias})"), *activation)
            }
            Operation::Reshape => {
                let dims: Vec<String> = step.shape.iter().map(i64::to_string).collect();
                format!("torch.reshape({first}, [-1, {}])", dims.join(", "))
            }
            Operation::Softmax => format!("torch.softmax({first}, 1)"),
        }
    }

    fn convolution(&mut self, step: &Step, convolution: &Convolution) -> String {
        let Convolution { kernels, bias, stride, pad, dilation, groups, activation } = convolution;
        let input = step.inputs[0];
        let kernels = match self.target {
            Target::Processor => Weight::Kernels {
                kernels: kernels.shallow_clone(),
                stride: *stride,
                pad: *pad,
                dilation: *dilation,
                groups: *groups,
                input: self.plan.shape(input).clone(),
            },
            Target::Cuda | Target::Plain => Weight::Plain(kernels.shallow_clone()),
        };
        let kernels = self.weight(kernels);
        let bias = match bias {
            // oneDNN adds a bias of f32 before it rounds. Only the operator with a sum wants it rounded.
            Some(bias) if self.target == Target::Processor && step.inputs.len() == 1 => {
                self.weights.push((Weight::Plain(bias.shallow_clone()), ElementKind::Float));
                format!("w[{}]", self.weights.len() - 1)
            }
            bias => self.optional(bias.as_ref()),
        };
        let other = step.inputs.get(1).copied();
        if self.target == Target::Processor {
            let common = format!("{kernels}, {bias}, {pad:?}, {stride:?}, {dilation:?}, {groups}");
            return self.processor_convolution(input, other, &common, *activation);
        }
        let geometry = format!("{stride:?}, {pad:?}, {dilation:?}, {groups}");
        match (self.target, other, activation, bias.as_str()) {
            (Target::Cuda, None, Activation::Relu, bias) => {
                format!("torch.cudnn_convolution_relu(v{input}, {kernels}, {bias}, {geometry})")
            }
            (Target::Cuda, Some(other), Activation::Relu, bias) => {
                format!("torch.cudnn_convolution_add_relu(v{input}, {kernels}, v{other}, 1., {bias}, {geometry})")
            }
            (_, other, &activation, bias) => {
                let call = format!("torch.conv2d(v{input}, {kernels}, {bias}, {geometry})");
                let call = other.map_or(call.clone(), |other| format!("torch.add({call}, v{other})"));
                activated(&call, activation)
            }
        }
    }

    fn processor_convolution(&self, input: Value, other: Option<Value>, common: &str, activation: Activation) -> String {
        let Some(other) = other else {
            let (name, numbers) = attribute(activation);
            return format!(
                "ops.mkldnn._convolution_pointwise(v{input}, {common}, \"{name}\", annotate(List[Optional[number]], {numbers}), \"\")"
            );
        };
        let unary = if activation == Activation::Relu { "\"relu\"" } else { "None" };
        // Who is read by nobody else is written into: one buffer less to fetch.
        let (suffix, operands) = if self.readers[other] == 1 && other != 0 && !self.is_view(other) {
            ("_", format!("v{other}, v{input}"))
        } else {
            ("", format!("v{input}, v{other}"))
        };
        format!(
            "ops.mkldnn._convolution_pointwise{suffix}({operands}, {common}, \"add\", 1., {unary}, annotate(List[Optional[number]], []), None)"
        )
    }

    fn is_output(&self, step: &Step) -> bool {
        self.plan.output.checked_sub(1).is_some_and(|index| std::ptr::eq(&raw const self.plan.steps[index], step))
    }

    /// Whether a value may share its memory with another.
    fn is_view(&self, value: Value) -> bool {
        value == 0 || matches!(self.plan.steps[value - 1].operation, Operation::Reshape)
    }

    fn weight(&mut self, weight: Weight) -> String {
        self.weights.push((weight, self.now));
        format!("w[{}]", self.weights.len() - 1)
    }

    fn optional(&mut self, tensor: Option<&Tensor>) -> String {
        tensor.map_or("None".into(), |tensor| self.weight(Weight::Plain(tensor.shallow_clone())))
    }
}

fn python(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

fn pooling(input: &str, pool: &Pool) -> String {
    let Pool { kind, kernel, stride, pad, dilation, ceil } = pool;
    let ceil = python(*ceil);
    match kind {
        PoolKind::Largest => format!("torch.max_pool2d({input}, {kernel:?}, {stride:?}, {pad:?}, {dilation:?}, {ceil})"),
        PoolKind::Mean { count_padding } => {
            format!("torch.avg_pool2d({input}, {kernel:?}, {stride:?}, {pad:?}, {ceil}, {}, None)", python(*count_padding))
        }
    }
}

/// Name and numbers of an activation as oneDNN's operators in libtorch take them.
fn attribute(activation: Activation) -> (&'static str, String) {
    match activation {
        Activation::None => ("none", "[]".into()),
        Activation::Relu => ("relu", "[]".into()),
        Activation::LeakyRelu(slope) => ("leaky_relu", format!("[{slope:?}]")),
        Activation::Clamp(low, high) => ("hardtanh", format!("[{low:?}, {high:?}]")),
        Activation::Sigmoid => ("sigmoid", "[]".into()),
        Activation::Tanh => ("tanh", "[]".into()),
        Activation::Silu => ("swish", "[]".into()),
        Activation::HardSigmoid => ("hardsigmoid", "[]".into()),
        Activation::HardSwish => ("hardswish", "[]".into()),
    }
}

/// A call of the activation by itself.
fn activated(input: &str, activation: Activation) -> String {
    match activation {
        Activation::None => input.to_owned(),
        Activation::Relu => format!("torch.relu({input})"),
        Activation::LeakyRelu(slope) => format!("torch.leaky_relu({input}, {slope:?})"),
        Activation::Clamp(low, high) => format!("torch.hardtanh({input}, {low:?}, {high:?})"),
        Activation::Sigmoid => format!("torch.sigmoid({input})"),
        Activation::Tanh => format!("torch.tanh({input})"),
        Activation::Silu => format!("torch.silu({input})"),
        Activation::HardSigmoid => format!("torch.hardsigmoid({input})"),
        Activation::HardSwish => format!("torch.hardswish({input})"),
    }
}

/// libtorch's number of a precision, as its texts have it.
fn number_of(kind: ElementKind) -> u8 {
    match kind {
        ElementKind::BFloat16 => 15,
        ElementKind::Half => 5,
        _ => 6,
    }
}
