//! What clients ask the market, through the runtime's API.

use frame_support::{assert_ok, traits::Hooks};
use neurodata_primitives::{money::NRC, *};

use super::{support::*, *};
use apis::runtime_decl_for_neuro_data_api::NeuroDataApi;
use world::*;

/// Post a job with this highest unit price.
fn post(owner: &AccountId, dataset: DatasetId, max_unit_price: Balance) -> JobId {
    let job = pallet_compute_market::NextJobId::<Runtime>::get();
    assert_ok!(ComputeMarket::post_job(signed(owner), JobRequest { max_unit_price, ..request(dataset) }));
    job
}

#[test]
fn open_jobs_come_best_paying_first_and_in_pages() {
    on_chain(|| {
        let dataset = active_dataset(&funded(100));
        let (first, second) = (funded(60), funded(61));
        let cheap = post(&first, dataset, NRC / 100_000);
        let dear = post(&second, dataset, NRC / 10_000);
        let machine = request(dataset).requirements;

        let (page, cursor) = Runtime::open_jobs(machine, None, 1);
        assert_eq!(page.iter().map(|(job, _)| *job).collect::<Vec<_>>(), [dear]);
        let (page, cursor) = Runtime::open_jobs(machine, cursor, 10);
        assert_eq!(page.iter().map(|(job, _)| *job).collect::<Vec<_>>(), [cheap]);
        assert_eq!(cursor, None);
        let smaller = Capability { cores: 1, memory_mib: 512, ..machine };
        assert!(Runtime::open_jobs(smaller, None, 10).0.is_empty(), "it could take neither");

        let (page, next) = Runtime::list_jobs(JobId::new(0), 10, Some(first));
        assert_eq!((page.iter().map(|(job, _)| *job).collect::<Vec<_>>(), next), (vec![cheap], None));
    });
}

#[test]
fn an_estimate_names_the_offer_and_what_would_be_in_escrow() {
    on_chain(|| {
        let dataset = active_dataset(&funded(100));
        let (owner, provider) = (funded(60), funded(61));
        let asks = request(dataset);
        let estimate = Runtime::estimate_job(owner.clone(), asks.clone()).expect("the request is in order");
        assert_eq!((estimate.best, estimate.training_price), (None, 10 * NRC));
        assert_ok!(ComputeMarket::register_provider(signed(&provider), 500 * NRC));
        assert_ok!(ComputeMarket::add_offer(signed(&provider), asks.requirements, NRC / 100_000, 1));
        let estimate = Runtime::estimate_job(owner.clone(), asks.clone()).expect("the request is in order");
        let (offer, unit_price, price) = estimate.best.expect("the offer fits");
        assert_eq!((unit_price, price), (NRC / 100_000, Balance::from(estimate.work_units) * NRC / 100_000));
        let (offers, _) = Runtime::list_offers(offer, 10, Some(provider));
        assert_eq!(offers.first().map(|(id, _)| *id), Some(offer));

        let free = Balances::free_balance(&owner);
        assert_ok!(ComputeMarket::post_job(signed(&owner), asks));
        assert_eq!(free - Balances::free_balance(&owner), estimate.escrow + estimate.deposit);
        let JobState::Matched { assignment, .. } = job_of(JobId::new(0)).state else { panic!("the offer takes it") };
        assert_eq!((assignment.offer, assignment.price), (offer, price));
    });
}

#[test]
fn rules_say_what_the_parameters_are() {
    on_chain(|| {
        let rules = Runtime::market_rules();
        assert_eq!(rules.min_unit_price, NRC / 1_000_000);
        assert_eq!((rules.provider_bond, rules.least_penalty), (500 * NRC, 50 * NRC));
        assert_eq!((rules.evaluator_bond, rules.seat_penalty, rules.committee_size), (200 * NRC, 50 * NRC, 3));
        assert_eq!(rules.max_deliver_within, constants::DAYS);
    });
}

#[test]
fn no_offer_and_no_job_lies_below_the_floor() {
    on_chain(|| {
        let dataset = active_dataset(&funded(100));
        let floor = params::bounded::MinUnitPrice::get();
        let asks = request(dataset);
        let provider = funded(61);
        assert_ok!(ComputeMarket::register_provider(signed(&provider), 500 * NRC));
        assert!(ComputeMarket::add_offer(signed(&provider), asks.requirements, floor - 1, 1).is_err());
        let low = JobRequest { max_unit_price: floor - 1, ..asks.clone() };
        assert!(ComputeMarket::post_job(signed(&funded(60)), low).is_err());
        assert_ok!(ComputeMarket::add_offer(signed(&provider), asks.requirements, floor, 1));
    });
}

#[test]
fn duties_and_jobs_of_an_account_are_found_by_it() {
    on_chain(|| {
        register_evaluators(4);
        let data_provider = funded(100);
        let accepted = accepted_job(active_dataset(&data_provider));
        assert_eq!(Runtime::provider_jobs(accepted.provider.clone()).len(), 1);
        submit_result(&accepted, &data_provider);
        let members = open_sealing(accepted.job, &accepted.provider);
        let duties = Runtime::committee_duties(members[0].clone());
        assert_eq!(duties.iter().map(|(job, _)| *job).collect::<Vec<_>>(), [accepted.job]);
        let (rounds, next) = Runtime::list_rounds(JobId::new(0), 10);
        assert_eq!((rounds.len(), next), (1, None));
        let (evaluators, next) = Runtime::list_evaluators(None, 3);
        assert_eq!(evaluators.len(), 3);
        assert_eq!(Runtime::list_evaluators(next, 3).0.len(), 1);
    });
}

/// Let the market use what is left of the current block.
fn idle() {
    ComputeMarket::on_idle(System::block_number(), configs::BlockWeights::get().max_block);
}

#[test]
fn the_idle_hook_matches_jobs_that_waited() {
    on_chain(|| {
        let dataset = active_dataset(&funded(100));
        let job = post(&funded(60), dataset, NRC / 10_000);
        idle();
        assert!(matches!(job_of(job).state, JobState::Open { .. }));
        let provider = funded(61);
        assert_ok!(ComputeMarket::register_provider(signed(&provider), 500 * NRC));
        assert_ok!(ComputeMarket::add_offer(signed(&provider), request(dataset).requirements, NRC / 10_000, 1));
        idle();
        let JobState::Matched { assignment, .. } = job_of(job).state else { panic!("the job is matched") };
        assert_eq!(assignment.provider, provider);
    });
}

#[test]
fn a_provider_that_falls_silent_pays_owner_and_data_provider_even_if_nobody_reports_it() {
    on_chain(|| {
        let data_provider = funded(100);
        let accepted = accepted_job(active_dataset(&data_provider));
        deliver_key(&accepted, &data_provider);
        let JobState::Running { heartbeat_by, .. } = job_of(accepted.job).state else { panic!("the job runs") };
        let bond = |account: &AccountId| {
            pallet_compute_market::Providers::<Runtime>::get(account).expect("the provider is registered").bond
        };
        let (before, issuance) = (bond(&accepted.provider), Balances::total_issuance());
        go_to(heartbeat_by + params::bounded::DeadlineGrace::get());
        idle();
        assert_eq!(bond(&accepted.provider), before, "reporters have their time");
        go_to(heartbeat_by + params::bounded::DeadlineGrace::get() + 1);
        idle();

        assert!(matches!(job_of(accepted.job).state, JobState::Open { .. }), "it waits for somebody else");
        let penalty = Runtime::market_rules().least_penalty;
        assert_eq!(bond(&accepted.provider), before - penalty - 10 * NRC);
        // The data provider's income, less the treasury's share.
        assert_eq!(Rewards::owed(data_provider), 95 * (10 * NRC) / 100);
        assert_eq!(Balances::total_issuance(), issuance - penalty * 8 / 10, "the reporter's part is burned too");
        let missed = PenaltyCause::HeartbeatMissed { job: accepted.job, heartbeat_by };
        let noted = history(accepted.job, &accepted.provider)
            .into_iter()
            .any(|entry| matches!(entry.event, HistoryEvent::Penalised { cause, .. } if cause == missed));
        assert!(noted, "{:?}", history(accepted.job, &accepted.provider));
        assert!(Rewards::contributor(&accepted.provider).reputation < 50);
    });
}
