//! One account that owns the job, provides the data, computes and fills the committee pays itself, and the treasury.

use crate::{mock::*, *};
use neurodata_primitives::money::JobSplit;
use proptest::prelude::*;

const TRADER: AccountId = STRANGER;

/// What [`TRADER`] gets for a job at `price` in which it plays every part, with `evaluators` seats on the committee.
fn trade_with_oneself(price: Balance, evaluators: usize) -> Balance {
    let before = Rewards::owed(TRADER);
    fund(price);
    Rewards::settle_known_answer(JOB, vec![TRADER; evaluators]);
    let settlement = JobSettlement {
        data_provider: TRADER,
        provider: TRADER,
        evaluators: vec![TRADER; evaluators],
        ..settlement(price, &[])
    };
    Rewards::settle_job(settlement).expect("the price is in the pot");
    Rewards::owed(TRADER) - before
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn trading_with_oneself_loses_at_any_price(
        price in prop_oneof![0..200u128, 0..50_000u128],
        evaluators in 0..=15usize,
        treasury in 0..=1_000_000u32,
        pool_share in 0..=1_000_000u32,
        cap in 0..=1_000_000u32,
        extras in prop::array::uniform3(prop_oneof![0..500u128, any::<u128>()]),
        endowment in 0..100_000u128,
        stake in prop::bool::ANY,
    ) {
        let mut outcome = (0, 0);
        ExtBuilder::default().build_and_execute(|| {
            let rest = 1_000_000 - treasury;
            let [data, compute] = [rest / 4, rest / 2].map(Permill::from_parts);
            Split::set(JobSplit { data, compute, evaluation: Permill::from_parts(rest - rest / 4 - rest / 2) });
            PoolShare::set(Permill::from_parts(pool_share));
            ExtraCap::set(Permill::from_parts(cap));
            set_extras(extras[0], extras[1], extras[2]);
            endow(endowment);
            if stake {
                give(TRADER, 1_000);
                Rewards::stake(RuntimeOrigin::signed(TRADER), 900).expect("it was given that");
            }
            set_reputation(TRADER, 100);
            let given = Split::get().shares(price, u32::try_from(evaluators).expect("few")).treasury;
            outcome = (trade_with_oneself(price, evaluators), given);
        });
        let (got, given) = outcome;
        prop_assert!(got < price || given == 0 && got == price, "got {} of {}", got, price);
    }
}

#[test]
fn trading_with_oneself_again_and_again_feeds_the_others() {
    ExtBuilder::default().build_and_execute(|| {
        PoolShare::set(Permill::from_percent(20));
        ExtraCap::set(Permill::from_percent(90));
        set_extras(1_000_000, 1_000_000, 1_000_000);
        endow(10_000);
        let got: Balance = (0..20).map(|_| trade_with_oneself(1_000, 3)).sum();
        assert!(got < 20 * 1_000);
        let gained = available() + Balances::balance(&TREASURY) - EXISTENTIAL_DEPOSIT;
        assert_eq!(got + gained, 20 * 1_000 + 10_000);
        assert!(gained > 10_000);
    });
}
