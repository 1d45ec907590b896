use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};

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
        let noted = |account, kind| Event::ContributionNoted { account, job: JOB, kind, score: 100, reputation: 54 };
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
        let new = ContributorRecord { reputation: 54, active_at: 1, ..Default::default() };
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
            assert_eq!(reputation_of(party), 54);
        }
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT + 1);
    });
}

#[test]
fn one_account_can_play_every_part() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        assert_ok!(Rewards::settle_job(JobSettlement { data_provider: PROVIDER, ..settlement(1_000, &[PROVIDER]) }));
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

#[test]
fn a_contribution_is_a_line_of_history_with_its_score() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        let settlement = JobSettlement { data_score: 40, compute_score: 77, ..settlement(1_000, &[EVALUATOR]) };
        assert_ok!(Rewards::settle_job(settlement));
        for (account, amount, kind, score) in [
            (DATA_PROVIDER, 250, ContributionKind::Dataset, 40),
            (PROVIDER, 600, ContributionKind::Compute, 77),
            (EVALUATOR, 100, ContributionKind::Validation, 100),
        ] {
            let credited = HistoryEvent::Credited { reason: PayoutReason::Job { job: JOB, kind } };
            let contributed = HistoryEvent::Contributed { job: JOB, kind, score, reputation: 54 };
            assert_eq!(history(account), [(amount, credited), (0, contributed)]);
        }
    });
}

#[test]
fn a_score_out_of_range_is_moved_into_it() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        let settlement = JobSettlement { data_score: 0, compute_score: 255, ..settlement(1_000, &[]) };
        assert_ok!(Rewards::settle_job(settlement));
        let score = |account| match history(account).last() {
            Some((_, HistoryEvent::Contributed { score, .. })) => *score,
            _ => 0,
        };
        assert_eq!((score(DATA_PROVIDER), score(PROVIDER)), (1, 100));
    });
}
