//! The criterion of a Torch-7 network as Caffe's loss layers, and what `labelHook` makes of the labels.
//! Whatever it is made of, the blob that training makes small is called `loss`.

use super::described::{Criterion, CriterionKind, Target};
use super::modules::product;
use super::text::{LayerText, Rule};
use super::translate::{Blob, Flow, Translation};
use crate::error::{Error, Result};

/// What the pictures' labels are called: a class each, or a row of values.
const LABEL: &str = "label";
const LOSS: &str = "loss";

/// One addend of the loss and its weight.
struct Term {
    layer: LayerText,
    weight: f64,
}

/// The target of a criterion: a blob or a table of them.
enum Wanted {
    Blob(Blob),
    Table(Vec<Wanted>),
}

/// Adds loss and accuracy of a network that tells classes apart, and returns the blob of which the softmax is taken.
///
/// # Errors
/// `Invalid` for a model or criterion that does not tell classes apart.
pub(super) fn of_classes(
    network: &mut Translation,
    last: &Flow,
    criterion: Option<&Criterion>,
    target: Option<&Target>,
    classes: u32,
) -> Result<String> {
    let Flow::Blob(last) = last else { return Err(Error::invalid("model.lua: the model answers with a table; classes need one tensor")) };
    if !matches!(target, None | Some(Target::Label {})) {
        return Err(Error::invalid("model.lua: `labelHook` may not change the labels of a classification dataset"));
    }
    let scores = scores(last, criterion)?;
    let outputs = product(&last.shape);
    if last.shape.len() != 1 || outputs < i64::from(classes) {
        return Err(Error::invalid(format!(
            "model.lua: the model gives {:?} values for a picture; {classes} classes need one row of at least as many",
            last.shape
        )));
    }
    let with_label = |name: &str, kind| LayerText::new(name, kind, &[&scores, LABEL], String::new());
    network.layers.push(LayerText { parameters: "loss_weight: 1".into(), ..with_label(LOSS, "SoftmaxWithLoss").only(Rule::Learning) });
    network.layers.push(with_label("accuracy", "Accuracy").only(Rule::Validation));
    Ok(scores)
}

/// The blob of which the softmax is taken.
fn scores(last: &Blob, criterion: Option<&Criterion>) -> Result<String> {
    match criterion.map(|criterion| (&criterion.kind, criterion)) {
        Some((CriterionKind::CrossEntropyCriterion {}, _)) => Ok(last.name.clone()),
        None | Some((CriterionKind::ClassNLLCriterion {}, _)) => last.before_log_softmax.clone().ok_or_else(|| {
            Error::invalid(
                "model.lua: the criterion nn.ClassNLLCriterion takes logarithms of probabilities: end the model with nn.LogSoftMax()",
            )
        }),
        Some((_, other)) => {
            Err(other.wrong("a classification dataset has classes as labels: use nn.ClassNLLCriterion or nn.CrossEntropyCriterion"))
        }
    }
}

/// Adds the loss of a network that answers with values. `input` is the shape of a picture, `label_size` the values of a label.
///
/// # Errors
/// `Invalid`, naming the line of a criterion that does not fit the model's answer or the labels.
pub(super) fn of_values(
    network: &mut Translation,
    output: &Flow,
    criterion: Option<&Criterion>,
    target: Option<&Target>,
    (input, label_size): (&[i64; 3], Option<i64>),
) -> Result<()> {
    let criterion = criterion.ok_or_else(|| {
        Error::invalid(
            "model.lua: the table that the function returns needs a `loss` here, such as nn.MSECriterion(): the dataset has no classes",
        )
    })?;
    let wanted = Targets { network: &mut *network, input, label_size, count: 0 }.add(target.unwrap_or(&Target::Label {}))?;
    let mut terms = Vec::new();
    collect(criterion, output, &wanted, 1.0, &mut terms)?;
    finish(network, terms, criterion)
}

/// Adds the terms. Of several, each is learned from by its own weight, and their sum is there to be read.
fn finish(network: &mut Translation, terms: Vec<Term>, criterion: &Criterion) -> Result<()> {
    if terms.is_empty() {
        return Err(criterion.wrong("it has no criteria"));
    }
    let is_plain = matches!(terms.as_slice(), [Term { weight: 1.0, .. }]);
    let (mut names, mut weights) = (Vec::new(), Vec::new());
    for (index, Term { layer, weight }) in terms.into_iter().enumerate() {
        let name = if is_plain { LOSS.to_owned() } else { format!("{LOSS}_{}", index + 1) };
        network.layers.push(LayerText { name: name.clone(), top: name.clone(), ..layer });
        names.push(name);
        weights.push(format!("{weight:?}"));
    }
    if is_plain {
        return Ok(());
    }
    let bottoms: Vec<&str> = names.iter().map(String::as_str).collect();
    let (kind, parameters) = match bottoms.len() {
        1 => ("Power", format!("power_param {{ scale: {} }}", weights.concat())),
        _ => ("Eltwise", format!("eltwise_param {{ operation: SUM coeff: {} }}", weights.join(" coeff: "))),
    };
    network.layers.push(LayerText::new(LOSS, kind, &bottoms, parameters).only(Rule::Learning));
    Ok(())
}

/// The addends of a criterion, each with its weight.
fn collect(criterion: &Criterion, output: &Flow, wanted: &Wanted, weight: f64, terms: &mut Vec<Term>) -> Result<()> {
    if let CriterionKind::ParallelCriterion { criteria, weights, repeat_target } = &criterion.kind {
        let Flow::Table(outputs) = output else { return Err(criterion.wrong("it takes a table, and the model gives one tensor")) };
        let targets: Vec<&Wanted> = match wanted {
            wanted if *repeat_target => vec![wanted; criteria.len()],
            Wanted::Table(parts) => parts.iter().collect(),
            Wanted::Blob(_) => return Err(criterion.wrong("it takes a table of labels: return one from `labelHook`")),
        };
        if outputs.len() != criteria.len() || targets.len() != criteria.len() || weights.len() != criteria.len() {
            let (criteria, outputs, targets) = (criteria.len(), outputs.len(), targets.len());
            return Err(criterion.wrong(&format!("it has {criteria} criteria for {outputs} outputs and {targets} labels")));
        }
        for (index, inner) in criteria.iter().enumerate() {
            collect(inner, &outputs[index], targets[index], weight * weights[index], terms)?;
        }
        return Ok(());
    }
    let (Flow::Blob(output), Wanted::Blob(wanted)) = (output, wanted) else {
        return Err(criterion.wrong("it takes one tensor and one label; for tables there is nn.ParallelCriterion"));
    };
    terms.push(term(criterion, output, wanted, weight)?);
    Ok(())
}

/// One criterion of one output: the mean over all values of all pictures, as in Torch.
fn term(criterion: &Criterion, output: &Blob, wanted: &Blob, weight: f64) -> Result<Term> {
    let (values, labels) = (product(&output.shape), product(&wanted.shape));
    if !wanted.shape.is_empty() && labels != values {
        return Err(criterion.wrong(&format!("the model gives {values} values for a picture, the label has {labels}")));
    }
    let kind = match criterion.kind {
        CriterionKind::MSECriterion { average: true } => "MSECriterion",
        CriterionKind::AbsCriterion { average: true } => "AbsCriterion",
        CriterionKind::MSECriterion { .. } | CriterionKind::AbsCriterion { .. } => {
            return Err(criterion.wrong("sizeAverage = false is not supported: means do not depend on the size of a batch"));
        }
        CriterionKind::ClassNLLCriterion {} | CriterionKind::CrossEntropyCriterion {} => {
            return Err(criterion.wrong("the dataset has values as labels, not classes: use nn.MSECriterion or nn.AbsCriterion"));
        }
        CriterionKind::ParallelCriterion { .. } => return Err(Error::internal("a criterion of several is no criterion of one")),
    };
    let bottoms = [output.name.as_str(), wanted.name.as_str()];
    Ok(Term { layer: LayerText::new(LOSS, kind, &bottoms, format!("loss_weight: {weight:?}")).only(Rule::Learning), weight })
}

/// Writes the layers that make targets of labels.
struct Targets<'a> {
    network: &'a mut Translation,
    input: &'a [i64; 3],
    label_size: Option<i64>,
    count: usize,
}

impl Targets<'_> {
    fn add(&mut self, target: &Target) -> Result<Wanted> {
        Ok(match target {
            Target::Table { parts } => Wanted::Table(parts.iter().map(|part| self.add(part)).collect::<Result<_>>()?),
            other => Wanted::Blob(self.blob(other)?),
        })
    }

    fn blob(&mut self, target: &Target) -> Result<Blob> {
        match target {
            Target::Input {} => Ok(Blob::new("data", self.input)),
            // A label whose size is not known yet has an empty shape.
            Target::Label {} => Ok(Blob::new(LABEL, self.label_size.as_slice())),
            Target::Narrow { of, start, length } => {
                let whole = self.blob(of)?;
                let row = self.network.flat(&whole, Rule::Learning);
                let parameters = format!("narrow_param {{ axis: 1 start: {start} length: {length} }}");
                Ok(self.push("Narrow", &row, parameters, &[*length]))
            }
            // A copy.
            Target::Line { of, scale: 1.0, shift: 0.0 } => self.blob(of),
            Target::Line { of, scale, shift } => {
                let whole = self.blob(of)?;
                let parameters = format!("power_param {{ scale: {scale:?} shift: {shift:?} }}");
                Ok(self.push("Power", &whole.name, parameters, &whole.shape))
            }
            Target::Table { .. } => Err(Error::invalid("model.lua: `labelHook` returns a table where one label is needed")),
        }
    }

    fn push(&mut self, kind: &'static str, bottom: &str, parameters: String, shape: &[i64]) -> Blob {
        self.count += 1;
        let name = format!("target_{}", self.count);
        self.network.layers.push(LayerText::new(&name, kind, &[bottom], parameters).only(Rule::Learning));
        Blob::new(&name, shape)
    }
}
