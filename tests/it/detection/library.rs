//! Detection over the whole library, and asking it by label.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_library_is_looked_at_once_and_asked_by_label() {
    let test = coloured_library().await;
    let first = detect_all(&test, "colours").await;
    assert_eq!((first.looked, first.found, first.already, first.failed.len()), (5, 5, 0, 1));
    assert!(first.failed[0].0.0 == 5 && first.failed[0].1.contains("are missing"), "{:?}", first.failed);
    let again = detect_all(&test, "colours").await;
    assert_eq!((again.looked, again.already, again.failed.len()), (0, 6, 1), "nothing is looked at twice");

    let summary = test.get_ok("/api/v1/detection/").await["res"][0].clone();
    assert_eq!((&summary["detector"], &summary["media"], &summary["failed"]), (&json!("colours"), &json!(6), &json!(1)));
    assert_eq!(
        summary["labels"],
        json!([{ "label": "red_square", "boxes": 4, "media": 3 }, { "label": "blue_square", "boxes": 1, "media": 1 }])
    );
    let one = test.get_ok("/api/v1/detection/media/2/").await["res"].clone();
    assert_eq!((one["detections"].as_array().unwrap().len(), &one["runs"][0]["found"]), (3, &json!(3)));
    assert!(test.get_ok("/api/v1/detection/media/5").await["res"]["runs"][0]["reason"].is_string());
    assert_eq!(test.get("/api/v1/detection/media/99/").await.0, 404);

    let red = test.get_ok("/api/v1/detection/label/red_square/").await;
    assert_eq!((media_ids(&red), &red["total"]), (vec![1, 2, 4], &json!(3)));
    assert!(
        red["res"].as_array().unwrap().iter().all(|one| one["detections"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["label"] == "red_square"))
    );
    let mut paged = Vec::new();
    for offset in 0..3 {
        let page = test.get_ok(&format!("/api/v1/detection/label/red_square/?limit=1&offset={offset}")).await;
        assert_eq!((page["res"].as_array().unwrap().len(), &page["total"]), (1, &json!(3)));
        paged.extend(media_ids(&page));
    }
    paged.sort_unstable();
    assert_eq!(paged, [1, 2, 4]);
    assert_eq!(test.get_ok("/api/v1/detection/label/red_square/?detector=other").await["total"], 0);
    assert_eq!(test.get_ok("/api/v1/detection/label/red_square/?min_confidence=1").await["total"], 0);
    let (status, body) = test.get("/api/v1/detection/label/red_square/?min_confidence=2").await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("from 0 to 1"));

    let collection = crate::collections::case(&test).await;
    crate::collections::add(&test, collection, [1, 3, 4]).await;
    for (words, expected) in [
        (format!("collection_id={collection}"), vec![1, 4]),
        ("label=blue_square".into(), vec![2]),
        (format!("label=blue_square&collection_id={collection}"), vec![]),
        ("type=video".into(), vec![]),
        ("until=2001-01-01".into(), vec![]),
        ("since=2001-01-01&type=image&graphic=0".into(), vec![1, 2, 4]),
    ] {
        let found = test.get_ok(&format!("/api/v1/detection/label/red_square/?{words}")).await;
        assert_eq!((media_ids(&found), &found["total"]), (expected.clone(), &json!(expected.len())), "{words}");
    }
    let listed = test.get_ok(&format!("/api/v1/media/?label=red_square&collection_id={collection}")).await;
    assert_eq!(listed["res"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(test.get("/api/v1/detection/label/red_square/?type=text").await.0, 400);

    test.app.media.delete(likeness::types::MediaId(1)).await.unwrap();
    assert_eq!(media_ids(&test.get_ok("/api/v1/detection/label/red_square/").await), [2, 4], "a deleted picture is not answered");
    assert_eq!(media_ids(&test.get_ok("/api/v1/detection/label/red_square/?deleted=1").await), [1], "but in the trash");
    let (status, cleared) = test.ask("DELETE", "/api/v1/detection/?detector=colours", &[], &[]).await;
    assert_eq!((status, &cleared["res"]["media"]), (200, &json!(6)));
    assert_eq!(test.get_ok("/api/v1/detection/").await["res"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_model_looks_again_and_what_failed_is_tried_again_on_demand() {
    let test = coloured_library().await;
    detect_all(&test, "colours").await;
    test.app.detections.forget_failures("colours").await.unwrap();
    let retried = detect_all(&test, "colours").await;
    assert_eq!((retried.looked, retried.already, retried.failed.len()), (0, 5, 1), "only the lost picture was tried");
    let folder = test.app.config.data_dir.join("modelzoo/colours");
    std::fs::write(folder.join("labels.txt"), "background\nscarlet\n").unwrap();
    let changed = detect_all(&test, "colours").await;
    assert_eq!((changed.looked, changed.already), (5, 0));
    let labels = test.get_ok("/api/v1/detection/").await["res"][0]["labels"].clone();
    // Blue has no name now; the old answers are gone.
    assert_eq!(labels, json!([{ "label": "scarlet", "boxes": 4, "media": 3 }, { "label": "", "boxes": 1, "media": 1 }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_keeps_its_pages_and_goes_on_with_the_rest() {
    let pictures: Vec<_> = (0..70).map(|number: u32| [cells(&[(number % 4, 0, RED)]), number.to_le_bytes().to_vec()].concat()).collect();
    let test = with_library(&pictures).await;
    let (detector, stop) = (detector(&test, "colours").await, Stop::default());
    let after_the_first_page = |progress: likeness::tasks::Progress| {
        if progress.done > 0 {
            stop.ask();
        }
    };
    let error = detect::detect(&test.app, &detector, &stop, &after_the_first_page).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    let rest = detect_all(&test, "colours").await;
    assert_eq!((rest.looked, rest.already), (6, 64));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_runs_as_a_job_and_lists_what_it_could_not_read() {
    let test = coloured_library().await;
    let end = CancellationToken::new();
    let workers = worker::start(&test.app, &end);
    let mut events = test.app.jobs.subscribe();
    let job = registry::start(&test.app, "detect", json!({ "model": "colours" }), "me").await.unwrap();
    assert_eq!((job.title.as_str(), job.exclusive_key.as_str()), ("Detect with Colours", "detect:colours"));
    let done = loop {
        let _ = tokio::time::timeout(std::time::Duration::from_mins(1), events.recv()).await.expect("the job says something");
        let job = test.app.jobs.by_uuid(&job.uuid).await.unwrap().unwrap();
        if job.status.is_over() {
            break job;
        }
    };
    let result = done.result.unwrap_or_else(|| panic!("{:?}", done.error));
    assert_eq!((&result["looked"], &result["found"], &result["failed"]), (&json!(5), &json!(5), &json!(1)));
    let failures = test.app.jobs.failures(done.id, 0, 10).await.unwrap();
    assert_eq!((failures.len(), failures[0].item.as_str()), (1, "media 5"));
    end.cancel();
    futures::future::join_all(workers).await;
    for (params, words) in [(json!({}), "model"), (json!({ "model": "nobody" }), "unknown model `nobody`"), (json!({ "model": 3 }), "text")]
    {
        let error = registry::start(&test.app, "detect", params, "me").await.unwrap_err();
        assert!(error.kind() == Kind::Invalid && error.fields()[0].field == "model" && error.message().contains(words), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_of_a_library_picture_is_not_looked_for_again() {
    let test = coloured_library().await;
    let feature = test.app.features.default_or_create().await.unwrap();
    test.extract(&feature).await;
    let fresh = test.get_ok("/api/v1/search/media/2/?detect=colours").await["infer"].clone();
    assert!(fresh["duration"].as_f64().unwrap() > 0.0);
    detect_all(&test, "colours").await;
    let stored = test.get_ok("/api/v1/search/media/2/?detect=colours").await["infer"].clone();
    assert_eq!((stored["duration"].as_f64(), stored["detections"].as_array().unwrap().len()), (Some(0.0), 3));
    assert_eq!(stored["task_type"], "detection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_among_a_label_answers_only_pictures_that_show_it_in_the_same_order() {
    let pictures: Vec<_> = (0..40_u32)
        .map(|number| {
            let square = (number % 4, (number / 4) % 4, [255 - number as u8, 0, 0]);
            if number % 5 == 0 { cells(&[square, (3, 3, BLUE)]) } else { cells(&[square]) }
        })
        .collect();
    let test = with_library(&pictures).await;
    let feature = test.app.features.default_or_create().await.unwrap();
    test.extract(&feature).await;
    test.build(&feature).await;
    detect_all(&test, "colours").await;
    let hits = |answer: &Value| -> Vec<i64> { answer["res"].as_array().unwrap().iter().map(|hit| hit["id"].as_i64().unwrap()).collect() };
    let all = hits(&test.get_ok("/api/v1/search/media/7?limit=100").await);
    assert_eq!(all.len(), 40);
    // Few pictures are scored one by one, many through the index.
    for (label, most) in [("blue_square", 9), ("red_square", 40)] {
        let page = test.get_ok(&format!("/api/v1/detection/label/{label}?limit=100")).await;
        let with_label = media_ids(&page);
        assert!(!with_label.is_empty() && with_label.len() <= most, "{label}: {with_label:?}");
        let answer = test.get_ok(&format!("/api/v1/search/media/7?limit=100&label={label}")).await;
        let expected: Vec<_> = all.iter().copied().filter(|id| with_label.contains(id)).collect();
        assert_eq!(hits(&answer), expected, "{label}");
        assert_eq!(answer["query"]["searched"], with_label.len());
        let second =
            test.get_ok(&format!("/api/v1/search/media/7?limit=3&offset=3&label={label}&detector=colours&min_confidence=0.5")).await;
        assert_eq!(hits(&second), expected[3..6]);
    }
    assert!(hits(&test.get_ok("/api/v1/search/media/7?label=unicorn").await).is_empty());
    test.app.media.delete(likeness::types::MediaId(1)).await.unwrap();
    let without = hits(&test.get_ok("/api/v1/search/media/7?limit=4&label=blue_square").await);
    assert!(without.len() == 4 && !without.contains(&1), "the search reaches further for a deleted picture: {without:?}");
}
