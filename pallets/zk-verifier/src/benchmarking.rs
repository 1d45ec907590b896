//! Benchmarks of the zk-verifier pallet, with the committed development key and its example proof.

use super::{Pallet as ZkVerifierPallet, *};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;
use neurodata_zk_verifier::development::{example_inputs, DATA_VALIDITY_1, EXAMPLE_PROOF};

const STATEMENT: StatementId = StatementId::DataValidity1;

fn key<T: Config>() -> KeyBytesOf<T> {
    BoundedVec::truncate_from(DATA_VALIDITY_1.to_vec())
}

fn in_force<T: Config>() -> Option<KeyDigest> {
    Keys::<T>::get(STATEMENT).map(|record| record.digest)
}

/// A world in which the statement has the development key, and its history nothing else.
fn with_key<T: Config>() {
    let _ = Keys::<T>::clear(u32::MAX, None);
    let _ = KeyHistory::<T>::clear(u32::MAX, None);
    assert!(ZkVerifierPallet::<T>::do_register_key(STATEMENT, key::<T>()).is_ok());
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// Worst case: another key is retired.
    #[benchmark]
    fn register_key() -> Result<(), BenchmarkError> {
        let origin = T::ManagerOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        with_key::<T>();
        let old = KeyDigest::new([9; 32]);
        let history = KeyHistory::<T>::take(key_digest(DATA_VALIDITY_1)).ok_or("the key was just registered")?;
        KeyHistory::<T>::insert(old, history);
        Keys::<T>::mutate_extant(STATEMENT, |record| record.digest = old);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, STATEMENT, key::<T>());

        assert_eq!(in_force::<T>(), Some(key_digest(DATA_VALIDITY_1)));
        assert!(KeyHistory::<T>::get(old).is_some_and(|past| past.retired_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn retire_key() -> Result<(), BenchmarkError> {
        let origin = T::ManagerOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        with_key::<T>();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, STATEMENT);

        assert_eq!(in_force::<T>(), None);
        Ok(())
    }

    /// Worst case: the proof holds, so no check stops early.
    #[benchmark]
    fn verify_proof() {
        with_key::<T>();
        let inputs = BoundedVec::truncate_from(example_inputs().to_vec());
        let proof = BoundedVec::truncate_from(EXAMPLE_PROOF.to_vec());
        let submitter: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(submitter.clone()), STATEMENT, inputs.clone(), proof);

        let key = key_digest(DATA_VALIDITY_1);
        let event = Event::<T>::ProofVerified { statement: STATEMENT, key, submitter, inputs };
        frame_system::Pallet::<T>::assert_last_event(<T as frame_system::Config>::RuntimeEvent::from(event));
    }

    impl_benchmark_test_suite!(ZkVerifierPallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
