//! What the program promises of its database, whichever it is.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use likeness::db::entity::job;
use likeness::db::{Database, connect, database_error, maintenance, storable};
use likeness::job::{Jobs, Level, NewJob};
use likeness::{Error, Kind};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait};
use tempfile::TempDir;

use crate::support::{database_place, on_postgres, skipped};

fn place(folder: &TempDir) -> String {
    database_place(&folder.path().join("library.sqlite"))
}

fn titled(title: String) -> job::ActiveModel {
    let text = |word: &str| Set(word.to_owned());
    job::ActiveModel {
        uuid: Set(title.clone()),
        title: Set(title),
        kind: text("test"),
        payload: text("{}"),
        status: text("done"),
        exclusive_key: text(""),
        username: text(""),
        progress_current: Set(0),
        progress_total: Set(0),
        progress_message: text(""),
        attempts: Set(0),
        cancel_requested: Set(false),
        created_at: Set(chrono::Utc::now()),
        ..Default::default()
    }
}

/// Names a row after how many there are: right only if nobody comes in between.
async fn add_counted_row(database: Database) {
    let transaction = database.write().await.unwrap();
    let count = job::Entity::find().count(&transaction).await.unwrap();
    tokio::task::yield_now().await;
    job::Entity::insert(titled(count.to_string())).exec(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_writer_reads_stays_true_until_it_commits() {
    let folder = TempDir::new().unwrap();
    let (one, two) = (connect(&place(&folder)).await.unwrap(), connect(&place(&folder)).await.unwrap());
    let writers = (0..40).map(|number| tokio::spawn(add_counted_row(if number % 2 == 0 { one.clone() } else { two.clone() })));
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    let mut titles: Vec<usize> =
        job::Entity::find().all(one.connection()).await.unwrap().into_iter().map(|row| row.title.parse().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, (0..40).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_given_up_leaves_nothing_and_frees_the_next_writer() {
    let folder = TempDir::new().unwrap();
    let database = connect(&place(&folder)).await.unwrap();
    let transaction = database.write().await.unwrap();
    job::Entity::insert(titled("lost".into())).exec(&transaction).await.unwrap();
    drop(transaction);
    add_counted_row(database.clone()).await;
    assert_eq!(job::Entity::find().one(database.connection()).await.unwrap().unwrap().title, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_start_at_once_migrate_once_and_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let place = place(&folder);
    let opened = futures::future::join_all((0..6).map(|_| connect(&place))).await;
    let first = opened.into_iter().map(std::result::Result::unwrap).next().unwrap();
    add_counted_row(first).await;
    let again = connect(&place).await.unwrap();
    assert_eq!(maintenance::counts(&again).await.unwrap().into_iter().find(|(name, _)| *name == "jobs"), Some(("jobs", 1)));
    let (_, schema) = maintenance::inspect(&place).await.unwrap();
    assert_eq!((schema.version.is_some(), schema.pending.len()), (true, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_with_a_nul_is_stored_and_looking_for_one_is_a_mistake_of_the_caller() {
    let folder = TempDir::new().unwrap();
    let jobs = Jobs::new(connect(&place(&folder)).await.unwrap());
    assert_eq!(storable("a\0b"), "a\u{fffd}b");
    let payload = serde_json::json!({ "path": "a\0b" });
    let job = jobs.enqueue(NewJob { title: "a\0b".into(), payload: payload.clone(), ..NewJob::default() }).await.unwrap();
    assert_eq!((job.title.as_str(), &job.payload), ("a\u{fffd}b", &payload));
    jobs.log(job.id, Level::Error, "x\0y").await.unwrap();
    assert_eq!(jobs.lines(job.id, 0, 10).await.unwrap()[0].message, "x\u{fffd}y");
    match jobs.by_uuid("\0").await {
        Ok(found) => assert_eq!(found, None),
        Err(error) => assert_eq!(error.kind(), Kind::Invalid, "{error}"),
    }
}

async fn failure(url: &url::Url) -> Error {
    let error = connect(url.as_str()).await.unwrap_err();
    let everything = format!("{error} {error:?}");
    assert!(!everything.contains(url.password().unwrap()), "{everything}");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_us_is_named_with_the_remedy() {
    if !on_postgres() {
        return skipped("needs PostgreSQL: tests/with_postgres");
    }
    let folder = TempDir::new().unwrap();
    let right: url::Url = place(&folder).parse().unwrap();
    let mut wrong = right.clone();
    wrong.set_password(Some("wrong-password")).unwrap();
    let error = failure(&wrong).await;
    assert!(error.kind() == Kind::NotReady && error.message().contains("correct user and password"), "{error}");
    let mut wrong = right.clone();
    wrong.set_path("no_such_database");
    let error = failure(&wrong).await;
    assert!(error.kind() == Kind::NotReady && error.message().contains("createdb"), "{error}");
    assert!(error.message().contains("database `no_such_database` at 127.0.0.1"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_inside_the_server_tells_whether_to_try_again() {
    if !on_postgres() {
        return skipped("needs PostgreSQL: tests/with_postgres");
    }
    let folder = TempDir::new().unwrap();
    let database = connect(&place(&folder)).await.unwrap();
    for (code, kind) in
        [("53100", Kind::Internal), ("53300", Kind::Busy), ("55P03", Kind::Busy), ("40001", Kind::Busy), ("22021", Kind::Invalid)]
    {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '{code}'; END $$");
        let error = database_error("do that", database.connection().execute_unprepared(&raise).await.unwrap_err());
        assert_eq!(error.kind(), kind, "{code}: {error}");
        assert!(!error.message().contains("told"), "{code} has words of its own: {error}");
    }
}

#[test]
fn a_place_is_told_without_its_password() {
    for (url, words) in [
        ("postgres://ada:sec%40ret@db.example:6543/likeness", "PostgreSQL database `likeness` at db.example:6543 as user `ada`"),
        (
            "postgresql:///photos?host=/run/postgresql&user=bob&password=secret",
            "PostgreSQL database `photos` at /run/postgresql:5432 as user `bob`",
        ),
        ("postgres://localhost/x", "PostgreSQL database `x` at localhost:5432"),
        ("/data/library.sqlite", "SQLite file /data/library.sqlite"),
        ("sqlite:///data/a.sqlite?mode=rwc", "SQLite file /data/a.sqlite"),
        ("a:b.sqlite", "SQLite file a:b.sqlite"),
    ] {
        assert_eq!(likeness::db::described(url).unwrap(), words);
    }
    for url in ["mysql://ada:secret@host/x", "postgres://ada:secret@host:port/x"] {
        let message = likeness::db::described(url).unwrap_err().message().to_owned();
        assert!(message.contains("database.url") && !message.contains("secret"), "{message}");
    }
}

#[test]
fn passwords_are_left_out_of_addresses_and_nothing_else_is() {
    for (text, shown) in [
        ("url = \"postgres://ada:se:cr@t@host/x\" and http://a.b/c@d:e", "url = \"postgres://ada:***@host/x\" and http://a.b/c@d:e"),
        ("postgres://ada@host and no more", "postgres://ada@host and no more"),
        ("://", "://"),
        ("plain", "plain"),
    ] {
        assert_eq!(likeness::error::without_passwords(text), shown);
    }
}
