//! Models: the descriptors of the zoo, and where their weights come from. What a descriptor names becomes a
//! [`NetworkSource`](crate::network::NetworkSource); running it is the engine's work.

pub mod descriptor;
mod download;
mod embedded;
pub mod file;
pub mod inference;
mod reader;
pub mod trained;
pub mod weights;
mod zoo;

pub use descriptor::Descriptor;
pub use reader::Reader;
pub use trained::{TrainedModel, TrainedModels};
pub use zoo::{Entry, Zoo};

/// Key of the network that is compiled into the program: it needs no file and no network.
pub const DEFAULT_MODEL: &str = "likeness_small";
