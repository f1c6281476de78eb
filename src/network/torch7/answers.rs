//! The end of a Torch-7 network: its answer gets the name `output`, whatever it is.

use super::text::{LayerText, Rule};
use super::translate::{Blob, Flow, Translation};
use crate::error::{Error, Result};

/// What the trained network's answer is called.
pub(super) const OUTPUT: &str = "output";

impl Translation {
    /// Names the answer of a network that tells classes apart: the softmax of the scores, whatever the model ends in.
    pub(super) fn answer_probabilities(&mut self, last: &Blob, scores: &str) {
        // The logarithms of probabilities are for the criterion, which takes them of the scores itself.
        if last.name != scores && !self.is_read(&last.name) {
            self.layers.retain(|layer| layer.top != last.name);
        }
        self.layers.push(answer("Softmax", &[scores]));
    }

    /// Names the answer of any other network. Of a table, all values stand side by side.
    ///
    /// # Errors
    /// `Invalid` for a table of nothing.
    pub(super) fn answer_values(&mut self, flow: &Flow) -> Result<Flow> {
        match flow {
            Flow::Blob(blob) => Ok(Flow::Blob(self.rename(blob))),
            Flow::Table(_) => self.answer_table(flow).map(|()| flow.clone()),
        }
    }

    /// The layer that makes the answer is told its name. Where others read it too, or it is the input itself, it is passed on.
    fn rename(&mut self, blob: &Blob) -> Blob {
        let is_read = self.is_read(&blob.name);
        let maker = self.layers.iter_mut().find(|layer| layer.top == blob.name && layer.kind != "Input");
        match maker {
            Some(maker) if !is_read => OUTPUT.clone_into(&mut maker.top),
            _ => self.layers.push(answer("Split", &[&blob.name]).only(Rule::Everywhere)),
        }
        Blob { name: OUTPUT.into(), ..blob.clone() }
    }

    fn is_read(&self, name: &str) -> bool {
        self.layers.iter().any(|layer| layer.bottoms.iter().any(|bottom| bottom == name))
    }

    fn answer_table(&mut self, flow: &Flow) -> Result<()> {
        let blobs = flow.blobs();
        if blobs.is_empty() {
            return Err(Error::invalid("model.lua: the model answers with an empty table"));
        }
        let mut rows = Vec::new();
        for blob in blobs {
            rows.push(self.flat(blob, Rule::Deploy));
        }
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        self.layers.push(LayerText { parameters: "concat_param { axis: 1 }".into(), ..answer("Concat", &rows) });
        Ok(())
    }

    /// The blob as one row a picture, and its name then.
    pub(super) fn flat(&mut self, blob: &Blob, rule: Rule) -> String {
        if blob.shape.len() == 1 {
            return blob.name.clone();
        }
        let name = format!("{}_{}", blob.name, if rule == Rule::Deploy { "row" } else { "values" });
        if !self.layers.iter().any(|layer| layer.name == name) {
            self.layers.push(LayerText::new(&name, "Flatten", &[&blob.name], String::new()).only(rule));
        }
        name
    }
}

fn answer(kind: &'static str, bottoms: &[&str]) -> LayerText {
    LayerText::new(OUTPUT, kind, bottoms, String::new()).only(Rule::Deploy)
}
