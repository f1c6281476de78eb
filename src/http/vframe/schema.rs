//! What requests may hold, told in the API's description as strictly as it is checked.

use utoipa::openapi::schema::{AnyOfBuilder, Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// A number of rows.
pub(super) fn count() -> Object {
    number(0)
}

/// One of these words.
pub(super) fn one_of<const COUNT: usize>(words: [&str; COUNT]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// What lists are sorted by.
pub(super) fn sort() -> Object {
    one_of(["id", "date"])
}

/// What the media of a collection are sorted by.
pub(super) fn link_sort() -> Object {
    one_of(["id", "date", "position"])
}

/// From which end lists begin.
pub(super) fn order() -> Object {
    one_of(["asc", "desc"])
}

/// What falls together in a ranking.
pub(super) fn group() -> Object {
    one_of(["video"])
}

/// Kinds of media that are kept.
pub(super) fn media_type() -> Object {
    one_of(["image", "video", "video_frame"])
}

/// Kinds of media that have vectors, one or several.
pub(super) fn picture_types() -> Object {
    text("^(image|video_frame)(,(image|video_frame)){0,9}$")
}

/// A medium's dates.
pub(super) fn date_kind() -> Object {
    one_of(["imported", "captured"])
}

/// How far a feature is with a picture.
pub(super) fn feature_state() -> Object {
    one_of(["extracted", "missing", "failed"])
}

/// What is told by the minute.
pub(super) fn series() -> Object {
    one_of(["search", "extract", "import"])
}

/// What hits are sorted by.
pub(super) fn hit_sort() -> Object {
    one_of(["score", "date"])
}

/// Whose detections are answered.
pub(super) fn detections() -> Object {
    one_of(["hits"])
}

/// Up to a hundred numbers.
pub(super) fn few_numbers() -> Object {
    text("^[0-9]{1,18}(,[0-9]{1,18}){0,99}$")
}

/// Pictures as an address names them.
pub(super) fn examples() -> Object {
    const SIDE: &str = r"(0|1|0?\.[0-9]{1,6})";
    let one = format!("[mu][0-9]{{1,18}}(@{SIDE}:{SIDE}:{SIDE}:{SIDE})?");
    text(&format!("^{one}(,{one}){{0,31}}$"))
}

/// Kinds of media that have vectors.
pub(super) fn picture_type_list() -> RefOr<Schema> {
    list_or_null(one_of(["image", "video_frame"]), 10)
}

/// Numbers of collections.
pub(super) fn collection_list() -> RefOr<Schema> {
    list_or_null(number(0), 100)
}

/// Numbers of media.
pub(super) fn media_list() -> RefOr<Schema> {
    list_or_null(number(0), 10_000)
}

fn list_or_null(item: Object, most: usize) -> RefOr<Schema> {
    AnyOfBuilder::new().item(ArrayBuilder::new().items(item).max_items(Some(most))).item(null()).into()
}

/// Up to ten thousand numbers.
pub(super) fn many_listed() -> Object {
    text("^[0-9]{1,18}(,[0-9]{1,18}){0,9999}$")
}

/// Kinds of indexes.
pub(super) fn index_type() -> Object {
    one_of(["auto", "codes", "flat", "hnsw", "faiss", "annoy"])
}

/// A kind of index, or null for the present one.
pub(super) fn other_index_type() -> RefOr<Schema> {
    AnyOfBuilder::new().item(index_type()).item(null()).into()
}

/// Yes or no, as an address says it.
pub(super) fn flag() -> Object {
    one_of(["1", "0", "true", "false"])
}

/// Yes or no, as a body says it.
pub(super) fn yes_or_no() -> RefOr<Schema> {
    let truth = ObjectBuilder::new().schema_type(Type::Boolean);
    AnyOfBuilder::new().item(truth).item(null()).item(one_of(["true", "false", "1", "0", ""])).into()
}

/// True or false, or a text of it.
pub(super) fn truth_or_text() -> RefOr<Schema> {
    AnyOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Boolean)).item(flag()).into()
}

/// Anything: all of it counts as true or false.
pub(super) fn truth() -> Object {
    Object::with_type(SchemaType::AnyValue)
}

/// A day, or a moment of one.
pub(super) fn moment() -> RefOr<Schema> {
    let text = |format| ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)));
    AnyOfBuilder::new().item(text(KnownFormat::Date)).item(text(KnownFormat::DateTime)).into()
}

/// Files of a form: at least one.
pub(super) fn files() -> Array {
    let file = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    ArrayBuilder::new().items(file).min_items(Some(1)).build()
}

fn number(least: i64) -> Object {
    let format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
    ObjectBuilder::new().schema_type(Type::Integer).format(format).minimum(Some(least as isize)).build()
}

fn text(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

fn null() -> Object {
    ObjectBuilder::new().schema_type(Type::Null).build()
}

/// A number from 1, or a text of one.
pub(super) fn number_or_text() -> RefOr<Schema> {
    AnyOfBuilder::new().item(number(1)).item(text("^[1-9][0-9]{0,17}$")).into()
}

/// A number from 1, a text of one, null, or an empty text in its place.
pub(super) fn number_or_nothing() -> RefOr<Schema> {
    AnyOfBuilder::new().item(number(1)).item(text("^([1-9][0-9]{0,17})?$")).item(null()).into()
}

/// Numbers from 1, as a list or a text.
pub(super) fn many_numbers() -> RefOr<Schema> {
    let list = ArrayBuilder::new().items(number_or_text()).min_items(Some(1)).max_items(Some(10_000));
    AnyOfBuilder::new().item(list).item(text("^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17})*$")).into()
}

/// Numbers from 1, as a list, a text, or a single one.
pub(super) fn ids() -> RefOr<Schema> {
    let list = ArrayBuilder::new().items(number_or_text()).min_items(Some(1)).max_items(Some(1000));
    AnyOfBuilder::new().item(list).item(number(1)).item(text("^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17})*$")).into()
}

/// Parameters of any task: an object, or none.
pub(super) fn parameters() -> RefOr<Schema> {
    nothing_or(ObjectBuilder::new().schema_type(Type::Object))
}

/// Parameters of the test task.
pub(super) fn test_parameters() -> RefOr<Schema> {
    let steps = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(7200));
    let steps = AnyOfBuilder::new().item(steps).item(null());
    nothing_or(ObjectBuilder::new().schema_type(Type::Object).property("steps", steps))
}

/// `null` and an empty text stand for no parameters.
fn nothing_or(object: ObjectBuilder) -> RefOr<Schema> {
    let empty = ObjectBuilder::new().schema_type(Type::String).max_length(Some(0));
    AnyOfBuilder::new().item(object).item(null()).item(empty).into()
}
