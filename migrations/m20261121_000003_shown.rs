//! What a page shows of a medium before its thumbnail: a tiny preview, and whether people have called it graphic. Previews are written while
//! people look at pages, so they do not count as changes of what searches can be narrowed to. And an index by the camera's clock.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary_null, boolean};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Adds the columns and the index, and narrows the trigger; `down` takes all of it back.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TRIGGER: &str = "media_update_counts";

/// All columns of `media` but `preview`.
const COUNTED: &str = "id, media_type, sha256, frame, content_sha256, ext, width, height, byte_size, captured_at, camera, time_ms, \
                       duration_ms, frame_rate, created_at, deleted_at, graphic";

const CAPTURED: &str = "media_live_captured";

/// Gets the sizes too: the dashboard adds them up by kind without reading rows.
const BY_TYPE: &str = "media_live_type";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [binary_null("preview"), boolean("graphic").default(false).to_owned()] {
            manager.alter_table(Table::alter().table("media").add_column(column).to_owned()).await?;
        }
        manager.drop_index(dropped(BY_TYPE)).await?;
        manager.create_index(live(BY_TYPE, &["media_type", "id", "created_at", "deleted_at", "byte_size"])).await?;
        manager.create_index(live(CAPTURED, &["captured_at", "id", "media_type", "deleted_at"])).await?;
        replace_trigger(manager, &format!("UPDATE OF {COUNTED}")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_trigger(manager, "UPDATE").await?;
        for name in [CAPTURED, BY_TYPE] {
            manager.drop_index(dropped(name)).await?;
        }
        manager.create_index(live(BY_TYPE, &["media_type", "id", "created_at", "deleted_at"])).await?;
        for column in ["preview", "graphic"] {
            manager.alter_table(Table::alter().table("media").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn live(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table("media");
    for column in columns {
        index.col(*column);
    }
    index.and_where(Expr::col("deleted_at").is_null()).to_owned()
}

fn dropped(name: &'static str) -> IndexDropStatement {
    Index::drop().name(name).table("media").to_owned()
}

async fn replace_trigger(manager: &SchemaManager<'_>, event: &str) -> Result<(), DbErr> {
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    let (of_table, action) = if is_postgres {
        (" ON media", "FOR EACH STATEMENT EXECUTE FUNCTION count_library_change()")
    } else {
        ("", "BEGIN UPDATE library_change SET count = count + 1 WHERE id = 1; END")
    };
    let connection = manager.get_connection();
    connection.execute_unprepared(&format!("DROP TRIGGER {TRIGGER}{of_table}")).await?;
    connection.execute_unprepared(&format!("CREATE TRIGGER {TRIGGER} AFTER {event} ON media {action}")).await?;
    Ok(())
}
