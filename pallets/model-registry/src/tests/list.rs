use crate::{mock::*, *};

fn ids(page: &[ModelEntryOf<Test>]) -> Vec<u64> {
    page.iter().map(|(model, ..)| model.get()).collect()
}

/// Models 0 to 9; BUYER owns 3, and 0, 4 and 8 are for sale.
fn ten_models() {
    (0..10).for_each(|number| {
        record(JobId::new(number)).unwrap();
    });
    transfer(OWNER, ModelId::new(3), BUYER).unwrap();
    [0, 4, 8].into_iter().for_each(|number| list(ModelId::new(number)).unwrap());
}

#[test]
fn pages_follow_one_another() {
    ExtBuilder::build_and_execute(|| {
        ten_models();
        let (page, next) = ModelRegistry::list(ModelId::new(0), 4, None, false);
        assert_eq!((ids(&page), next), (vec![0, 1, 2, 3], Some(ModelId::new(4))));
        let (page, next) = ModelRegistry::list(ModelId::new(4), 6, None, false);
        assert_eq!((ids(&page), next), (vec![4, 5, 6, 7, 8, 9], None));
        let (page, next) = ModelRegistry::list(ModelId::new(10), 6, None, false);
        assert_eq!((ids(&page), next), (vec![], None));
    });
}

#[test]
fn an_entry_shows_the_record_its_listing_and_its_income() {
    ExtBuilder::build_and_execute(|| {
        let model = listed();
        sell(model, PRICE);
        let (page, _) = ModelRegistry::list(model, 1, None, false);
        let record = Models::<Test>::get(model).unwrap();
        let income = Incomes::<Test>::get(model);
        assert_eq!(page, [(model, record, Some(listing(model)), income)]);
        assert_eq!((income.sales, income.pending), (1, PRICE * 95 / 100));
    });
}

#[test]
fn owners_and_listings_are_filtered() {
    ExtBuilder::build_and_execute(|| {
        ten_models();
        ModelRegistry::delist_model(signed(OWNER), ModelId::new(8)).unwrap();
        let of = |owner, listed_only| ids(&ModelRegistry::list(ModelId::new(0), 256, owner, listed_only).0);
        assert_eq!(of(Some(BUYER), false), [3]);
        assert_eq!(of(Some(OWNER), true), [0, 4]);
        assert_eq!(of(None, true), [0, 4]);
        assert_eq!(of(Some(BUYER), true), [0u64; 0]);
        assert_eq!(of(None, false).len(), 10);
    });
}

#[test]
fn a_page_looks_at_a_bounded_number_of_records() {
    ExtBuilder::build_and_execute(|| {
        ten_models();
        // BUYER's model is the fourth: a page of one looks at four records, and goes on from there.
        let (page, next) = ModelRegistry::list(ModelId::new(4), 1, Some(BUYER), false);
        assert_eq!((ids(&page), next), (vec![], Some(ModelId::new(8))));
        let (page, next) = ModelRegistry::list(ModelId::new(8), 1, Some(BUYER), false);
        assert_eq!((ids(&page), next), (vec![], None));
        let (page, next) = ModelRegistry::list(ModelId::new(0), 0, None, false);
        assert_eq!((ids(&page), next), (vec![], Some(ModelId::new(0))));
        let (page, next) = ModelRegistry::list(ModelId::new(0), u32::MAX, None, false);
        assert_eq!((page.len(), next), (10, None));
    });
}
