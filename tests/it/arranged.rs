//! Collections by hand: their order, what is taken out and put back as it was, and which media are in which.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::db::{self, migrations::Migrator};
use likeness::media::collections::{Arrangement, Place};
use likeness::types::{CollectionId, MediaId};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};

use crate::collections::{add, case, create, six_pictures};
use crate::export::exported;
use crate::support::{TestApp, database_place};

fn column(answer: &Value, name: &str) -> Vec<i64> {
    answer["res"].as_array().unwrap().iter().map(|one| one[name].as_i64().unwrap()).collect()
}

/// The media in the order made by hand.
async fn order(test: &TestApp, id: i64) -> Vec<i64> {
    column(&test.get_ok(&format!("/api/v1/collection/{id}/media/?sort=position&limit=1000")).await, "media_id")
}

async fn arrange(test: &TestApp, id: i64, body: Value) -> (u16, Value) {
    test.send_json("PUT", &format!("/api/v1/collection/{id}/order/"), &body).await
}

/// What became of each, by its number.
async fn many(test: &TestApp, path: &str, media: &[i64]) -> Vec<(i64, String)> {
    let (status, answer) = test.send_json("POST", path, &json!({ "media_ids": media })).await;
    assert_eq!(status, 200, "{answer}");
    let rows = answer["res"].as_array().unwrap();
    rows.iter().map(|row| (row["id"].as_i64().unwrap(), row["status"].as_str().unwrap().to_owned())).collect()
}

fn all(media: &[i64], status: &str) -> Vec<(i64, String)> {
    media.iter().map(|id| (*id, status.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_in_the_order_that_people_gave_it() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, [4, 2, 6]).await;
    add(&test, id, [1, 3, 5]).await;
    assert_eq!(order(&test, id).await, [4, 2, 6, 1, 3, 5], "as they were put there, until somebody arranges them");
    for (body, expected) in [
        (json!({ "media_ids": [5, 1] }), [5, 1, 4, 2, 6, 3]),
        (json!({ "media_id": 3, "before": 4 }), [5, 1, 3, 4, 2, 6]),
        (json!({ "media_id": "5", "before": null }), [1, 3, 4, 2, 6, 5]),
        (json!({ "media_ids": "6,3", "before": "2" }), [1, 4, 6, 3, 2, 5]),
        (json!({ "media_ids": [4, 6], "before": 3 }), [1, 4, 6, 3, 2, 5]),
        (json!({ "media_id": 2, "before": 1 }), [2, 1, 4, 6, 3, 5]),
        (json!({ "media_ids": [6, 5, 4, 3, 2, 1] }), [6, 5, 4, 3, 2, 1]),
    ] {
        let (status, answer) = arrange(&test, id, body.clone()).await;
        assert_eq!((status, answer), (200, json!({ "status": "ok" })), "{body}");
        assert_eq!(order(&test, id).await, expected, "{body}");
    }
    let backwards = test.get_ok(&format!("/api/v1/collection/{id}/media/?sort=position&order=desc&limit=2&offset=1")).await;
    assert_eq!((column(&backwards, "media_id"), &backwards["total"]), (vec![2, 3], &json!(6)));
    let by_number = test.get_ok(&format!("/api/v1/collection/{id}/media/")).await;
    assert_eq!(column(&by_number, "media_id"), [1, 2, 3, 4, 5, 6], "lists of old clients are as they were");
    assert_eq!(test.get(&format!("/api/v1/collection/{id}/media/?sort=hand")).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_arranged_is_named_and_nothing_moves() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, [1, 2, 3]).await;
    for (body, field) in [
        (json!({}), "media_id"),
        (json!({ "media_ids": [] }), "media_ids"),
        (json!({ "media_ids": [1, "x"] }), "media_ids"),
        (json!({ "media_id": 1, "before": "x" }), "before"),
        (json!({ "media_id": 1, "before": 1.5 }), "before"),
        (json!({ "media_ids": [1, 2], "before": 2 }), "before"),
    ] {
        let (status, answer) = arrange(&test, id, body.clone()).await;
        assert!(status == 400 && answer["errors"][field][0].is_string(), "{body}: {answer}");
    }
    let (status, answer) = arrange(&test, id, json!({ "media_ids": [3, 4, 77] })).await;
    assert_eq!((status, &answer["error"]), (404, &json!("media 4, 77 is not in this collection; nothing was moved")));
    assert_eq!(arrange(&test, id, json!({ "media_id": 1, "before": 4 })).await.0, 404);
    assert_eq!(arrange(&test, 99, json!({ "media_id": 1 })).await.0, 404);
    assert_eq!(order(&test, id).await, [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_middle_can_be_halved_for_ever_and_what_is_new_comes_last() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=5).await;
    // Each step halves what is between two neighbours; after some all are numbered anew.
    let keeper = &test.app.collections;
    for round in 0..60 {
        let (moved, next) = if round % 2 == 0 { (4, 3) } else { (3, 4) };
        let wanted = Arrangement { media: vec![MediaId(moved)], place: Place::Before(MediaId(next)) };
        keeper.arrange(CollectionId(id), &wanted).await.unwrap();
        let expected = if round % 2 == 0 { [1, 2, 4, 3, 5] } else { [1, 2, 3, 4, 5] };
        assert_eq!(order(&test, id).await, expected, "round {round}");
    }
    add(&test, id, [6]).await;
    assert_eq!(order(&test, id).await, [1, 2, 3, 4, 5, 6]);
    test.app.media.delete(MediaId(2)).await.unwrap();
    assert_eq!(arrange(&test, id, json!({ "media_id": 6, "before": 3 })).await.0, 200);
    assert_eq!(order(&test, id).await, [1, 6, 3, 4, 5]);
    test.app.media.restore(MediaId(2)).await.unwrap();
    assert_eq!(order(&test, id).await, [1, 2, 6, 3, 4, 5], "what comes back from the trash has kept its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_arrange_at_once_lose_and_double_nothing() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let moves = (0..24).map(|round| arrange(&test, id, json!({ "media_id": round % 6 + 1, "before": (round + 2) % 6 + 1 })));
    for (status, answer) in futures::future::join_all(moves).await {
        assert_eq!(status, 200, "{answer}");
    }
    let mut found = order(&test, id).await;
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_the_order_made_by_hand() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    arrange(&test, id, json!({ "media_ids": [3, 1, 6, 2, 5, 4] })).await;
    let (_, archive) = exported(&test, id).await;
    let output = std::process::Command::new("unzip").args(["-p"]).arg(&archive).arg("*/report.json").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<_> = report["media"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [3, 1, 6, 2, 5, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_taken_out_and_put_back_as_they_were() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let media = format!("/api/v1/collection/{id}/media/");
    let (remove, restore) = (format!("{media}remove/"), format!("{media}restore/"));
    test.send_json("PUT", &format!("{media}3/"), &json!({ "notes": "by the gate" })).await;
    arrange(&test, id, json!({ "media_ids": [6, 3] })).await;
    let before = test.app.collections.media_after(CollectionId(id), None, 10).await.unwrap();
    assert_eq!(many(&test, &remove, &[3, 5, 6]).await, all(&[3, 5, 6], "removed"));
    assert_eq!(many(&test, &remove, &[3, 1]).await, [all(&[3], "not found"), all(&[1], "removed")].concat());
    assert_eq!(order(&test, id).await, [2, 4]);
    // Somebody else puts one back meanwhile, in another way: that one stays as it is now.
    let (_, again) = test.send_json("POST", &media, &json!({ "media_id": 5, "username": "eve" })).await;
    assert_eq!((&again["res"]["is_new"], &again["res"]["username"]), (&json!(true), &json!("eve")));
    let back = many(&test, &restore, &[1, 3, 5, 6, 2, 77]).await;
    let statuses: Vec<_> = back.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(statuses, ["restored", "restored", "unchanged", "restored", "unchanged", "not found"]);
    assert_eq!(order(&test, id).await, [6, 3, 1, 2, 4, 5]);
    let after = test.app.collections.media_after(CollectionId(id), None, 10).await.unwrap();
    for one in before.iter().filter(|one| one.media.id.0 != 5) {
        let same = after.iter().find(|other| other.media.id == one.media.id).unwrap();
        assert_eq!(same.link, one.link, "notes, names, times and places are those of before");
    }
    assert_eq!(many(&test, &restore, &[3]).await, all(&[3], "unchanged"), "once is enough");
    // One taken out alone comes back in the same way.
    assert_eq!(test.ask("DELETE", &format!("{media}3/"), &[], &[]).await.0, 200);
    assert_eq!(many(&test, &restore, &[3]).await, all(&[3], "restored"));
    assert_eq!(test.get_ok(&format!("{media}?limit=1&offset=2")).await["res"][0]["notes"], "by the gate");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_lists_of_media_are_refused_by_their_field() {
    let test = six_pictures().await;
    let id = case(&test).await;
    for what in ["remove", "restore"] {
        let path = format!("/api/v1/collection/{id}/media/{what}/");
        for body in
            [json!({}), json!({ "media_ids": null }), json!({ "media_ids": [] }), json!({ "media_ids": ["x"] }), json!({ "media_id": 1 })]
        {
            let (status, answer) = test.send_json("POST", &path, &body).await;
            assert!(status == 400 && answer["errors"]["media_ids"][0].is_string(), "{path} {body}: {answer}");
        }
        let path = format!("/api/v1/collection/99/media/{what}/");
        assert_eq!(test.send_json("POST", &path, &json!({ "media_ids": [1] })).await.0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_is_deleted_takes_what_was_taken_out_of_it_along() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, [1, 2]).await;
    many(&test, &format!("/api/v1/collection/{id}/media/remove"), &[1]).await;
    assert_eq!(test.ask("DELETE", &format!("/api/v1/collection/{id}/"), &[], &[]).await.0, 200);
    let next = case(&test).await;
    assert_eq!(many(&test, &format!("/api/v1/collection/{next}/media/restore"), &[1]).await, all(&[1], "not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_tells_whether_it_is_new() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, [2]).await;
    let path = format!("/api/v1/collection/{id}/media/");
    let (_, answer) = test.send_json("POST", &path, &json!({ "media_ids": [1, 2, 3], "username": "eve" })).await;
    let news: Vec<_> = answer["res"].as_array().unwrap().iter().map(|link| link["is_new"].as_bool().unwrap()).collect();
    assert_eq!(news, [true, false, true]);
    let (_, answer) = test.send_json("POST", &path, &json!({ "media_id": 3, "username": "eve" })).await;
    assert_eq!((&answer["res"]["is_new"], &answer["res"]["media_id"]), (&json!(false), &json!(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_medium_tells_its_collections_and_a_collection_which_of_some_media_are_in_it() {
    let test = six_pictures().await;
    let (first, second) = (case(&test).await, create(&test, json!({ "title": "Put away", "username": "eve", "archived": true })).await);
    add(&test, first, [1, 2, 3]).await;
    add(&test, second, [3]).await;
    let shown = test.get_ok("/api/v1/media/id/3/").await;
    let expected = json!([{ "id": first, "title": "A case", "archived": false }, { "id": second, "title": "Put away", "archived": true }]);
    assert_eq!(shown["res"]["collections"], expected);
    assert_eq!(test.get_ok("/api/v1/media/id/4/").await["res"]["collections"], json!([]));
    let path = format!("/api/v1/collection/{first}/contains/");
    let (status, answer) = test.send_json("POST", &path, &json!({ "ids": [6, 3, 77, 1] })).await;
    assert_eq!((status, &answer["res"]), (200, &json!([3, 1])));
    for wrong in [json!({}), json!({ "ids": [] }), json!({ "ids": [0] }), json!({ "ids": vec![1; 1001] })] {
        let (status, answer) = test.send_json("POST", &path, &wrong).await;
        assert!(status == 400 && answer["errors"]["ids"][0].is_string(), "{wrong}: {answer}");
    }
    assert_eq!(test.send_json("POST", "/api/v1/collection/99/contains", &json!({ "ids": [1] })).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn order_and_notes_are_no_change_for_searches() {
    let test = six_pictures().await;
    let id = case(&test).await;
    add(&test, id, 1..=6).await;
    let counted = test.app.media.library_change().await.unwrap();
    arrange(&test, id, json!({ "media_ids": [4, 1], "before": null })).await;
    test.send_json("PUT", &format!("/api/v1/collection/{id}/media/2"), &json!({ "notes": "x" })).await;
    assert_eq!(test.app.media.library_change().await.unwrap(), counted);
    many(&test, &format!("/api/v1/collection/{id}/media/remove"), &[4]).await;
    assert_ne!(test.app.media.library_change().await.unwrap(), counted, "what is in it is one");
}

/// How many changes of the schema there are since the one that this file is about, with it.
fn changes() -> u32 {
    let all = Migrator::migrations();
    let this = all.iter().position(|change| change.name() == "m20261121_000004_arranged").unwrap();
    (all.len() - this) as u32
}

#[tokio::test(flavor = "multi_thread")]
async fn old_collections_keep_the_order_in_which_they_were_filled() {
    let folder = tempfile::TempDir::new().unwrap();
    let database = db::connect(&database_place(&folder.path().join("library.sqlite"))).await.unwrap();
    Migrator::down(database.connection(), Some(changes())).await.unwrap();
    let run = async |statement: &str| database.connection().execute_unprepared(statement).await.map(|_| ()).unwrap();
    let row = "(7, 't', 'u', FALSE, '2026-01-01T00:00:00+00:00')";
    run(&format!("INSERT INTO collection (id, title, username, archived, created_at) VALUES {row}")).await;
    let hash = |id: i64| if crate::support::on_postgres() { format!("decode('{id:064}', 'hex')") } else { format!("X'{id:064}'") };
    for (id, second) in [(1, 30), (2, 10), (3, 20), (4, 10)] {
        let at = format!("'2026-01-01T00:00:{second}+00:00'");
        let columns = "id, media_type, sha256, content_sha256, ext, width, height, byte_size, created_at";
        run(&format!("INSERT INTO media ({columns}) VALUES ({id}, 2, {0}, {0}, '.jpg', 1, 1, 1, {at})", hash(id))).await;
        run(&format!("INSERT INTO collection_media (collection_id, media_id, username, created_at) VALUES (7, {id}, 'u', {at})")).await;
    }
    let counted = database.library_change().await.unwrap();
    Migrator::up(database.connection(), None).await.unwrap();
    assert_eq!(database.library_change().await.unwrap(), counted);
    let keeper = likeness::media::Collections::new(database.clone());
    let found = keeper.media_after(CollectionId(7), None, 10).await.unwrap();
    assert_eq!(found.iter().map(|one| one.media.id.0).collect::<Vec<_>>(), [2, 4, 3, 1]);
    let first = keeper.media_after(CollectionId(7), Some((found[1].link.position, MediaId(4))), 1).await.unwrap();
    assert_eq!(first[0].media.id, MediaId(3), "pages join without gap");
}
