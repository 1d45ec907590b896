//! A seller whose package is not what it claims.

use crate::support::{COPY_PRICE, STAKE};
use anyhow::{Context, Result};
use neurodata_chain::{account_of, calls, DatasetTerms};
use neurodata_dataset::{dishonest, ContentKey, Package, ProofContext};
use neurodata_e2e::{wait_for_block, Actors, World};
use neurodata_primitives::{
    dataset::MAX_PROOFS_PER_CALL, seams::ProofSubject, AlgorithmSet, DatasetId, DatasetState, LicenceDigest, Uri,
    UseSet, NRC,
};
use neurodata_storage::{manifest, uri, DirectoryStore};
use neurodata_zk_circuits::Prover;

/// The chunk that is bad.
pub const BAD_CHUNK: u32 = 3;

/// Register a dataset of the data provider that passes its audit, with a package in which one chunk is not what its leaf
/// commits to. The key is right, and among the world's keys.
pub async fn register_bad_chunk(world: &World, name: &str) -> Result<(DatasetId, ContentKey)> {
    let owner = Actors::signer(Actors::DATA_PROVIDER)?;
    let packed = world.pack_heart_as(name)?;
    let key = ContentKey::load(&packed.key)?;
    let honest = Package::open_file(&packed.package)?;
    let unlocked = honest.unlock(&key, &|_, _| {})?;
    let package = dishonest::bad_chunk(unlocked.dataset(), &key, BAD_CHUNK);
    let store = DirectoryStore::open(world.path("store"))?;
    let location = uri::format(&manifest::put_bytes(&store, &package.to_bytes())?);
    let location = Uri::try_from(location.into_bytes()).ok().context("the location is too long")?;

    let terms = DatasetTerms {
        copy_price: COPY_PRICE,
        training_price: 20 * NRC,
        uses: UseSet { download: true, train: true, publish_model: true, commercial: true, derive: true },
        algorithms: AlgorithmSet::ALL,
        allowed: None,
        licence: LicenceDigest::default(),
        expires_at: None,
    };
    let call = calls::register_dataset(package.commitment().clone(), vec![location], terms, STAKE, None);
    let dataset: DatasetId = world.chain.submit(&owner, call).await?.decode("DatasetRegistry", "DatasetRegistered")?;

    // The audit looks at the data, which are in order; what is wrong is how they were sealed.
    let record = world.chain.dataset(dataset).await?.context("the dataset is not there")?;
    let DatasetState::Auditing { challenge_at, .. } = record.state else { panic!("{:?}", record.state) };
    wait_for_block(&world.chain, challenge_at + 1).await?;
    let prover = Prover::load_or_generate(&World::proving_keys()?, |_| {})?;
    let account = account_of(&owner);
    let context = ProofContext {
        genesis: world.chain.genesis(),
        subject: ProofSubject::Dataset(dataset),
        account: account.as_ref(),
    };
    let mut proofs = Vec::new();
    for chunk in 0..record.commitment.chunks.min(MAX_PROOFS_PER_CALL) {
        proofs.push(unlocked.prove_chunk(&prover, &context, chunk)?);
    }
    world.chain.submit(&owner, calls::submit_audit(dataset, proofs)).await?;
    let record = world.chain.dataset(dataset).await?.context("the dataset is gone")?;
    anyhow::ensure!(record.state == DatasetState::Active, "the audit was not passed: {:?}", record.state);
    Ok((dataset, key))
}
