//! A world that outlives its process.
//!
//! One JSON file, replaced as a whole after every change, before the change is answered: what was answered is on disk, and
//! a crash leaves the file before or after a change, never between. A database would do more than that, and nothing here
//! needs more: a sandbox has a few thousand rows and one writer, and people can read and edit the file.

use std::fs;
use std::io;
use std::path::Path;

use super::world::World;
use crate::outfile::OutFile;

impl World {
    /// The world that a file holds, or this one when there is no such file yet. The file follows every change that comes
    /// over HTTP from now on. What tests set up — faults, load, the clock — is not kept, nor are requests.
    pub fn kept_in(self, path: &Path) -> io::Result<Self> {
        let mut world = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let text = format!("`{}` is not the state of a sandbox: {error}", path.display());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => self,
            Err(error) => return Err(error),
        };
        world.kept_in = Some(path.to_owned());
        world.keep()?;
        Ok(world)
    }

    /// Writes the world to its file, if it has one.
    pub(super) fn keep(&self) -> io::Result<()> {
        let Some(path) = &self.kept_in else { return Ok(()) };
        OutFile::open(path)?.write(&serde_json::to_vec(self)?)
    }
}
