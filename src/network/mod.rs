//! Networks on libtorch: what a picture becomes a feature with.

pub mod caffemodel;
pub mod prototxt;
