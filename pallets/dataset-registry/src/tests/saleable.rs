use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use neurodata_primitives::{
    dataset::MAX_ATTESTATIONS,
    seams::{SaleEnd, SaleQuote, Saleable},
    DatasetTerms,
    LicenceKind::{Commercial, Derive, Personal},
    PackageCommitment, PayoutReason, PenaltyCause, UseSet, NRC,
};
use sp_runtime::ArithmeticError;

fn refusal(reason: SaleRefusal) -> Error<Test> {
    Error::<Test>::NotForSale(reason)
}

fn close(dataset: DatasetId, price: Balance, end: SaleEnd<AccountId>) -> DispatchResult {
    DatasetRegistry::close_sale(dataset, PURCHASE, price, price, end)
}

const SETTLED: SaleEnd<AccountId> = SaleEnd::Settled { confirmed: false };

/// An active dataset that stays listed whatever is slashed.
fn robust() -> DatasetId {
    let dataset = activate();
    MinimumStake::set(1);
    dataset
}

#[test]
fn a_quote_names_seller_and_price_and_the_licence_has_no_end() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        for licence in [Personal, Commercial, Derive] {
            let expected = SaleQuote { seller: OWNER, price: COPY_PRICE, licence_expires_at: None };
            assert_eq!(copy_quote(dataset, BUYER, licence), Ok(expected));
        }
    });
}

#[test]
fn only_an_active_dataset_is_sold() {
    ExtBuilder.build_and_execute(|| {
        let audited = register(&Package::large());
        assert_noop!(copy_quote(audited, BUYER, Personal), refusal(SaleRefusal::NotAudited));
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(copy_quote(dataset, BUYER, Personal), refusal(SaleRefusal::Delisted));
        assert_noop!(copy_quote(DatasetId::new(9), BUYER, Personal), Error::<Test>::NotFound);
    });
}

#[test]
fn each_licence_needs_the_uses_that_it_permits() {
    let sold = |uses| {
        let mut sold = alloc::vec![];
        ExtBuilder.build_and_execute(|| {
            let dataset = activate_on(DatasetTerms { uses, ..open_terms() });
            let price = |licence| copy_quote(dataset, BUYER, licence).map(|quote| quote.price);
            sold = [Personal, Commercial, Derive].map(price).to_vec();
        });
        sold
    };
    let (yes, no) = (Ok(COPY_PRICE), |reason| Err(DispatchError::from(refusal(reason))));
    let uses = UseSet { download: true, ..Default::default() };
    let none = no(SaleRefusal::Commercial);
    assert_eq!(sold(uses), [yes, none, none]);
    let none = no(SaleRefusal::Derive);
    assert_eq!(sold(UseSet { commercial: true, ..uses }), [yes, yes, none]);
    let none = no(SaleRefusal::Commercial);
    assert_eq!(sold(UseSet { derive: true, ..uses }), [yes, none, none]);
    assert_eq!(sold(UseSet { commercial: true, derive: true, ..uses }), [yes; 3]);
    let all_but_copies = UseSet { download: false, ..open_terms().uses };
    assert_eq!(sold(all_but_copies), [no(SaleRefusal::Download); 3]);
}

#[test]
fn terms_say_who_may_buy_and_until_when() {
    ExtBuilder.build_and_execute(|| {
        let allowed = Some(BoundedVec::try_from(alloc::vec![BUYER]).unwrap());
        let dataset = activate_on(DatasetTerms { allowed, expires_at: Some(30), ..open_terms() });
        assert_noop!(copy_quote(dataset, STRANGER, Personal), refusal(SaleRefusal::Buyer));
        run_to_block(30);
        assert_ok!(copy_quote(dataset, BUYER, Personal));
        run_to_block(31);
        assert_noop!(copy_quote(dataset, BUYER, Personal), refusal(SaleRefusal::TermsExpired));
    });
}

#[test]
fn an_opened_sale_is_counted_and_must_be_covered() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        open_use_at(dataset, 100 * NRC);
        assert_ok!(DatasetRegistry::open_sale(dataset, 100 * NRC));
        assert_eq!((record(dataset).open_sales, record(dataset).exposure), (1, 200 * NRC));
        assert_noop!(DatasetRegistry::open_sale(dataset, 300 * NRC + 1), refusal(SaleRefusal::Stake));
        assert_ok!(DatasetRegistry::open_sale(dataset, 300 * NRC));
        assert_eq!((record(dataset).open_sales, record(dataset).exposure), (2, 500 * NRC));
        assert_noop!(DatasetRegistry::open_sale(dataset, 1), refusal(SaleRefusal::Stake));
        assert_noop!(DatasetRegistry::open_sale(dataset, Balance::MAX), ArithmeticError::Overflow);
    });
}

#[test]
fn the_cover_is_at_least_the_minimum_stake() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        MinimumStake::set(STAKE + 1);
        assert_noop!(DatasetRegistry::open_sale(dataset, 1), refusal(SaleRefusal::Stake));
    });
}

#[test]
fn a_sale_is_opened_only_while_the_dataset_is_listed() {
    ExtBuilder.build_and_execute(|| {
        let audited = register(&Package::large());
        assert_noop!(DatasetRegistry::open_sale(audited, 1), refusal(SaleRefusal::NotAudited));
        let dataset = activate();
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(DatasetRegistry::open_sale(dataset, 1), refusal(SaleRefusal::Delisted));
        assert_noop!(DatasetRegistry::open_sale(DatasetId::new(9), 1), Error::<Test>::NotFound);
    });
}

#[test]
fn an_invited_inspector_gets_the_key_even_of_a_delisted_dataset() {
    ExtBuilder.build_and_execute(|| {
        let audited = register(&Package::large());
        assert_noop!(DatasetRegistry::open_sale(audited, 0), refusal(SaleRefusal::NotAudited));
        assert_noop!(DatasetRegistry::inspected_seller(audited), refusal(SaleRefusal::NotAudited));
        let dataset = activate();
        assert_eq!(DatasetRegistry::inspected_seller(dataset), Ok(OWNER));
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        assert_noop!(DatasetRegistry::inspected_seller(dataset), refusal(SaleRefusal::Delisted));
        assert_noop!(DatasetRegistry::inspected_seller(DatasetId::new(9)), Error::<Test>::NotFound);
        assert_ok!(DatasetRegistry::open_sale(dataset, 0));
        assert_eq!((record(dataset).open_sales, record(dataset).exposure), (1, 0));
    });
}

#[test]
fn a_package_is_bound_by_the_commitment_whatever_the_terms() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate_on(DatasetTerms { uses: UseSet::default(), ..open_terms() });
        let expected = PackageCommitment::from(&record(dataset).commitment);
        assert_eq!(DatasetRegistry::package(dataset), Some(expected));
        assert_eq!(DatasetRegistry::package(DatasetId::new(9)), None);
        assert_eq!(DatasetRegistry::income_account(dataset), POT);
    });
}

#[test]
fn a_settled_sale_pays_the_owner() {
    for confirmed in [false, true] {
        ExtBuilder.build_and_execute(|| {
            let dataset = activate();
            let sale = Sale::open(dataset, BUYER).unwrap();
            sale.end(SaleEnd::Settled { confirmed });
            assert_eq!(Paid::get(), [(PayoutReason::Sale { purchase: PURCHASE }, OWNER, COPY_PRICE)]);
            assert_eq!(Balances::balance(&OWNER), ENDOWMENT - STAKE + COPY_PRICE * 95 / 100);
            assert_eq!(Balances::balance(&BUYER), ENDOWMENT - COPY_PRICE);
            let sold = record(dataset);
            assert_eq!((sold.copies_sold, sold.open_sales, sold.exposure, sold.stake), (1, 0, 0, STAKE));
            let cause = ScoreCause::CopySettled { confirmed };
            assert_eq!(sold.score, score_after([cause]));
            assert_eq!(last_event(), Event::ScoreChanged { dataset, cause, score: sold.score });
        });
    }
}

#[test]
fn a_free_copy_is_counted_but_proves_nothing() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate_on(DatasetTerms { copy_price: 0, ..open_terms() });
        Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Settled { confirmed: true });
        assert_eq!((record(dataset).copies_sold, record(dataset).open_sales), (1, 0));
        assert_eq!(record(dataset).score, QualityScore::INITIAL);
        assert_eq!(Paid::get(), []);
    });
}

#[test]
fn a_sale_that_cannot_be_paid_out_stays_open() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        Sale::open(dataset, BUYER).unwrap();
        TillRefuses::set(true);
        assert_noop!(close(dataset, COPY_PRICE, SETTLED), TILL_REFUSAL);
    });
}

#[test]
fn what_is_not_open_is_not_closed() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        open_use(dataset);
        assert_noop!(close(dataset, 0, SaleEnd::Void), Error::<Test>::InvalidState);
        assert_noop!(close(DatasetId::new(9), 0, SaleEnd::Void), Error::<Test>::NotFound);
        Sale::open(dataset, BUYER).unwrap();
        let exposure = record(dataset).exposure;
        assert_noop!(close(dataset, exposure + 1, SaleEnd::Void), Error::<Test>::InvalidState);
    });
}

#[test]
fn a_void_sale_only_ends() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let before = record(dataset);
        Sale::open(dataset, BUYER).unwrap().end(SaleEnd::Void);
        assert_eq!((record(dataset), Penalties::get()), (before, alloc::vec![]));
        assert_eq!((Balances::balance(&BUYER), causes(dataset)), (ENDOWMENT, alloc::vec![]));
    });
}

#[test]
fn attestations_are_kept_the_latest_last_each_inspector_once() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let attest = |inspector| Sale::inspect(dataset, inspector).end(SaleEnd::Attested { inspector });
        attest(INSPECTORS[0]);
        assert_eq!(last_event(), Event::DatasetAttested { dataset, inspector: INSPECTORS[0] });
        assert_eq!(record(dataset).score, score_after([ScoreCause::Attested]));
        attest(INSPECTORS[1]);
        attest(INSPECTORS[0]);
        assert_eq!(record(dataset).attestations.to_vec(), [INSPECTORS[1], INSPECTORS[0]]);
        assert_eq!(INSPECTORS.len() as u32, MAX_ATTESTATIONS + 1);
        INSPECTORS.into_iter().for_each(attest);
        assert_eq!(record(dataset).attestations.to_vec(), INSPECTORS[1..]);
        assert_eq!((record(dataset).copies_sold, record(dataset).open_sales), (0, 0));
    });
}

#[test]
fn nothing_is_attested_of_a_condemned_package() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let inspection = Sale::inspect(dataset, INSPECTORS[0]);
        Sale::open(dataset, BUYER).unwrap().complain(Fault::BadChunk { chunk: 1 });
        let score = record(dataset).score;
        inspection.end(SaleEnd::Attested { inspector: INSPECTORS[0] });
        assert_eq!((record(dataset).attestations.len(), record(dataset).score), (0, score));
    });
}

#[test]
fn a_key_that_was_not_delivered_costs_half_the_price() {
    ExtBuilder.build_and_execute(|| {
        let dataset = robust();
        let sale = Sale::open(dataset, BUYER).unwrap();
        sale.end(SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER });
        let slash = COPY_PRICE / 2;
        assert_eq!((held(OWNER), record(dataset).stake), (STAKE - slash, STAKE - slash));
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + slash / 5);
        assert_eq!(Balances::balance(&REPORTER), ENDOWMENT + slash / 10);
        assert_eq!(Burned::get(), slash * 7 / 10);
        assert_eq!((record(dataset).open_sales, record(dataset).exposure), (0, 0));
        assert_eq!(record(dataset).score, score_after([ScoreCause::KeyNotDelivered]));
        assert_eq!(record(dataset).state, DatasetState::Active);
        assert_eq!(Penalties::get(), [(OWNER, slash, PenaltyCause::CopyKeyMissed { purchase: PURCHASE })]);
        assert_eq!(last_event(), Event::StakeSlashed { dataset, owner: OWNER, amount: slash, burned: slash * 7 / 10 });
    });
}

#[test]
fn a_key_owed_to_an_inspector_is_reckoned_from_the_fee() {
    ExtBuilder.build_and_execute(|| {
        let dataset = robust();
        let [inspector, ..] = INSPECTORS;
        Sale::inspect(dataset, inspector);
        let end = SaleEnd::NotDelivered { wronged: inspector, reporter: REPORTER };
        assert_ok!(DatasetRegistry::close_sale(dataset, PURCHASE, 0, 11, end));
        // Half of 11, rounded up.
        assert_eq!(held(OWNER), STAKE - 6);
        Sale::inspect(dataset, inspector);
        let end = SaleEnd::Faulty { fault: Fault::WrongKey, wronged: inspector };
        assert_ok!(DatasetRegistry::close_sale(dataset, PURCHASE, 0, 11, end));
        assert_eq!(held(OWNER), STAKE - 6 - 22);
    });
}

#[test]
fn a_wrong_key_costs_twice_the_price() {
    ExtBuilder.build_and_execute(|| {
        let dataset = robust();
        Sale::open(dataset, BUYER).unwrap().complain(Fault::WrongKey);
        let slash = 2 * COPY_PRICE;
        assert_eq!(held(OWNER), STAKE - slash);
        assert_eq!(Balances::balance(&BUYER), ENDOWMENT + slash * 3 / 10);
        assert_eq!(Burned::get(), slash * 7 / 10);
        let cause = PenaltyCause::CopyBad { purchase: PURCHASE, fault: Fault::WrongKey };
        assert_eq!(Penalties::get(), [(OWNER, slash, cause)]);
        assert_eq!(record(dataset).score, score_after([ScoreCause::ComplaintUpheld]));
        assert!(!DatasetRegistry::is_condemned(dataset));
        assert_eq!(record(dataset).state, DatasetState::Active);
    });
}

#[test]
fn a_stake_below_the_minimum_delists_the_dataset() {
    for end in [
        SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER },
        SaleEnd::Faulty { fault: Fault::WrongKey, wronged: BUYER },
    ] {
        ExtBuilder.build_and_execute(|| {
            let dataset = activate();
            Sale::open(dataset, BUYER).unwrap().end(end.clone());
            let unlocks_at = System::block_number() + 50;
            assert_eq!(record(dataset).state, DatasetState::Delisted { unlocks_at });
            assert_eq!(last_event(), Event::DatasetDelisted { dataset, unlocks_at });
        });
    }
}

#[test]
fn a_bad_package_costs_the_whole_stake_and_condemns_the_dataset() {
    for fault in [Fault::BadChunk { chunk: 3 }, Fault::OutOfSchema { chunk: 3, cell: 9 }] {
        ExtBuilder.build_and_execute(|| {
            let dataset = robust();
            let other = register(&Package::large());
            assert!(!DatasetRegistry::is_condemned(dataset));
            Sale::open(dataset, BUYER).unwrap().complain(fault);
            let unlocks_at = System::block_number() + 50;
            let condemned = record(dataset);
            assert_eq!((condemned.condemned, condemned.stake), (true, 0));
            assert_eq!(condemned.state, DatasetState::Delisted { unlocks_at });
            assert_eq!(condemned.score, score_after([ScoreCause::ComplaintUpheld]));
            assert!(DatasetRegistry::is_condemned(dataset));
            assert_eq!((held(OWNER), record(other).stake), (STAKE, STAKE));
            assert_eq!(Balances::balance(&BUYER), ENDOWMENT + STAKE * 3 / 10);
            assert_eq!(Burned::get(), STAKE * 7 / 10);
            assert!(happened(Event::DatasetCondemned { dataset, fault }));
            assert_eq!(Penalties::get(), [(OWNER, STAKE, PenaltyCause::CopyBad { purchase: PURCHASE, fault })]);
        });
    }
}

#[test]
fn a_condemned_dataset_serves_its_open_sales_only_to_their_end() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate();
        let sales = [BUYER, STRANGER, REPORTER].map(|buyer| Sale::open(dataset, buyer).unwrap());
        assert_ok!(DatasetRegistry::delist_dataset(signed(OWNER), dataset));
        let delisted = record(dataset).state;
        run_to_block(System::block_number() + 7);
        sales[0].complain(Fault::BadChunk { chunk: 0 });
        // The lock that was running goes on.
        assert_eq!(record(dataset).state, delisted);
        sales[1].complain(Fault::BadChunk { chunk: 1 });
        sales[2].end(SaleEnd::Void);
        assert_eq!((record(dataset).open_sales, record(dataset).exposure), (0, 0));
        assert_eq!(Balances::balance(&STRANGER), ENDOWMENT);
        let condemnations = System::events()
            .into_iter()
            .filter(|record| {
                matches!(record.event, RuntimeEvent::DatasetRegistry(Event::DatasetCondemned { .. }))
            })
            .count();
        assert_eq!(condemnations, 1);
        // The second buyer got a bad copy as well: that is noted, though there is nothing left to take.
        let cause = |chunk| PenaltyCause::CopyBad { purchase: PURCHASE, fault: Fault::BadChunk { chunk } };
        assert_eq!(Penalties::get(), [(OWNER, STAKE, cause(0)), (OWNER, 0, cause(1))]);
        assert_eq!(Paid::get(), []);
    });
}

#[test]
fn the_key_of_a_free_copy_costs_reputation_alone() {
    ExtBuilder.build_and_execute(|| {
        let dataset = activate_on(DatasetTerms { copy_price: 0, ..open_terms() });
        let sale = Sale::open(dataset, BUYER).unwrap();
        sale.end(SaleEnd::NotDelivered { wronged: BUYER, reporter: REPORTER });
        assert_eq!((held(OWNER), record(dataset).state), (STAKE, DatasetState::Active));
        assert_eq!(Penalties::get(), [(OWNER, 0, PenaltyCause::CopyKeyMissed { purchase: PURCHASE })]);
    });
}
