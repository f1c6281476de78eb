//! The integration tests: one binary, one topic a module.

mod support;

mod api;
mod bad_pictures;
mod caffe;
mod command_line;
mod distill;
mod engine;
mod evaluation;
mod extraction;
mod imaging;
mod import;
mod indexes;
mod jobs;
mod media;
mod media_http;
mod networks;
mod pictures;
mod readme;
mod routes;
mod tidy;
mod torchscript;
mod vectors;
mod zoo;
