use crate::{mock::*, Seeds, WeightInfo, SEED_DOMAIN};
use frame_support::{assert_ok, traits::Hooks};
use neurodata_primitives::{draw, seams::Entropy as _, Seed};
use sp_runtime::testing::H256;

#[test]
fn a_seed_follows_from_the_one_before_the_source_and_the_height() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(1);
        let first = draw::derive(&Seed::default(), SEED_DOMAIN, &(true, H256::repeat_byte(1), 1u64));
        assert_eq!(Entropy::seed_at(1), Some(first));

        VrfOutput::set(Some(H256::repeat_byte(2)));
        run_to_block(2);
        let second = draw::derive(&first, SEED_DOMAIN, &(true, H256::repeat_byte(2), 2u64));
        assert_eq!(Entropy::seed_at(2), Some(second));
    });
}

#[test]
fn the_same_source_twice_gives_two_seeds() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(2);
        assert_ne!(Entropy::seed_at(1), Entropy::seed_at(2));
    });
}

#[test]
fn the_parent_hash_counts_only_when_the_source_is_silent() {
    let seed = |vrf_output, parent| {
        let mut seed = None;
        ExtBuilder.build_and_execute(|| {
            VrfOutput::set(vrf_output);
            next_block(parent);
            seed = Entropy::seed_at(1);
        });
        seed.unwrap()
    };
    let (one, other) = (H256::repeat_byte(3), H256::repeat_byte(4));
    assert_eq!(seed(Some(one), one), seed(Some(one), other));
    assert_ne!(seed(None, one), seed(None, other));
    assert_ne!(seed(None, one), seed(Some(one), other), "a hash never passes for a VRF output");
}

#[test]
fn the_window_is_remembered_and_nothing_beyond_it() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(10);
        for block in 7..=10 {
            assert!(Entropy::seed_at(block).is_some(), "{block}");
        }
        assert_eq!(Entropy::seed_at(6), None);
        assert_eq!(Entropy::seed_at(11), None);
        assert_eq!(Seeds::<Test>::iter().count() as u64, WINDOW);
    });
}

#[test]
fn a_remembered_seed_never_changes() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(2);
        let seed = Entropy::seed_at(2);
        VrfOutput::set(None);
        run_to_block(5);
        assert_eq!(Entropy::seed_at(2), seed);
    });
}

#[test]
fn the_hook_returns_its_weight() {
    ExtBuilder.build_and_execute(|| {
        System::set_block_number(1);
        assert_eq!(Entropy::on_initialize(1), <() as WeightInfo>::record_seed());
    });
}

#[test]
fn seeds_outside_the_window_are_found_by_try_state() {
    ExtBuilder.build().execute_with(|| {
        run_to_block(10);
        assert_ok!(Entropy::do_try_state());
        Seeds::<Test>::insert(6, Seed::default());
        assert!(Entropy::do_try_state().is_err());
    });
}
