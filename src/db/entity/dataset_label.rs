//! Table `dataset_label`: names of the classes of datasets.

use sea_orm::entity::prelude::*;

/// One row of `dataset_label`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset_label")]
pub struct Model {
    /// The dataset.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dataset_id: String,
    /// Number of the class.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Its name.
    pub name: String,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
