//! From a file's bytes to a network's input: decode, cut the region, squash, order the channels. All on the caller's thread;
//! only [`batch_tensor`] touches tensors, on the engine's.

use bytes::Bytes;
use tch::{Device, Kind as TensorKind, Tensor};

use super::signature::{ColourOrder, InputSpec};
use crate::error::Result;
use crate::imaging::{self, DecodeLimits, Picture, ResizeFilter};
use crate::types::Region;

/// Pixels ready for a network: `height * width * channels` bytes, row by row, channels in the network's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The bytes.
    pub pixels: Vec<u8>,
}

/// Decodes and prepares a picture, or the part of it that `region` names.
///
/// # Errors
/// Those of decoding: `Unsupported`, `Corrupt`, `TooLarge`.
pub fn prepare(bytes: &[u8], region: Option<Region>, spec: &InputSpec, limits: &DecodeLimits) -> Result<Prepared> {
    let picture = match (region, spec.filter) {
        // The decoder may shrink for us as long as twice the input size is left: the difference stays below 0.3 of 255.
        (None, ResizeFilter::Antialias) => imaging::decode_at_least(bytes, 2 * spec.width.max(spec.height), limits)?,
        _ => imaging::decode(bytes, limits)?,
    };
    let prepared = match region {
        Some(region) => prepare_picture(&imaging::crop(&picture, region)?, spec),
        None => prepare_picture(&picture, spec),
    };
    picture.recycle();
    prepared
}

/// Prepares a decoded picture.
///
/// # Errors
/// Those of resizing.
pub fn prepare_picture(picture: &Picture, spec: &InputSpec) -> Result<Prepared> {
    let resized = imaging::resize(picture, spec.width, spec.height, spec.filter)?;
    let mut pixels = resized.rgb;
    match spec.colour {
        ColourOrder::Rgb => {}
        ColourOrder::Bgr => pixels.chunks_exact_mut(3).for_each(|pixel| pixel.swap(0, 2)),
        ColourOrder::Grey => pixels = pixels.chunks_exact(3).map(luma).collect(),
    }
    Ok(Prepared { pixels })
}

/// Decodes and prepares pictures one after the other; each has its own result.
pub fn prepare_all(pictures: Vec<Result<Bytes>>, spec: &InputSpec, limits: &DecodeLimits) -> Vec<Result<Prepared>> {
    pictures.into_iter().map(|bytes| prepare(&bytes?, None, spec, limits)).collect()
}

/// ITU-R BT.601 luma in the 14-bit fixed point that OpenCV uses.
fn luma(rgb: &[u8]) -> u8 {
    ((u32::from(rgb[0]) * 4899 + u32::from(rgb[1]) * 9617 + u32::from(rgb[2]) * 1868 + (1 << 13)) >> 14) as u8
}

/// One input tensor, f32 `[n, channels, height, width]`, from prepared pictures of one spec.
///
/// # Errors
/// Those of libtorch (out of memory).
pub fn batch_tensor(pictures: &[Prepared], spec: &InputSpec, device: Device) -> Result<Tensor> {
    let channels = spec.colour.channels();
    let shape = [pictures.len() as i64, i64::from(spec.height), i64::from(spec.width), channels as i64];
    // The values lie channel beside channel and stay so (channels-last): convolutions on the CPU are faster with it.
    if device == Device::Cpu {
        let values = normalised_values(pictures, &spec.mean[..channels], spec.scale);
        return Ok(Tensor::f_from_slice(&values)?.f_view(shape)?.f_permute([0, 3, 1, 2])?);
    }
    // A quarter of the bytes goes to the device, which does the rest.
    let bytes: Vec<&[u8]> = pictures.iter().map(|picture| picture.pixels.as_slice()).collect();
    let pixels = Tensor::f_from_slice(&bytes.concat())?.f_view(shape)?.f_permute([0, 3, 1, 2])?;
    let mean = Tensor::f_from_slice(&spec.mean[..channels])?.f_view([1, channels as i64, 1, 1])?;
    let floats = sent(&pixels, device)?.f_to_kind(TensorKind::Float)?;
    Ok(floats.f_sub(&mean.f_to_device(device)?)?.f_mul_scalar(f64::from(spec.scale))?)
}

/// A copy on the device. From pinned memory a card fetches it by itself, while this thread prepares the next batch and the card still
/// works on the last; libtorch keeps the pinned memory until it is fetched.
fn sent(tensor: &Tensor, device: Device) -> Result<Tensor> {
    if matches!(device, Device::Cuda(_)) {
        return Ok(tensor.f_pin_memory(device)?.f_to_device_(device, tensor.kind(), true, false)?);
    }
    Ok(tensor.f_to_device(device)?)
}

/// `(pixel - mean) * scale` of all bytes, in one pass; rounded as libtorch rounds it.
fn normalised_values(pictures: &[Prepared], mean: &[f32], scale: f32) -> Vec<f32> {
    let mut values = Vec::with_capacity(pictures.iter().map(|picture| picture.pixels.len()).sum());
    // Twelve values at a time: a period of one or three channels and a whole number of vector registers.
    let means: [f32; 12] = std::array::from_fn(|place| mean[place % mean.len()]);
    for picture in pictures {
        let (whole, rest) = picture.pixels.as_chunks::<12>();
        for chunk in whole {
            values.extend_from_slice(&std::array::from_fn::<f32, 12, _>(|place| (f32::from(chunk[place]) - means[place]) * scale));
        }
        values.extend(rest.iter().zip(means).map(|(&pixel, mean)| (f32::from(pixel) - mean) * scale));
    }
    values
}
