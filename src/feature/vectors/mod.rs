//! Feature vectors on disk: a matrix that only grows, with the media id of every row. One process appends, any number read,
//! and whatever moment it is killed at, what remains is a whole prefix.
//!
//! A folder holds `meta.json` (what the vectors are), `vectors.f32` (rows of little-endian f32) and `rows` (16 bytes a row:
//! media id i64, CRC-32 of id and vector u32, reserved u32). A vector is durable before its row is written, so a row never
//! speaks of a vector that is not there.

mod files;
mod ids;
mod map;
mod reader;
mod writer;

pub use ids::MediaIds;
pub use reader::Vectors;
pub use writer::VectorWriter;

#[cfg(target_endian = "big")]
compile_error!("vector files are mapped as little-endian numbers");
