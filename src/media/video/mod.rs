//! Videos: what they are, their key frames, and how they come into the library. Decoding is done by ffmpeg, in processes of
//! its own that are given a file, a container and limits, and nothing else.

mod container;
pub(super) mod ingest;
mod keyframes;
mod probe;
mod process;
mod program;
pub(super) mod rows;

pub use container::{Container, is_video, media_type};
pub use keyframes::{KeyFrame, KeyFrames, take_key_frames};
pub use probe::{VideoInfo, probe};
pub use program::Ffmpeg;
