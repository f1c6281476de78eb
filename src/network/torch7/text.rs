//! Writes the prototxt that a Torch-7 network becomes.

use std::fmt;

use super::described::Filler;

/// Where a layer takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Always.
    Everywhere,
    /// In training and validation.
    Learning,
    /// In validation.
    Validation,
    /// Where the trained network answers.
    Deploy,
}

/// One layer of the prototxt; it has one top.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerText {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) bottoms: Vec<String>,
    pub(super) top: String,
    /// Everything else, as text.
    pub(super) parameters: String,
    pub(super) rule: Rule,
}

impl LayerText {
    /// A layer whose top has its own name, which is there everywhere.
    pub(super) fn new(name: &str, kind: &'static str, bottoms: &[&str], parameters: String) -> Self {
        let bottoms = bottoms.iter().map(|&bottom| bottom.to_owned()).collect();
        Self { name: name.into(), kind, bottoms, top: name.into(), parameters, rule: Rule::Everywhere }
    }

    /// The same layer, taking part by this rule.
    pub(super) fn only(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }
}

impl fmt::Display for LayerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "layer {{\n  name: \"{}\"\n  type: \"{}\"", self.name, self.kind)?;
        for bottom in &self.bottoms {
            writeln!(f, "  bottom: \"{bottom}\"")?;
        }
        writeln!(f, "  top: \"{}\"", self.top)?;
        for line in self.parameters.lines().filter(|line| !line.is_empty()) {
            writeln!(f, "  {line}")?;
        }
        match self.rule {
            Rule::Everywhere => {}
            Rule::Learning => writeln!(f, "  exclude {{ stage: \"deploy\" }}")?,
            Rule::Validation => writeln!(f, "  include {{ stage: \"val\" }}")?,
            Rule::Deploy => writeln!(f, "  include {{ stage: \"deploy\" }}")?,
        }
        writeln!(f, "}}")
    }
}

/// `<name> { type: ... }` for weights that are drawn this way.
pub(super) fn filler(name: &str, filler: &Filler) -> String {
    match *filler {
        Filler::Constant { value } => format!("{name} {{ type: \"constant\" value: {value:?} }}"),
        Filler::Uniform { min, max } => format!("{name} {{ type: \"uniform\" min: {min:?} max: {max:?} }}"),
        Filler::Gaussian { mean, std } => format!("{name} {{ type: \"gaussian\" mean: {mean:?} std: {std:?} }}"),
    }
}
