//! Dynamic parameters.

use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::money::{JobSplit, NRC};
use params::{bounded, groups};
use sp_runtime::{traits::Get, DispatchError, Permill};

use super::*;

#[test]
fn the_defaults_are_the_documented_ones() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(<groups::dataset::MinimumStake as Get<Balance>>::get(), 1_000 * NRC);
        assert_eq!(bounded::ProofPeriod::get(), 1_200);
        assert_eq!(bounded::StakeLockPeriod::get(), 201_600);
        assert_eq!(bounded::KeyDeliveryPeriod::get(), 200);
        assert_eq!(bounded::MatchPeriod::get(), 1_200);
        assert_eq!((bounded::AcceptPeriod::get(), bounded::HeartbeatPeriod::get()), (100, 100));
        assert_eq!(
            (bounded::DrawPeriod::get(), bounded::SealPeriod::get(), bounded::RevealPeriod::get()),
            (200, 400, 100)
        );
        assert_eq!(bounded::CommitteeSize::get(), 3);
        assert_eq!(bounded::JobSplit::get(), JobSplit::default());
    });
}

#[test]
fn seeds_outlast_audits_and_draws() {
    sp_io::TestExternalities::default().execute_with(|| {
        let window = <Runtime as pallet_entropy::Config>::Window::get();
        assert!(window > bounded::ProofPeriod::get() + bounded::ChallengeDelay::get());
        assert!(window > bounded::DrawPeriod::get() + bounded::DrawDelay::get());
    });
}

#[test]
fn root_moves_parameters_and_nobody_else() {
    sp_io::TestExternalities::default().execute_with(|| {
        let set = params::RuntimeParameters::Dataset(groups::dataset::Parameters::MinimumStake(
            groups::dataset::MinimumStake,
            Some(2_000 * NRC),
        ));
        let signed = RuntimeOrigin::signed(AccountId::new([1; 32]));
        assert_noop!(Parameters::set_parameter(signed, set.clone()), DispatchError::BadOrigin);
        assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), set));
        assert_eq!(<groups::dataset::MinimumStake as Get<Balance>>::get(), 2_000 * NRC);
    });
}

#[test]
fn values_that_make_no_sense_are_read_as_the_nearest_that_do() {
    sp_io::TestExternalities::default().execute_with(|| {
        let whole = JobSplit { data: Permill::one(), compute: Permill::one(), evaluation: Permill::zero() };
        for parameter in [
            params::RuntimeParameters::Validation(groups::validation::Parameters::CommitteeSize(
                groups::validation::CommitteeSize,
                Some(1_000),
            )),
            params::RuntimeParameters::Rewards(groups::rewards::Parameters::JobSplit(
                groups::rewards::JobSplit,
                Some(whole),
            )),
            params::RuntimeParameters::Market(groups::market::Parameters::MatchPeriod(
                groups::market::MatchPeriod,
                Some(0),
            )),
        ] {
            assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), parameter));
        }
        assert_eq!(bounded::CommitteeSize::get(), neurodata_primitives::validation::MAX_COMMITTEE);
        assert_eq!(bounded::JobSplit::get(), JobSplit::default());
        assert_eq!(bounded::MatchPeriod::get(), 1);
    });
}
