//! One file per call and seam, and what holds for all of them.

mod add_model_stake;
mod close_sale;
mod collect_royalties;
mod conservation;
mod cost;
mod delist_model;
mod ensure_derivable;
mod invariants;
mod lineage;
mod list;
mod list_model;
mod quote;
mod record;
mod transfer_model;
mod update_model_terms;
mod withdraw_model_stake;

use crate::{mock::*, Call};
use codec::Encode;

#[test]
fn the_call_indices_are_pinned() {
    ExtBuilder::build_and_execute(|| {
        let model = model();
        let calls: [Call<Test>; 7] = [
            Call::transfer_model { model, to: BUYER },
            Call::list_model { model, package: package(), uris: uris(), terms: terms(), stake: STAKE },
            Call::update_model_terms { model, terms: terms() },
            Call::add_model_stake { model, amount: 1 },
            Call::delist_model { model },
            Call::withdraw_model_stake { model },
            Call::collect_royalties { model },
        ];
        for (index, call) in (0u8..).zip(calls) {
            assert_eq!(call.encode()[0], index);
        }
    });
}
