//! What is sent about collections, and what is answered.

use serde::Serialize;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::super::schema;
use super::shapes::{self, http_date};
use crate::media::collections::{self, CollectionMedia, CollectionMediaLink};
use crate::media::export::Export;

/// A collection.
#[derive(Serialize, ToSchema)]
pub(super) struct Collection {
    id: i64,
    title: String,
    username: String,
    /// Markdown.
    notes: Option<String>,
    archived: bool,
    /// HTTP date.
    created_at: String,
    /// HTTP date; null until the first change.
    updated_at: Option<String>,
}

impl From<collections::Collection> for Collection {
    fn from(collection: collections::Collection) -> Self {
        Self {
            id: collection.id.0,
            title: collection.title,
            username: collection.username,
            notes: collection.notes,
            archived: collection.archived,
            created_at: http_date(collection.created_at),
            updated_at: collection.updated_at.map(http_date),
        }
    }
}

/// A collection with its media, in the order they were put there.
#[derive(Serialize, ToSchema)]
pub(super) struct CollectionFull {
    #[serde(flatten)]
    pub(super) collection: Collection,
    pub(super) media: Vec<shapes::Media>,
}

/// How many media a collection has.
#[derive(Serialize, ToSchema)]
pub(super) struct Count {
    pub(super) collection_id: i64,
    pub(super) count: u64,
}

/// A medium's place in a collection.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    collection_id: i64,
    media_id: i64,
    /// Who put it there first.
    username: String,
    /// What somebody wrote about it; Markdown.
    notes: Option<String>,
    /// HTTP date.
    created_at: String,
}

impl From<CollectionMediaLink> for Link {
    fn from(link: CollectionMediaLink) -> Self {
        Self {
            collection_id: link.collection_id.0,
            media_id: link.media_id.0,
            username: link.username,
            notes: link.notes,
            created_at: http_date(link.created_at),
        }
    }
}

/// A medium's place in a collection that was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedLink {
    #[serde(flatten)]
    link: Link,
    /// False when it was there before.
    is_new: bool,
}

impl From<collections::AddedLink> for AddedLink {
    fn from(added: collections::AddedLink) -> Self {
        Self { link: added.link.into(), is_new: added.is_new }
    }
}

/// A medium's place in a collection, with the medium.
#[derive(Serialize, ToSchema)]
pub(super) struct LinkedMedia {
    #[serde(flatten)]
    link: Link,
    media: shapes::Media,
}

impl From<CollectionMedia> for LinkedMedia {
    fn from(one: CollectionMedia) -> Self {
        Self { media: shapes::media(&one.media), link: one.link.into() }
    }
}

/// A finished export.
#[derive(Serialize, ToSchema)]
pub(super) struct FinishedExport {
    name: String,
    url: String,
    bytes: u64,
    /// HTTP date.
    created_at: String,
}

impl From<Export> for FinishedExport {
    fn from(export: Export) -> Self {
        let name = export.name.file_name();
        Self { url: format!("/static/data/exports/{name}"), bytes: export.bytes, created_at: http_date(export.name.at()), name }
    }
}

/// What a new collection is to be.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the form is read field by field, so that all mistakes are answered together")]
pub(super) struct NewCollectionForm {
    /// Not blank.
    #[schema(min_length = 1, max_length = 64, pattern = r"[^\s\u0085]")]
    title: String,
    /// Who makes it; not blank.
    #[schema(min_length = 1, max_length = 16, pattern = r"[^\s\u0085]")]
    username: String,
    /// Markdown, at most 1 MiB.
    notes: Option<String>,
    /// `false`, `"false"`, `""`, `"0"` and 0 are false, everything else is true; absent is false.
    #[schema(schema_with = schema::truth)]
    archived: Option<bool>,
}

/// What to change of a collection; absent fields stay as they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the form is read field by field, so that all mistakes are answered together")]
pub(super) struct CollectionForm {
    /// Not blank.
    #[schema(min_length = 1, max_length = 64, pattern = r"[^\s\u0085]", nullable = false)]
    title: Option<String>,
    /// Not blank.
    #[schema(min_length = 1, max_length = 16, pattern = r"[^\s\u0085]", nullable = false)]
    username: Option<String>,
    /// Markdown, at most 1 MiB.
    notes: Option<String>,
    /// `false`, `"false"`, `""`, `"0"` and 0 are false, everything else is true.
    #[schema(schema_with = schema::truth)]
    archived: Option<bool>,
}

/// What to put into a collection: `media_ids`, or `media_id` alone.
pub(super) struct LinkForm;

impl PartialSchema for LinkForm {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new().item(ManyLinksForm::schema()).item(OneLinkForm::schema()).into()
    }
}

impl ToSchema for LinkForm {}

/// One medium to put into a collection.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the form is read field by field, so that all mistakes are answered together")]
pub(super) struct OneLinkForm {
    /// The medium; a number as text will do.
    #[schema(schema_with = schema::number_or_text)]
    media_id: i64,
    /// Taken instead of `media_id` where both are sent.
    #[schema(schema_with = schema::many_numbers)]
    media_ids: Option<Vec<i64>>,
    /// Who puts it there; not blank.
    #[schema(min_length = 1, max_length = 16, pattern = r"[^\s\u0085]")]
    username: String,
    /// What there is to say about it; Markdown, at most 64 KiB.
    notes: Option<String>,
}

/// Many media to put into a collection.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; the form is read field by field, so that all mistakes are answered together")]
pub(super) struct ManyLinksForm {
    /// The media, at most 10000: a list, or a text with commas between their numbers.
    #[schema(schema_with = schema::many_numbers)]
    media_ids: Vec<i64>,
    /// Who puts them there; not blank.
    #[schema(min_length = 1, max_length = 16, pattern = r"[^\s\u0085]")]
    username: String,
    /// What there is to say about each; Markdown, at most 64 KiB.
    notes: Option<String>,
}

/// Which media of a collection are meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(super) struct LinkedMediaIds {
    /// The media, at most 10000: a list, or a text with commas between their numbers.
    #[schema(schema_with = schema::many_numbers)]
    media_ids: Vec<i64>,
}

/// What to move in the order of a collection, and where to: `media_ids`, or `media_id` alone.
pub(super) struct OrderForm;

impl PartialSchema for OrderForm {
    fn schema() -> RefOr<Schema> {
        AnyOfBuilder::new().item(ManyMovedForm::schema()).item(OneMovedForm::schema()).into()
    }
}

impl ToSchema for OrderForm {}

/// One medium to move.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(super) struct OneMovedForm {
    /// The medium; a number as text will do.
    #[schema(schema_with = schema::number_or_text)]
    media_id: i64,
    /// Taken instead of `media_id` where both are sent.
    #[schema(schema_with = schema::many_numbers)]
    media_ids: Option<Vec<i64>>,
    /// It comes before this one; null: at the end; absent: at the beginning.
    #[schema(schema_with = schema::number_or_nothing)]
    before: Option<i64>,
}

/// Many media to move.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(super) struct ManyMovedForm {
    /// The media in the order that they are to have, at most 10000: a list, or a text with commas between their numbers.
    #[schema(schema_with = schema::many_numbers)]
    media_ids: Vec<i64>,
    /// They come before this one, which is none of them; null: at the end; absent: at the beginning.
    #[schema(schema_with = schema::number_or_nothing)]
    before: Option<i64>,
}

/// What there is to say about a medium.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body")]
pub(super) struct NotesForm {
    /// Markdown, at most 64 KiB; null takes it away.
    #[schema(required = true)]
    notes: Option<String>,
}

/// Collections.
#[derive(Serialize, ToSchema)]
pub(super) struct CollectionList {
    pub(super) status: &'static str,
    pub(super) res: Vec<Collection>,
    /// Of the collections in `res` that have any media.
    pub(super) counts: Vec<Count>,
    pub(super) total: u64,
    pub(super) offset: u64,
    pub(super) limit: u64,
}

/// One link; of a request with `media_ids` all of them.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Links {
    /// Of `media_id`.
    One(AddedLink),
    /// Of `media_ids`, in their order.
    Many(Vec<AddedLink>),
}

/// An export that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct Exported {
    pub(super) status: &'static str,
    pub(super) url: String,
    pub(super) name: String,
    pub(super) bytes: u64,
    /// Originals in it.
    pub(super) pictures: u64,
    /// Originals that are missing or damaged, and not in it; the reports in it name them.
    pub(super) missing: u64,
    /// Hash of its manifest.
    pub(super) manifest_sha256: String,
}
