//! The shape of the files for editors, as JSON Schema.

/// The JSON Schema (draft 7, which editors know best) of one file.
///
/// It is written by hand beside the reader, which is written by hand, too: what is derived from types would need types
/// that nothing else uses. A test holds the two together: the schema accepts what [`parse`](fn@super::parse) accepts, and
/// refuses what it refuses for its shape. It cannot know of other files, of names, or of days that no calendar has.
pub fn schema() -> &'static str {
    include_str!("../../schemas/desired-state.v1.json")
}
