//! The tables as structs, one file a table. Only rooms see them; doors and engines see the rooms' records.

pub mod feature;
pub mod feature_failure;
pub mod media;
pub mod media_source;
pub mod upload;
