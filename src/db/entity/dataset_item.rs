//! Table `dataset_item`: the pictures of datasets, with their classes.

use sea_orm::entity::prelude::*;

/// One row of `dataset_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dataset_item")]
pub struct Model {
    /// The dataset.
    #[sea_orm(primary_key, auto_increment = false)]
    pub dataset_id: String,
    /// 0 to train with, 1 to validate with, 2 to test with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subset: i32,
    /// Number of the entry in the set's database.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// Number of the class.
    pub class: i32,
    /// The picture in the library.
    pub media_id: Option<i64>,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
