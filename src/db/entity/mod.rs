//! The tables as structs, one file a table. Only rooms see them; doors and engines see the rooms' records.

pub mod collection;
pub mod collection_media;
pub mod collection_media_removed;
pub mod dataset;
pub mod dataset_item;
pub mod dataset_label;
pub mod detection;
pub mod detection_run;
pub mod feature;
pub mod feature_failure;
pub mod job;
pub mod job_failure;
pub mod job_known;
pub mod job_log;
pub mod media;
pub mod media_source;
pub mod model_snapshot;
pub mod trained_model;
pub mod upload;
