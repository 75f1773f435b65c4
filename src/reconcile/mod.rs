//! One pass: read the files, observe, plan, apply.

pub mod files;
