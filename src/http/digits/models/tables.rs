//! What networks say, as tables of a page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::model::inference::Examination;

/// Rows of a table; more are left to the JSON.
const MOST_ROWS: usize = 1000;

/// Numbers that a cell shows.
const MOST_NUMBERS: usize = 16;

/// Classes whose confusions are shown.
const MOST_CLASSES: usize = 100;

/// Bytes of a picture that is shown again.
const MOST_SHOWN: usize = 4 << 20;

/// A picture that was sent, as an address that holds it; `None` for what browsers do not show.
pub(super) fn data_address(bytes: &[u8]) -> Option<String> {
    let media_type = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        _ => return None,
    };
    (bytes.len() <= MOST_SHOWN).then(|| format!("data:{media_type};base64,{}", BASE64.encode(bytes)))
}

/// Pairs of label and percent with two digits.
pub(super) fn with_percent(predictions: &Value) -> Value {
    let pairs = predictions.as_array().into_iter().flatten();
    pairs.map(|pair| json!([pair[0], format!("{:.2}", pair[1].as_f64().unwrap_or_default())])).collect()
}

/// The outputs of one picture.
pub(super) fn outputs(outputs: &Value) -> Vec<Value> {
    let rows: Vec<Value> = outputs.as_object().into_iter().flatten().map(|(name, values)| json!([name, numbers(values)])).collect();
    vec![json!({ "title": "Outputs", "heads": ["Output", "Values"], "rows": rows })]
}

/// The outputs of many pictures.
pub(super) fn inferences(outputs: &Value) -> Value {
    let pictures = outputs.as_object().into_iter().flatten().take(MOST_ROWS);
    let names: Vec<&String> =
        outputs.as_object().and_then(|all| all.values().next()?.as_object()).into_iter().flat_map(|first| first.keys()).collect();
    let row = |(path, values): (&String, &Value)| {
        let cells = names.iter().map(|name| json!(numbers(&values[name.as_str()])));
        Value::Array(std::iter::once(json!(path)).chain(cells).collect())
    };
    let rows: Vec<Value> = pictures.map(row).collect();
    let heads: Vec<&str> = std::iter::once("Path").chain(names.iter().map(|name| name.as_str())).collect();
    json!({ "title": "Outputs", "heads": heads, "rows": rows })
}

/// The guesses for many pictures.
pub(super) fn classifications(found: &Value) -> Value {
    let guess = |pair: &Value| format!("{} ({:.2}%)", pair[0].as_str().unwrap_or_default(), pair[1].as_f64().unwrap_or_default());
    let row = |(path, pairs): (&String, &Value)| {
        let guesses: Vec<String> = pairs.as_array().into_iter().flatten().map(guess).collect();
        json!([path, guesses.join(", ")])
    };
    let rows: Vec<Value> = found.as_object().into_iter().flatten().take(MOST_ROWS).map(row).collect();
    json!({ "title": "All classifications", "heads": ["Path", "Top predictions"], "rows": rows })
}

/// Accuracies and confusions, where the classes of pictures are known.
pub(super) fn examination(examination: &Examination, labels: &[String]) -> Vec<Value> {
    let (Some(first), Some(five)) = (examination.top_1(), examination.top_5()) else { return Vec::new() };
    let summary = json!({ "title": "Summary", "heads": ["", ""],
        "rows": [["Top-1 accuracy", format!("{first:.2}%")], ["Top-5 accuracy", format!("{five:.2}%")]] });
    let shown = labels.iter().take(MOST_CLASSES);
    let heads: Vec<String> = std::iter::once(String::new()).chain(shown.clone().cloned()).chain(["Per-class accuracy".into()]).collect();
    let row = |(truth, label): (usize, &String)| {
        let counts = (0..labels.len().min(MOST_CLASSES)).map(|guess| json!(examination.count(truth as u32, guess as u32)));
        let accuracy = examination.of_class(truth as u32).map_or("-".to_owned(), |percent| format!("{percent:.2}%"));
        Value::Array(std::iter::once(json!(label)).chain(counts).chain([json!(accuracy)]).collect())
    };
    let rows: Vec<Value> = shown.enumerate().map(row).collect();
    vec![summary, json!({ "title": "Confusion matrix", "heads": heads, "rows": rows })]
}

/// The first numbers of nested lists.
fn numbers(values: &Value) -> String {
    let mut found = Vec::new();
    collect(values, &mut found);
    let more = if found.len() > MOST_NUMBERS { ", ..." } else { "" };
    let shown: Vec<String> = found.iter().take(MOST_NUMBERS).map(|number| format!("{number:.4}")).collect();
    shown.join(", ") + more
}

fn collect(values: &Value, found: &mut Vec<f64>) {
    match values {
        Value::Array(inner) if found.len() <= MOST_NUMBERS => inner.iter().for_each(|value| collect(value, found)),
        Value::Number(number) => found.extend(number.as_f64()),
        _ => {}
    }
}
