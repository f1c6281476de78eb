//! Collections in an order made by hand, and what was taken out of them, so that it can be put back as it was. Searches can be
//! narrowed neither by that order nor by notes, so these do not count as changes for them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string_len, text_null, timestamp_with_time_zone};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Adds the column, the table and the indexes, and narrows the trigger; `down` takes all of it back.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const LINKS: &str = "collection_media";
const REMOVED: &str = "collection_media_removed";
const TRIGGER: &str = "collection_media_update_counts";
const BY_POSITION: &str = "collection_media_position";

/// As they were put there, which is how everybody has seen them so far; far enough apart for many to come between.
const NUMBERED: &str = "UPDATE collection_media SET position = numbered.place * 1048576 FROM \
    (SELECT collection_id, media_id, ROW_NUMBER() OVER (PARTITION BY collection_id ORDER BY created_at, media_id) AS place \
    FROM collection_media) AS numbered \
    WHERE collection_media.collection_id = numbered.collection_id AND collection_media.media_id = numbered.media_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let position = big_integer("position").default(0).to_owned();
        manager.alter_table(Table::alter().table(LINKS).add_column(position).to_owned()).await?;
        replace_trigger(manager, "UPDATE OF collection_id, media_id").await?;
        manager.get_connection().execute_unprepared(NUMBERED).await?;
        manager.create_index(index(BY_POSITION, LINKS, &["collection_id", "position", "media_id"])).await?;
        manager.create_table(removed()).await?;
        manager.create_index(index("collection_media_removed_media", REMOVED, &["media_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(REMOVED).to_owned()).await?;
        manager.drop_index(Index::drop().name(BY_POSITION).table(LINKS).to_owned()).await?;
        replace_trigger(manager, "UPDATE").await?;
        manager.alter_table(Table::alter().table(LINKS).drop_column("position").to_owned()).await
    }
}

fn removed() -> TableCreateStatement {
    Table::create()
        .table(REMOVED)
        .col(big_integer("collection_id"))
        .col(big_integer("media_id"))
        .col(string_len("username", 16))
        .col(text_null("notes"))
        .col(timestamp_with_time_zone("created_at"))
        .col(big_integer("position"))
        .col(timestamp_with_time_zone("removed_at"))
        .primary_key(Index::create().col("collection_id").col("media_id"))
        .foreign_key(&mut belongs_to("collection_id", "collection"))
        .foreign_key(&mut belongs_to("media_id", "media"))
        .to_owned()
}

fn belongs_to(column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(REMOVED, column).to(other, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

async fn replace_trigger(manager: &SchemaManager<'_>, event: &str) -> Result<(), DbErr> {
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let (of_table, action) = if is_postgres {
        (" ON collection_media", "FOR EACH STATEMENT EXECUTE FUNCTION count_library_change()")
    } else {
        ("", "BEGIN UPDATE library_change SET count = count + 1 WHERE id = 1; END")
    };
    let connection = manager.get_connection();
    connection.execute_unprepared(&format!("DROP TRIGGER {TRIGGER}{of_table}")).await?;
    connection.execute_unprepared(&format!("CREATE TRIGGER {TRIGGER} AFTER {event} ON collection_media {action}")).await?;
    Ok(())
}
