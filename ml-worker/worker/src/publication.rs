//! What a compute provider publishes of a run, and how it depends on the trace that the committee is shown.
//!
//! ```text
//! model, card, report, states     the same whichever trace is shown; in the store before that is decided
//! trace index                     links of the trace that is shown, and the states; of a long run only
//! index                           all of them: its digest is the result's manifest
//! ```
//!
//! The indexes are made when the result is submitted. Never are those of the true trace and of the planted one in the
//! store together: whoever saw both would know which is which.

use neurodata_primitives::{BlobDigest, TraceLink};
use neurodata_storage::{manifest, BlobStore, Cid, ManifestError, StoreError};
use neurodata_training::{ModelIndex, TraceIndex};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// Files of a result that are in the store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Model, card and report.
    pub files: ModelIndex,
    /// CIDs of the manifests of the states, in the order of the links; none of a run that is repeated as a whole, or
    /// whose states are too large.
    pub states: Vec<String>,
}

impl Publication {
    /// Put the indexes that show these `links` into the store, those that show the `others` having left it. Returns the
    /// result's manifest.
    ///
    /// The same arguments give the same manifest, however often.
    pub fn show(
        &self,
        store: &dyn BlobStore,
        links: &[TraceLink],
        others: &[TraceLink],
    ) -> Result<BlobDigest, ManifestError> {
        if !self.states.is_empty() {
            let addresses = Addresses::default();
            self.put(&addresses, others)?;
            for cid in addresses.into_inner() {
                store.remove(&cid)?;
            }
        }
        self.put(store, links)
    }

    fn put(&self, store: &dyn BlobStore, links: &[TraceLink]) -> Result<BlobDigest, ManifestError> {
        let trace = if self.states.is_empty() {
            None
        } else {
            let index = TraceIndex::new(links.to_vec(), self.states.clone());
            Some(manifest::put_bytes(store, &index.to_bytes())?.to_string())
        };
        let mut index = self.files.clone();
        index.trace = trace;
        Ok(store.put(&index.to_bytes())?.digest())
    }
}

/// A store that keeps nothing but the addresses of what it was given.
#[derive(Default)]
struct Addresses(Mutex<Vec<Cid>>);

impl Addresses {
    /// The last one first: what points to a blob before the blob.
    fn into_inner(self) -> Vec<Cid> {
        let mut addresses = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        addresses.reverse();
        addresses
    }
}

impl BlobStore for Addresses {
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError> {
        let cid = Cid::of(bytes);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(cid);
        Ok(cid)
    }

    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::Missing { cid: *cid, location: "memory".into() })
    }

    fn has(&self, _: &Cid) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn remove(&self, _: &Cid) -> Result<bool, StoreError> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{probe, CheckpointDigest, CourseDigest};
    use neurodata_storage::DirectoryStore;

    fn publication(states: &[&str]) -> Publication {
        Publication {
            files: ModelIndex::new("a".into(), "b".into(), "c".into(), None),
            states: states.iter().map(|state| (*state).into()).collect(),
        }
    }

    fn links() -> Vec<TraceLink> {
        let link = |byte: u8| TraceLink {
            state: CheckpointDigest::new([byte; 32]),
            course: CourseDigest::new([byte + 100; 32]),
        };
        (0..3).map(link).collect()
    }

    fn files(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
    }

    #[test]
    fn only_the_trace_that_is_shown_is_in_the_store_however_the_lot_changes() {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(folder.path()).unwrap();
        let (links, planted) = (links(), probe::plant(&links(), &[7; 32]));
        let publication = publication(&["d", "e", "f"]);
        let [honest, task] = [(&links, &planted), (&planted, &links)].map(|(shown, other)| {
            let manifest = publication.show(&store, shown, other).unwrap();
            assert_eq!(publication.show(&store, shown, other).unwrap(), manifest);
            assert_eq!(files(folder.path()), 3, "index, manifest of the trace index, trace index");
            let index = ModelIndex::from_bytes(&store.get(&Cid::from(manifest)).unwrap()).unwrap();
            let trace = manifest::read_to_vec(&store, &index.trace.unwrap().parse().unwrap(), 1 << 16).unwrap();
            let trace = TraceIndex::from_bytes(&trace).unwrap();
            assert_eq!((&trace.links, trace.checkpoints), (shown, publication.states.clone()));
            manifest
        });
        assert_ne!(honest, task);
    }

    #[test]
    fn what_a_short_run_publishes_does_not_depend_on_the_trace() {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(folder.path()).unwrap();
        let (links, planted) = (links(), probe::plant(&links(), &[7; 32]));
        let publication = publication(&[]);
        let manifest = publication.show(&store, &links, &planted).unwrap();
        assert_eq!(publication.show(&store, &planted, &links).unwrap(), manifest);
        let index = ModelIndex::from_bytes(&store.get(&Cid::from(manifest)).unwrap()).unwrap();
        assert_eq!(index, publication.files);
    }
}
