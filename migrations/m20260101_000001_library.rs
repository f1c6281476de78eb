//! The first tables: the media library, uploads, and the features that are computed over it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, binary_len, boolean, integer, integer_null, string, string_len, string_null, text,
    text_null, timestamp_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
};

/// Creates the tables of the library; `down` drops them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing: a process killed in the middle leaves no half-made schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(media()).await?;
        for index in media_indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(media_source()).await?;
        manager.create_index(unique("media_source_media_path", "media_source", &["media_id", "path"])).await?;
        manager.create_index(plain("media_source_location", "media_source", &["location"])).await?;
        manager.create_table(upload()).await?;
        manager.create_table(feature()).await?;
        manager.create_index(unique("feature_model_layer_index", "feature", &["modelzoo_name", "layer", "index_type"])).await?;
        manager.create_table(feature_failure()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["feature_failure", "feature", "upload", "media_source", "media"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn media() -> TableCreateStatement {
    Table::create()
        .table("media")
        .col(big_pk_auto("id"))
        .col(integer("media_type"))
        // For a video frame this is the hash of the video, and the frame's number stands beside it.
        .col(binary_len("sha256", 32))
        .col(integer_null("frame"))
        .col(binary_len("content_sha256", 32))
        .col(string_len("ext", 8))
        .col(integer("width"))
        .col(integer("height"))
        .col(big_integer("byte_size"))
        .col(timestamp_null("captured_at"))
        .col(string_null("camera"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .to_owned()
}

fn media_indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("media_sha256_frame", "media", &["sha256", "frame"]),
        // Nulls are all different to a unique index, so pictures (no frame) need one of their own.
        unique("media_sha256_picture", "media", &["sha256"]).and_where(Expr::col("frame").is_null()).to_owned(),
        plain("media_created_at", "media", &["created_at"]),
        // Counting, the n-th row and the list of all pictures read this index alone.
        plain("media_live", "media", &["id", "media_type"]).and_where(Expr::col("deleted_at").is_null()).to_owned(),
    ]
}

fn media_source() -> TableCreateStatement {
    Table::create()
        .table("media_source")
        .col(big_pk_auto("id"))
        .col(big_integer("media_id"))
        .col(string("name"))
        .col(text("path"))
        // Absolute path, size and time of change: what lets a second import skip an unchanged file.
        .col(text_null("location"))
        .col(big_integer("byte_size"))
        .col(big_integer_null("modified_at"))
        .col(timestamp_with_time_zone("imported_at"))
        .foreign_key(ForeignKey::create().from("media_source", "media_id").to("media", "id").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn upload() -> TableCreateStatement {
    Table::create()
        .table("upload")
        .col(big_pk_auto("id"))
        .col(binary_len("sha256", 32).unique_key())
        .col(string_len("ext", 8))
        .col(string_len("username", 16))
        .col(integer("width"))
        .col(integer("height"))
        .col(big_integer("byte_size"))
        .col(string("original_name"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}

fn feature() -> TableCreateStatement {
    Table::create()
        .table("feature")
        .col(big_pk_auto("id"))
        .col(boolean("active").default(true))
        .col(string("modelzoo_name"))
        .col(string("layer").default(""))
        .col(string_len("index_type", 16))
        .col(text_null("index_settings"))
        .col(string_len("username", 16).null())
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("updated_at"))
        .col(timestamp_with_time_zone_null("processed_at"))
        .col(big_integer("process_id").default(0))
        .col(timestamp_with_time_zone_null("indexed_at"))
        .col(big_integer("index_id").default(0))
        .to_owned()
}

fn feature_failure() -> TableCreateStatement {
    Table::create()
        .table("feature_failure")
        .col(big_integer("feature_id"))
        .col(big_integer("media_id"))
        .col(text("reason"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().col("feature_id").col("media_id"))
        .foreign_key(ForeignKey::create().from("feature_failure", "feature_id").to("feature", "id").on_delete(ForeignKeyAction::Cascade))
        .foreign_key(ForeignKey::create().from("feature_failure", "media_id").to("media", "id").on_delete(ForeignKeyAction::Cascade))
        .to_owned()
}

fn plain(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    plain(name, table, columns).unique().to_owned()
}
