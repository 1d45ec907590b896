//! What clients read through the runtime.

use crate::{mock::*, views::MAX_PAGE, Rounds, Verdict};
use frame_support::assert_ok;
use neurodata_primitives::JobId;

#[test]
fn duties_are_the_rounds_of_an_evaluator() {
    ExtBuilder::default().with_evaluators(3).build_and_execute(|| {
        assert!(ModelValidation::duties_of(&EVALUATORS[0]).is_empty());
        let members = draw();
        open_round_for(JobId::new(3), request());
        run_to_block(System::block_number() + 2);
        assert_ok!(ModelValidation::draw_committee(signed(STRANGER), JobId::new(3)));
        for member in &members {
            let duties = ModelValidation::duties_of(member);
            assert_eq!(duties.iter().map(|(job, _)| *job).collect::<Vec<_>>(), [JOB, JobId::new(3)]);
            assert_eq!(Some(&duties[0].1), Rounds::<Test>::get(JOB).as_ref());
        }
        deliver_keys(&members);
        members.iter().for_each(|member| seal(*member, Verdict::Accept, 90));
        reveal_all(&members, Verdict::Accept, 90);
        assert_eq!(ModelValidation::duties_of(&members[0]).len(), 1);
        assert!(ModelValidation::duties_of(&STRANGER).is_empty());
    });
}

#[test]
fn rounds_are_listed_in_the_order_of_their_jobs() {
    ExtBuilder::default().build_and_execute(|| {
        let jobs = [1, 7, 255, 256, 65_536, u64::MAX];
        for job in [256, u64::MAX, 1, 65_536, 7, 255] {
            open_round_for(JobId::new(job), request());
        }
        let page = |start, limit| {
            let (rounds, next) = ModelValidation::list_rounds(JobId::new(start), limit);
            (rounds.into_iter().map(|(job, _)| job.get()).collect::<Vec<_>>(), next.map(JobId::get))
        };
        assert_eq!(page(0, 10), (jobs.to_vec(), None));
        assert_eq!(page(0, 2), (vec![1, 7], Some(255)));
        assert_eq!(page(255, 2), (vec![255, 256], Some(65_536)));
        assert_eq!(page(257, 10), (vec![65_536, u64::MAX], None));
        assert_eq!(page(u64::MAX, 10), (vec![u64::MAX], None));
        assert_eq!(page(0, 0), (vec![], Some(1)));
    });
}

#[test]
fn a_page_is_bounded_whatever_is_asked_for() {
    ExtBuilder::default().build_and_execute(|| {
        (0..300).for_each(|job| open_round_for(JobId::new(job), request()));
        let (rounds, next) = ModelValidation::list_rounds(JobId::new(0), u32::MAX);
        assert_eq!((rounds.len(), next), (MAX_PAGE as usize, Some(JobId::new(256))));
        let (rest, end) = ModelValidation::list_rounds(JobId::new(256), u32::MAX);
        assert_eq!((rest.len(), end), (44, None));
    });
}

#[test]
fn evaluators_are_listed_page_by_page_and_each_once() {
    ExtBuilder::default().with_evaluators(7).build_and_execute(|| {
        let (mut listed, mut start) = (Vec::new(), None);
        loop {
            let (page, next) = ModelValidation::list_evaluators(start, 3);
            assert!(page.len() <= 3);
            listed.extend(page.into_iter().map(|(account, record)| {
                assert_eq!(record, evaluator(account));
                account
            }));
            start = next;
            if start.is_none() {
                break;
            }
        }
        listed.sort_unstable();
        assert_eq!(listed, EVALUATORS[..7]);
        assert_eq!(ModelValidation::list_evaluators(None, u32::MAX).0.len(), 7);
    });
}

#[test]
fn a_page_goes_on_behind_an_evaluator_that_left_meanwhile() {
    ExtBuilder::default().with_evaluators(7).build_and_execute(|| {
        let (first, next) = ModelValidation::list_evaluators(None, 3);
        let left = next.unwrap();
        assert_ok!(ModelValidation::retire_evaluator(signed(left)));
        run_to_block(200);
        assert_ok!(ModelValidation::withdraw_bond(signed(left)));
        let (rest, end) = ModelValidation::list_evaluators(next, 10);
        assert_eq!((first.len(), rest.len(), end), (3, 3, None));
    });
}
