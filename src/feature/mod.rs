//! Features: what a model's layer says of each picture, kept as vectors.

pub mod vectors;
