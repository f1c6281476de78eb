//! Kernel, stride, padding and dilation of convolution and pooling, as Caffe spells them.

use super::{MAX_EXTENT, Result};
use crate::error::Error;
use crate::network::prototxt::Message;

/// A sliding window; each pair is height, width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) kernel: [i64; 2],
    pub(crate) stride: [i64; 2],
    pub(crate) pad: [i64; 2],
    pub(crate) dilation: [i64; 2],
}

impl Window {
    /// Reads `kernel_size` or `kernel_h` and `kernel_w`, and so on.
    pub(super) fn read(parameters: &Message) -> Result<Self> {
        Ok(Self {
            kernel: pair(parameters, "kernel_size", ["kernel_h", "kernel_w"], None, 1)?,
            stride: pair(parameters, "stride", ["stride_h", "stride_w"], Some(1), 1)?,
            pad: pair(parameters, "pad", ["pad_h", "pad_w"], Some(0), 0)?,
            dilation: pair(parameters, "dilation", ["dilation", "dilation"], Some(1), 1)?,
        })
    }

    /// Pixels from the first to the last tap along an axis.
    pub(crate) fn reach(&self, axis: usize) -> i64 {
        self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }

    /// What is left over of the padded input once the window lies at its start.
    pub(super) fn slack(&self, axis: usize, size: i64) -> Result<i64> {
        let slack = size + 2 * self.pad[axis] - self.reach(axis);
        if slack < 0 {
            let direction = ["high", "wide"][axis];
            return Err(Error::invalid(format!(
                "the kernel is {} pixels {direction}, the padded input only {}",
                self.reach(axis),
                size + 2 * self.pad[axis]
            )));
        }
        Ok(slack)
    }
}

/// Height and width of one property, given together or apart.
fn pair(parameters: &Message, both: &str, apart: [&str; 2], default: Option<i64>, least: i64) -> Result<[i64; 2]> {
    let together = parameters.integers(both)?;
    let values = match together.as_slice() {
        [] => [parameters.integer(apart[0])?.or(default), parameters.integer(apart[1])?.or(default)],
        [side] => [Some(*side); 2],
        [height, width] => [Some(*height), Some(*width)],
        more => return Err(Error::invalid(format!("`{both}` has {} values; one or two (height, width) are possible", more.len()))),
    };
    let [Some(height), Some(width)] = values else {
        return Err(Error::invalid(format!("`{both}` is missing (or `{}` and `{}`)", apart[0], apart[1])));
    };
    for value in [height, width] {
        if !(least..=MAX_EXTENT).contains(&value) {
            return Err(Error::invalid(format!("`{both}` is {value}, and must be {least} to {MAX_EXTENT}")));
        }
    }
    Ok([height, width])
}
