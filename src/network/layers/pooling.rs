//! Pooling with Caffe's two peculiarities: sizes are rounded up, and an average divides by the window's
//! size within the padded picture, the padding included.

use tch::{Kind as ElementKind, Tensor};

use super::window::Window;
use super::{Layer, Shape, TorchResult, checked, image_shape};
use crate::error::{Error, Kind, Result};
use crate::network::fused::{Operation, Plan, Pool, PoolKind, Value};
use crate::network::network_definition::LayerDefinition;
use crate::network::prototxt::Message;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Max,
    Average,
}

struct Pooling {
    method: Method,
    /// `None` is global: the window is the whole picture.
    window: Option<Window>,
    round_up: bool,
}

/// Where the windows of one axis lie: their number, and the pixels to add (or, below zero, to cut) at the end.
struct Track {
    count: i64,
    end_pad: i64,
}

impl Track {
    /// True where libtorch places the same windows and, for averages, divides by the same numbers.
    fn is_native(&self, window: &Window, axis: usize, size: i64) -> bool {
        let pad = window.pad[axis];
        pad * 2 <= window.kernel[axis] && (self.count - 1) * window.stride[axis] < size + pad
    }
}

pub(super) fn build(definition: &LayerDefinition) -> Result<Box<dyn Layer>> {
    let parameters = definition.parameters("pooling_param")?;
    let method = match parameters.word("pool")?.unwrap_or("MAX") {
        "MAX" | "0" => Method::Max,
        "AVE" | "1" => Method::Average,
        other => return Err(Error::new(Kind::Unsupported, format!("`pool` {other} is not supported; supported are MAX and AVE"))),
    };
    let global = parameters.flag("global_pooling")?.unwrap_or(false);
    let window = if global { None } else { Some(read_window(&parameters)?) };
    let round_up = match parameters.word("round_mode")?.unwrap_or("CEIL") {
        "CEIL" | "0" => parameters.flag("ceil_mode")?.unwrap_or(true),
        "FLOOR" | "1" => false,
        other => return Err(Error::invalid(format!("`round_mode` must be CEIL or FLOOR, found `{other}`"))),
    };
    Ok(Box::new(Pooling { method, window, round_up }))
}

fn read_window(parameters: &Message) -> Result<Window> {
    let window = Window { dilation: [1, 1], ..Window::read(parameters)? };
    if window.pad[0] >= window.kernel[0] || window.pad[1] >= window.kernel[1] {
        return Err(Error::invalid(format!("`pad` {:?} must be smaller than the kernel {:?}", window.pad, window.kernel)));
    }
    Ok(window)
}

impl Pooling {
    fn track(&self, window: &Window, axis: usize, size: i64) -> Result<Track> {
        let (stride, pad) = (window.stride[axis], window.pad[axis]);
        let slack = window.slack(axis, size)?;
        let mut count = if self.round_up { (slack + stride - 1) / stride } else { slack / stride } + 1;
        // With padding, the last window has to begin inside the picture or its leading padding.
        if pad > 0 && (count - 1) * stride >= size + pad {
            count -= 1;
        }
        Ok(Track { count, end_pad: (count - 1) * stride + window.kernel[axis] - size - pad })
    }

    fn pool(&self, input: &Tensor, window: &Window) -> Result<Tensor> {
        let [_, _, height, width] = image_shape(&input.size())?;
        let (rows, columns) = (self.track(window, 0, height)?, self.track(window, 1, width)?);
        if rows.is_native(window, 0, height) && columns.is_native(window, 1, width) {
            let Window { kernel, stride, pad, .. } = *window;
            return match self.method {
                Method::Max => input.f_max_pool2d(kernel, stride, pad, [1, 1], self.round_up),
                Method::Average => input.f_avg_pool2d(kernel, stride, pad, self.round_up, true, None),
            }
            .torch();
        }
        self.pool_explicitly(input, window, &rows, &columns)
    }

    /// Pads by hand, for what libtorch refuses (padding above half the kernel) or counts differently.
    fn pool_explicitly(&self, input: &Tensor, window: &Window, rows: &Track, columns: &Track) -> Result<Tensor> {
        let [_, _, height, width] = image_shape(&input.size())?;
        let borders = [window.pad[1], columns.end_pad, window.pad[0], rows.end_pad];
        let fill = if self.method == Method::Max { f64::from(f32::MIN) } else { 0.0 };
        let padded = if borders == [0; 4] { input.shallow_clone() } else { input.f_pad(borders, "constant", fill).torch()? };
        if self.method == Method::Max {
            return padded.f_max_pool2d(window.kernel, window.stride, [0, 0], [1, 1], false).torch();
        }
        let sums = padded.f_avg_pool2d(window.kernel, window.stride, [0, 0], false, true, 1).torch()?;
        let divisors = divisors(window, 0, height, rows)
            .iter()
            .flat_map(|&down| divisors(window, 1, width, columns).into_iter().map(move |across| down * across))
            .collect::<Vec<f32>>();
        let divisors = Tensor::f_from_slice(&divisors).torch()?.f_reshape([rows.count, columns.count]).torch()?;
        sums.f_div(&divisors.f_to(input.device()).torch()?).torch()
    }
}

/// Extent of each window of an axis, cut off where the padded picture ends.
fn divisors(window: &Window, axis: usize, size: i64, track: &Track) -> Vec<f32> {
    let extent = |index: i64| {
        let start = index * window.stride[axis] - window.pad[axis];
        (start + window.kernel[axis]).min(size + window.pad[axis]) - start
    };
    // A window wholly outside (stride above the kernel) has no pixels; its average is zero.
    (0..track.count).map(|index| extent(index).max(1) as f32).collect()
}

impl Layer for Pooling {
    fn output_shapes(&self, bottoms: &[Shape]) -> Result<Vec<Shape>> {
        let [batch, channels, height, width] = image_shape(&bottoms[0])?;
        let Some(window) = &self.window else { return Ok(vec![vec![batch, channels, 1, 1]]) };
        let (rows, columns) = (self.track(window, 0, height)?, self.track(window, 1, width)?);
        Ok(vec![checked(vec![batch, channels, rows.count, columns.count])?])
    }

    fn forward(&self, bottoms: &[&Tensor], _weights: &[Tensor]) -> Result<Vec<Tensor>> {
        let input = bottoms[0];
        let pooled = match (&self.window, self.method) {
            (Some(window), _) => self.pool(input, window)?,
            (None, Method::Max) => input.f_amax([2, 3], true).torch()?,
            (None, Method::Average) => input.f_mean_dim([2, 3].as_slice(), true, ElementKind::Float).torch()?,
        };
        Ok(vec![pooled])
    }

    fn keeps_pictures_apart(&self) -> bool {
        true
    }

    fn plan(&self, plan: &mut Plan, inputs: &[Value], _weights: &[Tensor]) -> Result<Vec<Value>> {
        let operation = match (&self.window, self.method, plan.shape(inputs[0]).as_slice()) {
            (None, Method::Average, _) => Operation::Mean { keep: true },
            (None, Method::Max, &[_, height, width]) => Operation::Pool(Pool::whole([height, width])),
            (Some(window), method, &[_, height, width]) => {
                let native = self.track(window, 0, height)?.is_native(window, 0, height);
                if !native || !self.track(window, 1, width)?.is_native(window, 1, width) {
                    return Err(Error::unsupported("windows that libtorch places differently"));
                }
                let kind = if method == Method::Max { PoolKind::Largest } else { PoolKind::Mean { count_padding: true } };
                let Window { kernel, stride, pad, .. } = *window;
                Operation::Pool(Pool { kind, kernel, stride, pad, dilation: [1, 1], ceil: self.round_up })
            }
            _ => return Err(Error::unsupported("pooling of something that is no map")),
        };
        Ok(vec![plan.push(operation, vec![inputs[0]])?])
    }
}
