//! Likeness: a self-hosted visual similarity search engine.
//! Floors and rooms are described in `ARCHITECTURE.md`; imports point downwards only (`tests/it/tidy.rs` checks it).

pub mod error;
pub mod lock;
pub mod priority;
pub mod types;

pub mod config;
pub mod telemetry;

pub mod imaging;
pub mod index;
pub mod network;
pub mod train;

pub mod db;

pub mod dataset;
pub mod feature;
pub mod job;
pub mod media;
pub mod model;

pub mod search;

pub mod app;

pub mod tasks;

pub mod cli;
pub mod http;

pub use error::{Error, Kind, Result};
