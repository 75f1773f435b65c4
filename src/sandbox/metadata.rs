//! The metadata of views, as the server answers it to OPTIONS.

use serde_json::json;

use super::links;
use super::second::grants;
use super::urls::Target;
use super::view::Answer;

/// What OPTIONS tells; of other views than those of links, only that they speak JSON.
pub(super) fn metadata(target: Target<'_>) -> Answer {
    let name = match target {
        Target::Collection(links::COLLECTION) => "Resource User List",
        Target::Item(links::COLLECTION, _) => "Resource User Instance",
        Target::Collection(grants::COLLECTION) => "User Permission List",
        Target::Item(grants::COLLECTION, _) => "User Permission Instance",
        _ => "",
    };
    let parses = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
    let mut body = json!({ "name": name, "description": "", "renders": ["application/json"], "parses": parses });
    if target == Target::Collection(links::COLLECTION) {
        body["actions"] = json!({ "POST": links::fields() });
    }
    Answer::json(200, &body)
}
