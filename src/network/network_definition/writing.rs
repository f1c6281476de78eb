//! A network as the text that it could have been read from.

use super::{LayerDefinition, NetworkDefinition};
use crate::network::prototxt::{Field, Message, Value};

impl NetworkDefinition {
    /// The prototxt of this network: name and layers, in today's format. Comments are lost.
    pub fn to_text(&self) -> String {
        let mut root = Message::default();
        if !self.name.is_empty() {
            root.push_text("name", &self.name);
        }
        for layer in &self.layers {
            root.push_message("layer", layer.to_message());
        }
        root.to_text()
    }
}

impl LayerDefinition {
    /// A layer of this name and type, which reads and makes nothing yet.
    pub fn new(name: &str, kind: &str) -> Self {
        let (name, kind) = (name.to_owned(), kind.to_owned());
        Self { name, kind, line: 0, bottoms: Vec::new(), tops: Vec::new(), fields: Message::default() }
    }

    /// The layer as a message: name, type, blobs, then its other fields as they were written.
    pub fn to_message(&self) -> Message {
        let mut message = Message { line: self.line, fields: Vec::new() };
        message.push_text("name", &self.name);
        message.push_text("type", &self.kind);
        for (name, blobs) in [("bottom", &self.bottoms), ("top", &self.tops)] {
            message.fields.extend(blobs.iter().map(|blob| Field { name: name.into(), line: self.line, value: Value::Text(blob.clone()) }));
        }
        let own = |field: &&Field| !matches!(field.name.as_str(), "name" | "type" | "bottom" | "top");
        message.fields.extend(self.fields.fields.iter().filter(own).cloned());
        message
    }
}
