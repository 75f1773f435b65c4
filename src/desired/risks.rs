//! The names of the rules about risks, by which `accept` silences them. What each looks for is no matter of the files.

macro_rules! risks {
    ($($name:ident = $text:literal: $meaning:literal,)+) => {
        $(#[doc = $meaning] pub const $name: &str = $text;)+

        /// Every name with its meaning, the gravest first.
        pub const ALL: &[(&str, &str)] = &[$(($text, $meaning)),+];
    };
}

risks! {
    AUTHOR_GRANTS_TO_THEMSELF = "author-grants-to-themself": "Whoever wrote the change gets access by it.",
    PROTECTED_USER_TOUCHED = "protected-user-touched": "A protected user gets access, or is not protected any more.",
    RESOURCE_EMPTIED = "resource-emptied": "Nobody has any role on a resource any more.",
    LAST_HOLDER_LEAVES = "last-holder-leaves": "Nobody has a role on a resource any more, and others are still there.",
    REMOVAL_SHARE = "removal-share": "More goes than the limits allow, whether it is approved or not.",
    GRANT_WITHOUT_END = "grant-without-end": "A grant has no end, and most others on its resource have one.",
}
