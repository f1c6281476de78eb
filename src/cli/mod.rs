//! Commands.
pub mod import;
pub mod media;
