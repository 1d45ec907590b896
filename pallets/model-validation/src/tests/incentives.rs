//! Whether checking pays better than sleeping, with the amounts that the runtime starts from.

use crate::{decision::quorum, mock::*, Decision, PenaltyCause, Rounds, Verdict};
use frame_support::{assert_ok, traits::fungible::Mutate};
use neurodata_primitives::{
    money::{JobSplit, NRC},
    probe,
    seams::EvaluationRequest,
    trace, JobId, Seed, TraceRoot,
};
use sp_runtime::Permill;

/// The runtime's defaults.
const EVALUATOR_BOND: Balance = 200 * NRC;
const NON_REVEAL_SLASH: Permill = Permill::from_percent(25);
const PROBE_RATE: Permill = Permill::from_percent(5);
const KNOWN_ANSWER_FEE: Balance = NRC;
const COMMITTEE_SIZE: usize = 3;

const ROUNDS: u64 = 600;
/// Accepts everything without repeating it.
const SLEEPER: AccountId = EVALUATORS[0];
/// Rejects everything without repeating it.
const GRUMBLER: AccountId = EVALUATORS[1];

fn set_defaults() {
    EvaluatorBond::set(EVALUATOR_BOND);
    NonRevealSlash::set(NON_REVEAL_SLASH);
    ProbeRate::set(PROBE_RATE);
}

/// What a member earns of a job at `price` that `members` share.
fn earned(price: Balance, members: usize) -> Balance {
    JobSplit::default().shares(price, members as u32).each_evaluator
}

/// Seal and open what each member of the round of `job` finds; `secret` is opened if there is one to be.
fn judge(job: JobId, secret: [u8; 32]) {
    run_to_block(System::block_number() + DrawDelay::get());
    assert_ok!(ModelValidation::draw_committee(signed(STRANGER), job));
    let round = Rounds::<Test>::get(job).unwrap();
    let members: Vec<_> = round.seats.iter().map(|seat| seat.evaluator).collect();
    let keys: Vec<_> = members.iter().map(|member| (*member, wrapped_key(*member))).collect();
    assert_ok!(ModelValidation::deliver_evaluation_keys(signed(PROVIDER), job, keys.try_into().unwrap()));
    let verdict = |member| match member {
        SLEEPER => Verdict::Accept,
        GRUMBLER => Verdict::Reject,
        _ if round.trace == TRACE => Verdict::Accept,
        _ => Verdict::Reject,
    };
    for member in &members {
        let seal = crate::validation::seal_verdict(job, verdict(*member), 90, &salt(*member), member);
        assert_ok!(ModelValidation::seal_verdict(signed(*member), job, seal));
    }
    for member in &members {
        assert_ok!(ModelValidation::reveal_verdict(signed(*member), job, verdict(*member), 90, salt(*member)));
    }
    if round.probe.is_some() {
        assert_ok!(ModelValidation::open_probe(signed(PROVIDER), job, secret, Some(bounded(&links()))));
    }
}

/// Submit, as an honest provider, the result of `job`, and have it decided.
fn play(job: JobId) {
    let secret = sp_io::hashing::blake2_256(&job.get().to_le_bytes());
    let seed = Seed::new(sp_io::hashing::blake2_256(&secret));
    let is_drawn = probe::is_drawn(&secret, &seed, PROBE_RATE);
    let trace: TraceRoot = if is_drawn { trace::root(&probe::plant(&links(), &secret)) } else { TRACE };
    let probe = Some(probe::commitment(job, &PROVIDER, &secret));
    open_round_for(job, EvaluationRequest { seed, trace, probe, ..request() });
    judge(job, secret);
    if is_drawn {
        judge(job, secret);
    }
    if evaluator(SLEEPER).bond < EVALUATOR_BOND {
        assert_ok!(ModelValidation::add_bond(signed(SLEEPER), EVALUATOR_BOND - evaluator(SLEEPER).bond));
    }
}

/// What `account` got of all jobs at `price`, less what it lost.
fn balance_of(account: AccountId, price: Balance) -> i128 {
    let shares = Decisions::get().into_iter().filter(|(_, _, majority)| majority.contains(&account));
    let share: Balance = shares.map(|(_, _, majority)| earned(price, majority.len())).sum();
    let fees = FoundOut::get().into_iter().filter(|(_, found_by)| found_by.contains(&account)).count() as Balance;
    let lost = Penalties::get().into_iter().filter(|(who, ..)| *who == account).map(|(_, amount, _)| amount);
    (share + fees * KNOWN_ANSWER_FEE) as i128 - lost.sum::<Balance>() as i128
}

#[test]
fn who_sleeps_loses_money_who_grumbles_earns_little_and_who_checks_earns() {
    ExtBuilder::default().build().execute_with(|| {
        set_defaults();
        for account in &EVALUATORS[..6] {
            <Balances as Mutate<AccountId>>::set_balance(account, 10_000 * NRC);
            let key = recipient_key(*account);
            assert_ok!(ModelValidation::register_evaluator(signed(*account), EVALUATOR_BOND, key));
        }
        run_to_block(2);
        (0..ROUNDS).map(JobId::new).for_each(play);

        let accepted = |(_, decision, _): &_| matches!(decision, Decision::Accepted { .. });
        assert_eq!(Decisions::get().iter().filter(|decided| accepted(decided)).count() as u64, ROUNDS);
        assert!((15..=45).contains(&Probed::get().len()), "{} of {ROUNDS} were known answers", Probed::get().len());
        let penalties = |account| Penalties::get().into_iter().filter(move |(who, ..)| *who == account);
        assert!(penalties(SLEEPER).count() >= 5);
        assert!(penalties(SLEEPER).all(|(_, _, cause)| matches!(cause, PenaltyCause::PlantAccepted { .. })));
        assert!(penalties(GRUMBLER).count() >= 100);
        assert!(penalties(GRUMBLER).all(|(_, _, cause)| matches!(cause, PenaltyCause::Outvoted { .. })));
        assert_eq!(Penalties::get().len(), penalties(SLEEPER).chain(penalties(GRUMBLER)).count());

        // At 1 NRC a seat.
        let price = 30 * NRC;
        assert!(balance_of(SLEEPER, price) < 0, "{}", balance_of(SLEEPER, price));
        for honest in &EVALUATORS[2..6] {
            assert!(balance_of(*honest, price) > 200 * NRC as i128, "{}", balance_of(*honest, price));
        }
        // Known answers are all that it earns.
        assert!((0..50 * NRC as i128).contains(&balance_of(GRUMBLER, price)), "{}", balance_of(GRUMBLER, price));
        assert_ok!(ModelValidation::do_try_state());
    });
}

#[test]
fn the_default_amounts_bound_the_prices_up_to_which_they_deter() {
    ExtBuilder::default().build_and_execute(|| {
        set_defaults();
        let penalty = ModelValidation::seat_penalty();
        assert_eq!(penalty, 50 * NRC);
        let fewest = quorum(COMMITTEE_SIZE);
        // Silence: the penalty is more than one verdict earns, up to 1,000 NRC.
        assert!(penalty > earned(1_000 * NRC - 40, fewest) && penalty <= earned(1_000 * NRC, fewest));
        // Sleep: what a seat earns is less than what it loses on average, up to 50 NRC.
        let average = PROBE_RATE * penalty;
        assert_eq!(average, 5 * NRC / 2);
        assert!(average > earned(50 * NRC - 40, fewest) && average <= earned(50 * NRC, fewest));
        // Whatever the price: who checks instead of sleeping saves this much on average, which has to pay for the run.
        assert_eq!(average + PROBE_RATE * KNOWN_ANSWER_FEE, 2_550 * NRC / 1_000);
    });
}
