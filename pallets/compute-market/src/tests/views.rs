//! What clients ask: listings by pages, jobs of a provider, estimates.

use super::*;
use neurodata_primitives::view::OpenJobCursor;

fn tiers(capability: Capability, limit: u32) -> Vec<JobId> {
    let mut jobs = Vec::new();
    let mut from: Option<OpenJobCursor<Balance>> = None;
    for _ in 0..1_000 {
        let (page, next) = ComputeMarket::open_jobs_for(capability, from, limit);
        assert!(page.len() <= limit as usize);
        jobs.extend(page.into_iter().map(|(id, _)| id));
        match next {
            Some(next) => from = Some(next),
            None => return jobs,
        }
    }
    panic!("the listing has no end")
}

#[test]
fn a_provider_sees_the_open_jobs_that_its_machine_serves_the_best_paying_of_a_class_first() {
    ExtBuilder.build_and_execute(|| {
        let posted = |tier, max_unit_price| {
            let requirements = machine(DeviceClass::Cpu, tier);
            post_for(JOB_OWNER, JobRequest { requirements, max_unit_price, ..request() })
        };
        let (small, dear, cheap, large) = (posted(0, 12), posted(2, 15), posted(2, 11), posted(5, 20));
        let gpu = post_for(JOB_OWNER, JobRequest { requirements: machine(DeviceClass::Cuda, 0), ..request() });
        for limit in [1, 2, 3, 256] {
            let listed = tiers(machine(DeviceClass::Cpu, 4), limit);
            assert_eq!(listed.len(), 3, "each once");
            let place = |id| listed.iter().position(|other| *other == id);
            assert!(place(small).is_some() && place(dear) < place(cheap));
            assert_eq!((place(large), place(gpu)), (None, None));
        }
        assert_eq!(tiers(machine(DeviceClass::Cuda, 7), 10), [gpu]);
        assert!(tiers(cpu(1, 1), 10).is_empty());
        assert_ok!(cancel(dear));
        assert_eq!(tiers(machine(DeviceClass::Cpu, 2), 10).len(), 2);
    });
}

#[test]
fn a_listing_goes_on_behind_a_job_that_is_gone() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..3).map(|_| open_job()).collect();
        let (page, next) = ComputeMarket::open_jobs_for(capability(), None, 1);
        assert_eq!((page[0].0, next.map(|next| next.job)), (jobs[0], Some(jobs[0])));
        assert_ok!(cancel(jobs[0]));
        let (page, next) = ComputeMarket::open_jobs_for(capability(), next, 1);
        assert_eq!(page[0].0, jobs[1]);
        let (page, next) = ComputeMarket::open_jobs_for(capability(), next, 1);
        assert_eq!((page[0].0, next), (jobs[2], None));
    });
}

#[test]
fn a_page_holds_a_record_at_least() {
    ExtBuilder.build_and_execute(|| {
        let id = open_job();
        offer(PROVIDER, MAX_UNIT_PRICE + 1);
        assert_eq!(ComputeMarket::open_jobs_for(capability(), None, 0).0.len(), 1);
        assert_eq!(ComputeMarket::list_jobs(id, 0, None).0.len(), 1);
        assert_eq!(ComputeMarket::list_offers(OfferId::new(0), 0, None).0.len(), 1);
    });
}

#[test]
fn jobs_are_listed_by_id_and_by_owner() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..7).map(|index| post_for([JOB_OWNER, REPORTER][index % 2], request())).collect();
        for limit in [1, 2, 3, 256] {
            for (owner, expected) in [(None, 7), (Some(JOB_OWNER), 4), (Some(REPORTER), 3), (Some(PAUPER), 0)] {
                let (mut listed, mut start) = (Vec::new(), Some(JobId::new(0)));
                while let Some(from) = start {
                    let (page, next) = ComputeMarket::list_jobs(from, limit, owner);
                    assert!(next.is_none_or(|next| next > from), "it goes on");
                    listed.extend(page.into_iter().map(|(id, _)| id));
                    start = next;
                }
                assert_eq!(listed.len(), expected);
                assert!(listed.is_sorted() && listed.iter().all(|id| jobs.contains(id)));
            }
        }
    });
}

#[test]
fn pruned_jobs_leave_gaps_that_a_listing_goes_over() {
    ExtBuilder.build_and_execute(|| {
        let jobs: Vec<_> = (0..4).map(|_| open_job()).collect();
        assert_ok!(cancel(jobs[1]));
        assert_ok!(cancel(jobs[2]));
        pass(PRUNE_PERIOD);
        for id in &jobs[1..3] {
            assert_ok!(ComputeMarket::prune_job(signed(STRANGER), *id));
        }
        let (page, next) = ComputeMarket::list_jobs(JobId::new(0), 2, None);
        assert_eq!(page.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [jobs[0]], "it looks at two ids");
        let (page, next) = ComputeMarket::list_jobs(next.expect("there is more"), 2, None);
        assert_eq!(page.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), [jobs[3]]);
        assert!(next.is_none());
    });
}

#[test]
fn a_provider_finds_its_jobs() {
    ExtBuilder.build_and_execute(|| {
        register(PROVIDER, 10 * bond_for_one());
        add(PROVIDER, capability(), UNIT_PRICE, 8);
        let jobs: Vec<_> = (0..3).map(|_| post()).collect();
        let of = || ComputeMarket::jobs_of_provider(&PROVIDER).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(of(), jobs);
        assert_ok!(decline(PROVIDER, jobs[1]));
        accept(PROVIDER, jobs[0]);
        let mut left = of();
        left.sort();
        assert_eq!(left, [jobs[0], jobs[2]]);
        assert!(ComputeMarket::jobs_of_provider(&STRANGER).is_empty());
    });
}

#[test]
fn offers_are_listed_by_id_and_by_provider() {
    ExtBuilder.build_and_execute(|| {
        for provider in [PROVIDER, SECOND_PROVIDER] {
            register(provider, 10 * bond_for_one());
            (0..3).for_each(|_| { add(provider, capability(), UNIT_PRICE, 1); });
        }
        for limit in [1, 4, 256] {
            for (provider, expected) in [(None, 6), (Some(PROVIDER), 3), (Some(PAUPER), 0)] {
                let (mut listed, mut start) = (Vec::new(), Some(OfferId::new(0)));
                while let Some(from) = start {
                    let (page, next) = ComputeMarket::list_offers(from, limit, provider);
                    assert!(page.iter().all(|(_, offer)| provider.is_none_or(|provider| offer.provider == provider)));
                    listed.extend(page.into_iter().map(|(id, _)| id));
                    start = next;
                }
                assert_eq!(listed.len(), expected);
                assert!(listed.is_sorted());
            }
        }
    });
}

#[test]
fn an_estimate_is_what_posting_then_costs() {
    ExtBuilder.build_and_execute(|| {
        let estimate = || ComputeMarket::estimate(&JOB_OWNER, request()).expect("the request is in order");
        let before = estimate();
        assert_eq!((before.work_units, before.training_price), (WORK_UNITS, TRAINING_PRICE));
        assert_eq!((before.escrow, before.deposit, before.best), (ESCROW, DEPOSIT, None));
        assert_eq!(before.class, MachineClass { device: DeviceClass::Cpu, tier: 2 });
        assert_eq!(before.min_deliver_within, job::MIN_DELIVER_BLOCKS + 1);
        offer(PROVIDER, UNIT_PRICE);
        let offer = offers_of(PROVIDER)[0];
        assert_eq!(estimate().best, Some((offer, UNIT_PRICE, PRICE)));
        let id = post();
        assert_eq!((assignment(id).offer, assignment(id).price, job(id).escrow), (offer, PRICE, ESCROW));
        assert_eq!(estimate().best, None, "the slot is taken");
    });
}

#[test]
fn an_estimate_is_refused_for_the_reasons_of_posting_and_changes_nothing() {
    ExtBuilder.build_and_execute(|| {
        let refused_for = |request| ComputeMarket::estimate(&JOB_OWNER, request).unwrap_err();
        let spec = TrainingSpec { objective: Objective::Classification { classes: 1 }, ..spec() };
        assert_eq!(refused_for(JobRequest { spec, ..request() }), refused(Error::InvalidSpec(SpecIssue::Classes)));
        let unsold = JobRequest { dataset: DatasetId::new(7), ..request() };
        assert_eq!(refused_for(unsold), DispatchError::Other("not sold"));
        let requirements = cpu(129, 1);
        let issue = RequestIssue::Requirements;
        assert_eq!(refused_for(JobRequest { requirements, ..request() }), refused(Error::InvalidRequest(issue)));
        frame_support::assert_storage_noop!(assert!(ComputeMarket::estimate(&JOB_OWNER, request()).is_ok()));
    });
}
