//! Detection on the picture that is searched with.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_loaded_detection_model_looks_at_the_query_of_every_search_until_it_is_unloaded() {
    let test = with_models().await;
    let address = uploaded(&test, &cells(&[(1, 2, RED)])).await;
    assert_eq!(test.get_ok(&address).await["infer"], json!({}));
    assert_eq!(test.get_ok("/api/v1/search/info/").await["res"]["detection_model"], json!({}));

    let loaded = test.get_ok("/api/v1/search/load_detection_model/colours/").await;
    assert_eq!((&loaded["status"], &loaded["res"]["detection_model"]["name"]), (&json!("ok"), &json!("Colours")));
    assert_eq!(loaded["res"]["detection_model"]["task_type"], "object_detection");
    let info = test.get_ok("/api/v1/search/info/").await;
    assert_eq!(info["res"]["model"], loaded["res"]["model"]);
    assert_eq!(info["res"]["feature"], loaded["res"]["feature"]);
    assert_eq!(info["res"]["detection_model"], loaded["res"]["detection_model"]);

    let infer = test.get_ok(&address).await["infer"].clone();
    assert_eq!(infer["task_type"], "detection");
    assert!(infer["duration"].as_f64().unwrap() > 0.0);
    let one = &infer["detections"][0];
    assert_eq!(
        (one["label"].as_str(), one["index"].as_i64(), infer["detections"].as_array().unwrap().len()),
        (Some("red_square"), Some(1), 1)
    );
    assert!(one["confidence"].as_f64().unwrap() > 0.9);
    assert_eq!(one["rect"], json!({ "x1": 0.25, "x2": 0.5, "y1": 0.5, "y2": 0.75 }));
    for other in ["media/3/", "random/1f/", "random/"] {
        let answer = test.get_ok(&format!("/api/v1/search/{other}")).await;
        assert_eq!(answer["infer"]["task_type"], "detection", "{other}");
    }

    let (status, unloaded) = test.ask("DELETE", "/api/v1/search/detection_model/", &[], &[]).await;
    assert_eq!((status, &unloaded["res"]["detection_model"]), (200, &json!({})));
    assert_eq!(test.get_ok(&address).await["infer"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_may_name_its_own_detection_model_or_none() {
    let test = with_models().await;
    let red: Vec<_> = (0..16).map(|cell| (cell % 4, cell / 4, RED)).collect();
    let address = uploaded(&test, &cells(&red)).await;
    let infer = test.get_ok(&format!("{address}?detect=shade")).await["infer"].clone();
    assert_eq!((&infer["task_type"], &infer["classifications"][0]["label"]), (&json!("classification"), &json!("red_square")));
    assert!(infer.get("detections").is_none());
    assert_eq!(test.get_ok(&address).await["infer"], json!({}), "the next request is not touched");
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    assert_eq!(test.get_ok(&format!("{address}?detect=none")).await["infer"], json!({}));
    assert_eq!(test.get_ok(&address).await["infer"]["detections"].as_array().unwrap().len(), 16);
    let (status, body) = test.get(&format!("{address}?detect=nobody")).await;
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("nobody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_loaded_says_why_and_the_old_one_stays() {
    let test = with_models().await;
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    let (status, body) = test.get("/api/v1/search/load_detection_model/nobody").await;
    assert_eq!((status, body["status"].as_str()), (404, Some("error")));
    let (status, body) = test.get("/api/v1/search/load_detection_model/caffe_ultraface_slim_320").await;
    assert_eq!(status, 503);
    let message = body["error"].as_str().unwrap();
    assert!(message.contains("slim-320.caffemodel") && message.contains("--mirror"), "{message}");
    let (status, body) = test.get("/api/v1/search/load_detection_model/likeness_small").await;
    assert_eq!(status, 415);
    assert!(body["error"].as_str().unwrap().contains("gives no classes"), "{body}");
    put(&test.app.config.data_dir, "sleeping", "object_detection", &[SCORES, TABLE].concat(), "active: false");
    assert_eq!(test.get("/api/v1/search/load_detection_model/sleeping").await.0, 404);
    assert_eq!(test.get_ok("/api/v1/search/info").await["res"]["detection_model"]["key"], "colours");
    // A search goes on without the model that it names.
    let answer = test.get_ok("/api/v1/search/media/3?detect=caffe_ultraface_slim_320").await;
    assert_eq!(answer["res"][0]["id"], 3);
    assert!(answer["infer"]["error"].as_str().unwrap().contains("slim-320.caffemodel"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detection_model_can_be_loaded_before_there_is_a_feature() {
    let test = TestApp::empty().await;
    put_all(&test.app.config.data_dir);
    let loaded = test.get_ok("/api/v1/search/load_detection_model/colours").await;
    assert_eq!((&loaded["status"], &loaded["res"]["detection_model"]["key"]), (&json!("ok"), &json!("colours")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detected_box_can_be_what_is_searched_with() {
    let test = with_models().await;
    test.get_ok("/api/v1/search/load_detection_model/colours").await;
    let address = uploaded(&test, &cells(&[(1, 2, RED), (3, 0, BLUE)])).await;
    let whole = test.get_ok(&address).await;
    for number in 0..2 {
        let answer = test.get_ok(&format!("{address}?detection={number}")).await;
        let rect = &whole["infer"]["detections"][number]["rect"];
        let [x, y, w, h] = [&rect["x1"], &rect["y1"], &json!(0.25), &json!(0.25)].map(|side| side.as_f64().unwrap());
        assert_eq!(answer["query"]["region"], json!({ "x": x, "y": y, "w": w, "h": h }));
        assert_eq!(answer["infer"]["detections"], whole["infer"]["detections"]);
        let by_hand = test.get_ok(&format!("{address}?x={x}&y={y}&w={w}&h={h}")).await;
        assert_eq!(answer["res"], by_hand["res"]);
    }
    for (query, words) in [
        ("?detection=2", "the model found 2 in this picture, numbered 0 to 1"),
        ("?detection=-1", "detection must be a number"),
        ("?detection=0&detect=none", "detection needs a detection model"),
        ("?detection=0&detect=shade", "is a classifier"),
        ("?detection=0&x=0&y=0&w=1&h=1", "not both"),
    ] {
        let (status, body) = test.get(&format!("{address}{query}")).await;
        assert_eq!(status, 400, "{query}: {body}");
        assert!(body["error"].as_str().unwrap().contains(words), "{query}: {body}");
    }
}
