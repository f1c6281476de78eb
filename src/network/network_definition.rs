//! What a prototxt says: inputs and layers, of all phases or of one.
//! Parameters stay generic here; `layers` gives them their types and limits.

use crate::error::{Error, Kind, Result};
use crate::network::prototxt::{self, Field, Message, at};

mod first_format;
mod learning;
mod writing;

pub use learning::Multipliers;

/// Most layers of one network.
pub const MAX_LAYERS: usize = 16_384;

/// What a network is used for; decides which layers take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Learning.
    Train,
    /// Everything else.
    Test,
}

/// The state that `include` and `exclude` rules are checked against; the level is always 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkState {
    /// Phase.
    pub phase: Phase,
    /// Stages such as DIGITS' `deploy`, `train` and `val`.
    pub stages: Vec<String>,
}

impl NetworkState {
    /// A network that answers: phase TEST, stage `deploy`.
    pub fn deploy() -> Self {
        Self { phase: Phase::Test, stages: vec!["deploy".into()] }
    }

    /// A network that learns: phase TRAIN, stage `train`.
    pub fn train() -> Self {
        Self { phase: Phase::Train, stages: vec!["train".into()] }
    }

    /// A network whose answers are compared with the truth: phase TEST, stage `val`.
    pub fn validation() -> Self {
        Self { phase: Phase::Test, stages: vec!["val".into()] }
    }
}

/// A parsed network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkDefinition {
    /// Its name; may be empty.
    pub name: String,
    /// Layers in the order of the file. Old-style inputs stand first as `Input` layers.
    pub layers: Vec<LayerDefinition>,
}

/// One layer as written.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerDefinition {
    /// Name.
    pub name: String,
    /// Type such as `Convolution`.
    pub kind: String,
    /// Line of the prototxt on which it begins.
    pub line: usize,
    /// Names of the blobs it reads.
    pub bottoms: Vec<String>,
    /// Names of the blobs it makes.
    pub tops: Vec<String>,
    /// All its fields.
    pub fields: Message,
}

impl NetworkDefinition {
    /// Parses a prototxt and keeps the layers that take part in this state.
    ///
    /// # Errors
    /// `Invalid` with line; `TooLarge` above the limits.
    pub fn parse(text: &str, state: &NetworkState) -> Result<Self> {
        Self::parse_all(text)?.in_state(state)
    }

    /// Parses a prototxt and keeps all layers, whatever state they take part in.
    ///
    /// # Errors
    /// As [`NetworkDefinition::parse`].
    pub fn parse_all(text: &str) -> Result<Self> {
        Self::read(text).map_err(|error| error.context("prototxt"))
    }

    /// The network of the layers that take part in this state.
    ///
    /// # Errors
    /// `Invalid` with line where a rule makes no sense, or where no layer is left.
    pub fn in_state(&self, state: &NetworkState) -> Result<Self> {
        let kept = |layer: &LayerDefinition| Ok::<_, Error>(layer.takes_part(state)?.then(|| layer.clone()));
        let layers = self.layers.iter().filter_map(|layer| kept(layer).transpose()).collect::<Result<Vec<_>>>();
        let layers = layers.map_err(|error| error.context("prototxt"))?;
        if layers.is_empty() {
            let phase = if state.phase == Phase::Train { "TRAIN" } else { "TEST" };
            return Err(Error::invalid(format!("prototxt: no `layer {{ ... }}` for the phase {phase}: is this a network?")));
        }
        Ok(Self { name: self.name.clone(), layers })
    }

    fn read(text: &str) -> Result<Self> {
        let root = prototxt::parse(text)?;
        let name = root.text("name")?.unwrap_or_default().to_owned();
        let mut layers = old_style_inputs(&root)?;
        for field in root.fields.iter().filter(|field| field.name == "layer" || field.name == "layers") {
            layers.push(LayerDefinition::read(field, field.message()?)?);
        }
        if layers.len() > MAX_LAYERS {
            return Err(Error::too_large(format!("{} layers; the limit is {MAX_LAYERS}", layers.len())));
        }
        Ok(Self { name, layers })
    }
}

impl LayerDefinition {
    fn read(field: &Field, layer: &Message) -> Result<Self> {
        let name = layer.text("name")?.unwrap_or_default().to_owned();
        let kind = layer.last("type").ok_or_else(|| at(field.line, &format!("layer \"{name}\" has no `type`")))?;
        let (kind, fields) =
            if field.name == "layers" { (first_format::kind(kind)?, first_format::fields(layer)?) } else { (kind.text()?, layer.clone()) };
        let (bottoms, tops) = (layer.texts("bottom")?, layer.texts("top")?);
        Ok(Self { name, kind: kind.to_owned(), line: field.line, bottoms, tops, fields })
    }

    /// Whether the layer takes part in this state, by Caffe's rule.
    ///
    /// # Errors
    /// `Invalid` with line for a rule that makes no sense.
    pub fn takes_part(&self, state: &NetworkState) -> Result<bool> {
        takes_part(&self.fields, state)
    }

    /// The parameter message such as `convolution_param`; empty where it is not written.
    ///
    /// # Errors
    /// `Invalid` if it is no message.
    pub fn parameters(&self, name: &str) -> Result<Message> {
        self.fields.message_or_empty(name).map_err(|error| self.name_in(error))
    }

    /// `Invalid`, naming layer, type and line.
    pub fn wrong(&self, message: &str) -> Error {
        self.failure(Kind::Invalid, message)
    }

    /// A failure that names layer, type and line.
    pub fn failure(&self, kind: Kind, message: &str) -> Error {
        Error::new(kind, format!("layer \"{}\" ({}, line {}): {message}", self.name, self.kind, self.line))
    }

    /// Puts the layer's name in front of a failure.
    pub fn name_in(&self, error: Error) -> Error {
        error.context(format_args!("layer \"{}\" ({})", self.name, self.kind))
    }
}

/// `input: "data"` with four `input_dim` or one `input_shape` each, as older files have it.
fn old_style_inputs(root: &Message) -> Result<Vec<LayerDefinition>> {
    let dims: Vec<&Field> = root.all("input_dim").collect();
    let shapes: Vec<&Field> = root.all("input_shape").collect();
    let mut layers = Vec::new();
    for (index, field) in root.all("input").enumerate() {
        let name = field.text()?.to_owned();
        let shape = match (shapes.get(index), dims.get(index * 4..index * 4 + 4)) {
            (Some(shape), _) => shape.message()?.clone(),
            (None, Some(dims)) => {
                Message { line: field.line, fields: dims.iter().map(|dim| Field { name: "dim".into(), ..(*dim).clone() }).collect() }
            }
            (None, None) => return Err(at(field.line, &format!("the input \"{name}\" needs an `input_shape` or four `input_dim`"))),
        };
        let parameters = nested(field.line, "input_param", nested(field.line, "shape", shape));
        layers.push(LayerDefinition {
            name: name.clone(),
            kind: "Input".into(),
            line: field.line,
            bottoms: Vec::new(),
            tops: vec![name],
            fields: parameters,
        });
    }
    Ok(layers)
}

fn nested(line: usize, name: &str, inner: Message) -> Message {
    Message { line, fields: vec![Field { name: name.into(), line, value: prototxt::Value::Message(inner) }] }
}

/// Caffe's rule: with `include`s one of them must hold, else none of the `exclude`s may.
fn takes_part(layer: &Message, state: &NetworkState) -> Result<bool> {
    if layer.has("include") && layer.has("exclude") {
        return Err(at(layer.line, "a layer may have `include` or `exclude` rules, not both"));
    }
    let any = |name| layer.all(name).map(|rule| holds(rule.message()?, state)).try_fold(false, |any, one| Ok::<_, Error>(any | one?));
    if layer.has("include") { any("include") } else { Ok(!any("exclude")?) }
}

fn holds(rule: &Message, state: &NetworkState) -> Result<bool> {
    let phase = match rule.last("phase") {
        None => true,
        Some(field) => match field.word()? {
            "TRAIN" | "0" => state.phase == Phase::Train,
            "TEST" | "1" => state.phase == Phase::Test,
            other => return Err(at(field.line, &format!("`phase` must be TRAIN or TEST, found `{other}`"))),
        },
    };
    let level = rule.integer("min_level")?.is_none_or(|least| least <= 0) && rule.integer("max_level")?.is_none_or(|most| most >= 0);
    let stages = rule.texts("stage")?.iter().all(|stage| state.stages.contains(stage));
    let not_stages = !rule.texts("not_stage")?.iter().any(|stage| state.stages.contains(stage));
    Ok(phase && level && stages && not_stages)
}
