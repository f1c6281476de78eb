//! Follows a picture through the modules of a Torch-7 network and writes a layer for each; tables become several blobs.

use std::collections::HashMap;

use super::described::{Module, ModuleKind};
use super::modules::{self, check_size};
use super::text::{LayerText, Rule};
use crate::error::{Error, Result};
use crate::network::network_definition::MAX_LAYERS;

/// Most weights of a whole network; four bytes each, and as much again for their gradients and momentum.
const MAX_WEIGHTS: i64 = 1 << 30;

/// A value on its way through the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blob {
    /// Its name in the prototxt.
    pub(super) name: String,
    /// Its shape for one picture.
    pub(super) shape: Vec<i64>,
    /// For what comes out of `LogSoftMax`: the blob that went in.
    pub(super) before_log_softmax: Option<String>,
}

/// What goes into a module or comes out of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Flow {
    Blob(Blob),
    Table(Vec<Flow>),
}

/// The layers so far.
pub(super) struct Translation {
    pub(super) layers: Vec<LayerText>,
    /// How often each module has run.
    uses: HashMap<String, usize>,
    weights: i64,
}

impl Blob {
    pub(super) fn new(name: &str, shape: &[i64]) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), before_log_softmax: None }
    }
}

impl Flow {
    /// The blobs of a value, in order.
    pub(super) fn blobs(&self) -> Vec<&Blob> {
        match self {
            Self::Blob(blob) => vec![blob],
            Self::Table(parts) => parts.iter().flat_map(Self::blobs).collect(),
        }
    }

    fn blob(&self, module: &Module) -> Result<&Blob> {
        match self {
            Self::Blob(blob) => Ok(blob),
            Self::Table(parts) => Err(module.wrong(&format!("it takes one tensor, and gets a table of {}", parts.len()))),
        }
    }

    /// The blobs of a table that holds no tables.
    fn table(&self, module: &Module) -> Result<Vec<&Blob>> {
        match self {
            Self::Table(parts) => parts.iter().map(|part| part.blob(module)).collect(),
            Self::Blob(_) => Err(module.wrong("it takes a table of tensors, and gets one tensor")),
        }
    }
}

impl Translation {
    /// An empty network that takes pictures of this shape as the blob `data`.
    pub(super) fn new(shape: &[i64; 3]) -> (Self, Flow) {
        let [channels, height, width] = shape;
        let parameters = format!("input_param {{ shape {{ dim: 1 dim: {channels} dim: {height} dim: {width} }} }}");
        let input = LayerText::new("data", "Input", &[], parameters).only(Rule::Deploy);
        (Self { layers: vec![input], uses: HashMap::new(), weights: 0 }, Flow::Blob(Blob::new("data", shape)))
    }

    /// Adds a module's layers and returns what comes out of it.
    ///
    /// # Errors
    /// `Invalid`, naming line and class of the module that cannot take what it gets; `TooLarge` for a network above the limits.
    pub(super) fn run(&mut self, module: &Module, input: Flow) -> Result<Flow> {
        match &module.kind {
            ModuleKind::Sequential { modules } => modules.iter().try_fold(input, |flow, inner| self.run(inner, flow)),
            ModuleKind::ConcatTable { modules } => Ok(Flow::Table(self.branches(modules, &input)?)),
            ModuleKind::Concat { dimension, modules } => {
                let branches = Flow::Table(self.branches(modules, &input)?);
                self.join(module, &branches, dimension - 1)
            }
            ModuleKind::JoinTable { dimension, input_dimensions } => {
                // Counted with the batch as the first dimension, unless the module knows how many a picture has.
                self.join(module, &input, dimension - i64::from(input_dimensions.is_none()))
            }
            ModuleKind::CAddTable {} => self.sum(module, &input),
            ModuleKind::Identity {} => Ok(input),
            _ => self.chain(module, input.blob(module)?).map(Flow::Blob),
        }
    }

    fn branches(&mut self, modules: &[Module], input: &Flow) -> Result<Vec<Flow>> {
        modules.iter().map(|inner| self.run(inner, input.clone())).collect()
    }

    /// The layers of a module that takes one tensor, one after the other.
    fn chain(&mut self, module: &Module, input: &Blob) -> Result<Blob> {
        let mut blob = input.clone();
        for part in modules::parts(module, &input.shape)? {
            let name = self.name(module, part.kind, part.weights > 0)?;
            self.weights += part.weights;
            blob = self.push(module, LayerText::new(&name, part.kind, &[&blob.name], part.parameters), &part.shape)?;
        }
        if matches!(module.kind, ModuleKind::LogSoftMax {}) {
            blob.before_log_softmax = Some(input.name.clone());
        }
        Ok(blob)
    }

    fn push(&mut self, module: &Module, layer: LayerText, shape: &[i64]) -> Result<Blob> {
        check_size(module, shape)?;
        if self.layers.len() >= MAX_LAYERS / 2 || self.weights > MAX_WEIGHTS {
            let (layers, weights) = (MAX_LAYERS / 2, MAX_WEIGHTS);
            return Err(Error::too_large(format!(
                "model.lua:{}: the network is too large from here on: at most {layers} layers with {weights} weights together",
                module.line
            )));
        }
        let blob = Blob::new(&layer.top, shape);
        self.layers.push(layer);
        Ok(blob)
    }

    /// A name for a layer of this module. One without weights may stand at several places.
    fn name(&mut self, module: &Module, kind: &str, has_weights: bool) -> Result<String> {
        // Batch normalisation becomes two layers; the second has a name that tells what it does.
        let own = if kind == "Scale" { format!("{}_scale", module.name) } else { module.name.clone() };
        let uses = self.uses.entry(own.clone()).or_insert(0);
        *uses += 1;
        if *uses > 1 && has_weights {
            return Err(
                module.wrong("it stands at two places of the model, which would share their weights; make a second one, or use :clone()")
            );
        }
        Ok(if *uses > 1 { format!("{own}_{uses}") } else { own })
    }

    /// Puts blobs side by side along a dimension of a picture, counted from 1.
    fn join(&mut self, module: &Module, table: &Flow, dimension: i64) -> Result<Flow> {
        let blobs = table.table(module)?;
        let Some(first) = blobs.first() else { return Err(module.wrong("it has nothing to join")) };
        let axis = usize::try_from(dimension - 1).ok().filter(|&axis| axis < first.shape.len());
        let Some(axis) = axis else {
            return Err(module.wrong(&format!("a picture is {:?} here, and has no dimension {dimension} of its own", first.shape)));
        };
        let mut joined = first.shape.clone();
        for blob in &blobs[1..] {
            let fits =
                blob.shape.len() == joined.len() && (0..joined.len()).all(|other| other == axis || blob.shape[other] == joined[other]);
            if !fits {
                return Err(module.wrong(&format!("{:?} and {:?} differ in more than the joined dimension", first.shape, blob.shape)));
            }
            joined[axis] += blob.shape[axis];
        }
        let parameters = format!("concat_param {{ axis: {} }}", axis + 1);
        self.combine(module, "Concat", &blobs, parameters, &joined)
    }

    fn sum(&mut self, module: &Module, table: &Flow) -> Result<Flow> {
        let blobs = table.table(module)?;
        let Some(first) = blobs.first() else { return Err(module.wrong("it has nothing to add")) };
        if let Some(other) = blobs.iter().find(|blob| blob.shape != first.shape) {
            return Err(module.wrong(&format!("it adds tensors of one shape, and gets {:?} and {:?}", first.shape, other.shape)));
        }
        if blobs.len() == 1 {
            return Ok(Flow::Blob((*first).clone()));
        }
        let shape = first.shape.clone();
        self.combine(module, "Eltwise", &blobs, "eltwise_param { operation: SUM }".into(), &shape)
    }

    fn combine(&mut self, module: &Module, kind: &'static str, blobs: &[&Blob], parameters: String, shape: &[i64]) -> Result<Flow> {
        let bottoms: Vec<&str> = blobs.iter().map(|blob| blob.name.as_str()).collect();
        let name = self.name(module, kind, false)?;
        self.push(module, LayerText::new(&name, kind, &bottoms, parameters), shape).map(Flow::Blob)
    }
}
