use crate::{mock::*, Duties, Error, EvaluatorIndex, Evaluators, Event, Rounds};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, weights::Weight};
use neurodata_primitives::{
    seams::EvaluationRequest,
    validation::MAX_SEATS,
    JobId, RoundState, SeatState, Seed,
};
use sp_runtime::Permill;
use std::collections::BTreeMap;

fn draw_committee() -> sp_runtime::DispatchResult {
    ModelValidation::draw_committee(signed(STRANGER), JOB).map(|_| ()).map_err(|error| error.error)
}

#[test]
fn anyone_draws_the_committee_once_the_seed_is_there() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let members = draw();
        assert_eq!(members.len(), 3);
        assert_eq!(round_state(), RoundState::Sealing { keys_by: 9, seal_by: 14 });
        for account in EVALUATORS.into_iter().take(6) {
            assert_eq!(evaluator(account).open_seats, u32::from(members.contains(&account)));
            assert_eq!(Duties::<Test>::contains_key(account), members.contains(&account));
        }
        assert!(members.iter().all(|member| seat_of(*member) == SeatState::AwaitingKey));
        let drawn = Event::CommitteeDrawn { job: JOB, committee: members, keys_by: 9, seal_by: 14 };
        assert_eq!(last_event(), drawn);
    });
}

#[test]
fn no_draw_without_a_seed() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        open_round();
        run_to_block(3);
        assert_noop!(draw_committee(), Error::<Test>::SeedUnavailable);
        run_to_block(4);
        SeedByte::set(None);
        assert_noop!(draw_committee(), Error::<Test>::SeedUnavailable);
    });
}

#[test]
fn no_draw_without_a_round_nor_twice() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_noop!(draw_committee(), Error::<Test>::NotFound);
        draw();
        assert_noop!(draw_committee(), Error::<Test>::WrongState);
    });
}

#[test]
fn the_draw_has_a_last_block() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        open_round();
        run_to_block(9);
        assert_ok!(frame_support::storage::with_transaction(|| {
            sp_runtime::TransactionOutcome::Rollback(draw_committee())
        }));
        run_to_block(10);
        assert_noop!(draw_committee(), Error::<Test>::Expired);
    });
}

#[test]
fn fewer_evaluators_than_seats_draw_nothing() {
    ExtBuilder::default().with_evaluators(2).build_and_execute(|| {
        open_round();
        run_to_block(4);
        assert_noop!(draw_committee(), Error::<Test>::NotEnoughEvaluators);
    });
}

#[test]
fn a_party_never_sits_on_the_committee() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let [job_owner, data_provider, provider, others @ ..] = EVALUATORS;
        let parties = EvaluationRequest { job_owner, data_provider, provider, ..request() };
        for job in 0..20 {
            open_round_for(JobId::new(job), parties.clone());
        }
        run_to_block(4);
        NonRevealSlash::set(Permill::from_percent(1));
        for job in (0..20).map(JobId::new) {
            assert_ok!(ModelValidation::draw_committee(signed(STRANGER), job));
            let seats = Rounds::<Test>::get(job).unwrap().seats;
            assert!(seats.iter().all(|seat| others.contains(&seat.evaluator)));
        }
        // Three candidates were left for three seats; with one fewer the draw is refused, not filled with a party.
        assert_ok!(ModelValidation::retire_evaluator(signed(others[0])));
        open_round_for(JobId::new(20), parties);
        run_to_block(6);
        let refused = ModelValidation::draw_committee(signed(STRANGER), JobId::new(20));
        assert_eq!(refused.unwrap_err().error, Error::<Test>::NotEnoughEvaluators.into());
    });
}

#[test]
fn who_registers_when_the_round_is_opened_or_later_is_not_drawn() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[3]), BOND, recipient_key(1)));
        open_round();
        run_to_block(3);
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[4]), BOND, recipient_key(1)));
        run_to_block(4);
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[5]), BOND, recipient_key(1)));
        assert_ok!(draw_committee());
        let mut members = committee();
        members.sort_unstable();
        assert_eq!(members, EVALUATORS[..3]);
    });
}

#[test]
fn who_retired_is_not_drawn_and_its_leaving_moves_nobody_else() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let round = {
            open_round();
            Rounds::<Test>::get(JOB).unwrap()
        };
        run_to_block(4);
        let ranked = ModelValidation::ranked(JOB, &round, 2, &Seed::new([1; 32]));
        assert_ok!(ModelValidation::retire_evaluator(signed(ranked[1])));
        assert_ok!(draw_committee());
        assert_eq!(committee(), [ranked[0], ranked[2], ranked[3]]);
    });
}

#[test]
fn the_order_of_the_index_does_not_matter() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        open_round();
        let round = Rounds::<Test>::get(JOB).unwrap();
        let ranked = || ModelValidation::ranked(JOB, &round, 2, &Seed::new([1; 32]));
        let before = ranked();
        EvaluatorIndex::<Test>::mutate(|index| index.iter_mut().into_slice().reverse());
        assert_eq!(ranked(), before);
    });
}

#[test]
fn an_evaluator_whose_bond_covers_no_more_seats_is_passed_over() {
    ExtBuilder::default().with_evaluators(4).build_and_execute(|| {
        // A bond of 1,000 covers one seat at a penalty of 600, and EVALUATORS[4] covers three.
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[4]), 2 * BOND, recipient_key(1)));
        run_to_block(3);
        NonRevealSlash::set(Permill::from_percent(60));
        CommitteeSize::set(4);
        let draw_for = |job| {
            open_round_for(job, request());
            run_to_block(System::block_number() + 2);
            ModelValidation::draw_committee(signed(STRANGER), job).map(|_| ()).map_err(|error| error.error)
        };
        assert_ok!(draw_for(JOB));
        let left: Vec<_> = EVALUATORS[..5].iter().filter(|account| evaluator(**account).open_seats == 0).collect();
        assert_eq!(left.len(), 1);
        // Who has one seat at 1,000 is out: at most two of the five are left.
        assert_eq!(draw_for(JobId::new(8)), Err(Error::<Test>::NotEnoughEvaluators.into()));
        CommitteeSize::set(1);
        assert_ok!(draw_for(JobId::new(9)));
    });
}

#[test]
fn every_evaluator_is_drawn_about_equally_often() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        open_round();
        let round = Rounds::<Test>::get(JOB).unwrap();
        let mut counts = BTreeMap::<AccountId, u32>::new();
        for number in 0..2_000u32 {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&number.to_le_bytes());
            for member in ModelValidation::ranked(JOB, &round, 2, &Seed::new(seed)).into_iter().take(3) {
                *counts.entry(member).or_default() += 1;
            }
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (900..=1_100).contains(count)), "{counts:?}");
    });
}

#[test]
fn whoever_draws_pays_no_fee_and_whoever_tries_too_early_does() {
    ExtBuilder::default().with_evaluators(5).build_and_execute(|| {
        open_round();
        let refused = ModelValidation::draw_committee(signed(STRANGER), JOB).unwrap_err();
        assert_eq!((refused.error, refused.post_info.pays_fee), (Error::<Test>::SeedUnavailable.into(), Pays::Yes));
        run_to_block(System::block_number() + DrawDelay::get());
        assert_eq!(ModelValidation::draw_committee(signed(STRANGER), JOB).unwrap().pays_fee, Pays::No);
        assert_eq!(ModelValidation::draw_committee(signed(STRANGER), JOB).unwrap_err().post_info.pays_fee, Pays::Yes);
    });
}

#[test]
fn weight_for_evaluators_that_are_not_there_is_refunded() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        open_round();
        run_to_block(4);
        let paid = ModelValidation::draw_committee(signed(STRANGER), JOB).unwrap().actual_weight.unwrap();
        let weight = |ranked, looks| -> Weight { <() as crate::WeightInfo>::draw_committee(ranked, looks) };
        assert_eq!(paid, weight(6, 3), "those behind the last seat are not read");
        assert!(paid.all_lt(weight(1_000, 1_000)));
    });
}

#[test]
fn a_committee_larger_than_a_round_can_hold_is_cut_to_the_bound() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        CommitteeSize::set(100);
        open_round();
        run_to_block(4);
        assert_noop!(draw_committee(), Error::<Test>::NotEnoughEvaluators);
        CommitteeSize::set(0);
        assert_ok!(draw_committee());
        assert_eq!(committee().len(), 1);
        assert_eq!(Evaluators::<Test>::iter().map(|(_, record)| record.open_seats).sum::<u32>(), 1);
        CommitteeSize::set(3);
    });
}

#[test]
fn the_deadline_for_seals_grows_with_the_work_to_be_repeated() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let work_units = 3 * neurodata_primitives::job::UNITS_PER_BLOCK;
        let job = JobId::new(70);
        open_round_for(job, EvaluationRequest { work_units, ..request() });
        run_to_block(System::block_number() + 3);
        assert_ok!(ModelValidation::draw_committee(signed(STRANGER), job));
        let RoundState::Sealing { keys_by, seal_by } = Rounds::<Test>::get(job).unwrap().state else { panic!("drawn") };
        let now = System::block_number();
        assert_eq!((keys_by, seal_by), (now + SealPeriod::get() / 2, now + SealPeriod::get() + 3));
    });
}

#[test]
fn tickets_that_rose_when_the_round_was_opened_or_later_do_not_count() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        // Their registration lies behind every draw.
        run_to_block(200);
        open_round();
        let round = Rounds::<Test>::get(JOB).unwrap();
        let ranked = || ModelValidation::ranked(JOB, &round, 200, &Seed::new([1; 32]));
        let before = ranked();
        let last = before[5];
        // In the block of the opening, once the draw can be foreseen, and once it is known.
        for block in [200, 201, 202] {
            run_to_block(block);
            assert_ok!(ModelValidation::add_bond(signed(last), 2 * BOND));
            assert_eq!(ranked(), before, "at block {block}");
        }
        assert_eq!(tickets(last), 7);
        assert_ok!(draw_committee());
        assert_eq!(committee(), before[..3]);
        // For a round that is opened later they do.
        run_to_block(203);
        let moved = (0..20).any(|byte| {
            let seed = Seed::new([byte; 32]);
            ModelValidation::ranked(JOB, &round, 203, &seed) != ModelValidation::ranked(JOB, &round, 200, &seed)
        });
        assert!(moved);
    });
}

#[test]
fn who_was_slashed_below_the_minimum_has_no_ticket_until_it_adds_to_its_bond() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        draw();
        deliver_keys(&committee());
        run_to_block(System::block_number() + SealPeriod::get() + 1);
        assert_ok!(ModelValidation::close_sealing(signed(REPORTER), JOB));
        assert_eq!(active().into_iter().map(tickets).sum::<u8>(), 0);
        let job = JobId::new(8);
        let draw_for = |job| ModelValidation::draw_committee(signed(STRANGER), job).map_err(|refused| refused.error);
        open_round_for(job, request());
        run_to_block(System::block_number() + 2);
        assert_eq!(draw_for(job), Err(Error::<Test>::NotEnoughEvaluators.into()));
        for account in active() {
            assert_ok!(ModelValidation::add_bond(signed(account), PENALTY));
            assert_eq!(tickets(account), 1);
        }
        assert_eq!(draw_for(job), Err(Error::<Test>::NotEnoughEvaluators.into()), "too late for this one");
        run_to_block(System::block_number() + 1);
        open_round_for(JobId::new(9), request());
        run_to_block(System::block_number() + 2);
        assert_ok!(draw_for(JobId::new(9)));
    });
}

#[test]
fn who_has_as_many_duties_as_it_may_is_passed_over() {
    ExtBuilder::default().with_evaluators(4).build_and_execute(|| {
        NonRevealSlash::set(Permill::from_parts(1));
        CommitteeSize::set(1);
        // Only the first two evaluators are no parties of these.
        let [first, second, data_provider, provider, ..] = EVALUATORS;
        let narrow = EvaluationRequest { data_provider, provider, ..request() };
        let jobs = || (0..u64::from(MAX_SEATS) * 2).map(JobId::new);
        jobs().for_each(|job| open_round_for(job, narrow.clone()));
        run_to_block(4);
        for job in jobs() {
            assert_ok!(ModelValidation::draw_committee(signed(STRANGER), job));
        }
        for full in [first, second] {
            assert_eq!((evaluator(full).open_seats, Duties::<Test>::get(full).len() as u32), (MAX_SEATS, MAX_SEATS));
        }
        open_round_for(JobId::new(1_000), narrow);
        open_round_for(JobId::new(1_001), request());
        run_to_block(6);
        let refused = ModelValidation::draw_committee(signed(STRANGER), JobId::new(1_000));
        assert_eq!(refused.unwrap_err().error, Error::<Test>::NotEnoughEvaluators.into());
        assert_ok!(ModelValidation::draw_committee(signed(STRANGER), JobId::new(1_001)));
        let seats = Rounds::<Test>::get(JobId::new(1_001)).unwrap().seats;
        assert!([data_provider, provider].contains(&seats[0].evaluator));
    });
}
