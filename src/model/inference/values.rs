//! Inferences as DIGITS tells them: every output by its name, nested like its shape, with all digits of its numbers.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Line, Listener, row};
use crate::error::{Error, Result};
use crate::network::Output;

/// Most numbers of a reply; each takes about twenty bytes there.
pub const MAX_VALUES: usize = 16 << 20;

/// Numbers in lists of lists; one that is not finite becomes `null`, since JSON has none.
struct Nested<'a> {
    shape: &'a [i64],
    values: &'a [f32],
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some((&size, shape)) = self.shape.split_first() else {
            return serializer.serialize_f64(self.values.first().map_or(f64::NAN, |&value| f64::from(value)));
        };
        let size = usize::try_from(size).unwrap_or(0);
        let mut list = serializer.serialize_seq(Some(size))?;
        let length = self.values.len() / size.max(1);
        for values in self.values.chunks(length.max(1)).take(size) {
            list.serialize_element(&Nested { shape, values })?;
        }
        list.end()
    }
}

/// All outputs for one picture, as an object; the batch is their first dimension.
pub struct Inference<'a>(pub &'a [Output]);

impl Serialize for Inference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        for Output { name, shape, values } in self.0 {
            object.serialize_entry(name, &Nested { shape, values })?;
        }
        object.end()
    }
}

/// One output for one picture, without the batch.
#[derive(Debug, Clone, PartialEq)]
struct Answer {
    name: String,
    shape: Vec<i64>,
    values: Vec<f32>,
}

/// All outputs for many pictures, by path or key. Of one that is listed twice the last answer stays.
#[derive(Debug, Clone, Default)]
pub struct Inferences {
    found: BTreeMap<String, Vec<Answer>>,
    values: usize,
}

impl Inferences {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The outputs for a picture: name, shape without the batch, values.
    pub fn of(&self, place: &str) -> impl Iterator<Item = (&str, &[i64], &[f32])> {
        let answers = self.found.get(place).map_or(&[][..], Vec::as_slice);
        answers.iter().map(|answer| (answer.name.as_str(), answer.shape.as_slice(), answer.values.as_slice()))
    }
}

impl Listener for Inferences {
    fn answered(&mut self, line: &Line, outputs: &[Output], place: usize) -> Result<()> {
        let mut answers = Vec::with_capacity(outputs.len());
        for output in outputs {
            let (shape, values) = row(output, place)?;
            self.values += values.len();
            if self.values > MAX_VALUES {
                let pictures = self.found.len();
                return Err(Error::too_large(format!(
                    "the first {pictures} pictures give {MAX_VALUES} numbers, the limit of one reply: ask for fewer with num_test_images"
                )));
            }
            answers.push(Answer { name: output.name.clone(), shape: shape.to_vec(), values: values.to_vec() });
        }
        let replaced = self.found.insert(line.place.clone(), answers);
        self.values -= replaced.iter().flatten().map(|answer| answer.values.len()).sum::<usize>();
        Ok(())
    }
}

/// An object of objects of outputs, keys in order.
impl Serialize for Inferences {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.found.len()))?;
        for (place, answers) in &self.found {
            let named = answers.iter().map(|answer| (answer.name.as_str(), Nested { shape: &answer.shape, values: &answer.values }));
            object.serialize_entry(place, &Named(named.collect()))?;
        }
        object.end()
    }
}

/// Outputs by name.
struct Named<'a>(Vec<(&'a str, Nested<'a>)>);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, nested)| object.serialize_entry(name, nested))?;
        object.end()
    }
}
