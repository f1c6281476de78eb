//! The inner loops, one by one: `cargo bench --bench kernels [-- filter]`.

fn main() {}
