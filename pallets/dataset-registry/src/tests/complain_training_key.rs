use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    sale::OneTimeSecret,
    seams::{TrainingData, UseOutcome},
    Claim, Dismissal, Fault, PenaltyCause, NRC,
};

fn complain(account: AccountId, training_use: TrainingUseId, secret: OneTimeSecret) -> DispatchResult {
    claim(account, training_use, secret, Claim::WrongKey)
}

fn claim(account: AccountId, training_use: TrainingUseId, secret: OneTimeSecret, claim: Claim) -> DispatchResult {
    DatasetRegistry::complain_training_key(signed(account), training_use, Complaint { secret, claim })
}

/// A use of `dataset` at `price` for which `key` was delivered.
fn delivered(dataset: DatasetId, price: Balance, key: impl FnOnce(TrainingUseId) -> WrappedKey) -> TrainingUseId {
    let training_use = open_use_at(dataset, price);
    assert_ok!(DatasetRegistry::deliver_key(signed(OWNER), training_use, key(training_use)));
    training_use
}

/// What a complaint is answered that proves nothing.
fn unproved(reason: Dismissal) -> Error<Test> {
    Error::InvalidEvidence(EvidenceIssue(reason))
}

/// Two times the price.
const SLASH: Balance = 2 * TRAINING_PRICE;

#[test]
fn a_wrong_key_ends_the_use_and_costs_stake() {
    ExtBuilder.build_and_execute(|| {
        MinimumStake::set(STAKE / 2);
        let dataset = activate();
        let training_use = delivered(dataset, TRAINING_PRICE, |id| wrap(&[1; 32], id));
        assert_eq!(record(dataset).training_uses, 1);
        assert_ok!(complain(PROVIDER, training_use, SECRET));

        assert_eq!(TrainingUses::<Test>::get(training_use), None);
        assert_eq!(KeysTold::get(), [(JOB, training_use, true), (JOB, training_use, false)]);
        let sold = record(dataset);
        assert_eq!((sold.training_uses, sold.open_uses, sold.exposure), (0, 0, 0));
        assert_eq!((sold.stake, sold.state), (STAKE - SLASH, DatasetState::Active));
        assert_eq!(held(OWNER), STAKE - SLASH);
        assert_eq!(Balances::balance(&PROVIDER), ENDOWMENT + SLASH * 3 / 10);
        assert_eq!(Burned::get(), SLASH * 7 / 10);
        assert_eq!(causes(dataset), [ScoreCause::ComplaintUpheld]);
        let cause = PenaltyCause::TrainingKeyBad { training_use, fault: Fault::WrongKey };
        assert_eq!(Penalties::get(), [(OWNER, SLASH, cause)]);
        assert_eq!(sold.score, score_after([ScoreCause::ComplaintUpheld]));
        assert!(happened(Event::StakeSlashed { dataset, owner: OWNER, amount: SLASH, burned: SLASH * 7 / 10 }));
        assert_eq!(last_event(), Event::TrainingKeyFaulty { training_use, dataset, job: JOB, fault: Fault::WrongKey });
    });
}

#[test]
fn what_does_not_open_is_a_wrong_key() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let garbage = delivered(dataset, TRAINING_PRICE, |_| wrapped_key());
        assert_ok!(complain(PROVIDER, garbage, SECRET));
        // The right key, wrapped for another use.
        let foreign = delivered(dataset, TRAINING_PRICE, |id| wrap(&CONTENT_KEY, id.next().unwrap()));
        assert_ok!(complain(PROVIDER, foreign, SECRET));
    });
}

#[test]
fn a_stake_below_the_minimum_delists_the_dataset() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = delivered(dataset, TRAINING_PRICE, |_| wrapped_key());
        assert_ok!(complain(PROVIDER, training_use, SECRET));
        let unlocks_at = System::block_number() + 50;
        assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at });
    });
}

#[test]
fn the_key_of_a_free_use_costs_as_if_a_hundredth_of_the_minimum_was_paid() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = delivered(dataset, 0, |_| wrapped_key());
        assert_ok!(complain(PROVIDER, training_use, SECRET));
        assert_eq!(held(OWNER), STAKE - 20 * NRC);
    });
}

#[test]
fn the_slash_is_limited_by_the_stake_of_the_dataset() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        register(&Package::large());
        let training_use = delivered(dataset, 10 * STAKE, |_| wrapped_key());
        assert_ok!(complain(PROVIDER, training_use, SECRET));
        assert_eq!((record(dataset).stake, held(OWNER)), (0, STAKE));
    });
}

#[test]
fn a_right_key_is_nothing_to_complain_about() {
    ExtBuilder.build_and_execute(|| {
        let training_use = delivered(activate(), TRAINING_PRICE, |id| wrap(&CONTENT_KEY, id));
        assert_noop!(complain(PROVIDER, training_use, SECRET), unproved(Dismissal::KeyIsRight));
    });
}

#[test]
fn a_forged_secret_proves_nothing() {
    ExtBuilder.build_and_execute(|| {
        let training_use = delivered(activate(), TRAINING_PRICE, |id| wrap(&CONTENT_KEY, id));
        assert_noop!(complain(PROVIDER, training_use, [13; 32]), unproved(Dismissal::ForeignSecret));
    });
}

#[test]
fn nothing_is_wrong_with_a_key_that_was_not_delivered() {
    ExtBuilder.build_and_execute(|| {
        let training_use = open_use(activate());
        assert_noop!(complain(PROVIDER, training_use, SECRET), Error::<Test>::InvalidState);
    });
}

#[test]
fn only_the_provider_of_an_open_use_complains() {
    ExtBuilder.build_and_execute(|| {
        let training_use = delivered(activate(), TRAINING_PRICE, |_| wrapped_key());
        assert_noop!(complain(STRANGER, training_use, SECRET), Error::<Test>::NotAuthorized);
        assert_noop!(
            DatasetRegistry::complain_training_key(
                RuntimeOrigin::none(),
                training_use,
                Complaint { secret: SECRET, claim: Claim::WrongKey }
            ),
            DispatchError::BadOrigin
        );
        DatasetRegistry::close_use(training_use, UseOutcome::Ended);
        assert_noop!(complain(PROVIDER, training_use, SECRET), Error::<Test>::NotFound);
    });
}

#[test]
fn nothing_is_slashed_if_the_market_refuses() {
    ExtBuilder.build_and_execute(|| {
        let training_use = delivered(activate(), TRAINING_PRICE, |_| wrapped_key());
        MarketRefuses::set(true);
        assert_noop!(complain(PROVIDER, training_use, SECRET), MARKET_REFUSAL);
    });
}

#[test]
fn stake_that_waits_to_be_released_is_slashed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = delivered(dataset, TRAINING_PRICE, |_| wrapped_key());
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        let delisted = record(dataset).state;
        run_to_block(System::block_number() + 1_000);
        assert_ok!(complain(PROVIDER, training_use, SECRET));
        assert_eq!((record(dataset).state, held(OWNER)), (delisted, STAKE - SLASH));
    });
}

/// Make the only chunk of `dataset` one that its leaf does not commit to. Returns the evidence.
fn spoil(dataset: DatasetId) -> Claim {
    let mut cipher = vec![0; 2_048];
    neurodata_sealing::apply_cipher(&CONTENT_KEY, &mut cipher, 0);
    let leaf = neurodata_primitives::FieldBytes::new([1; 32]);
    Datasets::<Test>::mutate(dataset, |record| {
        let commitment = &mut record.as_mut().unwrap().commitment;
        commitment.chunks = 1;
        commitment.cipher_root = neurodata_primitives::sale::cipher_leaf(&cipher, &leaf).into();
    });
    let (cipher, path) = (cipher.try_into().unwrap(), Default::default());
    Claim::BadChunk(neurodata_primitives::OpenedChunk { index: 0, cipher, leaf, path })
}

#[test]
fn a_bad_package_costs_the_whole_stake_and_condemns_the_dataset() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = delivered(dataset, TRAINING_PRICE, |id| wrap(&CONTENT_KEY, id));
        let evidence = spoil(dataset);
        assert_ok!(claim(PROVIDER, training_use, SECRET, evidence));

        let sold = record(dataset);
        assert!(sold.condemned);
        assert_eq!((sold.stake, sold.open_uses, sold.exposure), (0, 0, 0));
        assert_eq!(Balances::balance(&PROVIDER), ENDOWMENT + STAKE * 3 / 10);
        assert_eq!(KeysTold::get(), [(JOB, training_use, true), (JOB, training_use, false)]);
        let fault = Fault::BadChunk { chunk: 0 };
        assert_eq!(Penalties::get(), [(OWNER, STAKE, PenaltyCause::TrainingKeyBad { training_use, fault })]);
        assert!(happened(Event::DatasetCondemned { dataset, fault }));
        assert_eq!(last_event(), Event::TrainingKeyFaulty { training_use, dataset, job: JOB, fault });
    });
}

#[test]
fn forged_evidence_against_a_package_proves_nothing() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let training_use = delivered(dataset, TRAINING_PRICE, |id| wrap(&CONTENT_KEY, id));
        let Claim::BadChunk(mut opened) = spoil(dataset) else { unreachable!() };
        opened.leaf = neurodata_primitives::FieldBytes::new([2; 32]);
        assert_noop!(
            claim(PROVIDER, training_use, SECRET, Claim::BadChunk(opened)),
            unproved(Dismissal::ForeignChunk)
        );
    });
}

#[test]
fn a_key_is_proved_bad_at_any_time_until_its_use_is_closed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let uses = [(); 2].map(|()| delivered(dataset, TRAINING_PRICE, |_| wrapped_key()));
        // The jobs run; then their owner cancels them, and they are stopping.
        run_to_block(System::block_number() + 1_000);
        assert_ok!(complain(PROVIDER, uses[0], SECRET));
        assert_eq!(KeysTold::get().last(), Some(&(JOB, uses[0], false)));
        DatasetRegistry::close_use(uses[1], UseOutcome::Ended);
        assert_noop!(complain(PROVIDER, uses[1], SECRET), Error::<Test>::NotFound);
        assert_eq!((held(OWNER), Penalties::get().len()), (STAKE - SLASH, 1));
    });
}

#[test]
fn a_complaint_that_proves_nothing_names_its_reason_in_two_bytes() {
    let error = DispatchError::from(unproved(Dismissal::NotApplicable));
    let DispatchError::Module(module) = error else { panic!("an error of the pallet") };
    assert_eq!(module.error[1..], [Dismissal::NotApplicable.encode()[0], 0, 0]);
}
