use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    score::replay,
    seams::{SaleEnd, TrainingData, UseOutcome},
    Asset, DatasetTerms,
    LicenceKind::Personal,
    PenaltyCause, NRC,
};

/// What an account has, on hold or not.
fn wealth(account: AccountId) -> i128 {
    i128::try_from(Balances::balance(&account) + held(account)).unwrap()
}

/// What the seller gains by selling `sales` copies at once, as many as the stake covers, of which the first
/// `complaining` buyers prove `fault` and the others say nothing.
fn gain(sales: u32, complaining: u32, fault: Fault) -> i128 {
    let mut gain = 0;
    ExtBuilder.build_and_execute(|| {
        let before = wealth(OWNER);
        let copy_price = STAKE / 2 / Balance::from(sales);
        let dataset = activate_on(DatasetTerms { copy_price, ..open_terms() });
        let open: alloc::vec::Vec<Sale> = (0..sales).map(|_| Sale::open(dataset, BUYER).unwrap()).collect();
        assert_noop!(Sale::open(dataset, BUYER), Error::<Test>::NotForSale(SaleRefusal::Stake));
        let (complaints, silent) = open.split_at(complaining as usize);
        complaints.iter().for_each(|sale| sale.complain(fault));
        // What is open when the package is condemned is refunded.
        let end = if record(dataset).condemned { SaleEnd::Void } else { SaleEnd::Settled { confirmed: false } };
        silent.iter().for_each(|sale| sale.end(end.clone()));
        gain = wealth(OWNER) - before;
    });
    gain
}

#[test]
fn wrong_keys_do_not_pay_unless_more_than_two_thirds_of_the_buyers_never_look() {
    for sales in [1, 2, 5, 9, 10] {
        let price = i128::try_from(STAKE / 2 / Balance::from(sales)).unwrap();
        for complaining in 0..=sales {
            let gain = gain(sales, complaining, Fault::WrongKey);
            let (silent, complaining) = (i128::from(sales - complaining), i128::from(complaining));
            // The treasury's share rounds down.
            let income = silent * (price - price * 5 / 100);
            assert_eq!(gain, income - complaining * 2 * price);
            if 3 * silent <= 2 * (silent + complaining) {
                assert!(gain < 0, "{silent} of {sales} silent: {gain}");
            }
        }
    }
}

#[test]
fn a_bad_package_does_not_pay_if_one_buyer_looks() {
    for sales in [1, 5, 10] {
        for complaining in 1..=sales {
            assert_eq!(gain(sales, complaining, Fault::BadChunk { chunk: 0 }), -i128::try_from(STAKE).unwrap());
        }
    }
}

#[test]
fn nobody_gains_by_complaining_about_themselves() {
    for (fault, slash) in [(Fault::WrongKey, 2 * COPY_PRICE), (Fault::BadChunk { chunk: 0 }, STAKE)] {
        ExtBuilder.build_and_execute(|| {
            // The buyer is the seller under another name.
            let before = wealth(OWNER) + wealth(BUYER);
            Sale::open(activate(), BUYER).unwrap().complain(fault);
            assert_eq!(wealth(OWNER) + wealth(BUYER), before - i128::try_from(slash * 7 / 10).unwrap());
        });
    }
}

#[test]
fn nobody_gains_by_delivering_a_wrong_training_key_to_themselves() {
    ExtBuilder.build_and_execute(|| {
        let before = wealth(OWNER) + wealth(PROVIDER);
        let training_use = open_use(activate());
        assert_ok!(DatasetRegistry::deliver_key(signed(OWNER), training_use, wrapped_key()));
        let complaint = Complaint { secret: SECRET, claim: neurodata_primitives::Claim::WrongKey };
        assert_ok!(DatasetRegistry::complain_training_key(signed(PROVIDER), training_use, complaint));
        let burned = i128::try_from(2 * TRAINING_PRICE * 7 / 10).unwrap();
        assert_eq!(wealth(OWNER) + wealth(PROVIDER), before - burned);
    });
}

#[test]
fn nobody_sells_more_than_the_stake_covers_by_mixing_copies_and_training() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let uncovered = || Error::<Test>::NotForSale(SaleRefusal::Stake);
        for _ in 0..4 {
            Sale::open(dataset, BUYER).unwrap();
        }
        let uses = [open_use(dataset), open_use(dataset)];
        assert_noop!(Sale::open(dataset, BUYER), uncovered());
        DatasetRegistry::close_use(uses[0], UseOutcome::Ended);
        assert_noop!(Sale::open(dataset, BUYER), uncovered());
        DatasetRegistry::close_use(uses[1], UseOutcome::Ended);
        assert_ok!(Sale::open(dataset, BUYER));
        assert_noop!(quote(dataset, BUYER, neurodata_primitives::AlgorithmFamily::Linear), uncovered());
    });
}

#[test]
fn a_slash_leaves_less_to_sell_under() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        MinimumStake::set(1);
        let [first, second] = [0; 2].map(|_| Sale::open(dataset, BUYER).unwrap());
        first.complain(Fault::WrongKey);
        // 800 NRC are left: they cover 400.
        for _ in 0..3 {
            Sale::open(dataset, BUYER).unwrap();
        }
        assert_noop!(Sale::open(dataset, BUYER), Error::<Test>::NotForSale(SaleRefusal::Stake));
        second.settle();
        assert_ok!(Sale::open(dataset, BUYER));
    });
}

#[test]
fn delisting_does_not_save_the_stake() {
    for fault in [Fault::WrongKey, Fault::OutOfSchema { chunk: 0, cell: 1 }] {
        ExtBuilder.build_and_execute(|| {
            let dataset = activate();
            let sale = Sale::open(dataset, BUYER).unwrap();
            assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
            let delisted = record(dataset).state;
            run_to_block(System::block_number() + 1_000);
            assert_noop!(
                DatasetRegistry::withdraw_stake(signed(OWNER), dataset),
                Error::<Test>::SalesOpen
            );
            sale.complain(fault);
            let left = if fault.condemns() { 0 } else { STAKE - 2 * COPY_PRICE };
            assert_eq!((held(OWNER), record(dataset).state), (left, delisted));
            assert_ok!(DatasetRegistry::withdraw_stake(signed(OWNER), dataset));
            assert_eq!(wealth(OWNER), i128::try_from(ENDOWMENT - STAKE + left).unwrap());
        });
    }
}

#[test]
fn a_slash_takes_nothing_of_another_datasets_stake() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let other = register(&Package::large());
        SaleSlash::set(100_000);
        Sale::open(dataset, BUYER).unwrap().complain(Fault::WrongKey);
        assert_eq!((record(dataset).stake, record(other).stake), (0, STAKE));
        assert_eq!(held(OWNER), STAKE);
    });
}

#[test]
fn new_prices_and_terms_do_not_touch_what_is_open() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let (first, second) = (Sale::open(dataset, BUYER).unwrap(), Sale::open(dataset, BUYER).unwrap());
        let training_use = open_use(dataset);
        let terms = DatasetTerms {
            copy_price: 3 * COPY_PRICE,
            training_price: 3 * TRAINING_PRICE,
            uses: Default::default(),
            allowed: Some(BoundedVec::try_from(alloc::vec![STRANGER]).unwrap()),
            expires_at: Some(System::block_number()),
            ..open_terms()
        };
        assert_ok!(DatasetRegistry::update_terms(signed(OWNER), dataset, terms));
        assert_eq!(record(dataset).exposure, 2 * COPY_PRICE + TRAINING_PRICE);
        run_to_block(System::block_number() + 5);
        first.settle();
        assert_eq!(Paid::get().last().unwrap().2, COPY_PRICE);
        assert_eq!(record(dataset).exposure, COPY_PRICE + TRAINING_PRICE);
        assert_ok!(DatasetRegistry::deliver_key(signed(OWNER), training_use, wrapped_key()));
        assert_eq!(TrainingUses::<Test>::get(training_use).unwrap().price, TRAINING_PRICE);
        second.complain(Fault::WrongKey);
        assert_eq!(held(OWNER), STAKE - 2 * COPY_PRICE);
        assert_eq!(record(dataset).exposure, TRAINING_PRICE);
    });
}

#[test]
fn a_price_raised_in_between_is_what_the_next_buyer_is_quoted() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let seen = copy_quote(dataset, BUYER, Personal).unwrap().price;
        let terms = DatasetTerms { copy_price: seen + 1, ..open_terms() };
        assert_ok!(DatasetRegistry::update_terms(signed(OWNER), dataset, terms));
        assert_eq!(copy_quote(dataset, BUYER, Personal).unwrap().price, seen + 1);
    });
}

#[test]
fn whoever_attested_a_bad_package_is_penalised_once() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        for inspector in [INSPECTORS[0], INSPECTORS[1]] {
            Sale::inspect(dataset, inspector).end(SaleEnd::Attested { inspector });
        }
        let sales = [BUYER, STRANGER].map(|buyer| Sale::open(dataset, buyer).unwrap());
        sales[0].complain(Fault::BadChunk { chunk: 2 });
        let cause = PenaltyCause::AttestedBadPackage { asset: Asset::Dataset(dataset) };
        let penalised = [(INSPECTORS[0], BUYER, BUYER, cause), (INSPECTORS[1], BUYER, BUYER, cause)];
        assert_eq!(Penalised::get(), penalised);
        sales[1].complain(Fault::BadChunk { chunk: 2 });
        assert_eq!(Penalised::get(), penalised);
        assert!(record(dataset).attestations.is_empty());
    });
}

#[test]
fn an_attestation_is_not_refuted_by_a_wrong_key() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let inspector = INSPECTORS[0];
        Sale::inspect(dataset, inspector).end(SaleEnd::Attested { inspector });
        Sale::open(dataset, BUYER).unwrap().complain(Fault::WrongKey);
        assert_eq!(Penalised::get(), []);
        assert_eq!(record(dataset).attestations.to_vec(), [inspector]);
    });
}

/// The scores that anybody reads from the events of `dataset`: by replaying the causes, and the last one named.
fn scores_by_events(dataset: DatasetId) -> (QualityScore, QualityScore) {
    let named = System::events().into_iter().filter_map(|record| match record.event {
        RuntimeEvent::DatasetRegistry(Event::ScoreChanged { dataset: id, score, .. }) if id == dataset => Some(score),
        _ => None,
    });
    (replay(causes(dataset)), named.last().unwrap_or_default())
}

#[test]
fn a_score_follows_from_the_events() {
    ExtBuilder.build_and_execute(|| {
        let terms = DatasetTerms { copy_price: NRC / 100, training_price: NRC / 100, ..open_terms() };
        let dataset = activate_on(terms);
        assert_eq!(scores_by_events(dataset), (QualityScore::INITIAL, QualityScore::INITIAL));
        MinimumStake::set(1);
        // A linear congruential generator (Numerical Recipes) is random enough here.
        let mut state = 1u32;
        let mut draw = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for step in 0..500 {
            let inspector = INSPECTORS[draw(9) as usize];
            match draw(7) {
                0 => Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Settled { confirmed: draw(2) == 0 }),
                1 => Sale::inspect(dataset, inspector).end(SaleEnd::Attested { inspector }),
                2 => Sale::open(dataset, BUYER)
                    .unwrap()
                    .end(SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER }),
                3 if step % 5 == 0 => Sale::open(dataset, BUYER).unwrap().complain(Fault::WrongKey),
                4 => {
                    let training_use = open_use_at(dataset, NRC / 100);
                    run_to_block(System::block_number() + 11);
                    assert_ok!(DatasetRegistry::expire_delivery(signed(REPORTER), training_use));
                },
                5 => Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Void),
                _ => {
                    let improvement = draw(2) * draw(200_000);
                    DatasetRegistry::close_use(open_use_at(dataset, 1), UseOutcome::JobSettled { improvement });
                },
            }
            let stored = record(dataset).score;
            assert_eq!(scores_by_events(dataset), (stored, stored));
        }
        Sale::open(dataset, BUYER).unwrap().complain(Fault::BadChunk { chunk: 0 });
        let stored = record(dataset).score;
        assert_eq!(scores_by_events(dataset), (stored, stored));
    });
}

#[test]
fn a_score_is_not_bought_with_free_copies() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate_on(DatasetTerms { copy_price: 0, ..open_terms() });
        for _ in 0..100 {
            Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Settled { confirmed: true });
        }
        assert_eq!((record(dataset).score, record(dataset).copies_sold), (QualityScore::INITIAL, 100));
    });
}

#[test]
fn a_score_that_is_bought_costs_the_treasurys_share_each_time() {
    ExtBuilder.build_and_execute(|| {
        // The buyer is the seller under another name.
        let before = wealth(OWNER) + wealth(BUYER);
        let dataset = activate();
        for _ in 0..10 {
            Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Settled { confirmed: true });
        }
        let share = i128::try_from(10 * COPY_PRICE * 5 / 100).unwrap();
        assert_eq!(wealth(OWNER) + wealth(BUYER), before - share);
        // Confirmations alone never lift a score above their signal.
        assert!(record(dataset).score.points() < 75);
    });
}
