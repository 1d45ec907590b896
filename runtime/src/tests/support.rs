//! What several tests do: committees that vote, and what the chain says about it afterwards.

use frame_support::assert_ok;
use neurodata_primitives::{validation::seal_verdict, *};

use super::*;
use apis::{EvaluatorRecord, HistoryEntry, JobRecord, RoundRecord};
use world::*;

/// Score of every acceptance.
pub const SCORE: u8 = 90;
const SALT: [u8; 32] = [5; 32];
/// Number of the first evaluator's account.
const FIRST_EVALUATOR: u8 = 110;

/// What a member of a committee found.
pub type Vote = (AccountId, Verdict);

/// Run `test` on a development chain in block 1.
pub fn on_chain(test: impl FnOnce()) {
    preset_state(sp_genesis_builder::DEV_RUNTIME_PRESET).execute_with(|| {
        System::set_block_number(1);
        test();
    });
}

/// `account` signs.
pub fn signed(account: &AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(account.clone())
}

/// Register so many evaluators with the least bond.
pub fn register_evaluators(count: u8) {
    let bond = <Runtime as pallet_model_validation::Config>::EvaluatorBond::get();
    for number in FIRST_EVALUATOR..FIRST_EVALUATOR + count {
        let key = RecipientKey::new([number; 32]);
        assert_ok!(ModelValidation::register_evaluator(signed(&funded(number)), bond, key));
    }
    // Who registers in the block in which a round is opened is not drawn for it.
    go_to(System::block_number() + 1);
}

/// The record of an evaluator.
pub fn evaluator(account: &AccountId) -> EvaluatorRecord {
    pallet_model_validation::Evaluators::<Runtime>::get(account).expect("the evaluator is registered")
}

/// The record of a job.
pub fn job_of(job: JobId) -> JobRecord {
    pallet_compute_market::Jobs::<Runtime>::get(job).expect("the job can still be read")
}

/// How a job ended.
pub fn outcome_of(job: JobId) -> JobOutcome<AccountId, Balance> {
    match job_of(job).state {
        JobState::Closed { outcome, .. } => outcome,
        state => panic!("the job is {state:?}"),
    }
}

/// The round of a job.
pub fn round_of(job: JobId) -> RoundRecord {
    pallet_model_validation::Rounds::<Runtime>::get(job).expect("the round is open")
}

/// Lines of the history of `job` that belong to `account`.
pub fn history(job: JobId, account: &AccountId) -> Vec<HistoryEntry> {
    Rewards::explain_job(job).into_iter().filter(|(who, _)| who == account).map(|(_, entry)| entry).collect()
}

/// What `account` was credited with for `job` for reasons that `select` names.
pub fn credited(job: JobId, account: &AccountId, select: impl Fn(PayoutReason) -> bool) -> Balance {
    let amount = |entry: HistoryEntry| match entry.event {
        HistoryEvent::Credited { reason } if select(reason) => entry.amount,
        _ => 0,
    };
    history(job, account).into_iter().map(amount).sum()
}

/// Draw the committee that `job` is before, and give its members the key.
pub fn open_sealing(job: JobId, provider: &AccountId) -> Vec<AccountId> {
    let RoundState::Drawing { draw_at, .. } = round_of(job).state else { panic!("the committee is to be drawn") };
    set_seed(draw_at);
    go_to(draw_at + 1);
    assert_ok!(ModelValidation::draw_committee(signed(provider), job));
    let members: Vec<_> = round_of(job).seats.into_iter().map(|seat| seat.evaluator).collect();
    let keys: Vec<_> = members.iter().map(|member| (member.clone(), wrapped_key())).collect();
    let keys = keys.try_into().expect("a committee fits");
    assert_ok!(ModelValidation::deliver_evaluation_keys(signed(provider), job, keys));
    members
}

/// Every member seals its verdict.
pub fn seal(job: JobId, votes: &[Vote]) {
    for (member, verdict) in votes {
        let seal = seal_verdict(job, *verdict, SCORE, &SALT, member);
        assert_ok!(ModelValidation::seal_verdict(signed(member), job, seal));
    }
}

/// Every member opens its seal.
pub fn reveal(job: JobId, votes: &[Vote]) {
    for (member, verdict) in votes {
        assert_ok!(ModelValidation::reveal_verdict(signed(member), job, *verdict, SCORE, SALT));
    }
}

/// End a round in which somebody stayed silent.
pub fn close_late(job: JobId, reporter: &AccountId) {
    let RoundState::Revealing { reveal_by } = round_of(job).state else { panic!("seals are being opened") };
    go_to(reveal_by + 1);
    assert_ok!(ModelValidation::close_round(signed(reporter), job));
}

/// All of them find the same.
pub fn all(members: &[AccountId], verdict: Verdict) -> Vec<Vote> {
    members.iter().map(|member| (member.clone(), verdict)).collect()
}

/// What is submitted for a known-answer task with `secret`.
pub fn planted(secret: &[u8; 32]) -> TraceRoot {
    trace::root(&probe::plant(&LINKS, secret))
}

/// The links of the true trace.
pub fn true_links() -> Option<TraceLinks> {
    Some(TraceLinks::truncate_from(LINKS.to_vec()))
}

/// The committee that `accepted` is before votes `verdict` as one, and the provider opens its secret if it is asked for it.
/// Returns the members.
pub fn vote_as_one(accepted: &AcceptedJob, verdict: Verdict) -> Vec<AccountId> {
    let AcceptedJob { job, provider, secret, .. } = accepted;
    let members = open_sealing(*job, provider);
    let votes = all(&members, verdict);
    seal(*job, &votes);
    if round_of(*job).probe.is_some() {
        assert_ok!(ModelValidation::open_probe(signed(provider), *job, *secret, None));
    }
    reveal(*job, &votes);
    members
}

/// Put `amount` into the reward pool.
pub fn fund_pool(amount: Balance) {
    assert_ok!(Rewards::donate(signed(&funded(90)), amount));
}

/// Set a parameter, as root.
pub fn set(parameter: params::RuntimeParameters) {
    assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), parameter));
}
