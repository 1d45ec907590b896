//! The main path through all pallets: data is audited, a model is trained on it, everybody is paid and can see why.

use frame_support::{assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{dataset::MAX_PROOFS_PER_CALL, layout::MAX_AUDITED_CHUNKS, money::NRC, *};

use sp_runtime::Permill;

use super::{support::*, *};
use world::*;

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
        assert_ok!(DatasetRegistry::submit_audit(signed(owner), dataset, proofs.try_into().expect("eight fit")));
    }
    assert_eq!(state(dataset), DatasetState::Active);
}

fn is_extra(reason: PayoutReason) -> bool {
    matches!(reason, PayoutReason::Extra { .. })
}

#[test]
fn a_dataset_is_audited_a_model_is_trained_on_it_and_everybody_is_paid() {
    on_chain(|| {
        let data_provider = funded(100);
        register_evaluators(4);
        fund_pool(1_000 * NRC);
        let dataset = register_dataset(&data_provider);
        pass_audit(&data_provider, dataset);

        let accepted = accepted_job(dataset);
        let issuance = Balances::total_issuance();
        submit_result(&accepted, &data_provider);
        let members = vote_as_one(&accepted, Verdict::Accept);
        assert_eq!(members.len(), 3);

        let JobOutcome::Settled { paid, score, model, .. } = outcome_of(accepted.job) else {
            panic!("the job ended as {:?}", outcome_of(accepted.job))
        };
        assert_eq!(score, SCORE);
        let record = pallet_model_registry::Models::<Runtime>::get(model).expect("the model was recorded");
        assert_eq!((record.owner, record.job, record.dataset), (accepted.job_owner.clone(), accepted.job, dataset));

        let shares = JobSplitOf::get().shares(paid, 3);
        let parties = [data_provider, accepted.provider].into_iter().chain(members).collect::<Vec<_>>();
        let extras: Vec<Balance> = parties.iter().map(|account| credited(accepted.job, account, is_extra)).collect();
        go_to(System::block_number() + params::bounded::MaturityPeriod::get());
        let claims = parties.iter().map(|account| {
            let free = Balances::free_balance(account);
            assert_ok!(Rewards::claim(signed(account)));
            Balances::free_balance(account) - free
        });
        let claims: Vec<Balance> = claims.collect();
        // The data provider's share of the job, and 95 % of the training use.
        assert_eq!(claims[0], shares.data + 95 * (10 * NRC) / 100 + extras[0]);
        assert_eq!(claims[1], shares.compute + extras[1]);
        assert!(claims[2..].iter().zip(&extras[2..]).all(|(claim, extra)| *claim == shares.each_evaluator + extra));
        assert_eq!(Balances::total_issuance(), issuance, "paying mints and burns nothing");

        assert!(extras.iter().all(|extra| *extra > 0), "{extras:?}");
        // Of the price, and of the training use.
        let common = shares.treasury + 5 * (10 * NRC) / 100;
        let cap = params::bounded::ExtraCap::get().mul_floor(common);
        assert!(extras.iter().sum::<Balance>() <= cap, "{extras:?} come to more than {cap}");
    });
}

#[test]
fn the_history_of_a_job_tells_everybody_what_they_got_and_why() {
    on_chain(|| {
        let data_provider = funded(100);
        register_evaluators(4);
        fund_pool(1_000 * NRC);
        let dataset = active_dataset(&data_provider);
        let accepted = accepted_job(dataset);
        submit_result(&accepted, &data_provider);
        let members = vote_as_one(&accepted, Verdict::Accept);

        let kinds = [
            (&data_provider, ContributionKind::Dataset),
            (&accepted.provider, ContributionKind::Compute),
            (&members[0], ContributionKind::Validation),
        ];
        for (account, own) in kinds {
            let contributed = history(accepted.job, account)
                .into_iter()
                .any(|entry| matches!(entry.event, HistoryEvent::Contributed { kind, .. } if kind == own));
            assert!(contributed, "{own:?} is missing");
            assert!(credited(accepted.job, account, |reason| reason.job() == Some(accepted.job)) > 0);
            assert!(Rewards::contributor(account).reputation > 50, "{own:?} made nobody's reputation better");
            let (lines, _) = Rewards::history_of(account, 0, 100);
            assert!(!lines.is_empty(), "an account has its own history");
        }
        let owner = history(accepted.job, &accepted.job_owner);
        assert!(owner.iter().any(|entry| matches!(entry.event, HistoryEvent::Charged { .. }) && entry.amount > 0));
        let blocks: Vec<_> = Rewards::explain_job(accepted.job).iter().map(|(_, entry)| entry.at).collect();
        assert!(blocks.windows(2).all(|pair| pair[0] <= pair[1]), "lines are in order of time: {blocks:?}");

        // The task's first model is its best.
        let spec = job_of(accepted.job).request.spec;
        let board = ModelValidation::leaderboard(&Task::of(dataset, &spec)).expect("a model was accepted");
        assert_eq!((board.rungs.len(), board.models), (1, 1));
        assert_eq!(ModelValidation::leaderboards_of(dataset).len(), 1);
    });
}

#[test]
fn without_a_pool_nobody_gets_extras_and_everybody_the_price() {
    on_chain(|| {
        let data_provider = funded(100);
        register_evaluators(4);
        let accepted = accepted_job(active_dataset(&data_provider));
        submit_result(&accepted, &data_provider);
        vote_as_one(&accepted, Verdict::Accept);
        let JobOutcome::Settled { paid, .. } = outcome_of(accepted.job) else { panic!("the job is settled") };
        let shares = JobSplitOf::get().shares(paid, 3);
        let extras = credited(accepted.job, &accepted.provider, is_extra);
        // What the job itself put into the pool is all there is.
        assert!(extras <= shares.treasury + 5 * (10 * NRC) / 100);
        assert_eq!(Rewards::owed(accepted.provider), shares.compute + extras);
    });
}

#[test]
fn who_trades_with_itself_in_every_role_loses_however_full_the_pool_is() {
    use params::groups::rewards;
    on_chain(|| {
        // The best that governance can do for it.
        let most = |parameter| set(params::RuntimeParameters::Rewards(parameter));
        most(rewards::Parameters::ExtraCap(rewards::ExtraCap, Some(Permill::one())));
        most(rewards::Parameters::DatasetExtra(rewards::DatasetExtra, Some(Balance::MAX)));
        most(rewards::Parameters::ComputeExtra(rewards::ComputeExtra, Some(Balance::MAX)));
        most(rewards::Parameters::ValidationExtra(rewards::ValidationExtra, Some(Balance::MAX)));
        fund_pool(100_000 * NRC);
        register_evaluators(3);
        let data_provider = funded(100);
        let dataset = active_dataset(&data_provider);
        let accepted = accepted_job(dataset);
        let members = (110..113).map(|number| AccountId::new([number; 32]));
        let parties: Vec<_> = [data_provider.clone(), accepted.job_owner.clone(), accepted.provider.clone()]
            .into_iter()
            .chain(members)
            .collect();
        let wealth = || -> Balance {
            parties.iter().map(|account| Balances::total_balance(account) + Rewards::owed(account.clone())).sum()
        };
        // What is in escrow is its own still.
        let before = wealth() + job_of(accepted.job).escrow;
        submit_result(&accepted, &data_provider);
        vote_as_one(&accepted, Verdict::Accept);
        assert!(matches!(outcome_of(accepted.job), JobOutcome::Settled { .. }));
        let extras: Balance = parties.iter().map(|account| credited(accepted.job, account, is_extra)).sum();
        assert!(extras > 0);
        assert!(wealth() < before, "it had {before} and has {}", wealth());
    });
}

/// The split that the runtime is bound to.
type JobSplitOf = <Runtime as pallet_rewards::Config>::JobSplit;
