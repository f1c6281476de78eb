//! Collections, jobs with their logs and failures, detections, and what a video frame knows of its moment.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, double_null, float, integer, string, string_len, string_null, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null,
};

/// Adds the tables and columns; `down` drops them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in video_columns() {
            manager.alter_table(Table::alter().table("media").add_column(column).to_owned()).await?;
        }
        for table in [collection(), collection_media(), job(), job_log(), job_failure(), detection(), detection_run()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["detection_run", "detection", "job_failure", "job_log", "job", "collection_media", "collection"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.drop_index(Index::drop().name("media_content_sha256").table("media").to_owned()).await?;
        for column in ["time_ms", "duration_ms", "frame_rate"] {
            manager.alter_table(Table::alter().table("media").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// Of a frame its moment in the video; of a video its length and its frames in a second.
fn video_columns() -> [ColumnDef; 3] {
    [big_integer_null("time_ms"), big_integer_null("duration_ms"), double_null("frame_rate")]
}

fn collection() -> TableCreateStatement {
    Table::create()
        .table("collection")
        .col(big_pk_auto("id"))
        .col(string_len("title", 64))
        .col(string_len("username", 16))
        .col(text_null("notes"))
        .col(boolean("archived").default(false))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("updated_at"))
        .to_owned()
}

fn collection_media() -> TableCreateStatement {
    Table::create()
        .table("collection_media")
        .col(big_integer("collection_id"))
        .col(big_integer("media_id"))
        .col(string_len("username", 16))
        .col(text_null("notes"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("collection_id").col("media_id"))
        .foreign_key(&mut belongs_to("collection_media", "collection_id", "collection"))
        .foreign_key(&mut belongs_to("collection_media", "media_id", "media"))
        .to_owned()
}

fn job() -> TableCreateStatement {
    Table::create()
        .table("job")
        .col(big_pk_auto("id"))
        .col(string_len("uuid", 36).unique_key())
        .col(string_len("kind", 32))
        .col(string("title"))
        .col(text("payload"))
        .col(string_len("status", 12))
        // Jobs with the same key never run at the same time; an empty key bars nothing.
        .col(string("exclusive_key").default(""))
        .col(string_len("username", 16).default(""))
        .col(big_integer("progress_current").default(0))
        .col(big_integer("progress_total").default(0))
        .col(text("progress_message").default(""))
        .col(text_null("result"))
        .col(text_null("error"))
        .col(integer("attempts").default(0))
        .col(boolean("cancel_requested").default(false))
        .col(string_null("worker"))
        .col(timestamp_with_time_zone_null("heartbeat_at"))
        .col(big_integer_null("retry_of"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

fn job_log() -> TableCreateStatement {
    Table::create()
        .table("job_log")
        .col(big_pk_auto("id"))
        .col(big_integer("job_id"))
        .col(string_len("level", 8))
        .col(text("message"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut belongs_to("job_log", "job_id", "job"))
        .to_owned()
}

fn job_failure() -> TableCreateStatement {
    Table::create()
        .table("job_failure")
        .col(big_pk_auto("id"))
        .col(big_integer("job_id"))
        .col(text("item"))
        .col(text("reason"))
        .foreign_key(&mut belongs_to("job_failure", "job_id", "job"))
        .to_owned()
}

fn detection() -> TableCreateStatement {
    Table::create()
        .table("detection")
        .col(big_pk_auto("id"))
        .col(big_integer("media_id"))
        .col(string_len("detector", 64))
        .col(string("label"))
        .col(integer("label_index"))
        .col(float("confidence"))
        // Fractions of the upright picture.
        .col(float("x1"))
        .col(float("y1"))
        .col(float("x2"))
        .col(float("y2"))
        .foreign_key(&mut belongs_to("detection", "media_id", "media"))
        .to_owned()
}

/// Which pictures a detector has looked at, also those in which it found nothing.
fn detection_run() -> TableCreateStatement {
    Table::create()
        .table("detection_run")
        .col(string_len("detector", 64))
        .col(big_integer("media_id"))
        .col(string_len("fingerprint", 64))
        .col(integer("found"))
        .col(text_null("reason"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("detector").col("media_id"))
        .foreign_key(&mut belongs_to("detection_run", "media_id", "media"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        plain("collection_media_media", "collection_media", &["media_id"]),
        plain("job_status", "job", &["status", "id"]),
        plain("job_log_job", "job_log", &["job_id", "id"]),
        plain("job_failure_job", "job_failure", &["job_id", "id"]),
        plain("detection_media", "detection", &["media_id"]),
        plain("detection_label", "detection", &["label", "media_id"]),
        plain("detection_run_media", "detection_run", &["media_id"]),
        // Exact duplicates are found by this.
        plain("media_content_sha256", "media", &["content_sha256"]),
    ]
}

fn belongs_to(table: &'static str, column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(other, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn plain(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
