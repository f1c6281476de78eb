//! The integration tests: one binary, one topic a module.

mod support;

mod bad_pictures;
mod caffe;
mod distill;
mod engine;
mod imaging;
mod import;
mod indexes;
mod media;
mod torchscript;
mod vectors;
