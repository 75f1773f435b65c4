//! The checksum of a saved file: SHA-256 over values, not over text, so that indentation may change.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use sha2::{Digest as _, Sha256};

/// The checksum of a value whose keys are written in alphabetical order.
///
/// The value is hashed while it is written: nothing of it is built in memory.
///
/// # Errors
/// Never for values that JSON can say.
pub(super) fn checksum(value: &impl Serialize) -> serde_json::Result<String> {
    let mut hash = Hash(Sha256::new());
    value.serialize(&mut Serializer::with_formatter(&mut hash, Canonical))?;
    Ok(format!("sha256:{}", hex(&hash.0.finalize())))
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

struct Hash(Sha256);

impl io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON in one way only: no white space, and a comma after each item.
struct Canonical;

impl Formatter for Canonical {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b",")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b",")
    }
}
