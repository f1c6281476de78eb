//! A network that learns: its weights and the values they begin with, and passes whose loss can be differentiated.
//! How weights change is not said here but in `train`.

mod fillers;
mod layout;
mod pass;
mod weights;

pub use layout::pixels_together;
pub use pass::{Answers, LearningGraph};
pub use weights::{Leaves, Weights};
