//! A graph goes through files and messages as the prototxt of all its layers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::GraphDefinition;

impl Serialize for GraphDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.whole().to_text())
    }
}

/// Wired for answering, as [`GraphDefinition::parse`] does.
impl<'de> Deserialize<'de> for GraphDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(|error| de::Error::custom(error.message()))
    }
}

impl std::fmt::Debug for GraphDefinition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphDefinition").field("name", &self.name()).field("layers", &self.layer_names()).finish_non_exhaustive()
    }
}
