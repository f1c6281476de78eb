//! The DIGITS door: forms with the original's rules and words, JSON or HTML, names and owners, and what can be done with any job.
#![allow(clippy::unwrap_used, reason = "tests")]

mod door;
mod forms;
mod owners;
mod refused;
mod trained;

use serde_json::Value;

use crate::support::TestApp;

/// What a form is sent as.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

/// Status, `Location`, and the body of a form that is sent.
pub(crate) async fn send(test: &TestApp, method: &str, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let (status, headers, body) = test.ask_raw(method, path, &headers, &encoded(fields)).await;
    let location = headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, location, String::from_utf8(body).unwrap())
}

/// The same, with an answer in JSON.
pub(crate) async fn send_form(test: &TestApp, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let (status, _, body) = send(test, "POST", path, fields).await;
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}")))
}

/// Makes the smallest dataset there is, and answers its id. Nobody makes it: the test has no workers.
pub(crate) async fn gradients(test: &TestApp, name: &str, username: &str) -> String {
    let fields = [("dataset_name", name), ("username", username), ("train_image_count", "20"), ("val_image_count", "10")];
    let (status, made) = send_form(test, "/datasets/generic/create/image-gradients.json", &fields).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made.as_object().unwrap().len(), 3, "{made}");
    assert_eq!((&made["name"], &made["status"]), (&name.into(), &"Initialized".into()));
    made["id"].as_str().unwrap().to_owned()
}
