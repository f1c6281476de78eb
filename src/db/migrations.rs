//! The list of schema changes, oldest first; each lives in a file of its own under `migrations/`.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

#[path = "../../migrations/m20260101_000001_library.rs"]
mod m20260101_000001_library;
#[path = "../../migrations/m20261121_000001_work.rs"]
mod m20261121_000001_work;
#[path = "../../migrations/m20261121_000002_changes.rs"]
mod m20261121_000002_changes;
#[path = "../../migrations/m20261121_000003_shown.rs"]
mod m20261121_000003_shown;
#[path = "../../migrations/m20261121_000004_arranged.rs"]
mod m20261121_000004_arranged;
#[path = "../../migrations/m20261121_000005_known.rs"]
mod m20261121_000005_known;
#[path = "../../migrations/m20261122_000001_datasets.rs"]
mod m20261122_000001_datasets;
#[path = "../../migrations/m20261122_000002_trained_models.rs"]
mod m20261122_000002_trained_models;

/// Brings a database to the newest schema, or back.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260101_000001_library::Migration),
            Box::new(m20261121_000001_work::Migration),
            Box::new(m20261121_000002_changes::Migration),
            Box::new(m20261121_000003_shown::Migration),
            Box::new(m20261121_000004_arranged::Migration),
            Box::new(m20261121_000005_known::Migration),
            Box::new(m20261122_000001_datasets::Migration),
            Box::new(m20261122_000002_trained_models::Migration),
        ]
    }
}
