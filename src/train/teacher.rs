//! The teacher: a `TorchScript` network whose feature the student learns, and the target made of that feature.

use std::path::Path;

use tch::{CModule, Device, Kind as Element, Tensor};

use super::views::two_at_once;
use crate::error::{Error, Kind, Result, ResultExt};
use crate::imaging::{Picture, ResizeFilter, resize};

/// Side of the square that the teacher sees, in pixels.
pub const TEACHER_SIDE: u32 = 224;
const BATCH: usize = 16;

/// A `TorchScript` network `[B, 3, 224, 224] -> [B, D]` that wants `(pixel - 127) / 127.5`, RGB.
pub struct Teacher {
    module: CModule,
    precision: Element,
}

impl Teacher {
    /// Loads the network; `half` computes in bfloat16, which moves the feature by about one percent.
    ///
    /// # Errors
    /// `NotFound` or `Corrupt`, naming the file.
    pub fn load(path: &Path, half: bool) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::not_found(format!("teacher {} is not there: give a TorchScript file with --teacher", path.display())));
        }
        let mut module = CModule::load(path).or_error(Kind::Corrupt, || format!("cannot load the teacher {}", path.display()))?;
        module.f_set_eval().or_error(Kind::Corrupt, || "the teacher cannot be set to evaluation".into())?;
        let precision = if half { Element::BFloat16 } else { Element::Float };
        module.to(Device::Cpu, precision, false);
        Ok(Self { module, precision })
    }

    /// Features of pictures of any size, `[N, D]`; they are squashed to the teacher's square.
    ///
    /// # Errors
    /// `Corrupt` when the network does not take such pictures.
    pub fn features(&self, pictures: &[Picture]) -> Result<Tensor> {
        let middle = pictures.len().div_ceil(2);
        Ok(Tensor::cat(&two_at_once(|half| self.features_here(if half == 0 { &pictures[..middle] } else { &pictures[middle..] }))?, 0))
    }

    /// As [`Teacher::features`], on the calling thread alone.
    ///
    /// # Errors
    /// `Corrupt` when the network does not take such pictures.
    pub fn features_here(&self, pictures: &[Picture]) -> Result<Tensor> {
        let mut rows = vec![Tensor::zeros([0], (Element::Float, Device::Cpu))];
        for chunk in pictures.chunks(BATCH) {
            let squares =
                chunk.iter().map(|p| resize(p, TEACHER_SIDE, TEACHER_SIDE, ResizeFilter::Antialias)).collect::<Result<Vec<_>>>()?;
            let bytes: Vec<u8> = squares.iter().flat_map(|p| p.rgb.iter().copied()).collect();
            let side = i64::from(TEACHER_SIDE);
            let pixels = Tensor::from_data_size(&bytes, &[chunk.len() as i64, side, side, 3], Element::Uint8).permute([0, 3, 1, 2]);
            let input = ((pixels.to_kind(Element::Float) - 127.0) / 127.5).to_kind(self.precision);
            let output =
                tch::no_grad(|| self.module.forward_ts(&[input])).or_error(Kind::Corrupt, || "the teacher fails on a picture".into())?;
            rows.push(output.to_kind(Element::Float).flatten(1, -1));
        }
        Ok(Tensor::cat(&rows, 0))
    }
}

/// The map from the teacher's feature to what the student has to say: centred, PCA, partly whitened, unit length.
pub struct Target {
    mean: Tensor,
    axes: Tensor,
}

impl Target {
    /// Fits the map to features `[N, D]`, keeping `dimensions` axes.
    pub fn fit(features: &Tensor, dimensions: i64, whitening: f64) -> Self {
        let unit = unit_rows(features);
        let mean = unit.mean_dim([0].as_slice(), true, Element::Float);
        let centred = &unit - &mean;
        let covariance = centred.tr().matmul(&centred) / features.size()[0] as f64;
        let (values, vectors) = covariance.to_kind(Element::Double).linalg_eigh("L");
        let total = values.size()[0];
        let kept = dimensions.min(total);
        let values = values.narrow(0, total - kept, kept).clamp_min(1e-9);
        let axes = vectors.narrow(1, total - kept, kept) * values.pow_tensor_scalar(-0.5 * whitening).unsqueeze(0);
        Self { mean, axes: axes.to_kind(Element::Float) }
    }

    /// Targets `[N, dimensions]` of unit length for features `[N, D]`.
    pub fn apply(&self, features: &Tensor) -> Tensor {
        unit_rows(&(unit_rows(features) - &self.mean).matmul(&self.axes))
    }
}

/// Rows scaled to length one.
pub fn unit_rows(rows: &Tensor) -> Tensor {
    rows / rows.norm_scalaropt_dim(2.0, [-1i64].as_slice(), true).clamp_min(1e-12)
}
