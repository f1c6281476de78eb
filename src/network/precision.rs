//! In which precision a network computes, and what that costs: chosen by the machine, proved at load.

use std::fmt;

use tch::{Device, Kind as ElementKind};

use crate::config::PrecisionChoice;

/// Least cosine between a feature and the same feature in f32 that a faster precision may have.
pub const LEAST_COSINE: f64 = 0.999;

/// What a network computes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floating point.
    F32,
    /// 16 bits with the exponent of f32; sums stay f32.
    Bf16,
    /// 16 bits with a short exponent; CUDA only.
    Fp16,
}

impl Precision {
    pub(crate) fn kind(self) -> ElementKind {
        match self {
            Self::F32 => ElementKind::Float,
            Self::Bf16 => ElementKind::BFloat16,
            Self::Fp16 => ElementKind::Half,
        }
    }

    /// Precisions to try on a device, fastest first; f32 is always the last. A pure function of machine and choice, never
    /// of a measured time: a run that is continued on the same machine computes the same bits.
    pub(crate) fn candidates(choice: PrecisionChoice, device: Device) -> Vec<Self> {
        let fast = match (choice, device) {
            (PrecisionChoice::F32, _) => None,
            (PrecisionChoice::Bf16, _) => Some(Self::Bf16),
            (PrecisionChoice::Fp16, _) | (PrecisionChoice::Auto, Device::Cuda(_)) => Some(Self::Fp16),
            (PrecisionChoice::Auto, _) => has_fast_bf16().then_some(Self::Bf16),
        };
        fast.into_iter().chain([Self::F32]).collect()
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Fp16 => "fp16",
        })
    }
}

/// Whether the processor multiplies bf16 in hardware (AVX512-BF16 or AMX): elsewhere it is slower than f32.
#[cfg(target_arch = "x86_64")]
fn has_fast_bf16() -> bool {
    std::arch::is_x86_feature_detected!("avx512bf16")
}

/// Not measured on other processors: f32.
#[cfg(not(target_arch = "x86_64"))]
fn has_fast_bf16() -> bool {
    false
}

/// How features of a layer are computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Precision of the numbers that flow.
    pub precision: Precision,
    /// Least cosine against the f32 features of the network run layer by layer, over the sample pictures; 1 for that itself.
    pub min_cosine: f64,
    /// Whether the network runs as a plan of fused operators; else layer by layer.
    pub fused: bool,
}

impl Execution {
    /// Layer by layer in f32.
    pub(crate) fn reference() -> Self {
        Self { precision: Precision::F32, min_cosine: 1.0, fused: false }
    }
}
