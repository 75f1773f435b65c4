//! A world that outlives its process.
//!
//! One JSON file, replaced as a whole after every change, before the change is answered: what was answered is on disk, and
//! a crash leaves the file before or after a change, never between. A database would do more than that, and nothing here
//! needs more: a sandbox has a few thousand rows and one writer, and people can read and edit the file.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::world::World;

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
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = Path::new(&beside);
        let mut file = File::create(beside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(beside, path)?;
        // The new name is on disk only when the directory is.
        let directory = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()
    }
}
