//! One file for each call, one for the seam, one for the invariants.

mod delist_dataset;
mod deliver_key;
mod expire_audit;
mod expire_delivery;
mod invariants;
mod register_dataset;
mod submit_audit;
mod training_data;
mod withdraw_stake;
