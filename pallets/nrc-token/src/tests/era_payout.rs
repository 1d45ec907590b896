use crate::{mock::*, *};

#[test]
fn an_era_is_shared_between_stakers_pool_and_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(end_era(), (700, 300));
        assert_eq!((gained(POOL), gained(TREASURY)), (200, 100));
        assert_eq!((Minted::<Test>::get(), Scheduled::<Test>::get(), NrcToken::outstanding()), (300, 1_000, 700));
        payout_staker(700);
        assert_eq!(gained(STAKER), 700);
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
fn parts_sum_to_what_is_issued_whatever_that_is() {
    for room in 0..50 {
        ExtBuilder::default().build_and_execute(|| {
            MaxSupply::set(Balances::total_issuance() + room);
            let (stakers, remainder) = end_era();
            assert_eq!(stakers + remainder, room);
            assert_eq!((stakers, gained(POOL)), (room * 7 / 10, room * 2 / 10));
            assert_eq!(gained(POOL) + gained(TREASURY), remainder);
            assert_eq!((Scheduled::<Test>::get(), NrcToken::outstanding()), (room, stakers));
        });
    }
}

#[test]
fn the_cap_counts_what_is_promised_and_not_yet_minted() {
    ExtBuilder::default().build_and_execute(|| {
        let issuance = Balances::total_issuance();
        MaxSupply::set(issuance + 1_500);
        assert_eq!(end_era(), (700, 300));
        assert_eq!(end_era(), (350, 150));
        assert_eq!(end_era(), (0, 0));
        payout_staker(1_050);
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
        assert_eq!(end_era(), (70, 30));
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
fn what_staking_keeps_from_stakers_is_the_treasurys() {
    ExtBuilder::default().build_and_execute(|| {
        assert_eq!(end_era_with(400), (300, 700));
        assert_eq!((gained(POOL), gained(TREASURY)), (200, 500));
        assert_eq!(NrcToken::outstanding(), 300);
    });
}

#[test]
fn shares_above_the_whole_cut_the_pool() {
    ExtBuilder::default().build_and_execute(|| {
        ValidatorShare::set(Permill::from_percent(90));
        assert_eq!(end_era(), (900, 100));
        assert_eq!((gained(POOL), gained(TREASURY)), (100, 0));
        ValidatorShare::set(Permill::one());
        assert_eq!(end_era(), (1_000, 0));
        assert_eq!((Scheduled::<Test>::get(), NrcToken::outstanding()), (2_000, 1_900));
    });
}

#[test]
fn without_a_share_of_the_pool_the_treasury_gets_the_remainder() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::zero());
        assert_eq!(end_era(), (700, 300));
        assert_eq!((gained(POOL), gained(TREASURY)), (0, 300));
    });
}

#[test]
fn what_the_pool_refuses_is_burned_and_makes_room_under_the_cap() {
    ExtBuilder::default().build_and_execute(|| {
        MaxSupply::set(Balances::total_issuance() + 1_000);
        PoolLimit::set(0);
        assert_eq!(end_era(), (700, 300));
        assert_eq!((gained(POOL), gained(TREASURY)), (0, 100));
        assert_eq!((Minted::<Test>::get(), Burned::<Test>::get()), (300, 200));
        PoolLimit::set(50);
        assert_eq!(end_era(), (140, 60));
        assert_eq!((gained(POOL), Burned::<Test>::get()), (40, 200));
    });
}

#[test]
fn a_pool_that_keeps_a_part_has_the_rest_burned() {
    ExtBuilder::default().build_and_execute(|| {
        PoolLimit::set(150);
        end_era();
        assert_eq!((gained(POOL), gained(TREASURY), Burned::<Test>::get()), (150, 100, 50));
    });
}

#[test]
fn a_pool_that_does_not_exist_and_gets_dust_has_it_burned() {
    ExtBuilder::default().without(POOL).build_and_execute(|| {
        MaxSupply::set(Balances::total_issuance() + 40);
        assert_eq!(end_era(), (28, 12));
        assert_eq!((Balances::balance(&POOL), gained(TREASURY), Burned::<Test>::get()), (0, 4, 8));
    });
}

#[test]
fn burns_that_nobody_recorded_before_are_not_laid_to_the_pool() {
    ExtBuilder::default().build().execute_with(|| {
        drop(withdraw(70));
        PoolLimit::set(150);
        end_era();
        assert_eq!(Burned::<Test>::get(), 50);
        PoolLimit::set(Balance::MAX);
    });
}

#[test]
fn a_treasury_that_cannot_receive_its_part_has_it_burned() {
    ExtBuilder::default().without(TREASURY).build_and_execute(|| {
        MaxSupply::set(Balances::total_issuance() + 40);
        assert_eq!(end_era(), (28, 12));
        assert_eq!((gained(POOL), Minted::<Test>::get(), Burned::<Test>::get()), (8, 12, 4));
    });
}
