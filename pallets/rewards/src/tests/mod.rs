//! One file for each call and each seam.

mod claim;
mod genesis;
mod reputation;
mod settle_credit;
mod settle_evaluation;
mod settle_job;
mod settle_sale;
mod settle_treasury;
