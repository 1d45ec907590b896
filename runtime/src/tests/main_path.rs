//! The main path through all pallets: data is audited, a model is trained on it, everybody is paid.

use frame_support::{assert_ok, traits::Get};
use neurodata_primitives::{
    dataset::MAX_PROOFS_PER_CALL, layout::MAX_AUDITED_CHUNKS, money::NRC, validation::seal_verdict, *,
};

use super::*;
use world::*;

const EVALUATORS: [u8; 4] = [110, 111, 112, 113];
const SALT: [u8; 32] = [5; 32];
const SCORE: u8 = 90;

fn state(dataset: DatasetId) -> DatasetState<BlockNumber> {
    pallet_dataset_registry::Datasets::<Runtime>::get(dataset).expect("the dataset exists").state
}

/// Pass the audit of `dataset`, eight chunks a call.
fn pass_audit(owner: &AccountId, dataset: DatasetId) {
    let DatasetState::Auditing { challenge_at, .. } = state(dataset) else { panic!("the audit is open") };
    go_to(challenge_at + 1);
    set_seed(challenge_at);
    let seed = pallet_entropy::Seeds::<Runtime>::get(challenge_at).expect("the seed is known");
    let seed = draw::derive(&seed, draw::AUDIT_DOMAIN, &dataset);
    let chunks = draw::distinct(&seed, 1 << 20, MAX_AUDITED_CHUNKS);
    for chunks in chunks.chunks(MAX_PROOFS_PER_CALL as usize) {
        let proofs: Vec<_> = chunks.iter().map(|chunk| audit_proof(*chunk)).collect();
        let signed = RuntimeOrigin::signed(owner.clone());
        assert_ok!(DatasetRegistry::submit_audit(signed, dataset, proofs.try_into().expect("eight fit")));
    }
    assert_eq!(state(dataset), DatasetState::Active);
}

/// Evaluate `job`: everybody on the committee accepts.
fn accept_result(job: JobId, provider: &AccountId) -> Vec<AccountId> {
    let round = pallet_model_validation::Rounds::<Runtime>::get(job).expect("the round is open");
    let RoundState::Drawing { draw_at, .. } = round.state else { panic!("the committee is to be drawn") };
    set_seed(draw_at);
    go_to(draw_at + 1);
    assert_ok!(ModelValidation::draw_committee(RuntimeOrigin::signed(provider.clone()), job));
    let round = pallet_model_validation::Rounds::<Runtime>::get(job).expect("the round goes on");
    let members: Vec<_> = round.seats.into_iter().map(|seat| seat.evaluator).collect();
    let keys: Vec<_> = members.iter().map(|member| (member.clone(), wrapped_key())).collect();
    let signed = RuntimeOrigin::signed(provider.clone());
    assert_ok!(ModelValidation::deliver_evaluation_keys(signed, job, keys.try_into().expect("a committee fits")));
    for member in &members {
        let seal = seal_verdict(job, Verdict::Accept, SCORE, &SALT, member);
        assert_ok!(ModelValidation::seal_verdict(RuntimeOrigin::signed(member.clone()), job, seal));
    }
    for member in &members {
        let signed = RuntimeOrigin::signed(member.clone());
        assert_ok!(ModelValidation::reveal_verdict(signed, job, Verdict::Accept, SCORE, SALT));
    }
    if pallet_model_validation::Rounds::<Runtime>::contains_key(job) {
        assert_ok!(ModelValidation::close_round(RuntimeOrigin::signed(provider.clone()), job));
    }
    members
}

#[test]
fn a_dataset_is_audited_a_model_is_trained_on_it_and_everybody_is_paid() {
    preset_state(sp_genesis_builder::DEV_RUNTIME_PRESET).execute_with(|| {
        System::set_block_number(1);
        let data_provider = funded(100);
        for number in EVALUATORS {
            let signed = RuntimeOrigin::signed(funded(number));
            let bond = <Runtime as pallet_model_validation::Config>::EvaluatorBond::get();
            assert_ok!(ModelValidation::register_evaluator(signed, bond, RecipientKey::new([number; 32])));
        }
        let dataset = register_dataset(&data_provider);
        pass_audit(&data_provider, dataset);

        let accepted = accepted_job(dataset);
        let issuance = Balances::total_issuance();
        submit_result(&accepted, &data_provider);
        let members = accept_result(accepted.job, &accepted.provider);
        assert_eq!(members.len(), 3);

        let job = pallet_compute_market::Jobs::<Runtime>::get(accepted.job).expect("the job can still be read");
        let JobState::Closed { outcome: JobOutcome::Settled { paid, score, model, .. }, .. } = job.state else {
            panic!("the job is {:?}", job.state);
        };
        assert_eq!(score, SCORE);
        let record = pallet_model_registry::Models::<Runtime>::get(model).expect("the model was recorded");
        assert_eq!((record.owner, record.job, record.dataset), (accepted.job_owner, accepted.job, dataset));

        go_to(System::block_number() + params::bounded::MaturityPeriod::get());
        let claims = [data_provider, accepted.provider].into_iter().chain(members).map(|account| {
            let free = Balances::free_balance(&account);
            assert_ok!(Rewards::claim(RuntimeOrigin::signed(account.clone())));
            Balances::free_balance(account) - free
        });
        let claims: Vec<Balance> = claims.collect();
        let shares = JobSplitOf::get().shares(paid, 3);
        // The data provider's share of the job, and 95 % of the training use.
        assert_eq!(claims[0], shares.data + 95 * (10 * NRC) / 100);
        assert_eq!(claims[1], shares.compute);
        assert!(claims[2..].iter().all(|claim| *claim == shares.each_evaluator));
        assert_eq!(Balances::total_issuance(), issuance, "paying mints and burns nothing");
    });
}

/// The split that the runtime is bound to.
type JobSplitOf = <Runtime as pallet_rewards::Config>::JobSplit;
