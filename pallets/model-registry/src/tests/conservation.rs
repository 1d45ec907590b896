//! Not a planck is lost or made, whatever happens in whatever order.

use crate::{mock::*, *};
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, Mutate},
};
use neurodata_primitives::seams::{ModelOrigin, Models as _, SaleEnd, Saleable};
use sp_runtime::Permill;

/// Knuth's linear congruential generator (MMIX): the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Dust mostly, something large at times.
    fn price(&mut self) -> Balance {
        match self.below(10) {
            0 => 0,
            1 => 1,
            2..=4 => self.below(20).into(),
            5..=8 => self.below(10_000).into(),
            _ => self.below(1_000_000_007).into(),
        }
    }
}

/// What the operations came to.
#[derive(Default, Debug)]
struct Tally {
    sold: Balance,
    sales: u32,
    collections: u32,
    transfers: u32,
    children: u32,
    refused: u32,
}

const OWNERS: [AccountId; 3] = [OWNER, BUYER, STRANGER];

/// A child of up to eight models, of which some may be the same, in so far as the limits allow.
fn breed(numbers: &mut Numbers, models: &[ModelId]) -> Option<ModelId> {
    let wanted = numbers.below(9);
    let mut parents = vec![];
    for _ in 0..wanted {
        // Old models have few ancestors, young ones many.
        let end = if numbers.below(2) == 0 { models.len().min(50) } else { models.len() };
        parents.push(models[numbers.below(end as u64) as usize]);
    }
    let (owner, uses) = (numbers.one_of(&OWNERS), every_use());
    let data_provider = numbers.one_of(&[DATA_PROVIDER, OWNER, BUYER]);
    let origin = ModelOrigin { owner, uses, data_provider, ..next_origin() };
    if parents.len() <= 1 {
        let parent = parents.pop();
        if let Some(parent) = parent {
            let owner = Models::<Test>::get(parent).unwrap().owner;
            ModelRegistry::ensure_derivable(parent, &owner, &spec()).ok()?;
        }
        return ModelRegistry::record(ModelOrigin { parent, ..origin }).ok();
    }
    let records: Vec<_> = parents.iter().map(|parent| Models::<Test>::get(parent).unwrap()).collect();
    let lineage = records.iter().fold(lineage::Lineage::default(), |lineage, record| lineage.with_parent(record));
    lineage.ensure_within_limits().ok()?;
    ModelRegistry::do_record(origin, parents.try_into().unwrap()).ok()
}

/// Put `model` up for sale, if it is not.
fn ensure_listed(model: ModelId) {
    if !Listings::<Test>::contains_key(model) {
        let owner = Models::<Test>::get(model).unwrap().owner;
        assert_ok!(ModelRegistry::list_model(signed(owner), model, package(), uris(), terms(), 1));
    }
}

/// Take `model` off the market, if it is on it. Nothing is locked in this world.
fn ensure_unlisted(model: ModelId, owner: AccountId) {
    if Listings::<Test>::contains_key(model) {
        assert_ok!(ModelRegistry::delist_model(signed(owner), model));
        assert_ok!(ModelRegistry::withdraw_model_stake(signed(owner), model));
    }
}

fn operate(numbers: &mut Numbers, models: &mut Vec<ModelId>, tally: &mut Tally) {
    let model = numbers.one_of(models);
    match numbers.below(100) {
        0..=49 => {
            ensure_listed(model);
            let price = numbers.price();
            assert_ok!(ModelRegistry::open_sale(model, price));
            if numbers.below(10) == 0 {
                assert_ok!(close(model, price, SaleEnd::Void));
                return;
            }
            Balances::set_balance(&BUYER, ENDOWMENT);
            fund(model, price);
            assert_ok!(close(model, price, SaleEnd::Settled { confirmed: numbers.below(2) == 0 }));
            (tally.sold, tally.sales) = (tally.sold + price, tally.sales + 1);
        },
        50..=87 => match collect(model) {
            Ok(()) => tally.collections += 1,
            Err(error) => {
                assert_eq!(error, Error::<Test>::NothingToCollect.into());
                tally.refused += 1;
            },
        },
        88..=97 => {
            let owner = Models::<Test>::get(model).unwrap().owner;
            ensure_unlisted(model, owner);
            let to = OWNERS.into_iter().find(|account| *account != owner).unwrap();
            assert_ok!(transfer(owner, model, to));
            tally.transfers += 1;
        },
        _ => {
            let split = |numbers: &mut Numbers| Permill::from_parts(numbers.below(333_334) as u32);
            Royalties::set(RoyaltySplit { parents: split(numbers), data: split(numbers), compute: split(numbers) });
            TreasuryShare::set(Permill::from_parts(numbers.below(100_000) as u32));
            if let Some(child) = breed(numbers, models) {
                models.push(child);
                tally.children += 1;
            }
        },
    }
}

#[test]
fn claims_and_sales_sum_to_the_same_over_a_hundred_thousand_operations() {
    ExtBuilder::build_and_execute(|| {
        MinimumModelStake::set(1);
        SaleCover::set(0);
        ModelStakeLockPeriod::set(0);
        let (mut numbers, mut tally) = (Numbers(2_026), Tally::default());
        let mut models = vec![model()];
        for operation in 1..=100_000u32 {
            operate(&mut numbers, &mut models, &mut tally);
            assert_eq!(credited() + Treasury::get() + TotalPending::<Test>::get(), tally.sold);
            if operation % 10_000 == 0 {
                check();
                System::reset_events();
                Reasons::kill();
            }
        }
        // Enough of everything happened for this to mean something.
        assert!(tally.sales > 40_000 && tally.collections > 10_000 && tally.refused > 0, "{tally:?}");
        assert!(tally.transfers > 9_000 && tally.children > 500, "{tally:?}");
        let most = models.iter().map(|model| Models::<Test>::get(model).unwrap().ancestors).max();
        assert!(most > Some(500), "{most:?}");

        // Children first, everything is claimed, and nothing is left.
        for model in models.iter().rev() {
            let _ = collect(*model);
        }
        assert_eq!(TotalPending::<Test>::get(), 0);
        assert_eq!(Balances::balance(&ModelRegistry::pot()), EXISTENTIAL_DEPOSIT);
        assert_eq!(credited() + Treasury::get(), tally.sold);
    });
}

