//! Benchmarks of the dataset registry.
//!
//! Audits are benchmarked on the deepest tree. The first call of an audit also draws the challenge: one read and some
//! hundred hashes, less than a hundredth of one proof's check, so the challenge is put in place beforehand.

use super::{Pallet as DatasetRegistry, *};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use neurodata_primitives::{
    dataset::{MAX_ALLOWED_ACCOUNTS, MAX_TREE_DEPTH, MAX_URI_BYTES},
    seams::{ProofSubject, StatementId},
    AlgorithmSet, CipherRoot, Claim, DatasetRecord, DatasetTerms, FieldBytes, KeyCommitment, LayoutDigest, LicenceDigest,
    SchemaDigest, TrainingUse, TrainingUseState, UseSet,
};
use neurodata_sealing::public_key;
use neurodata_zk_statements::{field, path, root_from_path};
use sp_runtime::traits::{One, Saturating};

/// Chunks of the largest dataset.
const CHUNKS: u32 = 1 << MAX_TREE_DEPTH;
/// The secret of a recipient key.
const SECRET: neurodata_primitives::sale::OneTimeSecret = [7; 32];

/// The path of chunk `chunk`, one of the first eight, in a tree of the greatest depth.
fn path_of(chunk: u32) -> Vec<FieldBytes> {
    let leaves: Vec<FieldBytes> = (0..MAX_PROOFS_PER_CALL).map(leaf_of).collect();
    let mut siblings = path(&leaves, chunk).unwrap();
    let next = u32::try_from(siblings.len()).unwrap();
    siblings.extend((next..MAX_TREE_DEPTH).map(|level| field::from_number(1_000 + u64::from(level))));
    siblings
}

fn leaf_of(chunk: u32) -> FieldBytes {
    field::from_number(1 + u64::from(chunk))
}

fn commitment() -> DatasetCommitment {
    DatasetCommitment {
        data_root: root_from_path(&leaf_of(0), 0, &path_of(0)).unwrap(),
        cipher_root: CipherRoot::new([1; 32]),
        key_commitment: KeyCommitment::new([2; 32]),
        schema_digest: SchemaDigest::new([3; 32]),
        layout: LayoutDigest::new([4; 32]),
        last_layout: LayoutDigest::new([5; 32]),
        rows: CHUNKS,
        columns: layout::MAX_COLUMNS,
        chunks: CHUNKS,
        missing_cells: 0,
    }
}

fn proof<T: Config>(dataset: DatasetId, owner: &T::AccountId, chunk: u32) -> AuditProof {
    let path = BoundedVec::try_from(path_of(chunk)).unwrap();
    let unproved = AuditProof { chunk, leaf: leaf_of(chunk), missing_cells: 0, path, zk_proof: BoundedVec::default() };
    let subject = ProofSubject::Dataset(dataset);
    let inputs = DatasetRegistry::<T>::statement_inputs(&commitment(), subject, owner, &unproved);
    AuditProof { zk_proof: T::BenchmarkHelper::zk_proof(StatementId::DataValidity1, &inputs), ..unproved }
}

fn uris() -> BoundedVec<Uri, ConstU32<MAX_URIS>> {
    let uri = Uri::try_from(vec![b'u'; MAX_URI_BYTES as usize]).unwrap();
    BoundedVec::try_from(vec![uri; MAX_URIS as usize]).unwrap()
}

fn terms<T: Config>() -> DatasetTermsOf<T> {
    let allowed: Vec<T::AccountId> = (0..MAX_ALLOWED_ACCOUNTS).map(|index| account("buyer", index, 0)).collect();
    DatasetTerms {
        copy_price: T::MinimumStake::get(),
        // A fifth: the minimum stake covers it, and half of it is enough to fall below the minimum.
        training_price: T::MinimumStake::get() / 5u32.into(),
        uses: UseSet { train: true, ..Default::default() },
        algorithms: AlgorithmSet::ALL,
        allowed: Some(BoundedVec::try_from(allowed).unwrap()),
        licence: LicenceDigest::new([6; 32]),
        expires_at: None,
    }
}

fn funded<T: Config>(name: &'static str) -> T::AccountId {
    let who = account(name, 0, 0);
    T::Currency::set_balance(&who, T::MinimumStake::get().saturating_mul(4u32.into()));
    who
}

fn registered<T: Config>() -> (T::AccountId, DatasetId) {
    let (owner, dataset) = (funded::<T>("owner"), NextDatasetId::<T>::get());
    DatasetRegistry::<T>::do_register_dataset(
        owner.clone(),
        commitment(),
        uris(),
        terms::<T>(),
        T::MinimumStake::get(),
        None,
    )
    .unwrap();
    (owner, dataset)
}

/// A registered dataset whose audit is taken for passed.
fn active<T: Config>() -> (T::AccountId, DatasetId) {
    let (owner, dataset) = registered::<T>();
    Datasets::<T>::mutate(dataset, |record| {
        if let Some(record) = record {
            record.terms.allowed = None;
            record.state = DatasetState::Active;
        }
    });
    (owner, dataset)
}

fn challenge(open_chunks: Vec<u32>) -> AuditRecord {
    let challenged = u32::try_from(open_chunks.len()).unwrap();
    AuditRecord { open_chunks: BoundedVec::try_from(open_chunks).unwrap(), challenged, missing_cells: 0 }
}

/// Something that opens with no key.
fn wrapped_key() -> WrappedKey {
    WrappedKey { ephemeral_key: public_key(&[9; 32]), sealed_key: [10; 48] }
}

fn is_delisted<T: Config>(dataset: DatasetId) -> bool {
    matches!(Datasets::<T>::get(dataset), Some(DatasetRecord { state: DatasetState::Delisted { .. }, .. }))
}

/// Move on to the block after `block`.
fn run_past<T: Config>(block: BlockNumberFor<T>) {
    frame_system::Pallet::<T>::set_block_number(block.saturating_add(One::one()));
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register_dataset() {
        let (owner, parent) = registered::<T>();
        let (dataset, stake) = (NextDatasetId::<T>::get(), T::MinimumStake::get());
        let commitment = DatasetCommitment { data_root: DataRoot::new(*leaf_of(0).as_bytes()), ..commitment() };

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), commitment, uris(), terms::<T>(), stake, Some(parent));

        assert_eq!(Successors::<T>::get(parent), Some(dataset));
    }

    #[benchmark]
    fn submit_audit(p: Linear<1, MAX_PROOFS_PER_CALL>) {
        let (owner, dataset) = registered::<T>();
        if let Some(DatasetRecord { state: DatasetState::Auditing { challenge_at, .. }, .. }) =
            Datasets::<T>::get(dataset)
        {
            run_past::<T>(challenge_at);
        }
        Audits::<T>::insert(dataset, challenge((0..p).collect()));
        let proofs: Vec<AuditProof> = (0..p).map(|chunk| proof::<T>(dataset, &owner, chunk)).collect();
        let proofs = BoundedVec::try_from(proofs).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset, proofs);

        assert!(matches!(Datasets::<T>::get(dataset), Some(DatasetRecord { state: DatasetState::Active, .. })));
    }

    #[benchmark]
    fn expire_audit() {
        let (_, dataset) = registered::<T>();
        Audits::<T>::insert(dataset, challenge((0..layout::MAX_AUDITED_CHUNKS).collect()));
        if let Some(DatasetRecord { state: DatasetState::Auditing { prove_by, .. }, .. }) = Datasets::<T>::get(dataset)
        {
            run_past::<T>(prove_by);
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("reporter")), dataset);

        assert!(is_delisted::<T>(dataset));
        assert!(!Audits::<T>::contains_key(dataset));
    }

    #[benchmark]
    fn deliver_key() {
        let (owner, dataset) = active::<T>();
        let training_use = T::BenchmarkHelper::open_use(dataset);

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), training_use, wrapped_key());

        let state = TrainingUses::<T>::get(training_use).map(|record| record.state);
        assert!(matches!(state, Some(TrainingUseState::Delivered { .. })));
    }

    #[benchmark]
    fn expire_delivery() {
        let (_, dataset) = active::<T>();
        let training_use = T::BenchmarkHelper::open_use(dataset);
        if let Some(TrainingUse { state: TrainingUseState::AwaitingKey { deliver_by }, .. }) =
            TrainingUses::<T>::get(training_use)
        {
            run_past::<T>(deliver_by);
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("reporter")), training_use);

        assert!(!TrainingUses::<T>::contains_key(training_use));
        assert!(is_delisted::<T>(dataset));
    }

    #[benchmark]
    fn delist_dataset() {
        let (owner, dataset) = registered::<T>();
        Audits::<T>::insert(dataset, challenge((0..layout::MAX_AUDITED_CHUNKS).collect()));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset);

        assert!(is_delisted::<T>(dataset));
    }

    #[benchmark]
    fn withdraw_stake() {
        let (owner, dataset) = registered::<T>();
        DatasetRegistry::<T>::do_delist_dataset(owner.clone(), dataset).unwrap();
        run_past::<T>(frame_system::Pallet::<T>::block_number().saturating_add(T::StakeLockPeriod::get()));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset);

        assert!(!Datasets::<T>::contains_key(dataset));
    }

    #[benchmark]
    fn update_terms() {
        let (owner, dataset) = registered::<T>();
        let terms = DatasetTerms { copy_price: T::MinimumStake::get().saturating_mul(2u32.into()), ..terms::<T>() };

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset, terms.clone());

        assert_eq!(Datasets::<T>::get(dataset).map(|record| record.terms), Some(terms));
    }

    #[benchmark]
    fn update_uris() {
        let (owner, dataset) = registered::<T>();
        let uri = Uri::try_from(vec![b'v'; MAX_URI_BYTES as usize]).unwrap();
        let uris = BoundedVec::try_from(vec![uri; MAX_URIS as usize]).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset, uris.clone());

        assert_eq!(Datasets::<T>::get(dataset).map(|record| record.uris), Some(uris));
    }

    #[benchmark]
    fn add_stake() {
        let (owner, dataset) = registered::<T>();
        let (amount, before) = (T::MinimumStake::get(), T::MinimumStake::get());

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset, amount);

        assert_eq!(Datasets::<T>::get(dataset).map(|record| record.stake), Some(before.saturating_add(amount)));
    }

    #[benchmark]
    fn complain_training_key() {
        let (owner, dataset) = active::<T>();
        let training_use = T::BenchmarkHelper::open_use(dataset);
        let record = TrainingUses::<T>::mutate(training_use, |record| {
            let record = record.as_mut().unwrap();
            record.recipient_key = public_key(&SECRET);
            record.clone()
        });
        DatasetRegistry::<T>::do_deliver_key(owner, training_use, wrapped_key()).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(record.provider), training_use, Complaint { secret: SECRET, claim: Claim::WrongKey });

        assert!(!TrainingUses::<T>::contains_key(training_use));
        assert!(is_delisted::<T>(dataset));
    }

    impl_benchmark_test_suite!(DatasetRegistry, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
