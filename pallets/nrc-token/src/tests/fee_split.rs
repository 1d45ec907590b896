use crate::{mock::*, *};
use frame_support::traits::OnUnbalanced;

/// Charge [`PAYER`] as pallet_transaction_payment does.
fn charge(fee: Balance, tip: Balance) {
    FeeSplit::<Test>::on_unbalanceds([withdraw(fee), withdraw(tip)].into_iter());
}

#[test]
fn a_fee_is_split_among_author_treasury_and_fire() {
    ExtBuilder::default().build_and_execute(|| {
        charge(1_000, 0);
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (500, 200, 300));
    });
}

#[test]
fn a_tip_belongs_to_the_author() {
    ExtBuilder::default().build_and_execute(|| {
        charge(1_000, 7);
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (507, 200, 300));
    });
}

#[test]
fn a_fee_alone_is_split() {
    ExtBuilder::default().build_and_execute(|| {
        FeeSplit::<Test>::on_unbalanced(withdraw(10));
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (5, 2, 3));
    });
}

#[test]
fn no_fee_changes_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        charge(0, 0);
        FeeSplit::<Test>::on_unbalanceds(core::iter::empty());
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (0, 0, 0));
    });
}

#[test]
fn parts_sum_to_the_fee_whatever_it_is() {
    for fee in 0..50 {
        ExtBuilder::default().build_and_execute(|| {
            charge(fee, 0);
            assert_eq!(gained(AUTHOR) + gained(TREASURY) + Burned::<Test>::get(), fee);
        });
    }
}

#[test]
fn without_an_author_its_part_goes_to_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        BlockAuthor::set(None);
        charge(1_000, 7);
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (0, 707, 300));
    });
}

#[test]
fn dust_for_an_author_goes_to_the_treasury() {
    ExtBuilder::default().without(AUTHOR).build_and_execute(|| {
        charge(18, 1);
        assert_eq!(Balances::balance(&AUTHOR), 0);
        assert_eq!((gained(TREASURY), Burned::<Test>::get()), (9 + 1 + 3, 6));
    });
}

#[test]
fn dust_that_nobody_can_receive_is_burned() {
    ExtBuilder::default().without(AUTHOR).without(TREASURY).build_and_execute(|| {
        charge(18, 1);
        assert_eq!(Burned::<Test>::get(), 19);
    });
}

#[test]
fn shares_beyond_the_whole_cut_the_part_of_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        FeeAuthorShare::set(Permill::from_percent(90));
        charge(1_000, 0);
        assert_eq!((gained(AUTHOR), gained(TREASURY), Burned::<Test>::get()), (900, 100, 0));
    });
}
