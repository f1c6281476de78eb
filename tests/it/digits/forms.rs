//! The rules of fields, one by one.

use likeness::http::digits::forms::{Form, Number, Presence, Sent, Wrong, with_field};
use likeness::http::digits::negotiation::Wants;
use serde_json::json;

fn sent(fields: &[(&str, &str)]) -> Sent {
    Sent::new(Vec::new(), fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(), Vec::new())
}

/// What reading this form finds wrong.
fn wrong<T>(fields: &[(&str, &str)], read: impl FnOnce(&mut Form<'_>) -> T) -> Wrong {
    let sent = sent(fields);
    let mut form = Form::of(&sent);
    read(&mut form);
    form.finish().err().unwrap_or_default()
}

fn messages<T>(fields: &[(&str, &str)], read: impl FnOnce(&mut Form<'_>) -> T) -> Vec<String> {
    wrong(fields, read).into_values().flatten().collect()
}

#[test]
fn an_absent_text_is_empty_and_a_blank_form_keeps_its_defaults() {
    let (some, none) = (sent(&[("other", "x")]), sent(&[]));
    assert_eq!(Form::of(&some).text("lr_multistep_values", "50,85"), "");
    assert_eq!(Form::of(&none).text("lr_multistep_values", "50,85"), "50,85");
    assert_eq!(messages(&[("name", " ")], |form| form.required_text("name")), ["This field is required."]);
    assert_eq!(messages(&[], |form| form.required_text("name")), ["This field is required."]);
    assert!(messages(&[("other", "")], |form| form.required_text_if("name", false)).is_empty());
}

#[test]
fn whole_numbers_are_read_as_the_original_reads_them() {
    let rule = Number { default: Some(7), ..Number::default() };
    let read = |fields: &[(&str, &str)], rule| Form::of(&sent(fields)).integer("n", rule);
    assert_eq!(read(&[("x", "")], rule), Some(7));
    assert_eq!(read(&[("n", " 8.0 ")], rule), Some(8));
    assert_eq!(read(&[("n", "3405691582")], rule), Some(3_405_691_582));
    for text in ["", "eight", "8.5", "1e400", "nan"] {
        assert_eq!(messages(&[("n", text)], |form| form.integer("n", rule)), ["Not a valid integer value"], "{text}");
    }
    let optional = Number { presence: Presence::Optional, least: Some(1), ..rule };
    assert_eq!(read(&[("n", "")], optional), None, "an empty text clears");
    assert_eq!(messages(&[("n", "0")], |form| form.integer("n", optional)), ["Number must be at least 1."]);
    let required = Number { presence: Presence::Required, default: None, ..rule };
    for fields in [&[("n", "0")][..], &[("n", "")], &[("x", "")]] {
        assert_eq!(messages(fields, |form| form.integer("n", required)), ["This field is required."]);
    }
}

#[test]
fn bounds_are_told_as_the_original_tells_them() {
    let number = |least, most, text| messages(&[("n", text)], |form| form.integer("n", Number { least, most, ..Number::default() }));
    assert_eq!(number(Some(0), Some(100), "101"), ["Number must be between 0 and 100."]);
    assert_eq!(number(None, Some(3), "4"), ["Number must be at most 3."]);
    let rate = Number { default: Some(0.01), least: Some(0.0), ..Number::default() };
    assert_eq!(messages(&[("r", "-1")], |form| form.float("r", rate)), ["Number must be at least 0."]);
    assert_eq!(messages(&[("r", "fast")], |form| form.float("r", rate)), ["Not a valid float value"]);
    let below = |form: &mut Form<'_>| form.not_below("max", Some(1), "min", Some(2));
    assert_eq!(messages(&[], below), ["Field must be greater than min."]);
}

#[test]
fn lists_come_in_three_spellings() {
    let rate = Number { default: Some(0.01), least: Some(0.0), ..Number::default() };
    for (text, values) in [("0.01", vec![0.01]), ("0.01, 0.02", vec![0.01, 0.02]), ("[0.01,0.02]", vec![0.01, 0.02])] {
        assert_eq!(Form::of(&sent(&[("r", text)])).floats("r", rate), values, "{text}");
    }
    assert_eq!(Form::of(&sent(&[])).floats("r", rate), [0.01]);
    assert_eq!(messages(&[("r", "0.1,-2")], |form| form.floats("r", rate)), ["Number -2 must be at least 0."]);
    assert_eq!(messages(&[("r", "")], |form| form.floats("r", rate)), ["No data."]);
    let sizes = Number { presence: Presence::Optional, least: Some(1), ..Number::default() };
    assert!(Form::of(&sent(&[("b", "")])).integers("b", sizes).is_empty());
    assert_eq!(messages(&[("b", "8,x")], |form| form.integers("b", sizes)), ["Not a valid integer value"]);
}

#[test]
fn choices_and_flags_follow_the_original() {
    let choose = |fields: &[(&str, &str)]| Form::of(&sent(fields)).choice("c", &["a", "b"], "a");
    assert_eq!((choose(&[]), choose(&[("c", "b")])), ("a", "b"));
    assert_eq!(messages(&[("c", "")], |form| form.choice("c", &["a"], "a")), ["Not a valid choice"]);
    assert_eq!(messages(&[("c", "x")], |form| form.radio("c", &["a"])), ["Not a valid choice"]);
    let coerced = messages(&[("s", "yes")], |form| form.switch("s", true));
    assert_eq!(coerced, ["Invalid Choice: could not coerce", "Not a valid choice"]);
    assert_eq!(messages(&[("s", "2")], |form| form.switch("s", true)), ["Not a valid choice"]);
    for (text, value) in [("", false), ("false", false), ("0", true), ("no", true), ("False", true), ("y", true)] {
        assert_eq!(Form::of(&sent(&[("f", text)])).flag("f", true), value, "{text}");
    }
    assert!(!Form::of(&sent(&[("x", "")])).flag("f", true), "absent is no");
    assert!(Form::of(&sent(&[])).flag("f", true), "a blank form keeps the default");
}

#[test]
fn a_saved_form_wins_over_what_is_sent_with_a_copy() {
    let saved = sent(&[("dataset_name", "old"), ("resize_width", "10"), ("username", "fred"), ("clone", "x")]).saved();
    assert_eq!(saved, json!({ "dataset_name": "old", "resize_width": "10" }));
    let copied = sent(&[("dataset_name", "new"), ("encoding", "jpg"), ("username", "anna")]).with_saved(&saved);
    assert_eq!((copied.text("dataset_name"), copied.text("encoding"), copied.text("username")), (Some("old"), None, Some("anna")));
    assert_eq!(with_field(&saved, "dataset_name", "newer")["dataset_name"], "newer");
}

#[test]
fn the_suffix_or_a_clear_preference_asks_for_json() {
    let wants = |path: &str, accept: &str| {
        let mut headers = axum::http::HeaderMap::new();
        if !accept.is_empty() {
            headers.insert("accept", accept.parse().unwrap());
        }
        Wants::of(path, &headers)
    };
    assert_eq!(wants("/index.json", "text/html"), Wants::Json);
    assert_eq!(wants("/", "application/json"), Wants::Json);
    assert_eq!(wants("/", "application/json, text/html;q=0.9"), Wants::Json);
    for accept in ["", "*/*", "text/html", "text/html,application/json", "text/html, application/json;q=0.9", "nonsense"] {
        assert_eq!(wants("/", accept), Wants::Html, "{accept}");
    }
}
