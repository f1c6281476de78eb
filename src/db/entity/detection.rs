//! Table `detection`: what a detector saw, one row a box.

use sea_orm::entity::prelude::*;

/// One row of `detection`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "detection")]
pub struct Model {
    /// Number of the detection.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The picture.
    pub media_id: i64,
    /// Key of the model.
    pub detector: String,
    /// What it is.
    pub label: String,
    /// Index of the class in the model's labels.
    pub label_index: i32,
    /// 0 to 1.
    pub confidence: f32,
    /// Left edge, fraction of the upright picture.
    pub x1: f32,
    /// Top edge.
    pub y1: f32,
    /// Right edge.
    pub x2: f32,
    /// Bottom edge.
    pub y2: f32,
}

/// Relations are followed by explicit queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
