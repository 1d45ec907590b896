//! The key server: delivers content keys of own datasets, unattended.

use crate::{
    data::training_use_context,
    decide::keys::{decide, Action},
    service::{Steps, Worker},
    Error,
};
use neurodata_chain::{calls, BlockNumber, DatasetRecord};
use neurodata_dataset::{wrap_key, ContentKey};
use neurodata_primitives::{DatasetId, TrainingUseState};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// Extension of files that must be content keys.
const KEY_EXTENSION: &str = "key";

/// The key server.
pub struct KeyServer {
    keys: KeyFolder,
    datasets: HashMap<DatasetId, DatasetRecord>,
}

/// A folder of content keys. A key is found by what it commits to, whatever its file's name.
struct KeyFolder {
    path: PathBuf,
    known: HashMap<DatasetId, ContentKey>,
}

impl KeyServer {
    /// A server of the keys in `folder`; the folder is made if it is missing.
    ///
    /// Fails if the folder, or a file in it with the extension `key`, cannot be read.
    pub fn new(folder: &Path) -> Result<Self, Error> {
        let made = fs::create_dir_all(folder);
        made.map_err(|error| Error::Setup(format!("cannot make the folder of keys {}: {error}", folder.display())))?;
        let keys = KeyFolder { path: folder.to_owned(), known: HashMap::new() };
        let mut count = 0;
        for path in keys.files()? {
            match ContentKey::load(&path) {
                Ok(_) => count += 1,
                Err(error) if path.extension().is_some_and(|extension| extension == KEY_EXTENSION) => {
                    return Err(error.into());
                }
                Err(error) => tracing::debug!("{error}"),
            }
        }
        tracing::info!(folder = %folder.display(), keys = count, "serving keys; keys may be added at any time");
        Ok(Self { keys, datasets: HashMap::new() })
    }
}

impl KeyFolder {
    fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let failed = |error| Error::Setup(format!("cannot read the folder of keys {}: {error}", self.path.display()));
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_file() {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// The content key of a dataset, if it is in the folder.
    fn find(&mut self, id: DatasetId, dataset: &DatasetRecord) -> Result<Option<ContentKey>, Error> {
        let commitment = &dataset.commitment;
        if let Some(key) = self.known.get(&id) {
            return Ok(Some(key.clone()));
        }
        for path in self.files()? {
            match ContentKey::load(&path) {
                Ok(key) if key.commitment(commitment.data_root) == commitment.key_commitment => {
                    self.known.insert(id, key.clone());
                    return Ok(Some(key));
                }
                Ok(_) => {}
                Err(error) => tracing::debug!("{error}"),
            }
        }
        Ok(None)
    }
}

impl Steps for KeyServer {
    async fn step(&mut self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        for (id, training_use) in worker.chain.training_uses().await? {
            if !matches!(training_use.state, TrainingUseState::AwaitingKey { .. }) {
                continue;
            }
            let dataset_id = training_use.dataset;
            if !self.datasets.contains_key(&dataset_id) {
                let Some(record) = worker.chain.dataset(dataset_id).await? else { continue };
                self.datasets.insert(dataset_id, record);
            }
            let Some(dataset) = self.datasets.get(&dataset_id) else { continue };
            if dataset.owner != worker.account {
                continue;
            }
            let job = worker.chain.job(training_use.job).await?;
            match decide(now, &worker.account, &training_use, dataset, job.as_ref()) {
                Action::Ignore | Action::Wait => {}
                Action::Late => {
                    let message = format!("the key of training use {id} was not delivered in time");
                    if worker.is_new(&message) {
                        tracing::error!("{message}");
                    }
                }
                Action::Deliver => {
                    let Some(key) = self.keys.find(dataset_id, dataset)? else {
                        let message = format!("the content key of dataset {dataset_id} is not in the folder of keys");
                        if worker.is_new(&message) {
                            tracing::error!("{message}: put it there, or the stake of the dataset is slashed");
                        }
                        continue;
                    };
                    let context = training_use_context(&worker.chain.genesis(), id);
                    match wrap_key(&key, &training_use.recipient_key, &context) {
                        Ok(wrapped) => {
                            let what = format!("deliver the key of training use {id}");
                            if worker.act(now, &what, calls::deliver_key(id, wrapped)).await? {
                                worker.finish_job();
                            }
                        }
                        Err(error) => {
                            let message = format!("no key for training use {id}: {error}");
                            if worker.is_new(&message) {
                                tracing::error!("{message}");
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn stop(self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_commitment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let server = KeyServer::new(&path).unwrap();
        assert_eq!(server.keys.files().unwrap().len(), 0);
        let (first, second) = (ContentKey::generate(), ContentKey::generate());
        first.save(&path.join("first.key")).unwrap();
        second.save(&path.join("second")).unwrap();
        fs::write(path.join("notes.txt"), "not a key").unwrap();
        let mut server = KeyServer::new(&path).unwrap();
        let root = neurodata_primitives::DataRoot::new([5; 32]);
        for key in [&first, &second] {
            let id = DatasetId::new(u64::from(key.as_bytes()[0]));
            let mut dataset = crate::decide::fixtures::dataset();
            dataset.commitment.data_root = root;
            dataset.commitment.key_commitment = key.commitment(root);
            assert_eq!(server.keys.find(id, &dataset).unwrap().as_ref(), Some(key));
        }
        let unknown = crate::decide::fixtures::dataset();
        assert_eq!(server.keys.find(DatasetId::new(999), &unknown).unwrap(), None);
    }

    #[test]
    fn a_broken_key_file_is_refused_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.key"), "nonsense").unwrap();
        let error = KeyServer::new(folder.path()).err().unwrap();
        assert!(error.to_string().contains("a.key"), "{error}");
    }
}
