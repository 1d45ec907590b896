//! The key server: delivers content keys of own datasets and models, and settles own sales, unattended.

use crate::{
    data::{fetch_package, fetch_sealed_model, DataError},
    decide::{keys, sales},
    service::{Steps, Worker},
    Error,
};
use neurodata_chain::{
    calls, BlockNumber, Call, Chain, DatasetRecord, ListedModel, ModelListing, ModelRecord, PurchaseState,
};
use neurodata_dataset::{wrap_key, ContentKey};
use neurodata_primitives::{Asset, KeyCommitment, PackageCommitment, RecipientKey, TrainingUseState, WrappedKey};
use neurodata_sealing::{key_commitment, sale_context, training_use_context};
use neurodata_storage::{BlobStore, DirectoryStore};
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    time::SystemTime,
};

/// Extension of files that must be content keys.
const KEY_EXTENSION: &str = "key";

/// The key server.
pub struct KeyServer {
    keys: KeyFolder,
    /// Whether own sales are settled.
    settles: bool,
    examiner: Option<Examiner>,
    /// Whether the packages that are there at the start were handed to the examiner.
    examined: bool,
}

/// A folder of content keys. A key is found by what it commits to, whatever its file's name.
struct KeyFolder {
    path: PathBuf,
    /// The keys in the folder, each with the time at which its file was written.
    loaded: HashMap<PathBuf, (Option<SystemTime>, ContentKey)>,
    known: HashMap<KeyCommitment, ContentKey>,
}

/// What is sold, as the chain has it.
#[derive(Clone)]
enum Sold {
    Dataset(DatasetRecord),
    Model(ModelRecord, ModelListing),
}

/// Examines the packages of own assets, one after the other, on a thread of its own.
struct Examiner {
    packages: mpsc::Sender<(Asset, Sold, ContentKey)>,
    begun: HashSet<Asset>,
}

/// What the package of an own asset is like.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Health {
    /// It is what the chain says.
    Clean,
    /// It is in the store, and it is not what the chain says or does not open to it.
    Faulty(String),
    /// It is not in the store, which need not be the one that buyers fetch from.
    Unknown(String),
}

/// What has to be done in one step: names of calls, and the calls.
#[derive(Default)]
struct Todo {
    deliveries: Vec<(String, Call)>,
    others: Vec<(String, Call)>,
}

impl KeyServer {
    /// A server of the keys in `folder`; the folder is made if it is missing. Own packages in `store` are examined.
    ///
    /// Fails if the folder, or a file in it with the extension `key`, cannot be read.
    pub fn new(folder: &Path, settles: bool, store: Option<DirectoryStore>) -> Result<Self, Error> {
        let made = fs::create_dir_all(folder);
        made.map_err(|error| Error::Setup(format!("cannot make the folder of keys {}: {error}", folder.display())))?;
        let mut keys = KeyFolder { path: folder.to_owned(), loaded: HashMap::new(), known: HashMap::new() };
        for path in keys.files()? {
            match ContentKey::load(&path) {
                Err(error) if path.extension().is_some_and(|extension| extension == KEY_EXTENSION) => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        keys.refresh()?;
        let count = keys.loaded.len();
        tracing::info!(folder = %folder.display(), keys = count, "serving keys; keys may be added at any time");
        Ok(Self { keys, settles, examiner: store.map(Examiner::start), examined: false })
    }

    /// Have all own packages examined whose keys are in the folder.
    async fn examine_all(&mut self, worker: &Worker) -> Result<(), Error> {
        if self.examiner.is_none() {
            return Ok(());
        }
        for (id, record) in worker.chain.all_datasets(Some(&worker.account), false).await? {
            self.examine(Asset::Dataset(id), &Sold::Dataset(record))?;
        }
        for ListedModel { id, record, listing, .. } in worker.chain.all_models(Some(&worker.account), false).await? {
            // What was sold before it changed hands is examined when its key is asked for.
            if let Some(listing) = listing.filter(|listing| listing.seller == worker.account) {
                self.examine(Asset::Model(id), &Sold::Model(record, listing))?;
            }
        }
        Ok(())
    }

    /// Have the package of an own asset examined, unless it was before.
    fn examine(&mut self, asset: Asset, sold: &Sold) -> Result<(), Error> {
        if self.examiner.as_ref().is_none_or(|examiner| examiner.begun.contains(&asset)) {
            return Ok(());
        }
        if let (Some(key), Some(examiner)) = (self.key_of(sold)?, &mut self.examiner) {
            examiner.begin(asset, sold.clone(), key);
        }
        Ok(())
    }

    /// The content key of what is sold, if it is in the folder.
    fn key_of(&mut self, sold: &Sold) -> Result<Option<ContentKey>, Error> {
        Ok(sold.package().map(|package| self.keys.find(&package)).transpose()?.flatten())
    }

    /// The content key of `asset`, wrapped for `recipient`; `None`, after saying why, if it is not there.
    fn wrapped_key(
        &mut self,
        worker: &mut Worker,
        asset: Asset,
        sold: &Sold,
        recipient: &RecipientKey,
        context: &[u8],
    ) -> Result<Option<WrappedKey>, Error> {
        self.examine(asset, sold)?;
        let message = match self.key_of(sold)?.map(|key| wrap_key(&key, recipient, context)) {
            Some(Ok(wrapped)) => return Ok(Some(wrapped)),
            Some(Err(error)) => format!("no key for a buyer of {}: {error}", name(asset)),
            None => format!(
                "the content key of {} is not in the folder of keys: put it there, or its stake is slashed",
                name(asset)
            ),
        };
        if worker.is_new(&message) {
            tracing::error!("{message}");
        }
        Ok(None)
    }

    async fn serve_training_uses(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        sold: &mut HashMap<Asset, Option<Sold>>,
        todo: &mut Todo,
    ) -> Result<(), Error> {
        for (id, training_use) in worker.chain.training_uses().await? {
            if !matches!(training_use.state, TrainingUseState::AwaitingKey { .. }) {
                continue;
            }
            let asset = Asset::Dataset(training_use.dataset);
            let Some(found) = lookup(&worker.chain, sold, asset).await? else { continue };
            let Sold::Dataset(dataset) = &found else { continue };
            if dataset.owner != worker.account {
                continue;
            }
            let job = worker.chain.job(training_use.job).await?;
            match keys::decide(now, &worker.account, &training_use, dataset, job.as_ref()) {
                keys::Action::Ignore | keys::Action::Wait => {}
                keys::Action::Late => late(worker, &format!("the key of training use {id}")),
                keys::Action::Deliver => {
                    let context = training_use_context(&worker.chain.genesis(), id);
                    let wrapped = self.wrapped_key(worker, asset, &found, &training_use.recipient_key, &context)?;
                    todo.deliveries.extend(
                        wrapped
                            .map(|key| (format!("deliver the key of training use {id}"), calls::deliver_key(id, key))),
                    );
                }
            }
        }
        Ok(())
    }

    async fn serve_purchases(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        sold: &mut HashMap<Asset, Option<Sold>>,
        todo: &mut Todo,
    ) -> Result<(), Error> {
        for (id, purchase) in worker.chain.purchases().await? {
            if purchase.seller != worker.account {
                continue;
            }
            let asset = purchase.asset;
            let found = match purchase.state {
                PurchaseState::AwaitingKey { .. } => lookup(&worker.chain, sold, asset).await?,
                PurchaseState::Delivered { .. } => None,
            };
            let condemned = found.as_ref().is_some_and(Sold::is_condemned);
            match sales::decide(now, &worker.account, &purchase, condemned) {
                sales::Action::Ignore | sales::Action::Wait => {}
                sales::Action::Late => late(worker, &format!("the key of purchase {id} of {}", name(asset))),
                sales::Action::Deliver => {
                    let Some(found) = found else { continue };
                    let context = sale_context(&worker.chain.genesis(), id);
                    let wrapped = self.wrapped_key(worker, asset, &found, &purchase.recipient_key, &context)?;
                    todo.deliveries.extend(wrapped.map(|key| {
                        let what = format!("deliver the key of purchase {id} of {}", name(asset));
                        (what, calls::deliver_purchase_key(id, key))
                    }));
                }
                sales::Action::Settle if self.settles => {
                    todo.others.push((format!("settle purchase {id} of {}", name(asset)), calls::settle(id)));
                }
                sales::Action::Settle => {}
            }
        }
        Ok(())
    }

    async fn serve_inspections(&mut self, worker: &mut Worker, now: BlockNumber, todo: &mut Todo) -> Result<(), Error> {
        for (id, inspection) in worker.chain.inspections().await? {
            let call = match sales::decide_inspection(now, &worker.account, &inspection) {
                sales::InspectionAction::Wait => continue,
                sales::InspectionAction::Draw => {
                    (format!("draw the inspectors of inspection {id}"), calls::draw_inspectors(id))
                }
                sales::InspectionAction::Close => (format!("close inspection {id}"), calls::close_inspection(id)),
            };
            todo.others.push(call);
        }
        Ok(())
    }
}

/// What is sold as `asset`, read at most once a step.
async fn lookup(chain: &Chain, sold: &mut HashMap<Asset, Option<Sold>>, asset: Asset) -> Result<Option<Sold>, Error> {
    if let Some(found) = sold.get(&asset) {
        return Ok(found.clone());
    }
    let found = match asset {
        Asset::Dataset(id) => chain.dataset(id).await?.map(Sold::Dataset),
        Asset::Model(id) => match (chain.model(id).await?, chain.model_listing(id).await?) {
            (Some(record), Some(listing)) => Some(Sold::Model(record, listing)),
            _ => None,
        },
    };
    sold.insert(asset, found.clone());
    Ok(found)
}

/// Say once that something was not delivered in time.
fn late(worker: &mut Worker, what: &str) {
    let message = format!("{what} was not delivered in time");
    if worker.is_new(&message) {
        tracing::error!("{message}");
    }
}

fn name(asset: Asset) -> String {
    match asset {
        Asset::Dataset(id) => format!("dataset {id}"),
        Asset::Model(id) => format!("model {id}"),
    }
}

impl Sold {
    /// What binds the package; `None` for a model that is too large to be sold.
    fn package(&self) -> Option<PackageCommitment> {
        match self {
            Self::Dataset(record) => Some(PackageCommitment::from(&record.commitment)),
            Self::Model(record, listing) => listing.package.commitment(record.result.model, record.result.model_bytes),
        }
    }

    fn is_condemned(&self) -> bool {
        match self {
            Self::Dataset(record) => record.condemned,
            Self::Model(_, listing) => listing.condemned,
        }
    }

    /// What its package in `store` is like.
    fn health(&self, store: &dyn BlobStore, key: &ContentKey) -> Health {
        let fault = match self {
            Self::Dataset(record) => fetch_package(store, record).map(|package| package.examine(key)),
            Self::Model(record, listing) => {
                fetch_sealed_model(store, record, listing).map(|sealed| sealed.examine(key))
            }
        };
        match fault {
            Ok(None) => Health::Clean,
            Ok(Some(fault)) => Health::Faulty(format!("{fault:?}")),
            Err(error @ DataError::Invalid(_)) => Health::Faulty(error.to_string()),
            Err(error) => Health::Unknown(error.to_string()),
        }
    }
}

impl Examiner {
    /// An examiner of packages in `store`. It ends with its owner.
    fn start(store: DirectoryStore) -> Self {
        let (packages, queue) = mpsc::channel::<(Asset, Sold, ContentKey)>();
        std::thread::spawn(move || {
            for (asset, sold, key) in queue {
                let asset = name(asset);
                match sold.health(&store, &key) {
                    Health::Clean => tracing::info!("the package of {asset} is what the chain says"),
                    Health::Faulty(fault) => tracing::error!(
                        "THE PACKAGE OF {} IS BAD: {fault}. A buyer who proves that takes the whole stake away: take \
                         it off sale now",
                        asset.to_uppercase()
                    ),
                    Health::Unknown(reason) => tracing::warn!("the package of {asset} was not examined: {reason}"),
                }
            }
        });
        Self { packages, begun: HashSet::new() }
    }

    fn begin(&mut self, asset: Asset, sold: Sold, key: ContentKey) {
        self.begun.insert(asset);
        // The thread is gone only if it panicked: the keys are served all the same.
        if self.packages.send((asset, sold, key)).is_err() {
            tracing::warn!("packages are not examined any more");
        }
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

    /// Load files that are new or were written again; forget those that are gone.
    fn refresh(&mut self) -> Result<(), Error> {
        let files = self.files()?;
        self.loaded.retain(|path, _| files.contains(path));
        for path in files {
            let written = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
            if self.loaded.get(&path).is_some_and(|(loaded, _)| written.is_some() && *loaded == written) {
                continue;
            }
            match ContentKey::load(&path) {
                Ok(key) => drop(self.loaded.insert(path, (written, key))),
                Err(error) => {
                    self.loaded.remove(&path);
                    tracing::debug!("{error}");
                }
            }
        }
        Ok(())
    }

    /// The content key that `package` is bound to, if it is in the folder.
    fn find(&mut self, package: &PackageCommitment) -> Result<Option<ContentKey>, Error> {
        let fits = |key: &&ContentKey| key_commitment(key.as_bytes(), &package.content) == package.key_commitment;
        if let Some(key) = self.known.get(&package.key_commitment).filter(fits) {
            return Ok(Some(key.clone()));
        }
        self.refresh()?;
        let found = self.loaded.values().map(|(_, key)| key).find(fits).cloned();
        if let Some(key) = &found {
            self.known.insert(package.key_commitment, key.clone());
        }
        Ok(found)
    }
}

impl Steps for KeyServer {
    async fn step(&mut self, worker: &mut Worker, now: BlockNumber) -> Result<(), Error> {
        if !self.examined {
            self.examine_all(worker).await?;
            self.examined = true;
        }
        let (mut sold, mut todo) = (HashMap::new(), Todo::default());
        self.serve_training_uses(worker, now, &mut sold, &mut todo).await?;
        self.serve_purchases(worker, now, &mut sold, &mut todo).await?;
        self.serve_inspections(worker, now, &mut todo).await?;
        // Keys have deadlines, money can wait.
        let delivered = worker.act_all(now, todo.deliveries).await?;
        delivered.iter().filter(|outcome| outcome.is_done()).for_each(|_| worker.finish_job());
        worker.act_all(now, todo.others).await?;
        Ok(())
    }

    async fn stop(self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures;
    use neurodata_primitives::{ContentCommitment, DatasetId, ModelDigest, ModelPackage};

    fn bound_to(key: &ContentKey, content: ContentCommitment) -> PackageCommitment {
        let key_commitment = key_commitment(key.as_bytes(), &content);
        PackageCommitment { content, cipher_root: Default::default(), key_commitment, chunks: 1 }
    }

    fn table() -> ContentCommitment {
        let data_root = neurodata_primitives::DataRoot::new([5; 32]);
        ContentCommitment::Table { data_root, layout: Default::default(), last_layout: Default::default() }
    }

    fn file() -> ContentCommitment {
        ContentCommitment::File { model: ModelDigest::new([5; 32]) }
    }

    #[test]
    fn the_keys_of_datasets_and_models_are_found_by_their_commitments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let server = KeyServer::new(&path, true, None).unwrap();
        assert_eq!(server.keys.files().unwrap().len(), 0);
        let (first, second) = (ContentKey::generate(), ContentKey::generate());
        first.save(&path.join("first.key")).unwrap();
        second.save(&path.join("second")).unwrap();
        fs::write(path.join("notes.txt"), "not a key").unwrap();
        let mut server = KeyServer::new(&path, true, None).unwrap();
        for key in [&first, &second] {
            for content in [table(), file()] {
                assert_eq!(server.keys.find(&bound_to(key, content)).unwrap().as_ref(), Some(key));
            }
        }
        assert_eq!(server.keys.find(&bound_to(&ContentKey::generate(), table())).unwrap(), None);
    }

    #[test]
    fn a_key_that_does_not_fit_is_never_found() {
        let folder = tempfile::tempdir().unwrap();
        let key = ContentKey::generate();
        key.save(&folder.path().join("a.key")).unwrap();
        let mut server = KeyServer::new(folder.path(), true, None).unwrap();
        let right = bound_to(&key, table());
        assert_eq!(server.keys.find(&right).unwrap(), Some(key));
        // The same commitment for another content: nobody can have made it, and it is not trusted from memory.
        let other = PackageCommitment { content: file(), ..right };
        assert_eq!(server.keys.find(&other).unwrap(), None);
    }

    #[test]
    fn keys_may_be_added_and_replaced_while_the_server_runs() {
        let folder = tempfile::tempdir().unwrap();
        let mut server = KeyServer::new(folder.path(), true, None).unwrap();
        let (first, second) = (ContentKey::generate(), ContentKey::generate());
        assert_eq!(server.keys.find(&bound_to(&first, table())).unwrap(), None);
        let path = folder.path().join("a.key");
        first.save(&path).unwrap();
        assert!(server.keys.find(&bound_to(&first, table())).unwrap().is_some());
        fs::remove_file(&path).unwrap();
        second.save(&path).unwrap();
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(server.keys.find(&bound_to(&second, table())).unwrap().is_some());
        assert!(server.keys.find(&bound_to(&first, file())).unwrap().is_none());
    }

    #[test]
    fn a_broken_key_file_is_refused_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.key"), "nonsense").unwrap();
        let error = KeyServer::new(folder.path(), true, None).err().unwrap();
        assert!(error.to_string().contains("a.key"), "{error}");
    }

    #[test]
    fn own_packages_are_examined() {
        let world = crate::work::world::World::new();
        let (store, key) = (world.store(), &world.key);
        let health = |record: &DatasetRecord, key: &ContentKey| Sold::Dataset(record.clone()).health(&store, key);
        assert_eq!(health(&world.dataset, key), Health::Clean);
        let absent = DatasetRecord { uris: crate::work::world::nowhere(), ..world.dataset.clone() };
        assert!(matches!(health(&absent, key), Health::Unknown(_)));
        assert!(matches!(health(&world.dataset, &ContentKey::generate()), Health::Faulty(_)));
        let mut altered = world.dataset.clone();
        altered.commitment.rows += 1;
        assert!(matches!(health(&altered, key), Health::Faulty(_)));
        for bad in [world.with_bad_chunk(), world.with_cell_out_of_schema()] {
            assert!(matches!(health(&bad, key), Health::Faulty(_)));
        }
    }

    #[test]
    fn own_sealed_models_are_examined() {
        let world = crate::work::world::World::new();
        let (store, key) = (world.store(), &world.key);
        let (record, listing) = world.sealed_model(false);
        assert_eq!(Sold::Model(record.clone(), listing.clone()).health(&store, key), Health::Clean);
        let other = ModelPackage { cipher_root: [1; 32].into(), ..listing.package };
        let other = Sold::Model(record, ModelListing { package: other, ..listing });
        assert!(matches!(other.health(&store, key), Health::Faulty(_)));
        let (record, listing) = world.sealed_model(true);
        assert!(matches!(Sold::Model(record, listing).health(&store, key), Health::Faulty(_)));
    }

    #[test]
    fn a_package_is_examined_once() {
        let world = crate::work::world::World::new();
        let folder = tempfile::tempdir().unwrap();
        world.key.save(&folder.path().join("a.key")).unwrap();
        let mut server = KeyServer::new(folder.path(), true, Some(world.store())).unwrap();
        let asset = Asset::Dataset(DatasetId::new(1));
        server.examine(asset, &Sold::Dataset(fixtures::dataset())).unwrap();
        assert!(server.examiner.as_ref().unwrap().begun.is_empty(), "there is no key for it");
        for _ in 0..2 {
            server.examine(asset, &Sold::Dataset(world.dataset.clone())).unwrap();
        }
        assert_eq!(server.examiner.unwrap().begun.len(), 1);
    }
}
