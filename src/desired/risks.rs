//! The names of the rules about risks, by which `accept` silences them. What each looks for is no matter of the files.

macro_rules! risks {
    ($($name:ident = $text:literal: $meaning:literal,)+) => {
        $(#[doc = $meaning] pub const $name: &str = $text;)+

        /// Every name with its meaning, the gravest first.
        pub const ALL: &[(&str, &str)] = &[$(($text, $meaning)),+];
    };
}

risks! {
    ENFORCEMENT_WEAKENED = "enforcement-weakened": "A setting changes, and less is enforced, held or told.",
    LEAVES_MANAGEMENT = "leaves-management": "A live link stays whatever lines say, and did not before.",
    AUTHOR_GRANTS_TO_THEMSELF = "author-grants-to-themself": "Whoever wrote the change gets access by it.",
    PROTECTED_USER_TOUCHED = "protected-user-touched": "A protected user gets access, or is not protected any more.",
    RESOURCE_EMPTIED = "resource-emptied": "Nobody has any role on a resource any more.",
    LAST_HOLDER_LEAVES = "last-holder-leaves": "Nobody has a role on a resource any more, and others are still there.",
    MAY_DEACTIVATE_ACCOUNT = "may-deactivate-account": "A user loses the last visible link, and Waldur 8 can be set to deactivate the account.",
    GRANT_TO_INACTIVE_ACCOUNT = "grant-to-inactive-account": "An account is inactive on Waldur 8, so that nothing is created for it.",
    LOOK_ALIKE = "look-alike": "Whoever gets access has a username that looks like another one.",
    IDENTITY_CHANGED = "identity-changed": "A username that is pinned to a UUID belongs to another account.",
    END_EXTENDED = "end-extended": "A grant ends later, or no more.",
    REMOVAL_SHARE = "removal-share": "More goes than the limits allow, whether it is approved or not.",
    GRANT_WITHOUT_END = "grant-without-end": "A grant has no end, and most others on its resource have one.",
}
