//! What model validation answers to sales: evaluators drawn to inspect packages.

use crate::{mock::*, Error, Evaluators, Event, InspectionSeats, PenaltyCause};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use neurodata_primitives::{draw as draws, seams::Inspectors, InspectionId, Seed};
use sp_runtime::Permill;

const INSPECTION: InspectionId = InspectionId::new(3);
const MISSED: PenaltyCause = PenaltyCause::InspectionMissed { inspection: INSPECTION };

fn seed(byte: u8) -> Seed {
    Seed::new([byte; 32])
}

/// Draw for an inspection that was requested in block 2, after everybody's registration.
fn draw_inspectors(seats: u32, excluded: &[AccountId]) -> Vec<AccountId> {
    <ModelValidation as Inspectors<_, _>>::draw(&seed(1), INSPECTION, seats, 2, excluded)
}

#[test]
fn the_lowest_ranks_are_drawn_and_take_a_seat() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let drawn = draw_inspectors(3, &[]);
        let mut expected = EVALUATORS[..6].to_vec();
        expected.sort_by_key(|account| draws::derive(&seed(1), draws::INSPECTION_DOMAIN, &(INSPECTION, account, 0u8)));
        assert_eq!(drawn, expected[..3]);
        for account in EVALUATORS.into_iter().take(6) {
            let seats = u32::from(drawn.contains(&account));
            assert_eq!((evaluator(account).open_seats, InspectionSeats::<Test>::get(account)), (seats, seats));
        }
        assert_eq!(InspectionSeats::<Test>::iter().count(), 3);
    });
}

#[test]
fn another_inspection_and_another_seed_draw_others() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let first = |seed, inspection| {
            let drawn = <ModelValidation as Inspectors<_, _>>::draw(&seed, InspectionId::new(inspection), 1, 2, &[]);
            drawn.iter().for_each(<ModelValidation as Inspectors<_, u64>>::leave);
            drawn
        };
        let by_inspection: std::collections::BTreeSet<_> = (0..20).map(|number| first(seed(1), number)).collect();
        let by_seed: std::collections::BTreeSet<_> = (0..20).map(|byte| first(seed(byte), 0)).collect();
        assert!(by_inspection.len() > 2 && by_seed.len() > 2);
    });
}

#[test]
fn the_excluded_are_not_drawn() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        let first = draw_inspectors(1, &[]);
        let others = draw_inspectors(6, &first);
        assert_eq!(others.len(), 5);
        assert!(!others.contains(&first[0]));
    });
}

#[test]
fn who_registered_in_the_block_of_the_request_is_not_drawn() {
    ExtBuilder::default().with_evaluators(2).build_and_execute(|| {
        assert_ok!(ModelValidation::register_evaluator(signed(EVALUATORS[2]), BOND, recipient_key(1)));
        assert_eq!(evaluator(EVALUATORS[2]).registered_at, 2);
        let mut drawn = draw_inspectors(5, &[]);
        drawn.sort_unstable();
        assert_eq!(drawn, EVALUATORS[..2]);
    });
}

#[test]
fn who_retired_or_has_no_bond_for_another_seat_is_not_drawn() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        // A bond of 1,000 covers one seat at a penalty of 600.
        NonRevealSlash::set(Permill::from_percent(60));
        assert_ok!(ModelValidation::retire_evaluator(signed(EVALUATORS[0])));
        let drawn = draw_inspectors(5, &[]);
        assert_eq!(drawn.len(), 2);
        assert!(draw_inspectors(5, &[]).is_empty());
    });
}

#[test]
fn a_seat_keeps_the_bond_until_it_is_freed() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let inspector = draw_inspectors(1, &[])[0];
        assert_ok!(ModelValidation::retire_evaluator(signed(inspector)));
        run_to_block(200);
        assert_noop!(ModelValidation::withdraw_bond(signed(inspector)), Error::<Test>::SeatsOpen);
        <ModelValidation as Inspectors<_, u64>>::leave(&inspector);
        assert!(!InspectionSeats::<Test>::contains_key(inspector));
        assert_ok!(ModelValidation::withdraw_bond(signed(inspector)));
        assert_eq!(Balances::free_balance(inspector), FUNDS);
    });
}

#[test]
fn leaving_an_inspection_frees_no_seat_of_a_committee() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        let member = draw()[0];
        assert_storage_noop!(<ModelValidation as Inspectors<_, u64>>::leave(&member));
        assert_eq!(evaluator(member).open_seats, 1);
        assert_eq!(draw_inspectors(3, &[]).len(), 3);
        assert_eq!(evaluator(member).open_seats, 2);
        <ModelValidation as Inspectors<_, u64>>::leave(&member);
        <ModelValidation as Inspectors<_, u64>>::leave(&member);
        assert_eq!(evaluator(member).open_seats, 1);
    });
}

#[test]
fn a_silent_or_refuted_inspector_pays_the_seat_penalty() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let inspector = EVALUATORS[0];
        <ModelValidation as Inspectors<_, u64>>::penalise(&inspector, &JOB_OWNER, &REPORTER, MISSED);
        assert_eq!((held(inspector), evaluator(inspector).bond), (BOND - PENALTY, BOND - PENALTY));
        assert_eq!(Balances::free_balance(JOB_OWNER), FUNDS + 40);
        assert_eq!(Balances::free_balance(REPORTER), FUNDS + 20);
        assert_eq!(Burned::get(), 140);
        assert_eq!(Penalties::get(), [(inspector, PENALTY, MISSED)]);
        assert_eq!(last_event(), Event::EvaluatorSlashed { job: None, evaluator: inspector, amount: PENALTY, cause: MISSED });
    });
}

#[test]
fn an_inspector_that_reports_itself_gets_nothing() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let inspector = EVALUATORS[0];
        <ModelValidation as Inspectors<_, u64>>::penalise(&inspector, &inspector, &inspector, MISSED);
        assert_eq!(Balances::free_balance(inspector), FUNDS - BOND);
        assert_eq!(Burned::get(), PENALTY);
    });
}

#[test]
fn penalties_reach_a_retired_inspector_and_end_with_the_bond() {
    ExtBuilder::default().with_evaluators(1).build_and_execute(|| {
        let inspector = EVALUATORS[0];
        NonRevealSlash::set(Permill::from_percent(60));
        let penalise = || <ModelValidation as Inspectors<_, u64>>::penalise(&inspector, &JOB_OWNER, &REPORTER, MISSED);
        penalise();
        assert_eq!((held(inspector), evaluator(inspector).retires_at), (400, Some(102)));
        assert!(active().is_empty());
        penalise();
        assert_eq!(held(inspector), 0);
        assert_storage_noop!(penalise());
        run_to_block(102);
        assert_ok!(ModelValidation::withdraw_bond(signed(inspector)));
        assert_storage_noop!(penalise());
        assert!(!Evaluators::<Test>::contains_key(inspector));
    });
}

#[test]
fn tickets_that_rose_when_the_inspection_was_asked_for_or_later_do_not_count() {
    ExtBuilder::default().with_evaluators(6).build_and_execute(|| {
        // Its registration lies behind every draw.
        run_to_block(200);
        assert_ok!(ModelValidation::add_bond(signed(EVALUATORS[5]), 7 * BOND));
        let mut expected = EVALUATORS[..6].to_vec();
        expected.sort_by_key(|account| draws::derive(&seed(1), draws::INSPECTION_DOMAIN, &(INSPECTION, account, 0u8)));
        assert_eq!(draw_inspectors(6, &[]), expected);
    });
}
