//! The integration tests: one binary, one topic a module.
#![allow(clippy::unwrap_used, clippy::similar_names, reason = "tests")]

mod support;

mod api;
mod arranged;
mod bad_pictures;
mod bulk;
mod caffe;
mod collections;
mod command_line;
mod dashboard;
mod database;
mod datasets;
mod detection;
mod digits;
mod distill;
mod engine;
mod evaluation;
mod examples;
mod export;
mod extraction;
mod fused;
mod imaging;
mod import;
mod indexes;
mod inference;
mod jobs;
mod known;
mod maps;
mod media;
mod media_http;
mod narrowed;
mod networks;
mod pages;
mod pictures;
mod readings;
mod readme;
mod routes;
mod shown;
mod supervised;
mod tidy;
mod torch7;
mod torchscript;
mod vectors;
mod video;
mod zoo;
