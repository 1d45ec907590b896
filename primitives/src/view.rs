//! What the runtime answers to clients: records put together, and the places from which a listing goes on.

use crate::*;
use alloc::vec::Vec;

scale! {
    /// What a job would cost and need, before it is posted.
    #[derive(Copy)]
    pub struct JobEstimate<Balance> {
        /// Work units of the run.
        pub work_units: u64,
        /// Class of machine that it needs.
        pub class: MachineClass,
        /// Price of the training use now, in plancks.
        pub training_price: Balance,
        /// What would move into escrow at the request's highest prices, in plancks.
        pub escrow: Balance,
        /// Deposit for the record, in plancks; it comes back.
        pub deposit: Balance,
        /// Least blocks that the request must give the run.
        pub min_deliver_within: u32,
        /// The offer that would take it now, its unit price and its price of the whole job, in plancks; `None` if none fits.
        pub best: Option<(OfferId, Balance, Balance)>,
    }

    /// Where a listing of open jobs goes on: behind this job.
    #[derive(Copy)]
    pub struct OpenJobCursor<Balance> {
        /// Class of the job.
        pub class: MachineClass,
        /// Its highest price of a work unit, in plancks.
        pub unit_price: Balance,
        /// The job.
        pub job: JobId,
    }

    /// A contributor as it stands now.
    #[derive(Copy)]
    pub struct ContributorView<Balance, BlockNumber> {
        /// Its profile as stored.
        pub record: ContributorRecord<Balance, BlockNumber>,
        /// Reputation now, 1 to 100 inclusive.
        pub reputation: u8,
        /// What can be claimed now, in plancks.
        pub claimable: Balance,
        /// What is credited and matures later, in plancks.
        pub maturing: Balance,
        /// Stake rewards that are not credited yet, in plancks.
        pub stake_reward: Balance,
        /// Lines of its history that are stored.
        pub history: u32,
    }

    /// Parameters as they are now that a client reckons with.
    #[derive(Copy)]
    pub struct MarketRules<Balance, BlockNumber> {
        /// Least price of a work unit, in plancks.
        pub min_unit_price: Balance,
        /// Least bond of a compute provider, in plancks.
        pub provider_bond: Balance,
        /// Least cost of a breach, in plancks.
        pub least_penalty: Balance,
        /// Share of a job's price that a breach costs, if that is more.
        pub price_liability: sp_arithmetic::Permill,
        /// Longest time that a run may be given, in blocks.
        pub max_deliver_within: BlockNumber,
        /// Least bond of an evaluator, in plancks.
        pub evaluator_bond: Balance,
        /// What an evaluator loses for a seal that it does not make or open, in plancks.
        pub seat_penalty: Balance,
        /// Seats of a first committee.
        pub committee_size: u32,
        /// Share of results that carry a known-answer task.
        pub probe_rate: sp_arithmetic::Permill,
    }

    /// The reward pool.
    #[derive(Copy)]
    pub struct PoolStatus<Balance> {
        /// What extra rewards can be paid from, in plancks.
        pub available: Balance,
        /// What stakers are owed and have not been credited yet, in plancks.
        pub owed_to_stakers: Balance,
        /// Sum of all stakes, in plancks.
        pub staked: Balance,
    }
}

/// A page of records, and the place from which to go on; `None` at the end.
pub type Page<Record, Cursor> = (Vec<Record>, Option<Cursor>);
