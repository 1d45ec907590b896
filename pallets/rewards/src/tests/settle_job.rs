use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

const JOB: JobId = JobId::new(7);

fn settlement(price: Balance, evaluators: &[AccountId]) -> JobSettlement<AccountId, Balance> {
    JobSettlement { job: JOB, price, data_provider: DATA_PROVIDER, provider: PROVIDER, evaluators: evaluators.to_vec() }
}

#[test]
fn each_party_is_credited_with_its_share() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR])));
        assert_eq!(credits_of(DATA_PROVIDER), [(250, 6)]);
        assert_eq!(credits_of(PROVIDER), [(600, 6)]);
        for evaluator in [EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR] {
            assert_eq!(credits_of(evaluator), [(33, 6)]);
        }
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 51);
        assert_eq!(TotalCredited::<Test>::get(), 949);
    });
}

#[test]
fn a_settlement_tells_everything_in_events() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR])));
        let credited = |account, amount, kind| Event::Credited {
            account,
            amount,
            matures_at: 6,
            reason: PayoutReason::Job { job: JOB, kind },
        };
        let noted = |account, kind| Event::ContributionNoted { account, kind, reputation: 54 };
        assert_eq!(
            events(),
            [
                Event::TreasuryPaid { amount: 50 },
                credited(DATA_PROVIDER, 250, ContributionKind::Dataset),
                noted(DATA_PROVIDER, ContributionKind::Dataset),
                credited(PROVIDER, 600, ContributionKind::Compute),
                noted(PROVIDER, ContributionKind::Compute),
                credited(EVALUATOR, 100, ContributionKind::Validation),
                noted(EVALUATOR, ContributionKind::Validation),
            ]
        );
    });
}

#[test]
fn a_settlement_makes_the_parties_contributors() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR])));
        let new = ContributorRecord { reputation: 54, ..Default::default() };
        assert_eq!(
            Contributors::<Test>::get(DATA_PROVIDER),
            ContributorRecord { dataset_contributions: 1, credited: 250, ..new }
        );
        assert_eq!(
            Contributors::<Test>::get(PROVIDER),
            ContributorRecord { compute_contributions: 1, credited: 600, ..new }
        );
        assert_eq!(
            Contributors::<Test>::get(EVALUATOR),
            ContributorRecord { validation_contributions: 1, credited: 100, ..new }
        );
        assert!(!Contributors::<Test>::contains_key(TREASURY));
    });
}

#[test]
fn parts_sum_to_the_price_whatever_it_is() {
    for price in (0..60).chain([999, 1_001, 123_457]) {
        for evaluators in [&[][..], &[EVALUATOR], &[EVALUATOR, OTHER_EVALUATOR, THIRD_EVALUATOR]] {
            ExtBuilder::default().build_and_execute(|| {
                fund(price);
                assert_ok!(Rewards::settle_job(settlement(price, evaluators)));
                let treasury = Balances::balance(&TREASURY) - EXISTENTIAL_DEPOSIT;
                assert_eq!(TotalCredited::<Test>::get() + treasury, price);
            });
        }
    }
}

#[test]
fn without_evaluators_their_share_goes_to_the_treasury() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[])));
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 150);
    });
}

#[test]
fn a_treasury_that_cannot_receive_dust_is_credited() {
    ExtBuilder::default().without_treasury().build_and_execute(|| {
        fund(100);
        assert_ok!(Rewards::settle_job(settlement(100, &[EVALUATOR])));
        assert_eq!(Balances::balance(&TREASURY), 0);
        assert_eq!(credits_of(TREASURY), [(5, 6)]);
        let credited =
            Event::Credited { account: TREASURY, amount: 5, matures_at: 6, reason: PayoutReason::TreasuryShare };
        assert_eq!(events().first(), Some(&credited));
    });
}

#[test]
fn zero_amounts_are_not_credited_but_the_work_counts() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1);
        assert_ok!(Rewards::settle_job(settlement(1, &[EVALUATOR])));
        for party in [DATA_PROVIDER, PROVIDER, EVALUATOR] {
            assert!(!Credits::<Test>::contains_key(party));
            assert_eq!(<Rewards as Reputation<_>>::of(&party), 54);
        }
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 1);
    });
}

#[test]
fn one_account_can_play_every_part() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        let settlement = JobSettlement {
            job: JOB,
            price: 1_000,
            data_provider: PROVIDER,
            provider: PROVIDER,
            evaluators: vec![PROVIDER],
        };
        assert_ok!(Rewards::settle_job(settlement));
        assert_eq!(credits_of(PROVIDER), [(250, 6), (600, 6), (100, 6)]);
        assert_eq!(Rewards::owed(PROVIDER), 950);
    });
}

#[test]
fn a_full_list_does_not_stop_a_settlement() {
    ExtBuilder::default().build_and_execute(|| {
        for _ in 0..MAX_CREDITS + 3 {
            fund(1_000);
            assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR])));
        }
        assert_eq!(credits_of(PROVIDER), [(600, 6), (600, 6), (600, 6), (2_400, 6)]);
    });
}

#[test]
fn a_price_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        fund(999);
        assert_noop!(Rewards::settle_job(settlement(1_000, &[EVALUATOR])), Error::<Test>::Unfunded);
        assert_noop!(Rewards::settle_job(settlement(u128::MAX, &[EVALUATOR])), Error::<Test>::Unfunded);
        fund(1);
        assert_ok!(Rewards::settle_job(settlement(1_000, &[EVALUATOR])));
        // What is credited already does not pay for the next job.
        assert_noop!(Rewards::settle_job(settlement(1, &[EVALUATOR])), Error::<Test>::Unfunded);
    });
}
