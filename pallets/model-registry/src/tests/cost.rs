//! What a sale and a collection cost does not depend on the ancestors, counted operation by operation.

use crate::{mock::*, *};
use neurodata_primitives::seams::{SaleEnd, Saleable};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};
use tracing::{
    field::{Field, Visit},
    span, Event as Trace, Metadata, Subscriber,
};

/// Storage operations by name: every read, write, look for a key and append that reaches the externalities.
type Operations = BTreeMap<String, u32>;

/// Counts the traces that the state machine leaves of each storage operation.
#[derive(Clone, Default)]
struct Counter(Arc<Mutex<Operations>>);

/// Finds the name of the operation in a trace.
#[derive(Default)]
struct Method(Option<String>);

impl Visit for Method {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "method" {
            self.0 = Some(value.into());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "state"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, trace: &Trace<'_>) {
        let mut method = Method::default();
        trace.record(&mut method);
        if let Some(method) = method.0 {
            *self.0.lock().unwrap().entry(method).or_default() += 1;
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The storage operations that `run` makes.
fn operations(run: impl FnOnce()) -> Operations {
    let counter = Counter::default();
    tracing::subscriber::with_default(counter.clone(), run);
    let counted = counter.0.lock().unwrap().clone();
    counted
}

/// What opening a sale, settling it, and collecting cost for a model, with what is made by `make`.
fn costs(make: impl FnOnce() -> ModelId) -> [Operations; 3] {
    ExtBuilder::build().execute_with(|| {
        let model = make();
        list(model).unwrap();
        let opening = operations(|| ModelRegistry::open_sale(model, PRICE).unwrap());
        fund(model, PRICE);
        let settling = operations(|| close(model, PRICE, SaleEnd::Settled { confirmed: true }).unwrap());
        let collecting = operations(|| collect(model).unwrap());
        check();
        [opening, settling, collecting]
    })
}

/// A model with one parent and this many ancestors.
fn with_one_parent(ancestors: u32) -> ModelId {
    let parent = with_ancestors(ancestors - 1);
    let model = child_of(parent);
    assert_eq!(Models::<Test>::get(model).unwrap().ancestors, ancestors);
    model
}

#[test]
fn the_counter_counts() {
    ExtBuilder::build().execute_with(|| {
        let counted = operations(|| {
            TotalPending::<Test>::put(1);
            TotalPending::<Test>::get();
            TotalPending::<Test>::get();
        });
        assert_eq!(counted, BTreeMap::from([("Get".into(), 2), ("Put".into(), 1)]));
        assert!(operations(|| ()).is_empty());
    });
}

#[test]
fn a_sale_and_a_collection_cost_the_same_with_1_10_100_and_1000_ancestors() {
    let [opening, settling, collecting] = costs(|| with_one_parent(1));
    for counted in [&opening, &settling, &collecting] {
        assert!(counted["Get"] > 0 && counted["Put"] > 0, "{counted:?}");
    }
    for ancestors in [10, 100, 1_000] {
        let counted = costs(|| with_one_parent(ancestors));
        assert_eq!(counted, [opening.clone(), settling.clone(), collecting.clone()], "{ancestors} ancestors");
    }
}

#[test]
fn a_direct_parent_more_costs_a_collection_one_read_and_one_write() {
    let with_parents = |parents: u64| {
        costs(|| {
            let parents: Vec<ModelId> = (0..parents).map(|number| record(JobId::new(number)).unwrap()).collect();
            child_of_all(&parents)
        })
    };
    let [opening, settling, collecting] = with_parents(1);
    for parents in 2..=8 {
        let [more_opening, more_settling, more_collecting] = with_parents(parents);
        assert_eq!((more_opening, more_settling), (opening.clone(), settling.clone()));
        let more = u32::try_from(parents - 1).unwrap();
        let mut expected = collecting.clone();
        for method in ["Get", "Put"] {
            *expected.get_mut(method).unwrap() += more;
        }
        assert_eq!(more_collecting, expected);
    }
}

#[test]
fn ancestors_beyond_the_parents_are_not_even_looked_at() {
    ExtBuilder::build().execute_with(|| {
        let model = with_one_parent(1_000);
        list(model).unwrap();
        let parent = Models::<Test>::get(model).unwrap().parents[0];
        for ancestor in ModelRegistry::lineage(model, 1_000) {
            Models::<Test>::remove(ancestor);
        }
        sell(model, PRICE);
        collect(model).unwrap();
        assert_eq!(pending(parent), PRICE * 95 / 1_000);
    });
}
