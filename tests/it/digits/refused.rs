//! Trainings that cannot be, asked for through the door: each ends with its reason, and the next one works.

use serde_json::{Value, json};

use super::trained::{CREATE, SLOPES, form, work};
use super::{gradients, send, send_form};
use crate::support::TestApp;

/// A model by the form of the slopes with other fields; answers its id.
async fn made(test: &TestApp, dataset: &str, changed: &[(&str, &str)]) -> String {
    let mut fields = form(dataset, SLOPES);
    fields.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
    fields.extend(changed);
    let (status, made) = send_form(test, CREATE, &fields).await;
    assert_eq!(status, 200, "{changed:?}: {made}");
    made["id"].as_str().unwrap().to_owned()
}

async fn status(test: &TestApp, model: &str) -> Value {
    test.get_ok(&format!("/models/{model}/status")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_that_cannot_be_ends_with_its_reason_and_the_next_one_works() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let label_in_deploy = SLOPES.replace(" exclude { stage: \"deploy\" }", "");
    let torch = |text: &'static str| vec![("framework", "torch"), ("custom_network", text)];
    let cases = [
        (vec![("custom_network", label_in_deploy.as_str())], "references bottom 'label' at the TEST stage"),
        (vec![("learning_rate", "1e15")], "Try decreasing your learning rate."),
        (torch("while true do end"), "does a loop never end?"),
        (torch("os.execute('touch /tmp/broken')"), "os.execute is not available"),
        (torch("io.open('/etc/passwd')"), "io.open is not available"),
    ];
    let mut asked = Vec::new();
    for (changed, words) in &cases {
        asked.push((made(&test, &dataset, changed).await, *words));
    }
    let good = made(&test, &dataset, &[]).await;
    work(&test).await;
    for (model, words) in asked {
        let told = status(&test, &model).await;
        assert!(told["status"] == "Error" && told["error"].as_str().is_some_and(|error| error.contains(words)), "{words}: {told}");
        let (code, _, page) = send(&test, "GET", &format!("/models/{model}"), &[]).await;
        assert!(code == 200 && page.contains(&words.replace('\'', "&#x27;")), "{words}: {page}");
    }
    assert_eq!(status(&test, &good).await["status"], "Done");
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_that_do_not_fit_are_told_with_their_layer() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let first = made(&test, &dataset, &[]).await;
    work(&test).await;
    let folder = test.app.folders.root().join(&first);
    let snapshot = folder.join("snapshot_iter_12.caffemodel");
    let none = folder.join("none.caffemodel");
    std::fs::write(&none, "no weights").unwrap();
    // The layer of the snapshot with three outputs, and another one that makes two of them.
    let last = "layer { name: \"last\" type: \"InnerProduct\" bottom: \"three\" top: \"output\" inner_product_param { num_output: 2 } }";
    let wider = SLOPES.replace("top: \"output\" inner_product_param { num_output: 2", "top: \"three\" inner_product_param { num_output: 3");
    let wider = wider.replace("layer { name: \"loss\"", &format!("{last}\nlayer {{ name: \"loss\""));
    let (snapshot, none) = (snapshot.to_str().unwrap(), none.to_str().unwrap());
    let misfit = made(&test, &dataset, &[("custom_network", &wider), ("custom_network_snapshot", snapshot)]).await;
    let damaged = made(&test, &dataset, &[("custom_network_snapshot", none)]).await;
    let fits = made(&test, &dataset, &[("custom_network_snapshot", snapshot)]).await;
    work(&test).await;
    for (model, words) in [(misfit, "layer \"hidden\""), (damaged, "none.caffemodel")] {
        let told = status(&test, &model).await;
        assert!(told["status"] == "Error" && told["error"].as_str().is_some_and(|error| error.contains(words)), "{words}: {told}");
    }
    assert_eq!(status(&test, &fits).await["status"], "Done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_dataset_is_no_choice() {
    let test = TestApp::empty().await;
    let dataset = gradients(&test, "slopes", "fred").await;
    let (code, _, text) = send(&test, "DELETE", &format!("/datasets/{dataset}"), &[("username", "fred")]).await;
    assert_eq!((code, text.as_str()), (200, "Job deleted."));
    let (code, said) = send_form(&test, CREATE, &form(&dataset, SLOPES)).await;
    assert_eq!((code, said), (400, json!({ "errors": { "dataset": ["Not a valid choice"] } })));
}
