//! Training: networks of users learn from labelled pictures here (`supervised`), and the small network that ships with the program
//! is distilled from a larger teacher. Knows pictures and tensors; knows no database, no index and no HTTP.

pub mod augment;
pub mod checkpoint;
pub mod distill;
pub mod examination;
pub mod export;
pub mod lesson;
pub mod losses;
pub mod metrics;
pub mod optimiser;
pub mod photos;
pub mod student;
pub mod supervised;
pub mod teacher;
pub mod training;
pub mod views;
