//! `/api/v1/openapi.json` is complete and true: every seed is in it, everything in it is mounted, and answers have its schemas.

use serde_json::{Value, json};

use super::{SEEDS, description};
use crate::support::{TestApp, picture};

/// Method, path and operation of everything that is described.
pub(super) fn operations(description: &Value) -> Vec<(String, String, Value)> {
    let paths = description["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
    });
    all.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seed_is_described() {
    let test = TestApp::empty().await;
    let description = description(&test).await;
    assert_eq!((&description["info"]["title"], &description["info"]["version"]), (&json!("Likeness"), &json!(env!("CARGO_PKG_VERSION"))));
    assert!(description["info"]["license"]["name"].is_string());
    let shape = |path: &str| path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/");
    let described: Vec<_> = operations(&description).iter().map(|(method, path, _)| (method.clone(), shape(path))).collect();
    let missing: Vec<_> = SEEDS.iter().filter(|(method, path)| !described.contains(&((*method).to_owned(), shape(path)))).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_operation_is_mounted_and_has_a_name_of_its_own() {
    let test = TestApp::empty().await;
    let description = description(&test).await;
    let mut names = Vec::new();
    for (method, path, operation) in operations(&description) {
        names.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId")).to_owned());
        let called = path.replace(['{', '}'], "");
        let (status, _, body) = test.ask_raw(&method, &called, &[], &[]).await;
        let text = String::from_utf8_lossy(&body);
        assert!(status != 405 && !text.contains("there is nothing at"), "{method} {path} is not mounted: {status} {text}");
    }
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "operation ids are unique");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_of_the_description_leads_somewhere() {
    fn walk(whole: &Value, part: &Value) {
        if let Some(place) = part.get("$ref").and_then(Value::as_str) {
            assert!(whole.pointer(place.trim_start_matches('#')).is_some(), "{place} leads nowhere");
        }
        match part {
            Value::Array(parts) => parts.iter().for_each(|part| walk(whole, part)),
            Value::Object(parts) => parts.values().for_each(|part| walk(whole, part)),
            _ => {}
        }
    }
    let test = TestApp::empty().await;
    let description = description(&test).await;
    walk(&description, &description);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_have_the_described_schemas() {
    let test = TestApp::with_pictures().await;
    test.upload("one.jpg", &picture(0, 50)).await;
    test.send_json("POST", "/api/v1/task/test/", &json!({ "params": {} })).await;
    let description = description(&test).await;
    for (method, path, operation) in operations(&description) {
        // What reads only: each with the first of its kind.
        if method != "GET"
            || path.contains("collection")
            || path.contains("detection")
            || path.contains("{uuid}")
            || path.contains("/map")
            || path.ends_with("/recall")
        {
            continue;
        }
        let hash = test.get_ok("/api/v1/media/id/1").await["res"]["el"]["sha256"].as_str().unwrap().to_owned();
        let called = path.replace("{id}", "1").replace("{key}", "likeness_small").replace("{hash}", &hash).replace("{seed}", "2a");
        let called = if path.ends_with("/search/examples") { called + "?like=m1,m2&unlike=m9" } else { called };
        let (status, answer) = test.get(&called).await;
        assert_eq!(status, 200, "{called}: {answer}");
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{path} describes no answer");
        fits(&description, schema, &answer).unwrap_or_else(|wrong| panic!("{called}: {wrong} in {answer}"));
    }
}

fn resolved<'a>(whole: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => resolved(whole, whole.pointer(place.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// All properties of an object schema, those of its parts included.
fn properties<'a>(whole: &'a Value, schema: &'a Value) -> Vec<(&'a String, &'a Value)> {
    let schema = resolved(whole, schema);
    let own = schema["properties"].as_object().into_iter().flatten();
    let parts = schema["allOf"].as_array().into_iter().flatten().flat_map(|part| properties(whole, part));
    own.chain(parts).collect()
}

/// Whether a value has this schema: types, required and undescribed keys.
fn fits(whole: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolved(whole, schema);
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let tried: Vec<_> = choices.iter().map(|choice| fits(whole, choice, value)).collect();
        return if tried.iter().any(Result::is_ok) { Ok(()) } else { Err(format!("{tried:?}")) };
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        required(resolved(whole, part), value)?;
    }
    required(schema, value)?;
    has_type(schema, value)?;
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        return values.iter().try_for_each(|value| fits(whole, items, value));
    }
    let known = properties(whole, schema);
    let free = schema.get("additionalProperties");
    let is_closed = !known.is_empty() && free.is_none();
    for (key, value) in value.as_object().into_iter().flatten() {
        match (known.iter().find(|(name, _)| *name == key), free) {
            (Some((_, schema)), _) => fits(whole, schema, value).map_err(|wrong| format!("{key}: {wrong}"))?,
            (None, Some(schema)) if schema.is_object() => fits(whole, schema, value)?,
            (None, _) if is_closed => return Err(format!("{key} is not described")),
            _ => {}
        }
    }
    Ok(())
}

fn required(schema: &Value, value: &Value) -> Result<(), String> {
    let mut keys = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    keys.try_for_each(|key| value.get(key).map(drop).ok_or(format!("{key} is missing")))
}

fn has_type(schema: &Value, value: &Value) -> Result<(), String> {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    if types.iter().any(|kind| is(kind)) { Ok(()) } else { Err(format!("{value} is not {types:?}")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_description_brings_everything_itself() {
    let test = TestApp::empty().await;
    let (status, headers, page) = test.ask_raw("GET", "/api/v1/docs/", &[], &[]).await;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, 200);
    assert!(!headers["content-security-policy"].to_str().unwrap().contains("http"), "no other host");
    let links = page.split(['"']).filter(|part| part.starts_with('/'));
    for link in links {
        assert_eq!(test.ask_raw("GET", link, &[], &[]).await.0, 200, "{link}");
    }
    let (status, body) = test.get("/api/v1/docs/nothing.js").await;
    assert_eq!((status, &body["status"]), (404, &json!("error")));
}
