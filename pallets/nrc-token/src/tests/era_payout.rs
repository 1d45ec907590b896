use crate::{mock::*, *};

#[test]
fn an_era_is_shared_between_stakers_and_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(end_era(), (800, 200));
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 200);
        assert_eq!((Minted::<Test>::get(), Scheduled::<Test>::get(), NrcToken::outstanding()), (200, 1_000, 800));
        payout_staker(800);
        assert_eq!(Balances::balance(&STAKER), EXISTENTIAL_DEPOSIT + 800);
        assert_eq!((Minted::<Test>::get(), NrcToken::outstanding()), (1_000, 0));
    });
}

#[test]
fn issuance_halves_by_the_number_of_eras() {
    ExtBuilder::default().build_and_execute(|| {
        let eras: Vec<Balance> = (0..8)
            .map(|_| {
                let (stakers, remainder) = end_era();
                stakers + remainder
            })
            .collect();
        assert_eq!(eras, [1_000, 1_000, 1_000, 500, 500, 500, 250, 250]);
        assert_eq!(Eras::<Test>::get(), 8);
    });
}

#[test]
fn the_cap_counts_what_is_promised_and_not_yet_minted() {
    ExtBuilder::default().build_and_execute(|| {
        let issuance = Balances::total_issuance();
        MaxSupply::set(issuance + 1_500);
        assert_eq!(end_era(), (800, 200));
        assert_eq!(end_era(), (400, 100));
        assert_eq!(end_era(), (0, 0));
        payout_staker(1_200);
        assert_eq!(Balances::total_issuance(), MaxSupply::get());
        assert_eq!(end_era(), (0, 0));
    });
}

#[test]
fn burning_makes_room_under_the_cap() {
    ExtBuilder::default().build_and_execute(|| {
        MaxSupply::set(Balances::total_issuance());
        assert_eq!(end_era(), (0, 0));
        NrcToken::burn(RuntimeOrigin::signed(PAYER), 100).expect("the payer has more");
        assert_eq!(end_era(), (80, 20));
    });
}

#[test]
fn a_supply_above_the_cap_issues_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        MaxSupply::set(1);
        assert_eq!(end_era(), (0, 0));
        assert_eq!(Scheduled::<Test>::get(), 0);
    });
}

#[test]
fn more_minted_than_scheduled_leaves_nothing_outstanding() {
    ExtBuilder::default().build_and_execute(|| {
        let (stakers, _) = end_era();
        payout_staker(stakers + 2);
        assert_eq!(NrcToken::outstanding(), 0);
    });
}

#[test]
fn a_treasury_that_cannot_receive_the_remainder_has_it_burned() {
    ExtBuilder::default().without(TREASURY).build_and_execute(|| {
        MaxSupply::set(Balances::total_issuance() + 20);
        assert_eq!(end_era(), (16, 4));
        assert_eq!((Minted::<Test>::get(), Burned::<Test>::get()), (4, 4));
    });
}
