//! Forward passes at the speed of the machine. A network is read into a plan ([`plan`]) from a Caffe graph ([`caffe`]) or a
//! TorchScript archive ([`script`]), rewritten ([`passes`], [`mirror`]), and turned into calls of libtorch's fused operators
//! ([`emit`]) with weights packed for them ([`packing`]). What cannot be planned runs as it always did.

mod caffe;
mod correct;
mod emit;
mod mirror;
mod module;
mod packing;
mod passes;
mod plan;
mod rounding;
mod run;
mod script;

pub(crate) use caffe::plan as plan_of_graph;
pub(crate) use plan::{Activation, Convolution, Operation, Plan, Pool, PoolKind, Value};
pub(crate) use run::{Compiled, Ready};
pub(crate) use script::plan as plan_of_script;
