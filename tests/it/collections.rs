//! Collections as clients see them: made, filled, annotated, changed, listed, taken apart, and every mistake on the way.

use serde_json::{Value, json};

use crate::support::{TestApp, rendered_pictures};

const COLLECTIONS: &str = "/api/v1/collection/";

/// A library of the six pictures of one object, numbered 1 to 6.
pub(crate) async fn six_pictures() -> TestApp {
    let test = TestApp::empty().await;
    assert_eq!(test.import(&rendered_pictures().join("00")).await.added, 6);
    test
}

/// Number of a new collection.
pub(crate) async fn create(test: &TestApp, fields: Value) -> i64 {
    let (status, answer) = test.send_json("POST", COLLECTIONS, &fields).await;
    assert_eq!((status, answer["status"].as_str()), (200, Some("ok")), "{answer}");
    answer["res"]["id"].as_i64().unwrap()
}

pub(crate) async fn case(test: &TestApp) -> i64 {
    create(test, json!({ "title": "A case", "username": "ada" })).await
}

pub(crate) async fn add(test: &TestApp, collection: i64, media: impl IntoIterator<Item = i64>) {
    let media: Vec<i64> = media.into_iter().collect();
    let (status, answer) =
        test.send_json("POST", &format!("{COLLECTIONS}{collection}/media/"), &json!({ "media_ids": media, "username": "ada" })).await;
    assert_eq!(status, 200, "{answer}");
}

fn ids(list: &Value, name: &str) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|one| one[name].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_made_and_shown_as_the_contract_says() {
    let test = TestApp::empty().await;
    let (status, made) = test.send_json("POST", COLLECTIONS, &json!({ "title": "Überschrift", "username": "ada", "what": 1 })).await;
    assert_eq!(status, 200);
    let made = &made["res"];
    assert_eq!((&made["id"], &made["notes"], &made["archived"], &made["updated_at"]), (&json!(1), &json!(""), &json!(false), &Value::Null));
    assert!(made["created_at"].as_str().unwrap().ends_with(" GMT"));
    let shown = test.get_ok(&format!("{COLLECTIONS}1/")).await;
    assert_eq!((&shown["res"]["title"], &shown["res"]["media"]), (&json!("Überschrift"), &json!([])));
    let (status, body) = test.get(&format!("{COLLECTIONS}7/")).await;
    assert_eq!((status, body), (404, json!({ "status": "error", "error": "item not found" })));
    assert_eq!(test.get(&format!("{COLLECTIONS}seven/")).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_taken_like_json_and_archived_is_read_as_the_original_did() {
    let test = TestApp::empty().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let (status, made) = test.ask("POST", COLLECTIONS, &form, b"title=A+case&username=ada&archived=false").await;
    assert_eq!((status, &made["res"]["title"], &made["res"]["archived"]), (200, &json!("A case"), &json!(false)));
    for (archived, expected) in [(json!(true), true), (json!(null), true), (json!("no"), true), (json!(""), false), (json!(0), false)] {
        let fields = json!({ "title": "t", "username": "u", "archived": archived, "notes": null });
        let (_, made) = test.send_json("POST", COLLECTIONS, &fields).await;
        assert_eq!((&made["res"]["archived"], &made["res"]["notes"]), (&json!(expected), &Value::Null), "{archived}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_wrong_fields_are_answered_together() {
    let test = TestApp::empty().await;
    let (status, body) = test.send_json("POST", COLLECTIONS, &json!({ "title": " ", "username": "seventeen letters", "notes": 3 })).await;
    let errors = json!({ "title": ["This field is required."], "username": ["Field cannot be longer than 16 characters."],
        "notes": ["Not a valid string."] });
    assert_eq!((status, &body["status"], &body["errors"]), (400, &json!("error"), &errors));
    let (_, body) = test.send_json("POST", COLLECTIONS, &json!({ "title": "x".repeat(65), "username": 5 })).await;
    assert_eq!(body["errors"]["title"], json!(["Field cannot be longer than 64 characters."]));
    assert_eq!(body["errors"]["username"], json!(["Not a valid string."]));
    assert_eq!(test.send_json("POST", COLLECTIONS, &json!({ "title": "é".repeat(64), "username": "ü".repeat(16) })).await.0, 200);
    for wrong in [&b"{\"title\":"[..], b"[1]", b"7"] {
        assert_eq!(test.ask("POST", COLLECTIONS, &[("content-type", "application/json")], wrong).await.0, 400);
    }
    let (status, body) = test.send_json("POST", COLLECTIONS, &json!(null)).await;
    assert_eq!((status, &body["errors"]["title"]), (400, &json!(["This field is required."])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mebibyte_of_notes_is_kept_and_ten_megabytes_are_refused_by_name() {
    let test = TestApp::empty().await;
    let notes = "ä".repeat(1 << 19);
    let id = create(&test, json!({ "title": "t", "username": "u", "notes": notes })).await;
    assert_eq!(test.get_ok(&format!("{COLLECTIONS}{id}")).await["res"]["notes"], json!(notes));
    let fields = json!({ "title": "t", "username": "u", "notes": "x".repeat(10_000_000) });
    let (status, body) = test.send_json("POST", COLLECTIONS, &fields).await;
    assert_eq!(status, 400);
    let message = body["errors"]["notes"][0].as_str().unwrap();
    assert!(message.contains("1048576 bytes") && message.contains("10000000"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_what_it_does_not_name() {
    let test = TestApp::empty().await;
    let id = create(&test, json!({ "title": "before", "username": "ada", "notes": "n", "archived": true })).await;
    for method in ["PUT", "PATCH"] {
        let (status, changed) = test.send_json(method, &format!("{COLLECTIONS}{id}/"), &json!({ "title": method })).await;
        let changed = &changed["res"];
        assert_eq!((status, &changed["title"], &changed["username"]), (200, &json!(method), &json!("ada")));
        assert_eq!((&changed["notes"], &changed["archived"]), (&json!("n"), &json!(true)));
        assert!(changed["updated_at"].as_str().unwrap().ends_with(" GMT"));
    }
    let (status, body) = test.send_json("PUT", &format!("{COLLECTIONS}{id}/"), &json!({ "title": "", "username": null })).await;
    assert_eq!((status, body["errors"].as_object().unwrap().len()), (400, 2));
    let (_, changed) = test.send_json("PUT", &format!("{COLLECTIONS}{id}/"), &json!({ "notes": null, "archived": "false" })).await;
    assert_eq!((&changed["res"]["notes"], &changed["res"]["archived"]), (&Value::Null, &json!(false)));
    assert_eq!(test.send_json("PUT", &format!("{COLLECTIONS}9"), &json!({})).await.1["error"], "not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_sorted_and_filtered_with_counts() {
    let test = six_pictures().await;
    for number in 1..=5 {
        create(&test, json!({ "title": format!("c{number}"), "username": "u", "archived": number % 2 == 0 })).await;
    }
    add(&test, 2, [1, 2, 3]).await;
    add(&test, 4, [6]).await;
    test.app.media.delete(likeness::types::MediaId(2)).await.unwrap();
    let all = test.get_ok(COLLECTIONS).await;
    assert_eq!((ids(&all["res"], "id"), &all["total"]), (vec![1, 2, 3, 4, 5], &json!(5)));
    assert_eq!(all["counts"], json!([{ "collection_id": 2, "count": 2 }, { "collection_id": 4, "count": 1 }]));
    let page = test.get_ok(&format!("{COLLECTIONS}?offset=1&limit=2&sort=date&order=desc")).await;
    assert_eq!((ids(&page["res"], "id"), &page["total"]), (vec![4, 3], &json!(5)));
    let archived = test.get_ok(&format!("{COLLECTIONS}?archived=true")).await;
    assert_eq!((ids(&archived["res"], "id"), &archived["total"]), (vec![2, 4], &json!(2)));
    assert_eq!(ids(&test.get_ok(&format!("{COLLECTIONS}?archived=0")).await["res"], "id"), [1, 3, 5]);
    assert_eq!(test.get(&format!("{COLLECTIONS}?archived=perhaps")).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_are_added_once_however_often_they_are_sent() {
    let test = six_pictures().await;
    let id = case(&test).await;
    let address = format!("{COLLECTIONS}{id}/media/");
    // The id in the path decides; the one in the body is from clients that had to send it.
    let (status, added) = test.send_json("POST", &address, &json!({ "media_id": "3", "username": "ada", "collection_id": 99 })).await;
    assert_eq!((status, &added["res"]["collection_id"], &added["res"]["media_id"]), (200, &json!(id), &json!(3)));
    let (status, again) = test.send_json("POST", &address, &json!({ "media_id": 3, "username": "eve" })).await;
    let link = |answer: &Value| (answer["res"]["username"].clone(), answer["res"]["created_at"].clone());
    assert_eq!((status, link(&again)), (200, link(&added)));
    let many = json!({ "media_ids": [5, "1", 3, 5], "username": "eve" });
    let (status, answer) = test.send_json("POST", &address, &many).await;
    assert_eq!((status, ids(&answer["res"], "media_id")), (200, vec![5, 1, 3]));
    assert_eq!(answer["res"][2]["username"], "ada");
    let shown = test.get_ok(&format!("{COLLECTIONS}{id}/")).await;
    assert_eq!(ids(&shown["res"]["media"], "id"), [3, 1, 5]);
    assert_eq!(test.send_json("DELETE", &format!("{address}3/"), &json!({ "any": "body" })).await, (200, json!({ "status": "ok" })));
    assert_eq!(test.send_json("DELETE", &format!("{address}3/"), &json!(null)).await.0, 404);
    assert_eq!(test.get_ok("/api/v1/media/id/3").await["res"]["el"]["id"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_add_the_same_media_at_once() {
    let test = six_pictures().await;
    let id = case(&test).await;
    let body = json!({ "media_ids": [1, 2, 3, 4, 5, 6], "username": "ada" });
    let address = format!("{COLLECTIONS}{id}/media/");
    let answers = futures::future::join_all((0..8).map(|_| test.send_json("POST", &address, &body))).await;
    let mut new = 0;
    for (status, answer) in &answers {
        let links = answer["res"].as_array().unwrap();
        assert_eq!((*status, ids(&answer["res"], "media_id")), (200, vec![1, 2, 3, 4, 5, 6]));
        new += links.iter().filter(|link| link["is_new"] == true).count();
    }
    assert_eq!(new, 6, "each is new once");
    assert_eq!(test.get_ok(&address).await["total"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_is_named_and_nothing_is_added() {
    let test = six_pictures().await;
    let id = case(&test).await;
    let address = format!("{COLLECTIONS}{id}/media/");
    test.app.media.delete(likeness::types::MediaId(2)).await.unwrap();
    let (status, body) = test.send_json("POST", &address, &json!({ "media_ids": [1, 2, 77], "username": "ada" })).await;
    assert_eq!((status, &body["error"]), (404, &json!("there is no media 2, 77; nothing was added")));
    for (fields, field) in [
        (json!({ "username": "ada" }), "media_id"),
        (json!({ "media_id": "one", "username": "ada" }), "media_id"),
        (json!({ "media_id": 1.5, "username": "ada" }), "media_id"),
        (json!({ "media_ids": [1, "x"], "username": "ada" }), "media_ids"),
        (json!({ "media_ids": [], "username": "ada" }), "media_ids"),
        (json!({ "media_ids": (0..10_001).collect::<Vec<_>>(), "username": "ada" }), "media_ids"),
        (json!({ "media_id": 1 }), "username"),
        (json!({ "media_id": 1, "username": "seventeen letters" }), "username"),
    ] {
        let (status, body) = test.send_json("POST", &address, &fields).await;
        assert!(status == 400 && body["errors"][field][0].is_string(), "{fields}: {body}");
    }
    assert_eq!(test.get_ok(&address).await["total"], 0);
    let (status, body) = test.send_json("POST", &format!("{COLLECTIONS}9/media"), &json!({ "media_id": 1, "username": "ada" })).await;
    assert_eq!((status, &body["error"]), (404, &json!("not found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_medium_has_notes_of_its_own_in_this_collection() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let address = format!("{COLLECTIONS}{id}/media/");
    let (status, link) = test.send_json("PUT", &format!("{address}4/"), &json!({ "notes": "*left* of the gate" })).await;
    assert_eq!((status, &link["res"]["notes"]), (200, &json!("*left* of the gate")));
    let page = test.get_ok(&format!("{address}?offset=3&limit=2&sort=id")).await;
    assert_eq!((ids(&page["res"], "media_id"), &page["total"]), (vec![4, 5], &json!(6)));
    let fourth = &page["res"][0];
    assert_eq!((&fourth["notes"], &fourth["username"], &fourth["media"]["id"]), (&json!("*left* of the gate"), &json!("ada"), &json!(4)));
    assert_eq!(page["res"][1]["notes"], Value::Null);
    assert_eq!(ids(&test.get_ok(&format!("{address}?order=desc&limit=2")).await["res"], "media_id"), [6, 5]);
    assert_eq!(test.send_json("PUT", &format!("{address}4"), &json!({ "notes": null })).await.1["res"]["notes"], Value::Null);
    for (address, fields, status) in [
        (format!("{address}4"), json!({}), 400),
        (format!("{address}4"), json!({ "notes": ["x"] }), 400),
        (format!("{address}4"), json!({ "notes": "x".repeat(70_000) }), 400),
        (format!("{address}44"), json!({ "notes": "x" }), 404),
        (format!("{address}four"), json!({ "notes": "x" }), 404),
    ] {
        assert_eq!(test.send_json("PUT", &address, &fields).await.0, status, "{address} {fields}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_collection_takes_its_links_and_leaves_its_media() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, [1, 2]).await;
    assert_eq!(test.send_json("DELETE", &format!("{COLLECTIONS}{id}/"), &json!(null)).await, (200, json!({ "status": "ok" })));
    assert_eq!(test.send_json("DELETE", &format!("{COLLECTIONS}{id}/"), &json!(null)).await.1["error"], "not found");
    assert_eq!(test.get(&format!("{COLLECTIONS}{id}/media")).await.0, 404);
    assert_eq!(test.get_ok("/api/v1/media").await["total"], 6);
    let next = case(&test).await;
    assert_eq!(test.get_ok(&format!("{COLLECTIONS}{next}/media")).await["total"], 0);
}
