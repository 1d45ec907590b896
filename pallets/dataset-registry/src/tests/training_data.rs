use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use neurodata_primitives::{
    seams::{ProofSubject, TrainingData, TrainingQuote, UseOutcome},
    AlgorithmFamily::{Linear, NeuralNetwork},
    AlgorithmSet, DatasetTerms, TrainingUse, TrainingUseState, UseSet,
};

fn refusal(reason: SaleRefusal) -> Error<Test> {
    Error::<Test>::NotForSale(reason)
}

fn attempt_use(dataset: DatasetId) -> Result<TrainingUseId, DispatchError> {
    DatasetRegistry::open_use(dataset, JOB, &PROVIDER, recipient_key(), TRAINING_PRICE)
}

#[test]
fn a_quote_names_owner_price_and_shape() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let uses = open_terms().uses;
        let expected = TrainingQuote { owner: OWNER, price: TRAINING_PRICE, rows: 303, columns: 14, chunks: 5, uses };
        assert_eq!(quote(dataset, BUYER, Linear), Ok(expected));
    });
}

#[test]
fn only_an_active_dataset_is_quoted() {
    ExtBuilder.build_and_execute(|| {
        let dataset = register(&Package::large());
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::NotAudited));
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::Delisted));
        assert_noop!(quote(DatasetId::new(9), BUYER, Linear), Error::<Test>::NotFound);
    });
}

#[test]
fn terms_without_training_sell_none() {
    ExtBuilder.build_and_execute(|| {
        let uses = UseSet { download: true, ..Default::default() };
        let dataset = activate_on(DatasetTerms { uses, ..open_terms() });
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::Training));
    });
}

#[test]
fn terms_name_the_algorithm_families() {
    ExtBuilder.build_and_execute(|| {
        let algorithms = AlgorithmSet::default().with(Linear);
        let dataset = activate_on(DatasetTerms { algorithms, ..open_terms() });
        assert_ok!(quote(dataset, BUYER, Linear));
        assert_noop!(quote(dataset, BUYER, NeuralNetwork), refusal(SaleRefusal::Algorithm));
    });
}

#[test]
fn terms_may_name_the_buyers() {
    ExtBuilder.build_and_execute(|| {
        let allowed = Some(BoundedVec::try_from(alloc::vec![BUYER]).unwrap());
        let dataset = activate_on(DatasetTerms { allowed, ..open_terms() });
        assert_ok!(quote(dataset, BUYER, Linear));
        assert_noop!(quote(dataset, STRANGER, Linear), refusal(SaleRefusal::Buyer));
    });
}

#[test]
fn terms_hold_until_their_last_block() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate_on(DatasetTerms { expires_at: Some(30), ..open_terms() });
        run_to_block(30);
        assert_ok!(quote(dataset, BUYER, Linear));
        run_to_block(31);
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::TermsExpired));
    });
}

#[test]
fn nothing_is_quoted_that_the_stake_does_not_cover() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        // Two times 500 NRC are the stake.
        open_use_at(dataset, STAKE / 2 - TRAINING_PRICE);
        assert_ok!(quote(dataset, BUYER, Linear));
        let last = open_use_at(dataset, 1);
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::Stake));
        DatasetRegistry::close_use(last, UseOutcome::Ended);
        assert_ok!(quote(dataset, BUYER, Linear));
        // The minimum was raised after the registration.
        MinimumStake::set(STAKE + 1);
        assert_noop!(quote(dataset, BUYER, Linear), refusal(SaleRefusal::Stake));
    });
}

#[test]
fn a_use_of_a_job_that_was_posted_before_is_opened_beyond_the_cover() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        open_use_at(dataset, STAKE);
        assert_ok!(attempt_use(dataset));
        assert_eq!(record(dataset).exposure, STAKE + TRAINING_PRICE);
        assert_noop!(
            DatasetRegistry::open_use(dataset, JOB, &PROVIDER, recipient_key(), Balance::MAX),
            sp_runtime::ArithmeticError::Overflow
        );
    });
}

#[test]
fn a_settled_job_moves_the_score_and_one_that_ended_does_not() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let uses = [open_use(dataset), open_use(dataset), open_use(dataset)];
        let settled = |improvement| UseOutcome::JobSettled { improvement };
        let outcomes = [UseOutcome::Ended, settled(0), settled(80_000)];
        for (training_use, outcome) in uses.into_iter().zip(outcomes) {
            DatasetRegistry::close_use(training_use, outcome);
        }
        let expected = [ScoreCause::JobSettled { improvement: 0 }, ScoreCause::JobSettled { improvement: 80_000 }];
        assert_eq!(causes(dataset), expected);
        assert_eq!(record(dataset).score, score_after(expected));
        assert_eq!((record(dataset).open_uses, record(dataset).exposure), (0, 0));
    });
}

#[test]
fn a_posted_job_is_matched_as_long_as_the_terms_allow_it() {
    ExtBuilder.build_and_execute(|| {
        let permits = |dataset, buyer, family| DatasetRegistry::still_permits(dataset, &buyer, family);
        let audited = register(&Package::large());
        assert!(!permits(audited, BUYER, Linear) && !permits(DatasetId::new(9), BUYER, Linear));
        let dataset = activate();
        assert!(permits(dataset, BUYER, Linear));
        // Neither another price nor what the stake covers matters any more.
        open_use_at(dataset, STAKE);
        let update = |terms| DatasetRegistry::update_terms(signed(OWNER), dataset, terms);
        assert_ok!(update(DatasetTerms { training_price: STAKE, ..open_terms() }));
        assert!(permits(dataset, BUYER, Linear));

        let last = System::block_number();
        assert_ok!(update(DatasetTerms { expires_at: Some(last), ..open_terms() }));
        assert!(permits(dataset, BUYER, Linear));
        run_to_block(last + 1);
        assert!(!permits(dataset, BUYER, Linear));
        let allowed = Some(BoundedVec::try_from(alloc::vec![BUYER]).unwrap());
        let algorithms = AlgorithmSet::default().with(Linear);
        assert_ok!(update(DatasetTerms { allowed, algorithms, ..open_terms() }));
        assert!(permits(dataset, BUYER, Linear));
        assert!(!permits(dataset, STRANGER, Linear) && !permits(dataset, BUYER, NeuralNetwork));
        let uses = UseSet { train: false, ..open_terms().uses };
        assert_ok!(update(DatasetTerms { uses, ..open_terms() }));
        assert!(!permits(dataset, BUYER, Linear));
    });
}

#[test]
fn a_posted_job_is_matched_with_a_delisted_dataset_and_not_with_a_condemned_one() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let sale = Sale::open(dataset, BUYER).unwrap();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert!(DatasetRegistry::still_permits(dataset, &BUYER, Linear));
        sale.complain(Fault::BadChunk { chunk: 0 });
        assert!(!DatasetRegistry::still_permits(dataset, &BUYER, Linear));
    });
}

#[test]
fn an_opened_use_awaits_the_key() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let deliver_by = System::block_number() + 10;
        let training_use = open_use(dataset);
        let expected = TrainingUse {
            dataset,
            job: JOB,
            provider: PROVIDER,
            recipient_key: recipient_key(),
            price: TRAINING_PRICE,
            state: TrainingUseState::AwaitingKey { deliver_by },
        };
        assert_eq!(TrainingUses::<Test>::get(training_use), Some(expected));
        assert_eq!((record(dataset).open_uses, record(dataset).exposure), (1, TRAINING_PRICE));
        let event = Event::TrainingUseOpened {
            training_use,
            dataset,
            job: JOB,
            provider: PROVIDER,
            deliver_by,
            price: TRAINING_PRICE,
        };
        assert_eq!(last_event(), event);
        assert_eq!(Some(open_use(dataset)), training_use.next());
        assert_eq!((record(dataset).open_uses, record(dataset).exposure), (2, 2 * TRAINING_PRICE));
    });
}

#[test]
fn a_dataset_delisted_after_the_job_was_posted_still_serves_it() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_ok!(attempt_use(dataset));
    });
}

#[test]
fn a_dataset_that_was_never_audited_or_is_gone_serves_nobody() {
    ExtBuilder.build_and_execute(|| {
        let dataset = register(&Package::small());
        assert_noop!(attempt_use(dataset), refusal(SaleRefusal::NotAudited));
        assert_noop!(attempt_use(DatasetId::new(9)), Error::<Test>::NotFound);
    });
}

#[test]
fn a_closed_use_is_removed_and_closing_again_does_nothing() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let (first, second) = (open_use(dataset), open_use(dataset));
        DatasetRegistry::close_use(first, UseOutcome::Ended);
        assert_eq!(TrainingUses::<Test>::get(first), None);
        assert_eq!((record(dataset).open_uses, record(dataset).exposure), (1, TRAINING_PRICE));
        assert_eq!(last_event(), Event::TrainingUseClosed { training_use: first, dataset, job: JOB });
        assert_storage_noop!(DatasetRegistry::close_use(first, UseOutcome::Ended));
        DatasetRegistry::close_use(second, UseOutcome::Ended);
        assert_eq!(record(dataset).open_uses, 0);
    });
}

#[test]
fn a_job_that_is_cancelled_before_the_key_came_costs_the_owner_nothing() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let (before, training_use) = (record(dataset), open_use(dataset));
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_eq!((record(dataset), causes(dataset), Penalties::get()), (before, vec![], vec![]));
        // Nothing is owed any more, and nothing is overdue.
        let delivery = DatasetRegistry::deliver_key(signed(OWNER), training_use, wrapped_key());
        assert_noop!(delivery, Error::<Test>::NotFound);
        run_to_block(1_000);
        assert_noop!(DatasetRegistry::expire_delivery(signed(REPORTER), training_use), Error::<Test>::NotFound);
        assert_eq!((held(OWNER), KeysTold::get()), (STAKE, vec![]));
    });
}

#[test]
fn a_use_whose_key_was_delivered_counts_whoever_fails_and_is_exposed_until_it_is_closed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = open_use(dataset);
        assert_ok!(DatasetRegistry::deliver_key(signed(OWNER), training_use, wrapped_key()));
        assert_eq!((record(dataset).training_uses, record(dataset).exposure), (1, TRAINING_PRICE));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        run_to_block(1_000);
        assert_noop!(DatasetRegistry::withdraw_stake(signed(OWNER), dataset), Error::<Test>::UsesOpen);
        // The provider proved no progress in time.
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_eq!((record(dataset).training_uses, record(dataset).exposure), (1, 0));
        assert_eq!((causes(dataset), Penalties::get(), Paid::get()), (vec![], vec![], vec![]));
        assert_ok!(DatasetRegistry::withdraw_stake(signed(OWNER), dataset));
    });
}

#[test]
fn a_provider_shows_possession_of_one_chunk() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = (Package::small(), activate());
        let subject = ProofSubject::Job(JOB);
        let verify = |account, proof: &AuditProof| DatasetRegistry::verify_chunk(dataset, subject, &account, proof);
        for chunk in 0..5 {
            assert_ok!(verify(PROVIDER, &package.proof(subject, PROVIDER, chunk)));
        }
        let valid = package.proof(subject, PROVIDER, 1);
        assert_noop!(verify(STRANGER, &valid), ZK_REFUSAL);
        assert_noop!(verify(PROVIDER, &package.proof(ProofSubject::Job(JobId::new(8)), PROVIDER, 1)), ZK_REFUSAL);
        assert_noop!(verify(PROVIDER, &package.proof(ProofSubject::Dataset(dataset), PROVIDER, 1)), ZK_REFUSAL);
        assert_noop!(verify(PROVIDER, &AuditProof { chunk: 5, ..valid.clone() }), Error::<Test>::InvalidChunk);
        assert_noop!(verify(PROVIDER, &AuditProof { chunk: 2, ..valid.clone() }), Error::<Test>::InvalidPath);
        assert_noop!(
            DatasetRegistry::verify_chunk(DatasetId::new(9), subject, &PROVIDER, &valid),
            Error::<Test>::NotFound
        );
    });
}

#[test]
fn the_padding_of_the_tree_is_no_chunk() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = (Package::small(), activate());
        let padding = neurodata_zk_statements::field::from_number(0);
        let mut leaves = package.leaves.clone();
        leaves.push(padding);
        let path = BoundedVec::try_from(neurodata_zk_statements::path(&leaves, 5).unwrap()).unwrap();
        let subject = ProofSubject::Job(JOB);
        let proof = AuditProof { chunk: 5, leaf: padding, path, ..package.proof(subject, PROVIDER, 4) };
        assert_noop!(DatasetRegistry::verify_chunk(dataset, subject, &PROVIDER, &proof), Error::<Test>::InvalidChunk);
    });
}
