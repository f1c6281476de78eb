//! The networks that are built in, by the names that forms have for them.

use super::spec::Language;
use crate::train::supervised::lenet;

/// The text of a network, if it is built in.
pub fn standard_text(name: &str, language: Language) -> Option<String> {
    match (name, language) {
        ("lenet", Language::Caffe) => Some(lenet()),
        ("lenet", Language::Torch) => Some(include_str!("../../../modelzoo/standard/lenet.lua").into()),
        _ => None,
    }
}
