//! Each module of `nn` as layers of a Caffe graph, and the shape that it gives. Shapes are those of one picture, without the batch.

use super::described::{Convolution, Filler, Module, ModuleKind, Normalisation, Pooling, Window};
use super::text::filler;
use crate::error::Result;

/// Largest side, kernel, step or padding, as for all layers.
const MAX_SIDE: i64 = 32_768;
/// Most values of one picture between two layers, and most weights of one layer.
const MAX_VALUES: i64 = i32::MAX as i64;

/// A layer without its place in the graph.
pub(super) struct Part {
    /// Caffe's name of the type.
    pub(super) kind: &'static str,
    /// Its parameters as text.
    pub(super) parameters: String,
    /// What it gives for one picture.
    pub(super) shape: Vec<i64>,
    /// How many weights it has.
    pub(super) weights: i64,
}

impl Part {
    fn new(kind: &'static str, parameters: String, shape: &[i64]) -> Self {
        Self { kind, parameters, shape: shape.to_vec(), weights: 0 }
    }
}

/// The layers that one module becomes for an input of this shape; none for one that changes nothing.
///
/// # Errors
/// `Invalid`, naming line and class of a module that cannot take this input.
pub(super) fn parts(module: &Module, shape: &[i64]) -> Result<Vec<Part>> {
    let one = |kind, parameters| Ok(vec![Part::new(kind, parameters, shape)]);
    match &module.kind {
        ModuleKind::MulConstant { value } => one("Power", format!("power_param {{ scale: {value:?} }}")),
        ModuleKind::AddConstant { value } => one("Power", format!("power_param {{ shift: {value:?} }}")),
        ModuleKind::ReLU { slope } => one("ReLU", format!("relu_param {{ negative_slope: {slope:?} }}")),
        ModuleKind::Threshold { threshold, value } => {
            one("ReplaceBelow", format!("replace_below_param {{ threshold: {threshold:?} value: {value:?} }}"))
        }
        ModuleKind::Tanh {} => one("TanH", String::new()),
        ModuleKind::Sigmoid {} => one("Sigmoid", String::new()),
        ModuleKind::Abs {} => one("AbsVal", String::new()),
        ModuleKind::LogSoftMax {} => one("LogSoftmax", String::new()),
        ModuleKind::SoftMax {} => one("Softmax", String::new()),
        ModuleKind::Dropout { share } => dropout(module, *share, shape),
        ModuleKind::View { sizes, input_dimensions } => view(module, sizes, *input_dimensions, shape),
        ModuleKind::Linear { inputs, outputs, weight, bias } => linear(module, *inputs, *outputs, weight, bias.as_ref(), shape),
        ModuleKind::SpatialConvolution(convolution) => convolved(module, convolution, shape),
        ModuleKind::SpatialMaxPooling(pooling) => pooled(module, pooling, "MAX", shape),
        ModuleKind::SpatialAveragePooling(pooling) => pooled(module, pooling, "AVE", shape),
        ModuleKind::SpatialZeroPadding { left, right, top, bottom } => padded(module, [*left, *right, *top, *bottom], shape),
        ModuleKind::SpatialCrossMapLRN { size, alpha, beta, k } => {
            let sizes = format!("local_size: {size} alpha: {alpha:?} beta: {beta:?} k: {k:?}");
            map(module, shape)?;
            one("LRN", format!("lrn_param {{ {sizes} }}"))
        }
        ModuleKind::BatchNormalization(normalisation) => normalised(module, normalisation, 1, shape),
        ModuleKind::SpatialBatchNormalization(normalisation) => normalised(module, normalisation, 3, shape),
        ModuleKind::Identity {}
        | ModuleKind::Sequential { .. }
        | ModuleKind::ConcatTable { .. }
        | ModuleKind::Concat { .. }
        | ModuleKind::JoinTable { .. }
        | ModuleKind::CAddTable {} => Ok(Vec::new()),
    }
}

fn dropout(module: &Module, dropped: f64, shape: &[i64]) -> Result<Vec<Part>> {
    if !(0.0..1.0).contains(&dropped) {
        return Err(module.wrong(&format!("the share that is dropped is {dropped}, and must be at least 0 and below 1")));
    }
    Ok(vec![Part::new("Dropout", format!("dropout_param {{ dropout_ratio: {dropped:?} }}"), shape)])
}

/// Another shape of the same values, picture by picture.
fn view(module: &Module, sizes: &[i64], input_dimensions: Option<i64>, shape: &[i64]) -> Result<Vec<Part>> {
    let open = sizes.iter().filter(|&&size| size == -1).count();
    if open > 1 || sizes.iter().any(|&size| size < -1 || size == 0) || sizes.len() > 8 {
        return Err(module.wrong(&format!("the sizes {sizes:?} must be at most 8, each at least 1, and -1 at most once")));
    }
    if input_dimensions.map_or(open > 0, |dimensions| dimensions != shape.len() as i64) {
        let dimensions = shape.len();
        return Err(module.wrong(&format!(
            "this would mix pictures of a batch, for each has {dimensions} dimensions here: add :setNumInputDims({dimensions})"
        )));
    }
    let (total, known) =
        (product(shape), sizes.iter().filter(|&&size| size > 0).try_fold(1_i64, |product, &size| product.checked_mul(size)));
    let fits = known.filter(|known| if open == 1 { total % known == 0 } else { total == *known });
    let Some(known) = fits else {
        return Err(module.wrong(&format!("a picture has {shape:?} = {total} values here, which do not fill the sizes {sizes:?}")));
    };
    let target: Vec<i64> = sizes.iter().map(|&size| if size == -1 { total / known } else { size }).collect();
    if target.len() == 1 {
        return Ok(vec![Part::new("Flatten", String::new(), &target)]);
    }
    let dims: Vec<String> = target.iter().map(|size| format!("dim: {size}")).collect();
    Ok(vec![Part::new("Reshape", format!("reshape_param {{ shape {{ dim: 0 {} }} }}", dims.join(" ")), &target)])
}

fn linear(module: &Module, inputs: i64, outputs: i64, weight: &Filler, bias: Option<&Filler>, shape: &[i64]) -> Result<Vec<Part>> {
    let &[size] = shape else {
        return Err(module.wrong(&format!(
            "it needs one row of values for a picture, which is {shape:?} here: put nn.View(-1):setNumInputDims({}) before it",
            shape.len()
        )));
    };
    if size != inputs {
        return Err(module.wrong(&format!("it takes {inputs} values, and a picture has {size} here")));
    }
    let weights = weight_count(module, &[inputs, outputs], outputs)?;
    let parameters = format!("inner_product_param {{\n  num_output: {outputs}\n{}}}", fillers(module, weight, bias)?);
    Ok(vec![Part { weights, ..Part::new("InnerProduct", parameters, &[outputs]) }])
}

fn convolved(module: &Module, convolution: &Convolution, shape: &[i64]) -> Result<Vec<Part>> {
    let Convolution { inputs, outputs, groups, window, weight, bias } = convolution;
    let [channels, height, width] = map(module, shape)?;
    if channels != *inputs {
        return Err(module.wrong(&format!("it takes {inputs} planes, and there are {channels} here")));
    }
    if *groups < 1 || inputs % groups != 0 || outputs % groups != 0 || *outputs < 1 {
        return Err(module.wrong(&format!("{inputs} planes in and {outputs} out cannot be parted into {groups} groups")));
    }
    let size = window.slide(module, [height, width], false)?;
    let weights = weight_count(module, &[*outputs, inputs / groups, window.kernel_height, window.kernel_width], *outputs)?;
    let parameters = format!(
        "convolution_param {{\n  num_output: {outputs}\n  group: {groups}\n  {}\n{}}}",
        window.text(),
        fillers(module, weight, bias.as_ref())?
    );
    Ok(vec![Part { weights, ..Part::new("Convolution", parameters, &[*outputs, size[0], size[1]]) }])
}

fn pooled(module: &Module, pooling: &Pooling, method: &str, shape: &[i64]) -> Result<Vec<Part>> {
    let [channels, height, width] = map(module, shape)?;
    let window = &pooling.window;
    if 2 * window.pad_width > window.kernel_width || 2 * window.pad_height > window.kernel_height {
        return Err(module.wrong("the padding must be at most half the window"));
    }
    let [rows, columns] = window.slide(module, [height, width], pooling.round_up)?;
    let rounding = if pooling.round_up { "CEIL" } else { "FLOOR" };
    let parameters = format!("pooling_param {{ pool: {method} {} round_mode: {rounding} }}", window.text());
    Ok(vec![Part::new("Pooling", parameters, &[channels, rows, columns])])
}

fn padded(module: &Module, [left, right, top, bottom]: [i64; 4], shape: &[i64]) -> Result<Vec<Part>> {
    let [channels, height, width] = map(module, shape)?;
    if [left, right, top, bottom].iter().any(|side| !(0..=MAX_SIDE).contains(side)) {
        return Err(module.wrong(&format!("each side is padded by 0 to {MAX_SIDE} pixels")));
    }
    let parameters = format!("pad_param {{ left: {left} right: {right} top: {top} bottom: {bottom} }}");
    Ok(vec![Part::new("Pad", parameters, &[channels, height + top + bottom, width + left + right])])
}

/// Caffe's two layers: one brings each channel to mean 0 and deviation 1, the other multiplies and shifts it.
fn normalised(module: &Module, normalisation: &Normalisation, dimensions: usize, shape: &[i64]) -> Result<Vec<Part>> {
    let Normalisation { outputs, epsilon, momentum, weight, bias } = normalisation;
    if shape.len() != dimensions || shape[0] != *outputs {
        return Err(module.wrong(&format!("it takes {outputs} channels in {dimensions} dimensions, and a picture is {shape:?} here")));
    }
    if !(0.0..=1.0).contains(momentum) || *epsilon < 0.0 {
        return Err(module.wrong(&format!("momentum {momentum} must be 0 to 1, eps {epsilon} not negative")));
    }
    let fraction = 1.0 - momentum;
    let frozen = "param { lr_mult: 0 decay_mult: 0 }\n".repeat(3);
    let parameters = format!("{frozen}batch_norm_param {{ eps: {epsilon:?} moving_average_fraction: {fraction:?} }}");
    let mut parts = vec![Part { weights: 2 * outputs + 1, ..Part::new("BatchNorm", parameters, shape) }];
    if let (Some(weight), Some(bias)) = (weight, bias) {
        let drawn =
            format!("{} bias_term: true {}", checked_filler(module, "filler", weight)?, checked_filler(module, "bias_filler", bias)?);
        parts.push(Part { weights: 2 * outputs, ..Part::new("Scale", format!("scale_param {{ {drawn} }}"), shape) });
    }
    Ok(parts)
}

impl Window {
    /// Rows and columns of the places that the window takes. Rounded up, the last one still begins within the padded picture.
    fn slide(&self, module: &Module, [height, width]: [i64; 2], round_up: bool) -> Result<[i64; 2]> {
        let axes =
            [(height, self.kernel_height, self.step_height, self.pad_height), (width, self.kernel_width, self.step_width, self.pad_width)];
        let mut places = [0; 2];
        for (place, (size, kernel, step, pad)) in places.iter_mut().zip(axes) {
            let possible = (1..=MAX_SIDE).contains(&kernel) && (1..=MAX_SIDE).contains(&step) && (0..=MAX_SIDE).contains(&pad);
            let slack = size + 2 * pad.clamp(0, MAX_SIDE) - kernel;
            if !possible || slack < 0 {
                return Err(module.wrong(&format!("a window of {kernel} (step {step}, padding {pad}) does not fit {size} pixels")));
            }
            *place = if round_up { (slack + step - 1) / step } else { slack / step } + 1;
            if round_up && pad > 0 && (*place - 1) * step >= size + pad {
                *place -= 1;
            }
        }
        Ok(places)
    }

    fn text(&self) -> String {
        format!(
            "kernel_h: {} kernel_w: {} stride_h: {} stride_w: {} pad_h: {} pad_w: {}",
            self.kernel_height, self.kernel_width, self.step_height, self.step_width, self.pad_height, self.pad_width
        )
    }
}

/// How weight and bias are drawn, a line each; a bias that is not there is said so.
fn fillers(module: &Module, weight: &Filler, bias: Option<&Filler>) -> Result<String> {
    let weight = checked_filler(module, "weight_filler", weight)?;
    let bias = bias.map_or_else(|| Ok("bias_term: false".to_owned()), |bias| checked_filler(module, "bias_filler", bias))?;
    Ok(format!("  {weight}\n  {bias}\n"))
}

fn checked_filler(module: &Module, name: &str, drawn: &Filler) -> Result<String> {
    let possible = match *drawn {
        Filler::Constant { value } => (value as f32).is_finite(),
        Filler::Uniform { min, max } => min <= max && (min as f32).is_finite() && (max as f32).is_finite(),
        Filler::Gaussian { mean, std } => std >= 0.0 && (mean as f32).is_finite() && (std as f32).is_finite(),
    };
    if possible { Ok(filler(name, drawn)) } else { Err(module.wrong(&format!("weights cannot be drawn like this: {drawn:?}"))) }
}

/// Weights of these sizes and as many biases.
fn weight_count(module: &Module, sizes: &[i64], biases: i64) -> Result<i64> {
    let count = sizes.iter().try_fold(1_i64, |count, &size| count.checked_mul(size).filter(|&count| (1..=MAX_VALUES).contains(&count)));
    count.map(|count| count + biases).ok_or_else(|| module.wrong(&format!("{sizes:?} weights are not possible: at most {MAX_VALUES}")))
}

/// Channels, height and width of a picture.
fn map(module: &Module, shape: &[i64]) -> Result<[i64; 3]> {
    <[i64; 3]>::try_from(shape).map_err(|_| module.wrong(&format!("it needs channels, height and width, and a picture is {shape:?} here")))
}

/// Number of values of a shape.
pub(super) fn product(shape: &[i64]) -> i64 {
    shape.iter().product()
}

/// Refuses a shape with more values than a blob can have.
pub(super) fn check_size(module: &Module, shape: &[i64]) -> Result<()> {
    let count = shape.iter().try_fold(1_i64, |count, &size| count.checked_mul(size).filter(|&count| (1..=MAX_VALUES).contains(&count)));
    count.map(drop).ok_or_else(|| module.wrong(&format!("it gives {shape:?} values for one picture; the limit is {MAX_VALUES}")))
}
