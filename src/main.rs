//! Turns the key.
fn main() {}
