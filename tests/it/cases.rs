//! How many cases a property test tries: few in `cargo test`, and as many as `GRANTSYNC_CASES` says for a long search.

use proptest::prelude::ProptestConfig;

/// The configuration of a property that tries `few` cases unless `GRANTSYNC_CASES` sets another number.
pub(crate) fn config(few: u32) -> ProptestConfig {
    ProptestConfig::with_cases(count(few))
}

/// The number of cases, also for a test that counts seeds itself.
pub(crate) fn count(few: u32) -> u32 {
    match std::env::var("GRANTSYNC_CASES") {
        // Only a matrix has an end; for a property, it means many.
        Ok(all) if all == "all" => 1000,
        Ok(number) => number.parse().expect("GRANTSYNC_CASES is a number of cases, or `all`"),
        Err(_) => few,
    }
}
