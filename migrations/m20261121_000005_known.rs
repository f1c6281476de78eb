//! What an import found to be in the library before, file by file.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_pk_auto, boolean, text};

/// Adds the table; `down` drops it.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLE: &str = "job_known";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(TABLE)
            .col(big_pk_auto("id"))
            .col(big_integer("job_id"))
            .col(text("item"))
            .col(big_integer("media_id"))
            .col(boolean("deleted"))
            .foreign_key(&mut belongs_to("job_id", "job"))
            .foreign_key(&mut belongs_to("media_id", "media"))
            .to_owned();
        manager.create_table(table).await?;
        for (name, columns) in [("job_known_job", &["job_id", "id"][..]), ("job_known_media", &["media_id"][..])] {
            manager.create_index(index(name, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).to_owned()).await
    }
}

fn belongs_to(column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(TABLE, column).to(other, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn index(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(TABLE);
    for column in columns {
        index.col(*column);
    }
    index
}
