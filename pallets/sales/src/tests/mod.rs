//! One file for each call, one for the escrow, the seam, the listing, the invariants and random operations.

mod abandon_inspection;
mod accept_inspection;
mod close_inspection;
mod complain;
mod confirm_purchase;
mod conservation;
mod decline_inspection;
mod deliver_key;
mod draw_inspectors;
mod escrow;
mod expire_delivery;
mod invariants;
mod licences;
mod list;
mod purchase;
mod request_inspection;
mod settle;
mod surrender_licence;
