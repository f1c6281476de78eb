//! A number that grows with every change of what searches can be narrowed to: media, what is in collections, what detectors saw.
//! The database itself counts, so that no writer can forget it. And indexes from which pages of lists are found without their rows.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Adds the counter and its triggers; `down` drops them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: [&str; 3] = ["media", "collection_media", "detection"];
const EVENTS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table =
            Table::create().table("library_change").col(integer("id").primary_key()).col(big_integer("count").default(0)).to_owned();
        manager.create_table(table).await?;
        replace_indexes(manager, &["media_live", "media_created_at"], &NEW).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared("INSERT INTO library_change (id, count) VALUES (1, 0)").await?;
        for statement in triggers(manager.get_database_backend()) {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        for (table, event) in pairs() {
            let of_table = if is_postgres { format!(" ON {table}") } else { String::new() };
            connection.execute_unprepared(&format!("DROP TRIGGER {}{of_table}", name(table, event))).await?;
        }
        if is_postgres {
            connection.execute_unprepared("DROP FUNCTION count_library_change").await?;
        }
        replace_indexes(manager, &["media_live", "media_live_date", "media_live_type"], &OLD).await?;
        manager.drop_table(Table::drop().table("library_change").to_owned()).await
    }
}

/// Name, columns, and whether deleted media are left out.
type MediaIndex = (&'static str, &'static [&'static str], bool);

const OLD: [MediaIndex; 2] = [("media_live", &["id", "media_type"], true), ("media_created_at", &["created_at"], false)];

/// From these alone counts, pages and filters by number, date and kind are answered. They hold `deleted_at` although it is always
/// null there: else `SQLite` reads every row to see that it is.
const NEW: [MediaIndex; 3] = [
    ("media_live", &["id", "media_type", "created_at", "deleted_at"], true),
    ("media_live_date", &["created_at", "id", "media_type", "deleted_at"], true),
    ("media_live_type", &["media_type", "id", "created_at", "deleted_at"], true),
];

async fn replace_indexes(manager: &SchemaManager<'_>, old: &[&'static str], new: &[MediaIndex]) -> Result<(), DbErr> {
    for name in old {
        manager.drop_index(Index::drop().name(*name).table("media").to_owned()).await?;
    }
    for (name, columns, only_live) in new {
        let mut index = Index::create();
        index.name(*name).table("media");
        for column in *columns {
            index.col(*column);
        }
        if *only_live {
            index.and_where(Expr::col("deleted_at").is_null());
        }
        manager.create_index(index).await?;
    }
    Ok(())
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.into_iter().flat_map(|table| EVENTS.into_iter().map(move |event| (table, event)))
}

fn name(table: &str, event: &str) -> String {
    format!("{table}_{}_counts", event.to_lowercase())
}

fn triggers(backend: DbBackend) -> Vec<String> {
    const COUNT: &str = "UPDATE library_change SET count = count + 1 WHERE id = 1;";
    if backend != DbBackend::Postgres {
        let trigger = |(table, event)| format!("CREATE TRIGGER {} AFTER {event} ON {table} BEGIN {COUNT} END", name(table, event));
        return pairs().map(trigger).collect();
    }
    let function =
        format!("CREATE FUNCTION count_library_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {COUNT} RETURN NULL; END $$");
    let trigger = |(table, event)| {
        let name = name(table, event);
        // Once a statement: rows of one statement are seen together anyway.
        format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION count_library_change()")
    };
    std::iter::once(function).chain(pairs().map(trigger)).collect()
}
