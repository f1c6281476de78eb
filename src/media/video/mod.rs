//! Videos: what they are, and their key frames.
