//! One file for each call and each handler.

mod burn;
mod era_payout;
mod fee_split;
mod recorders;
