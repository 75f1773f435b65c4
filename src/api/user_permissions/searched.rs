//! Whether the server finds grants by their resource.
//!
//! A server that does not search among resources answers `scope_uuid=` with nothing, as if there were no grants. So the
//! answer is believed once it has shown a grant, of whichever resource.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use super::grants::by_resource;
use crate::api::http::{Error, Http};
use crate::binding::ResourceId;

/// What is known of it.
#[derive(Debug, Default)]
pub(in crate::api) struct Searched {
    proven: AtomicBool,
    /// Resources that had grants when all grants were last listed; two are enough.
    witnesses: Mutex<BTreeSet<ResourceId>>,
}

impl Searched {
    /// It was seen to find something.
    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Remembers resources that have grants.
    pub(super) fn remember(&self, resources: impl Iterator<Item = ResourceId>) {
        let mut witnesses = BTreeSet::new();
        for resource in resources {
            witnesses.insert(resource);
            if witnesses.len() > 1 {
                break;
            }
        }
        *self.witnesses.lock().unwrap_or_else(PoisonError::into_inner) = witnesses;
    }

    /// Whether no resource had grants when all were last listed: then nothing can be proven, and nothing is missed.
    pub(super) fn is_empty(&self) -> bool {
        self.witnesses.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Asks for the grants of another resource, which is known to have some.
    pub(super) async fn ask(&self, http: &Http, other_than: ResourceId) -> Result<bool, Error> {
        let witness = {
            let witnesses = self.witnesses.lock().unwrap_or_else(PoisonError::into_inner);
            witnesses.iter().copied().find(|it| *it != other_than)
        };
        if let (false, Some(witness)) = (self.is_proven(), witness)
            && by_resource(witness).count(http).await? > 0
        {
            self.prove();
        }
        Ok(self.is_proven())
    }
}
