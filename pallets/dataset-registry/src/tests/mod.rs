//! One file for each call, one for each seam, one for the runtime API, one for bad faith, one for the invariants.

mod add_stake;
mod bad_faith;
mod complain_training_key;
mod delist_dataset;
mod deliver_key;
mod expire_audit;
mod expire_delivery;
mod invariants;
mod list;
mod register_dataset;
mod saleable;
mod submit_audit;
mod training_data;
mod update_terms;
mod update_uris;
mod withdraw_stake;
