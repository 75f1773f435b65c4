//! The short names of everything that can be wrong with the files.
//!
//! They are stable: people search for them, and may one day silence them.

macro_rules! codes {
    ($($name:ident = $code:literal: $meaning:literal,)+) => {
        $(#[doc = $meaning] pub const $name: &str = $code;)+

        /// Every code with its meaning, in the order in which they can come up.
        pub const ALL: &[(&str, &str)] = &[$(($code, $meaning)),+];
    };
}

codes! {
    // The text.
    NOT_UTF8 = "not-utf8": "The file is not UTF-8 text.",
    CONFLICT_MARKER = "conflict-marker": "A merge was left unfinished.",
    SYNTAX = "syntax": "The text is not YAML.",
    SECOND_DOCUMENT = "second-document": "The file holds more than one YAML document.",
    EMPTY_FILE = "empty-file": "The file says nothing.",
    ALIAS = "alias": "Anchors and aliases are not part of the format.",
    MERGE_KEY = "merge-key": "Merge keys are not part of the format.",
    TAG = "tag": "Tags are not part of the format.",
    DUPLICATE_KEY = "duplicate-key": "A key stands twice in one mapping.",
    // The shape.
    WRONG_TYPE = "wrong-type": "Another kind of value belongs here.",
    UNKNOWN_KEY = "unknown-key": "The format has no such key here.",
    BLANK = "blank": "A key has no value.",
    MISSING_KEY = "missing-key": "A key that must be there is not.",
    SINGULAR_AND_PLURAL = "singular-and-plural": "Both forms of one key are given.",
    EMPTY_LIST = "empty-list": "A list that must name something names nothing.",
    BLANK_LIST = "blank-list": "A list was left blank, and is read as empty.",
    LISTED_TWICE = "listed-twice": "A list names the same thing again.",
    // The text of one value.
    QUOTE_IT = "quote-it": "A name is written such that YAML does not take it for text.",
    EMPTY_TEXT = "empty-text": "Text that must say something is empty.",
    SURROUNDING_SPACE = "surrounding-space": "Text begins or ends with white space.",
    CONTROL_CHARACTER = "control-character": "Text holds a control character.",
    HIDDEN_CHARACTER = "hidden-character": "Text holds a character that cannot be seen.",
    CONTINUED_LINE = "continued-line": "A name continues on the next line.",
    TYPOGRAPHIC_QUOTE = "typographic-quote": "A name begins with a quote that YAML takes for a letter.",
    // The values.
    UNSUPPORTED_VERSION = "unsupported-version": "The version of the format is not 1.",
    UNKNOWN_VALUE = "unknown-value": "One of a few words belongs here.",
    OUT_OF_RANGE = "out-of-range": "A number is too small or too large.",
    EMPTY_SCOPE = "empty-scope": "The scope says neither what is in nor what is out.",
    MALFORMED_UUID = "malformed-uuid": "This is no UUID.",
    MALFORMED_URL = "malformed-url": "This is no URL of an object of the API.",
    WRONG_URL = "wrong-url": "The URL is of another kind of object.",
    MALFORMED_DIGEST = "malformed-digest": "This is no digest of a plan.",
    PATTERN_NOT_ALLOWED = "pattern-not-allowed": "A pattern stands where one thing must be named.",
    MALFORMED_DATE = "malformed-date": "This is neither a day nor an instant.",
    UNKNOWN_RISK = "unknown-risk": "No rule about risks has this name.",
    UNKNOWN_TIMEZONE = "unknown-timezone": "The time zone is not known.",
    ALREADY_ENDED = "already-ended": "An entry ended before now.",
    APPROVAL_TOO_LONG = "approval-too-long": "An approval would hold for more than 14 days.",
    UNTIL_BEFORE_FROM = "until-before-from": "It ends before it begins.",
    // The set.
    MISSING_BINDINGS = "missing-bindings": "No file has the key `bindings`.",
    SETTINGS_IN_TWO_FILES = "settings-in-two-files": "Settings stand in more than one file.",
    MISSING_FILE = "missing-file": "A file that `files` names is not in the set.",
    DUPLICATE_GROUP = "duplicate-group": "A group is defined twice.",
    UNKNOWN_GROUP = "unknown-group": "No group has this name.",
    GROUP_CYCLE = "group-cycle": "A group contains itself.",
    GROUP_DEPTH = "group-depth": "Groups are nested too deep.",
    GROUP_WAYS = "group-ways": "A group holds the same users in very many ways.",
    EMPTY_GROUP = "empty-group": "A binding gives nobody access, since nobody is in its group.",
    UNUSED_GROUP = "unused-group": "No binding uses the group.",
    USER_NAMED_LIKE_GROUP = "user-named-like-group": "A user is named where a group may be meant.",
    TOO_MANY_BINDINGS = "too-many-bindings": "The files ask for more bindings than anybody can mean.",
    DUPLICATE_BINDING = "duplicate-binding": "The same binding is declared twice at once.",
    OUTSIDE_SCOPE = "outside-scope": "A binding lies outside of the scope of its own files.",
    DATED_PROTECTED = "dated-protected": "A date has no effect on a protected user.",
    TOO_MANY_PROBLEMS = "too-many-problems": "There are more problems than anybody wants to read.",
}
