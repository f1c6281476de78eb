//! Forms as the original read them: what was sent, and the rules of its fields with their messages. Scripts send any subset of the
//! fields; what an absent one means differs by its kind, and is said at each reader.

mod fields;
mod form;
mod numbers;
mod sent;

pub use fields::{Choice, Field, Fieldset, Sheet};
pub use form::Form;
pub use numbers::{Number, Presence};
pub use sent::{Sent, SentFile, with_field};

/// Messages by field.
pub type Wrong = std::collections::BTreeMap<String, Vec<String>>;

/// Message of a required field without a value.
pub const REQUIRED: &str = "This field is required.";
