use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{DatasetRecord, DatasetTerms, LayoutDigest};
use sp_runtime::TokenError;

fn attempt(commitment: DatasetCommitment) -> DispatchResult {
    DatasetRegistry::register_dataset(signed(OWNER), commitment, uris(), open_terms(), STAKE, None)
}

fn refusal(error: CommitmentError) -> Error<Test> {
    Error::<Test>::InvalidCommitment(error)
}

#[test]
fn a_registered_dataset_waits_for_its_audit_with_its_stake_on_hold() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(3);
        let commitment = Package::small().commitment;
        assert_ok!(attempt(commitment.clone()));
        let dataset = DatasetId::new(0);
        let expected = DatasetRecord {
            owner: OWNER,
            commitment: commitment.clone(),
            uris: uris(),
            terms: open_terms(),
            stake: STAKE,
            state: DatasetState::Auditing { challenge_at: 8, prove_by: 28 },
            version: 1,
            parent: None,
            training_uses: 0,
            open_uses: 0,
            copies_sold: 0,
            open_sales: 0,
            exposure: 0,
            attestations: BoundedVec::new(),
            condemned: false,
            score: QualityScore::INITIAL,
            registered_at: 3,
        };
        assert_eq!(record(dataset), expected);
        assert_eq!(DatasetsByRoot::<Test>::get(commitment.data_root), Some(dataset));
        assert_eq!(NextDatasetId::<Test>::get(), DatasetId::new(1));
        assert_eq!(held(OWNER), STAKE);
        assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE);
        let event = Event::DatasetRegistered {
            dataset,
            owner: OWNER,
            parent: None,
            data_root: commitment.data_root,
            challenge_at: 8,
            prove_by: 28,
            stake: STAKE,
        };
        assert_eq!(last_event(), event);
    });
}

#[test]
fn stakes_of_one_owner_add_up() {
    ExtBuilder.build_and_execute(|| {
        register(&Package::small());
        register(&Package::large());
        assert_eq!(held(OWNER), 2 * STAKE);
    });
}

#[test]
fn the_author_of_the_registrations_block_never_knows_the_challenge() {
    ExtBuilder.build_and_execute(|| {
        ChallengeDelay::set(0);
        assert_eq!(audit_blocks(register(&Package::small())).0, 1 + u64::from(MINIMUM_CHALLENGE_DELAY));
    });
}

#[test]
fn proofs_are_accepted_only_as_long_as_the_seed_is_remembered() {
    ExtBuilder.build_and_execute(|| {
        EntropyWindow::set(10);
        ProofPeriod::set(1_000);
        let (challenge_at, prove_by) = audit_blocks(register(&Package::small()));
        assert_eq!(prove_by, challenge_at + 9);
        run_to_block(prove_by);
        assert!(WindowedEntropy::seed_at(challenge_at).is_some());
        run_to_block(prove_by + 1);
        assert!(WindowedEntropy::seed_at(challenge_at).is_none());
    });
}

#[test]
fn dimensions_out_of_range_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let valid = Package::small().commitment;
        for (rows, columns) in [(0, 14), (303, 0), (303, 1_025)] {
            let commitment = DatasetCommitment { rows, columns, ..valid.clone() };
            assert_noop!(attempt(commitment), refusal(CommitmentError::Dimensions));
        }
    });
}

#[test]
fn a_chunk_count_of_another_table_is_refused() {
    ExtBuilder.build_and_execute(|| {
        for chunks in [0, 4, 6] {
            let commitment = DatasetCommitment { chunks, ..Package::small().commitment };
            assert_noop!(attempt(commitment), refusal(CommitmentError::Chunks));
        }
    });
}

#[test]
fn two_to_the_twentieth_chunks_are_the_most() {
    ExtBuilder.build_and_execute(|| {
        let (chunks, columns) = (1 << 20, 1_024);
        let commitment = DatasetCommitment { rows: chunks, columns, chunks, ..Package::small().commitment };
        assert_noop!(
            attempt(DatasetCommitment { rows: chunks + 1, chunks: chunks + 1, ..commitment.clone() }),
            refusal(CommitmentError::TooManyChunks)
        );
        assert_ok!(attempt(commitment));
    });
}

#[test]
fn more_missing_cells_than_cells_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let commitment = DatasetCommitment { missing_cells: 303 * 14 + 1, ..Package::small().commitment };
        assert_noop!(attempt(commitment.clone()), refusal(CommitmentError::MissingCells));
        assert_ok!(attempt(DatasetCommitment { missing_cells: 303 * 14, ..commitment }));
    });
}

#[test]
fn digests_that_are_no_field_elements_are_refused() {
    ExtBuilder.build_and_execute(|| {
        let valid = Package::small().commitment;
        for commitment in [
            DatasetCommitment { data_root: DataRoot::new([0xff; 32]), ..valid.clone() },
            DatasetCommitment { layout: LayoutDigest::new([0xff; 32]), ..valid.clone() },
            DatasetCommitment { last_layout: LayoutDigest::new([0xff; 32]), ..valid.clone() },
        ] {
            assert_noop!(attempt(commitment), refusal(CommitmentError::FieldElement));
        }
    });
}

#[test]
fn a_package_that_can_be_had_nowhere_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let mut with_empty = uris();
        with_empty.try_push(Uri::default()).unwrap();
        for uris in [BoundedVec::default(), with_empty] {
            let commitment = Package::small().commitment;
            assert_noop!(
                DatasetRegistry::register_dataset(signed(OWNER), commitment, uris, open_terms(), STAKE, None),
                Error::<Test>::InvalidUris
            );
        }
    });
}

#[test]
fn a_stake_below_the_minimum_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let commitment = Package::small().commitment;
        assert_noop!(
            DatasetRegistry::register_dataset(signed(OWNER), commitment, uris(), open_terms(), STAKE - 1, None),
            Error::<Test>::StakeTooLow
        );
    });
}

#[test]
fn an_owner_without_the_stake_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let commitment = Package::small().commitment;
        assert_noop!(
            DatasetRegistry::register_dataset(signed(NOBODY), commitment, uris(), open_terms(), STAKE, None),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn a_root_is_registered_once_whoever_asks() {
    ExtBuilder.build_and_execute(|| {
        let commitment = Package::small().commitment;
        assert_ok!(attempt(commitment.clone()));
        for account in [OWNER, STRANGER] {
            let commitment = commitment.clone();
            assert_noop!(
                DatasetRegistry::register_dataset(signed(account), commitment, uris(), open_terms(), STAKE, None),
                Error::<Test>::AlreadyExists
            );
        }
    });
}

#[test]
fn terms_on_which_nobody_could_buy_are_refused() {
    ExtBuilder.build_and_execute(|| {
        run_to_block(30);
        let attempt = |terms| {
            let commitment = Package::small().commitment;
            DatasetRegistry::register_dataset(signed(OWNER), commitment, uris(), terms, STAKE, None)
        };
        let expired = DatasetTerms { expires_at: Some(29), ..open_terms() };
        assert_noop!(attempt(expired), Error::<Test>::InvalidTerms(TermsError::Expired));
        let closed = DatasetTerms { allowed: Some(BoundedVec::new()), ..open_terms() };
        assert_noop!(attempt(closed), Error::<Test>::InvalidTerms(TermsError::NobodyAllowed));
        let free = DatasetTerms { expires_at: Some(30), copy_price: 0, training_price: 0, ..open_terms() };
        assert_ok!(attempt(free));
    });
}

#[test]
fn a_new_root_is_the_next_version_of_its_parent() {
    ExtBuilder.build_and_execute(|| {
        let parent = activate();
        let child = NextDatasetId::<Test>::get();
        assert_ok!(replace(OWNER, &Package::large(), parent));
        assert_eq!((record(child).version, record(child).parent), (2, Some(parent)));
        assert_eq!(Successors::<Test>::get(parent), Some(child));
        assert_eq!(record(parent).state, DatasetState::Active);
        assert!(matches!(last_event(), Event::DatasetRegistered { dataset, parent: Some(of), .. } if
            (dataset, of) == (child, parent)));
        assert_eq!(held(OWNER), 2 * STAKE);

        // A version under audit, and one that is delisted, may be replaced as well.
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), child));
        let grandchild = NextDatasetId::<Test>::get();
        assert_ok!(replace(OWNER, &Package::new(303, 14, 5_000), child));
        assert_ok!(replace(OWNER, &Package::new(303, 14, 6_000), grandchild));
        assert_eq!((record(grandchild).version, record(grandchild.next().unwrap()).version), (3, 4));
    });
}

#[test]
fn a_parent_has_one_child() {
    ExtBuilder.build_and_execute(|| {
        let parent = activate();
        assert_ok!(replace(OWNER, &Package::large(), parent));
        assert_noop!(replace(OWNER, &Package::new(303, 14, 5_000), parent), Error::<Test>::AlreadyReplaced);
    });
}

#[test]
fn only_an_own_dataset_is_replaced_and_only_by_another_root() {
    ExtBuilder.build_and_execute(|| {
        let parent = activate();
        assert_noop!(replace(STRANGER, &Package::large(), parent), Error::<Test>::NotAuthorized);
        assert_noop!(replace(OWNER, &Package::large(), DatasetId::new(9)), Error::<Test>::NotFound);
        assert_noop!(replace(OWNER, &Package::small(), parent), Error::<Test>::AlreadyExists);
    });
}

#[test]
fn a_condemned_dataset_is_not_replaced() {
    ExtBuilder.build_and_execute(|| {
        let parent = activate();
        Sale::open(parent, BUYER).unwrap().complain(Fault::BadChunk { chunk: 0 });
        assert_noop!(replace(OWNER, &Package::large(), parent), Error::<Test>::Condemned);
    });
}

#[test]
fn an_unsigned_call_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let commitment = Package::small().commitment;
        assert_noop!(
            DatasetRegistry::register_dataset(RuntimeOrigin::none(), commitment, uris(), open_terms(), STAKE, None),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn ids_are_never_used_twice() {
    ExtBuilder.build_and_execute(|| {
        NextDatasetId::<Test>::put(DatasetId::new(u64::MAX));
        assert_noop!(attempt(Package::small().commitment), sp_runtime::ArithmeticError::Overflow);
    });
}
