use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    dataset::MAX_ZK_PROOF_BYTES,
    layout::MAX_AUDITED_CHUNKS,
    seams::{ProofSubject, Saleable, TrainingData, UseOutcome},
    AlgorithmFamily, LicenceKind,
};
use neurodata_zk_statements::field;

/// A registered small package, at the first block for proofs.
fn under_audit() -> (Package, DatasetId) {
    let package = Package::small();
    let dataset = register(&package);
    run_to_block(audit_blocks(dataset).0 + 1);
    (package, dataset)
}

fn submit(dataset: DatasetId, proofs: alloc::vec::Vec<AuditProof>) -> DispatchResult {
    DatasetRegistry::submit_audit(signed(OWNER), dataset, BoundedVec::try_from(proofs).unwrap())
}

fn prove(package: &Package, dataset: DatasetId, chunks: &[u32]) -> DispatchResult {
    DatasetRegistry::submit_audit(signed(OWNER), dataset, package.audit_proofs(dataset, chunks))
}

#[test]
fn a_dataset_whose_chunks_are_all_proved_becomes_active() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        assert_ok!(prove(&package, dataset, &[4, 0, 2, 1, 3]));
        assert_eq!(record(dataset).state, DatasetState::Active);
        assert_eq!(Audits::<Test>::get(dataset), None);
        assert!(happened(Event::ChunksProved { dataset, proved: 5, open: 0 }));
        assert_eq!(last_event(), Event::DatasetActivated { dataset, owner: OWNER });
        assert_eq!(held(OWNER), STAKE);
    });
}

#[test]
fn proofs_may_come_in_several_calls_until_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        assert_ok!(prove(&package, dataset, &[1, 3]));
        assert_eq!(last_event(), Event::ChunksProved { dataset, proved: 2, open: 3 });
        let audit = Audits::<Test>::get(dataset).unwrap();
        assert_eq!(audit.open_chunks.to_vec(), [0, 2, 4]);
        assert_eq!((audit.challenged, audit.missing_cells), (5, 4));

        run_to_block(audit_blocks(dataset).1);
        assert_ok!(prove(&package, dataset, &[0, 2, 4]));
        assert_eq!(record(dataset).state, DatasetState::Active);
    });
}

#[test]
fn a_large_dataset_proves_the_chunks_that_were_drawn_and_no_more() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::large();
        let dataset = register(&package);
        let (challenge_at, _) = audit_blocks(dataset);
        run_to_block(challenge_at + 1);
        let challenge = package.challenge(dataset, challenge_at);
        assert_eq!(challenge.len() as u32, MAX_AUDITED_CHUNKS);

        let spared = (0..225).find(|chunk| !challenge.contains(chunk)).unwrap();
        assert_noop!(prove(&package, dataset, &[spared]), Error::<Test>::ChunkNotOpen);
        for chunks in challenge.chunks(8) {
            assert_eq!(audit_blocks(dataset).0, challenge_at);
            assert_ok!(prove(&package, dataset, chunks));
        }
        assert_eq!(record(dataset).state, DatasetState::Active);
    });
}

#[test]
fn waiting_does_not_change_the_challenge() {
    let challenge = |wait| {
        let mut open = alloc::vec![];
        ExtBuilder.build_and_execute(|| {
            let package = Package::large();
            let dataset = register(&package);
            let (challenge_at, _) = audit_blocks(dataset);
            run_to_block(challenge_at + wait);
            let first = package.challenge(dataset, challenge_at)[0];
            assert_ok!(prove(&package, dataset, &[first]));
            open = Audits::<Test>::get(dataset).unwrap().open_chunks.to_vec();
        });
        open
    };
    assert_eq!(challenge(1), challenge(20));
}

#[test]
fn two_datasets_registered_in_one_block_are_challenged_differently() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::large();
        let [first, second] = [0, 1].map(|id| package.challenge(DatasetId::new(id), 6));
        assert_ne!(first, second);
    });
}

#[test]
fn only_the_owner_proves() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let proofs = package.audit_proofs(dataset, &[0]);
        assert_noop!(
            DatasetRegistry::submit_audit(signed(STRANGER), dataset, proofs.clone()),
            Error::<Test>::NotAuthorized
        );
        assert_noop!(
            DatasetRegistry::submit_audit(signed(OWNER), DatasetId::new(9), proofs.clone()),
            Error::<Test>::NotFound
        );
        assert_noop!(DatasetRegistry::submit_audit(RuntimeOrigin::none(), dataset, proofs), DispatchError::BadOrigin);
    });
}

#[test]
fn no_proof_is_accepted_at_the_challenge_or_before() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::small();
        let dataset = register(&package);
        for block in [1, audit_blocks(dataset).0] {
            run_to_block(block);
            assert_noop!(prove(&package, dataset, &[0]), Error::<Test>::TooEarly);
        }
    });
}

#[test]
fn no_proof_is_accepted_after_the_last_block() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::small();
        let dataset = register(&package);
        run_to_block(audit_blocks(dataset).1 + 1);
        assert_noop!(prove(&package, dataset, &[0]), Error::<Test>::Expired);
    });
}

#[test]
fn a_forgotten_seed_leaves_only_the_deadline() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        EntropyWindow::set(1);
        assert_noop!(prove(&package, dataset, &[0]), Error::<Test>::SeedUnavailable);
        run_to_block(audit_blocks(dataset).1 + 1);
        assert_ok!(DatasetRegistry::expire_audit(signed(STRANGER), dataset));
    });
}

#[test]
fn an_audit_that_is_over_takes_no_proofs() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        assert_noop!(prove(&Package::small(), dataset, &[0]), Error::<Test>::InvalidState);
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(prove(&Package::small(), dataset, &[0]), Error::<Test>::InvalidState);
    });
}

#[test]
fn an_empty_call_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        assert_noop!(prove(&package, dataset, &[]), Error::<Test>::NoProofs);
    });
}

#[test]
fn a_chunk_counts_once() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        assert_noop!(prove(&package, dataset, &[1, 1]), Error::<Test>::ChunkNotOpen);
        assert_ok!(prove(&package, dataset, &[1]));
        assert_noop!(prove(&package, dataset, &[1]), Error::<Test>::ChunkNotOpen);
        assert_noop!(prove(&package, dataset, &[2, 1]), Error::<Test>::ChunkNotOpen);
    });
}

#[test]
fn a_leaf_that_is_not_in_the_tree_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let valid = package.proof(ProofSubject::Dataset(dataset), OWNER, 1);
        let other_leaf = AuditProof { leaf: field::from_number(5), ..valid.clone() };
        let no_element = AuditProof { leaf: neurodata_primitives::FieldBytes::new([0xff; 32]), ..valid.clone() };
        let other_place = AuditProof { chunk: 2, ..valid.clone() };
        let mut short = valid.clone();
        short.path.pop();
        let mut long = valid.clone();
        long.path.try_push(field::from_number(0)).unwrap();
        let mut bent = valid.clone();
        bent.path[1] = field::from_number(5);
        for proof in [other_leaf, no_element, other_place, short, long, bent] {
            assert_noop!(submit(dataset, alloc::vec![proof]), Error::<Test>::InvalidPath);
        }
        assert_ok!(submit(dataset, alloc::vec![valid]));
    });
}

#[test]
fn a_zk_proof_that_does_not_hold_is_refused() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let valid = package.proof(ProofSubject::Dataset(dataset), OWNER, 1);
        let mut tampered = valid.clone();
        tampered.zk_proof[0] ^= 1;
        let empty = AuditProof { zk_proof: BoundedVec::default(), ..valid.clone() };
        let long = BoundedVec::try_from(alloc::vec![0; MAX_ZK_PROOF_BYTES as usize]).unwrap();
        let long = AuditProof { zk_proof: long, ..valid.clone() };
        let other_count = AuditProof { missing_cells: valid.missing_cells + 1, ..valid.clone() };
        for proof in [tampered, empty, long, other_count] {
            assert_noop!(submit(dataset, alloc::vec![proof]), ZK_REFUSAL);
        }
    });
}

#[test]
fn one_bad_proof_fails_the_call_and_loses_nothing() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let mut proofs = package.audit_proofs(dataset, &[0, 1, 2, 3, 4]).into_inner();
        proofs[4].zk_proof[0] ^= 1;
        assert_noop!(submit(dataset, proofs), ZK_REFUSAL);
        assert_ok!(prove(&package, dataset, &[0, 1, 2, 3, 4]));
    });
}

#[test]
fn a_zk_proof_is_good_for_one_dataset_account_and_chunk() {
    ExtBuilder.build_and_execute(|| {
        let first = Package::small();
        let mut leaves = first.leaves.clone();
        leaves[4] = field::from_number(77);
        // Shares every leaf but the last with the first, and chunk 1 equals chunk 2.
        leaves[2] = leaves[1];
        let mut second = Package::from_leaves(303, 14, leaves);
        second.missing[2] = second.missing[1];
        let (first_id, second_id) = (register(&first), register(&second));
        run_to_block(audit_blocks(second_id).0 + 1);

        let valid = second.proof(ProofSubject::Dataset(second_id), OWNER, 1);
        for proof in [
            second.proof(ProofSubject::Dataset(first_id), OWNER, 1),
            second.proof(ProofSubject::Job(JobId::new(second_id.get())), OWNER, 1),
            second.proof(ProofSubject::Dataset(second_id), STRANGER, 1),
            AuditProof { zk_proof: second.proof(ProofSubject::Dataset(second_id), OWNER, 2).zk_proof, ..valid.clone() },
        ] {
            assert_noop!(submit(second_id, alloc::vec![proof]), ZK_REFUSAL);
        }
        assert_ok!(submit(second_id, alloc::vec![valid]));
    });
}

#[test]
fn a_zk_proof_is_good_for_one_chain() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let proofs = package.audit_proofs(dataset, &[1]);
        frame_system::BlockHash::<Test>::insert(0, sp_runtime::testing::H256::repeat_byte(7));
        assert_noop!(DatasetRegistry::submit_audit(signed(OWNER), dataset, proofs), ZK_REFUSAL);
    });
}

#[test]
fn only_the_last_chunk_has_the_last_layout() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let mut swapped = package.clone();
        core::mem::swap(&mut swapped.commitment.layout, &mut swapped.commitment.last_layout);
        for chunk in [3, 4] {
            assert_noop!(prove(&swapped, dataset, &[chunk]), ZK_REFUSAL);
            assert_ok!(prove(&package, dataset, &[chunk]));
        }
    });
}

#[test]
fn the_proved_missing_cells_must_be_the_committed_number() {
    for wrong in [9, 11] {
        ExtBuilder.build_and_execute(|| {
            let mut package = Package::small();
            assert_eq!(package.commitment.missing_cells, 10);
            package.commitment.missing_cells = wrong;
            let dataset = register(&package);
            run_to_block(audit_blocks(dataset).0 + 1);
            assert_ok!(prove(&package, dataset, &[0, 1, 2, 3]));
            assert_noop!(prove(&package, dataset, &[4]), Error::<Test>::MissingCellsMismatch);
        });
    }
}

#[test]
fn a_sample_may_lack_no_more_cells_than_committed() {
    ExtBuilder.build_and_execute(|| {
        let mut package = Package::large();
        let dataset = DatasetId::new(0);
        // The challenge of the dataset that is about to be registered in block 1.
        let challenge = package.challenge(dataset, 6);
        let sampled: u64 = challenge.iter().copied().map(u64::from).sum();
        package.commitment.missing_cells = sampled - 1;
        assert_eq!(register(&package), dataset);
        run_to_block(7);
        let mut calls = challenge.chunks(8).peekable();
        while let Some(chunks) = calls.next() {
            if calls.peek().is_some() {
                assert_ok!(prove(&package, dataset, chunks));
            } else {
                assert_noop!(prove(&package, dataset, chunks), Error::<Test>::MissingCellsMismatch);
            }
        }
    });
}

/// Everything that depends on money or moves it, for an active dataset whose owner claims this many missing cells above
/// what the sample proves.
fn worth_with(above_sample: u64) -> impl PartialEq + core::fmt::Debug {
    let mut worth = None;
    ExtBuilder.build_and_execute(|| {
        MinimumStake::set(1);
        let mut package = Package::large();
        let sampled: u64 = package.challenge(DatasetId::new(0), 6).iter().copied().map(u64::from).sum();
        package.commitment.missing_cells = sampled + above_sample;
        let dataset = activate_package(&package);
        let before = record(dataset);
        let training = quote(dataset, BUYER, AlgorithmFamily::Linear).unwrap();
        let copy = copy_quote(dataset, BUYER, LicenceKind::Derive).unwrap();
        Sale::open(dataset, BUYER).unwrap().settle();
        Sale::open(dataset, STRANGER).unwrap().complain(Fault::WrongKey);
        DatasetRegistry::close_use(open_use(dataset), UseOutcome::JobSettled { improvement: 50_000 });
        let overdue = open_use(dataset);
        run_to_block(System::block_number() + 11);
        assert_ok!(DatasetRegistry::expire_delivery(signed(REPORTER), overdue));
        Sale::open(dataset, STRANGER).unwrap().complain(Fault::BadChunk { chunk: 3 });
        let after = record(dataset);
        let balances = [OWNER, BUYER, STRANGER, PROVIDER, REPORTER, POT, TREASURY].map(|who| Balances::balance(&who));
        let states = [before, after].map(|record| (record.stake, record.exposure, record.score, record.state));
        worth = Some((training, copy, DatasetRegistry::package(dataset), states, balances, Penalties::get()));
    });
    worth
}

#[test]
fn no_money_depends_on_the_missing_cells_that_a_sample_leaves_to_the_owners_word() {
    let cells = 1_797 * 65;
    let honest = worth_with(10_000);
    for claimed in [0, 1, cells / 2] {
        assert_eq!(worth_with(claimed), honest);
    }
}

#[test]
fn a_dataset_of_one_chunk_has_an_empty_path() {
    ExtBuilder.build_and_execute(|| {
        let package = Package::new(1, 1_024, 1_000);
        let dataset = register(&package);
        run_to_block(audit_blocks(dataset).0 + 1);
        assert_ok!(prove(&package, dataset, &[0]));
        assert_eq!(record(dataset).state, DatasetState::Active);
    });
}

#[test]
fn weight_grows_with_the_number_of_proofs() {
    ExtBuilder.build_and_execute(|| {
        let (package, dataset) = under_audit();
        let weight = |chunks: &[u32]| {
            let proofs = package.audit_proofs(dataset, chunks);
            frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&Call::<Test>::submit_audit { dataset, proofs })
                .call_weight
                .ref_time()
        };
        assert!(weight(&[0, 1]) - weight(&[0]) >= 12_000_000_000);
    });
}
