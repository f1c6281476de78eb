//! Table `model_snapshot`: weights that a training wrote on its way.

use sea_orm::entity::prelude::*;

/// One row of `model_snapshot`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model_snapshot")]
pub struct Model {
    /// The trained model.
    #[sea_orm(primary_key, auto_increment = false)]
    pub model_id: String,
    /// File name inside the model's folder.
    #[sea_orm(primary_key, auto_increment = false)]
    pub file: String,
    /// Millionths of an epoch.
    pub micro_epoch: i64,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
