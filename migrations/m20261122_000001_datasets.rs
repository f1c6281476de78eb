//! Datasets, the names of their classes, and their pictures.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, string, string_len, string_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null,
};

/// Adds the tables; `down` drops them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [dataset(), dataset_label(), dataset_item()] {
            manager.create_table(table).await?;
        }
        // What a picture belongs to, and where it is deleted with its medium.
        let index = Index::create().name("dataset_item_media").table("dataset_item").col("media_id").to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["dataset_item", "dataset_label", "dataset"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn dataset() -> TableCreateStatement {
    Table::create()
        .table("dataset")
        .col(string_len("id", 20).primary_key())
        .col(string_len("kind", 24))
        .col(string("name"))
        .col(string("group_name").default(""))
        .col(string_null("username"))
        .col(text_null("notes"))
        .col(text("form"))
        .col(text("spec"))
        .col(big_integer("seed"))
        .col(text("findings"))
        .col(big_integer("job_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("updated_at"))
        .to_owned()
}

fn dataset_label() -> TableCreateStatement {
    Table::create()
        .table("dataset_label")
        .col(string_len("dataset_id", 20))
        .col(integer("number"))
        .col(text("name"))
        .primary_key(Index::create().col("dataset_id").col("number"))
        .foreign_key(&mut of_dataset("dataset_label"))
        .to_owned()
}

fn dataset_item() -> TableCreateStatement {
    Table::create()
        .table("dataset_item")
        .col(string_len("dataset_id", 20))
        .col(integer("subset"))
        .col(big_integer("number"))
        .col(integer("class"))
        .col(big_integer_null("media_id"))
        .primary_key(Index::create().col("dataset_id").col("subset").col("number"))
        .foreign_key(&mut of_dataset("dataset_item"))
        .foreign_key(ForeignKey::create().from("dataset_item", "media_id").to("media", "id").on_delete(ForeignKeyAction::SetNull))
        .to_owned()
}

fn of_dataset(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, "dataset_id").to("dataset", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}
