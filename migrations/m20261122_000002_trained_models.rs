//! Models that are trained here: their records, and the weights that their trainings wrote.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, string_len, string_len_null, text, text_null, timestamp_with_time_zone};

/// Adds the tables; `down` drops them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [trained_model(), model_snapshot()] {
            manager.create_table(table).await?;
        }
        let mut by_dataset = Index::create();
        by_dataset.name("trained_model_dataset").table("trained_model").col("dataset_id");
        manager.create_index(by_dataset).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["model_snapshot", "trained_model"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn trained_model() -> TableCreateStatement {
    Table::create()
        .table("trained_model")
        .col(string_len("id", 20).primary_key())
        .col(string_len("kind", 16))
        .col(text("name"))
        .col(string_len_null("username", 64))
        .col(string("group_name").default(""))
        .col(text_null("notes"))
        .col(string_len("dataset_id", 20))
        .col(text("spec"))
        .col(text("form"))
        .col(string_len("job_uuid", 36))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned()
}

fn model_snapshot() -> TableCreateStatement {
    Table::create()
        .table("model_snapshot")
        .col(string_len("model_id", 20))
        .col(string("file"))
        // Millionths of an epoch.
        .col(big_integer("micro_epoch"))
        .primary_key(Index::create().col("model_id").col("file"))
        .foreign_key(&mut belongs_to_model("model_snapshot"))
        .to_owned()
}

fn belongs_to_model(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, "model_id").to("trained_model", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}
