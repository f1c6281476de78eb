//! Networks on libtorch: what a picture becomes a feature with.

pub mod caffemodel;
pub mod detect;
mod fold;
pub mod graph;
pub mod graph_definition;
mod layers;
pub mod network_definition;
pub mod prototxt;

pub use detect::Detection;
pub use graph::CaffeGraph;
pub use graph_definition::GraphDefinition;
pub use layers::Shape;
