//! What a trained network says of pictures, in the shapes and numbers of DIGITS: lists are read and answered batch by batch, and what
//! a reply tells is collected on the way. Nothing here knows HTTP; pictures come from a [`Gallery`], which for those of the server's
//! folders is [`Pictures`].

mod classes;
mod lanes;
mod list;
mod pictures;
mod ranking;
mod stream;
mod truth;
mod values;

pub use classes::{Classifications, Guess, Predictions, best};
pub use list::{Line, Lines, MAX_LINE_BYTES};
pub use pictures::{Fit, Pictures, Ready};
pub use ranking::{MAX_RANKED, Ranking};
pub use stream::{Answers, Gallery, Listener, Pace, Tally, answer_all, answer_one};
pub use truth::Examination;
pub use values::{Inference, Inferences, MAX_VALUES};

use crate::error::{Error, Result};
use crate::network::Output;

/// The last output of a network that tells classes apart: its scores.
///
/// # Errors
/// `Internal` for a network without outputs.
pub fn scores(outputs: &[Output]) -> Result<&Output> {
    outputs.last().ok_or_else(|| Error::internal("the network has no output"))
}

/// What an output says of one picture of a batch: shape without the batch, and values.
///
/// # Errors
/// `Invalid` for an output that has no row for each picture.
pub fn row(output: &Output, place: usize) -> Result<(&[i64], &[f32])> {
    let pictures = output.shape.first().and_then(|&pictures| usize::try_from(pictures).ok()).filter(|&pictures| place < pictures);
    let found = pictures.and_then(|pictures| {
        let length = output.values.len() / pictures;
        output.values.get(place * length..(place + 1) * length)
    });
    let Some(values) = found else {
        let Output { name, shape, .. } = output;
        return Err(Error::invalid(format!("the output \"{name}\" of shape {shape:?} has no row for picture {}", place + 1)));
    };
    Ok((&output.shape[1..], values))
}
