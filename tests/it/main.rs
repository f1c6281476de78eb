//! The integration tests: one binary, one topic a module.

mod support;

mod bad_pictures;
mod caffe;
mod engine;
mod imaging;
mod import;
mod indexes;
mod media;
mod pictures;
mod torchscript;
mod tidy;
mod vectors;
