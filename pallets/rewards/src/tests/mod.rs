//! One file for each call and each seam.

mod claim;
mod conservation;
mod contributor;
mod donate;
mod explain_job;
mod extras;
mod funding;
mod genesis;
mod history;
mod known_answer;
mod penalties;
mod reputation;
mod self_trading;
mod settle_credit;
mod settle_evaluation;
mod settle_job;
mod settle_sale;
mod settle_treasury;
mod stake;
mod unstake;
mod withdraw_unstaked;
