//! # Model validation
//!
//! Bonded evaluators check the results of training jobs: a committee drawn from the chain's randomness repeats the run,
//! seals its verdicts, opens them, and two thirds of it decide.
//!
//! ## Overview
//!
//! When a compute provider submits a result, the compute market opens a *round* through [`seams::Evaluation`]. A few
//! blocks later anyone draws the committee. The compute provider, who holds the content key and wants to be paid, wraps
//! it for every member. Members repeat the run and seal their verdicts; once all have sealed, or the time is up, they
//! open them, and the provider opens the secret of its known-answer task. The decision goes to [`Config::OnDecision`] and
//! the round is removed.
//!
//! ```text
//!              draw_committee        last seal, close_sealing        last opening, open_probe, close_round
//! open_round ─► Drawing ─────────► Sealing ──────────────────► Revealing ───────────────────┬─► decided
//!               ▲  │ close_round      │ close_sealing: too few keys, or no seal at all      ├─► known-answer task
//!               │  └──────────────────┴─────────────────────────────────────────────────────┤
//!               └──────────────────── a first committee that did not decide ────────────────┘
//! ```
//!
//! Each deadline is a block after which anyone can move the round on; no state can be held up by silence.
//!
//! ## Terminology
//!
//! - **Evaluator**: an account with a bond that checks runs. **Active**: not retiring, so that it can be drawn.
//! - **Ticket**: a lot in the draws; one for each [`Config::EvaluatorBond`] in the bond, at most eight.
//! - **Seat**: a place on a committee. **Keyed**: the compute provider delivered the content key to it.
//! - **Duty**: an open round in which an evaluator has a seat.
//! - **Party**: job owner, data provider or compute provider of the job. No party sits on its job's committee.
//! - **Quorum**: two thirds of the committee's seats, rounded up.
//! - **Seat penalty**: [`Config::NonRevealSlash`] of [`Config::EvaluatorBond`], rounded up: what a member loses that
//!   had the key and did not seal, or sealed and did not open, or accepted a planted trace.
//!
//! ## The draw
//!
//! Candidates are ranked by hashes of their tickets, and the lowest take the seats; [`candidates`] has the formulae. The
//! seed does not exist when a committee is asked for, and tickets that rose in that block or later do not count, so
//! nobody can make itself fit. Unlike positions in a list, ranks do not depend on who else is a candidate: retiring
//! after the seed is known removes one candidate and reorders nobody. The author of the block that carries the seed
//! can see it a little early and withhold the block, at the price of that block's reward.
//!
//! An evaluator is passed over whose bond does not cover the seat penalty for one more seat than it holds, or that holds
//! [`validation::MAX_SEATS`]. Every seat is therefore backed by money that is there. Whose bond fell below the minimum
//! has no ticket until it adds to it. Tickets are counted when a bond changes: a new [`Config::EvaluatorBond`] reaches an
//! evaluator then, at the latest when it calls `add_bond`, with no amount if it likes.
//!
//! Inspectors of packages are drawn in the same way, by [`seams::Inspectors`], which sales ask.
//!
//! ## Two instances
//!
//! What [`decision`] leaves undecided after a first committee goes to a second one of `2 * CommitteeSize + 1` seats, or as
//! many as there are evaluators, and at least [`Config::CommitteeSize`], drawn from a new seed without the members of the
//! first. It alone decides; data that neither can get end undecided. A round for which no first committee was found in time
//! has nobody who disagreed, and ends undecided at once: a second, larger draw would look for evaluators among the same, and
//! the owner's money would wait.
//!
//! ## Known-answer tasks
//!
//! [`probes`] tells how a planted trace comes to light. A provider that was drawn and planted nothing, or kept its secret, pays
//! the penalty of its job, which [`Config::OnDecision`] takes. Members that accepted it pay the seat penalty, even if they were
//! the majority; those that rejected it are paid by [`seams::Payouts`]; the true trace goes to a new round.
//!
//! ## Why silence never pays
//!
//! A member sees the other verdicts before opening its own, and could keep it closed. The seat penalty must cost more
//! than the most that one verdict can earn:
//!
//! ```text
//! NonRevealSlash * EvaluatorBond > job price * evaluation share / quorum
//! ```
//!
//! A seal that stays closed earns nothing, and what is opened after a plant came to light costs no more than silence. So
//! the relation is about what is gained elsewhere: it holds for jobs up to 1,000 NRC with the default amounts, and whoever
//! sets the parameters keeps it for the jobs that there are. Prices have no upper bound; beyond it a member's silence has
//! to be bought, and turns an undecided round over to members that nobody knows yet. The same amounts bound the price up
//! to which accepting everything unseen loses money: docs/decisions/0015-committees-and-known-answers.md. What can be
//! checked here is checked by `integrity_test` and `try_state`: see [`Pallet::ensure_parameters`].
//!
//! ## Properties
//!
//! - The hold [`HoldReason::EvaluatorBond`] of an account equals [`EvaluatorRecord::bond`].
//! - A bond stays within reach of every penalty until the evaluator's last seat is closed, retiring or not.
//! - A seat is penalised once at most, and only on evidence that the chain has. To be outvoted costs reputation alone, as it does
//!   to be on the smaller side of a second committee that did not decide.
//! - A compute provider that keeps the key from more than a third of a committee ends the round, at its own cost, as soon as the
//!   time for keys is over.
//! - Every part of a slash for a job is a line of somebody's history.
//! - Whoever draws a committee or ends a round pays no fee for it.
//! - Of a slash 20 % goes to the job owner, or whom else it wronged, and 10 % to whoever reported it, as by closing the
//!   round; the rest is burned. A payee that cannot receive its part blocks nobody, the part is burned.
//! - A seal opens only for the job and the account that it was made for ([`validation::seal_verdict`]), a secret only for
//!   its job and provider ([`neurodata_primitives::probe`]).
//!
//! ## Example
//!
//! See `src/tests/close_round.rs`: a round from its opening to the decision.
//!
//! ## Implementation notes
//!
//! `evaluators.rs` owns [`Evaluators`] and [`EvaluatorIndex`], `duties.rs` [`Duties`], `rounds.rs` [`Rounds`] and
//! [`OpenRounds`], `probes.rs` [`Probes`], `inspections.rs` [`InspectionSeats`], `leaderboards.rs` [`Leaderboards`] and
//! [`Tasks`]. `candidates.rs` and `decision.rs` are pure, `conclusion.rs` ends rounds, `views.rs` answers clients. What
//! [`seams::Inspectors`] and [`seams::Leaderboards`] do is weighed by the pallet that asks.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod candidates;
mod conclusion;
pub mod decision;
mod duties;
mod evaluators;
mod events;
mod inspections;
pub mod leaderboards;
#[cfg(test)]
mod mock;
pub mod probes;
mod rounds;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod views;
pub mod weights;

pub use pallet::*;
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungible};
use neurodata_primitives::{
    seams, validation, DatasetId, Decision, EvaluatorRecord, Instance, JobId, Leaderboard, PenaltyCause, RecipientKey,
    RoundRecord, Task, TraceLinks, TraceRoot, Verdict, VerdictSeal, WrappedKey,
};

/// Accounts of the runtime.
pub type AccountIdOf<T> = <T as frame_system::Config>::AccountId;
/// Amounts of the currency, in plancks.
pub type BalanceOf<T> = <<T as Config>::Currency as fungible::Inspect<AccountIdOf<T>>>::Balance;
/// Money taken from somebody and not yet given to anybody.
pub type CreditOf<T> = fungible::Credit<AccountIdOf<T>, <T as Config>::Currency>;
/// An evaluator as it is stored.
pub type EvaluatorRecordOf<T> = EvaluatorRecord<BalanceOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;
/// A round as it is stored.
pub type RoundRecordOf<T> = RoundRecord<AccountIdOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;
/// An active evaluator as the index has it.
pub type CandidateOf<T> = candidates::Candidate<AccountIdOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;
/// A leaderboard as it is stored.
pub type LeaderboardOf<T> = Leaderboard<AccountIdOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>>;

/// What benchmarks need from the pallets around this one.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper<AccountId, BlockNumber> {
    /// Make some seed known as that of `block`.
    fn set_seed(block: BlockNumber);

    /// A job whose result awaits its decision, in the state in which a decision of `Accepted` costs most, with what the
    /// market asks for. A round for it may be open already.
    fn job_under_evaluation() -> (JobId, seams::EvaluationRequest<AccountId>);
}

/// Evaluators, rounds and leaderboards. Its events are in `events.rs`.
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use alloc::vec::Vec;
    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{BalancedHold, MutateHold},
            OnUnbalanced,
        },
    };
    use frame_system::pallet_prelude::*;
    use neurodata_primitives::{
        validation::{MAX_COMMITTEE, MAX_SEATS},
        ModelId, Task,
    };
    use sp_runtime::{Permill, SaturatedConversion};

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The token in which bonds are held.
        type Currency: BalancedHold<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

        /// The runtime's hold reasons.
        type RuntimeHoldReason: From<HoldReason>;

        /// Randomness that draws committees.
        type Entropy: seams::Entropy<BlockNumberFor<Self>>;

        /// Told what a committee decided, and who skipped a known-answer task.
        type OnDecision: seams::OnDecision<Self::AccountId>;

        /// Pays those who found a planted trace out, and keeps the histories of those who get a part of a slash.
        type Payouts: seams::Payouts<Self::AccountId, BalanceOf<Self>>;

        /// Told who failed a duty, or was outvoted.
        type Reputation: seams::Reputation<Self::AccountId, BalanceOf<Self>>;

        /// Takes the part of a slash that is burned.
        type OnBurn: OnUnbalanced<CreditOf<Self>>;

        /// Smallest bond of an evaluator, in plancks; above zero.
        type EvaluatorBond: Get<BalanceOf<Self>>;

        /// Seats of a first committee, 1 to [`validation::MAX_FIRST_COMMITTEE`] inclusive.
        type CommitteeSize: Get<u32>;

        /// Blocks from the opening of a round to the block whose seed draws its committee, at least 1.
        type DrawDelay: Get<BlockNumberFor<Self>>;

        /// Blocks after that one in which the committee may be drawn, at least 1. No longer than seeds are remembered.
        type DrawPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks from the draw to the last block for seals, at least 2. Keys are due in the first half, rounded down.
        type SealPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks from the end of sealing to the last block for openings, at least 1.
        type RevealPeriod: Get<BlockNumberFor<Self>>;

        /// Blocks from retirement to the first block at which the bond can be withdrawn, at least 1.
        type RetirePeriod: Get<BlockNumberFor<Self>>;

        /// The seat penalty as a share of [`Config::EvaluatorBond`], above zero; the penalty rounds up. A bond of the
        /// minimum serves `1 / NonRevealSlash` seats side by side.
        type NonRevealSlash: Get<Permill>;

        /// Share of results that carry a known-answer task, if their providers committed to a secret. A change is in force
        /// for rounds that are opened afterwards.
        type ProbeRate: Get<Permill>;

        /// Most active evaluators.
        #[pallet::constant]
        type MaxEvaluators: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// World in which benchmarks run.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: BenchmarkHelper<Self::AccountId, BlockNumberFor<Self>>;
    }

    /// Evaluators by account. A key is present from `register_evaluator` until `withdraw_bond`; the bond pays for it.
    // Accounts are chosen by users: a keyed hash keeps the trie balanced.
    #[pallet::storage]
    pub type Evaluators<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, EvaluatorRecordOf<T>>;

    /// The active evaluators with their tickets, in no particular order: what a draw reads.
    #[pallet::storage]
    pub type EvaluatorIndex<T: Config> = StorageValue<_, BoundedVec<CandidateOf<T>, T::MaxEvaluators>, ValueQuery>;

    /// The open rounds in which an evaluator has a seat. A key is present while there are any; the price of each job pays
    /// for its part.
    // Accounts are chosen by users.
    #[pallet::storage]
    pub type Duties<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<JobId, ConstU32<MAX_SEATS>>, ValueQuery>;

    /// Seats in inspections by evaluator, counted within [`EvaluatorRecord::open_seats`]. A key is present from the
    /// draw until the last of them is freed; the inspection's fee pays for it.
    // Accounts are chosen by users.
    #[pallet::storage]
    pub type InspectionSeats<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// Open rounds by job. A key is present from the submission of a result until it is decided; the job's price pays
    /// for it.
    // Job ids are handed out by the chain.
    #[pallet::storage]
    pub type Rounds<T: Config> = StorageMap<_, Twox64Concat, JobId, RoundRecordOf<T>>;

    /// The keys of [`Rounds`] again, big-endian: their order in the trie is that of the jobs.
    // Identity: the order is what the map is for, and job ids are handed out by the chain.
    #[pallet::storage]
    pub type OpenRounds<T: Config> = StorageMap<_, Identity, [u8; 8], ()>;

    /// Known-answer tasks of open rounds by job. A key is present from the opening of a round with a commitment until the
    /// secret is opened and nothing was planted, or the round ends.
    // Job ids are handed out by the chain.
    #[pallet::storage]
    pub type Probes<T: Config> = StorageMap<_, Twox64Concat, JobId, probes::Probe>;

    /// The best models of each task. A key is present from the first accepted model of the task on; see [`leaderboards`]
    /// for what pays for it.
    // Column and share are chosen by users.
    #[pallet::storage]
    pub type Leaderboards<T: Config> = StorageMap<_, Blake2_128Concat, Task, LeaderboardOf<T>>;

    /// The tasks of a dataset version that have a leaderboard, in the order in which they began.
    // Dataset ids are handed out by the chain.
    #[pallet::storage]
    pub type Tasks<T: Config> =
        StorageMap<_, Twox64Concat, DatasetId, BoundedVec<Task, ConstU32<{ leaderboards::MAX_TASKS }>>, ValueQuery>;

    #[pallet::error]
    pub enum Error<T> {
        /// There is no round for this job; it may be decided already.
        NotFound,
        /// The signer is no evaluator.
        NotRegistered,
        /// It is there already: the evaluator, the round, the member's key or the member's verdict.
        AlreadyExists,
        /// Only the job's compute provider may do this.
        NotAuthorized,
        /// The account has no seat in this round.
        NotOnCommittee,
        /// The bond is below the minimum.
        InvalidBond,
        /// There are as many active evaluators as the chain takes.
        MaxEvaluatorsExceeded,
        /// The evaluator is retiring already.
        AlreadyRetiring,
        /// The evaluator has to retire first.
        NotRetiring,
        /// The evaluator still has seats in open rounds or inspections.
        SeatsOpen,
        /// The deadline that has to pass first has not passed.
        TooEarly,
        /// The deadline for this has passed.
        Expired,
        /// The seed that draws the committee is not known, not yet or no longer.
        SeedUnavailable,
        /// There are fewer eligible evaluators than seats.
        NotEnoughEvaluators,
        /// The round is not in the state in which this can be done.
        WrongState,
        /// The compute provider has not delivered the content key to this member.
        KeyMissing,
        /// The member has not sealed a verdict.
        NotSealed,
        /// The opening is not what was sealed, or was sealed for another job or account.
        SealMismatch,
        /// The score is not within 1 to 100.
        InvalidScore,
        /// Nobody can wrap a key for a recipient key of small order; make a fresh X25519 key.
        UnusableKey,
        /// The round has no secret to be opened, or it is open.
        NoProbe,
        /// The secret is not what was committed to, or was committed to for another job or by another provider.
        SecretMismatch,
        /// Another trace than the submitted one is opened, but the provider was not drawn to plant one.
        ProbeNotDrawn,
        /// The submitted trace is not what the secret plants in place of the opened one.
        PlantMismatch,
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// An evaluator vouches for sealing and opening its verdicts, and for its attestations.
        #[codec(index = 0)]
        EvaluatorBond,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "std")]
        fn integrity_test() {
            // Parameters may live in storage, where their defaults stand in for absent values.
            sp_io::TestExternalities::default().execute_with(|| assert_eq!(Self::ensure_parameters(), Ok(())));
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Become an evaluator: place `bond` on hold, at least [`Config::EvaluatorBond`], and be drawn from the next
        /// round on.
        ///
        /// `recipient_key` is an X25519 key under which content keys are wrapped for the signer.
        ///
        /// ## Dispatch Origin
        /// Signed.
        ///
        /// ## Errors
        /// - [`Error::InvalidBond`]: the bond is too small.
        /// - [`Error::AlreadyExists`]: the signer is an evaluator; one that retires withdraws its bond first.
        /// - [`Error::MaxEvaluatorsExceeded`]: no room; wait until somebody retires.
        /// - `FundsUnavailable` of the token: the signer does not have the bond.
        ///
        /// ## Events
        /// [`Event::EvaluatorRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_evaluator())]
        pub fn register_evaluator(
            origin: OriginFor<T>,
            bond: BalanceOf<T>,
            recipient_key: RecipientKey,
        ) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_register_evaluator(evaluator, bond, recipient_key)
        }

        /// Replace the key under which content keys are wrapped for the signer.
        ///
        /// Keys that were delivered or are being wrapped are for the old one: keep it until the open seats are closed.
        ///
        /// ## Dispatch Origin
        /// Signed by an evaluator.
        ///
        /// ## Errors
        /// - [`Error::NotRegistered`]: the signer is no evaluator.
        ///
        /// ## Events
        /// [`Event::RecipientKeySet`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_recipient_key())]
        pub fn set_recipient_key(origin: OriginFor<T>, recipient_key: RecipientKey) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_set_recipient_key(evaluator, recipient_key)
        }

        /// Get no new seats, and the bond back after [`Config::RetirePeriod`].
        ///
        /// Seats that the signer holds stay its duty, and its bond stays within reach of penalties.
        ///
        /// ## Dispatch Origin
        /// Signed by an evaluator.
        ///
        /// ## Errors
        /// - [`Error::NotRegistered`]: the signer is no evaluator.
        /// - [`Error::AlreadyRetiring`]: it retires already.
        ///
        /// ## Events
        /// [`Event::EvaluatorRetired`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::retire_evaluator())]
        pub fn retire_evaluator(origin: OriginFor<T>) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_retire_evaluator(evaluator)
        }

        /// Release the bond of a retired evaluator and remove it.
        ///
        /// ## Dispatch Origin
        /// Signed by a retired evaluator.
        ///
        /// ## Errors
        /// - [`Error::NotRegistered`]: the signer is no evaluator.
        /// - [`Error::NotRetiring`]: call `retire_evaluator` first.
        /// - [`Error::TooEarly`]: [`EvaluatorRecord::retires_at`] is not reached.
        /// - [`Error::SeatsOpen`]: wait until the rounds are closed, or close them after their deadlines.
        ///
        /// ## Events
        /// [`Event::BondWithdrawn`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::withdraw_bond())]
        pub fn withdraw_bond(origin: OriginFor<T>) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_withdraw_bond(evaluator)
        }

        /// Draw the committee of `job` from the seed of the round's `draw_at`.
        ///
        /// Whoever draws it pays no fee; a call that is refused costs one, by the evaluators that there can be.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::WrongState`]: the committee is drawn.
        /// - [`Error::Expired`]: `draw_by` has passed; call `close_round`.
        /// - [`Error::SeedUnavailable`]: `draw_at` is not reached; try again in the next block.
        /// - [`Error::NotEnoughEvaluators`]: fewer can take a seat than [`Config::CommitteeSize`]; after `draw_by` the round
        ///   is closed undecided.
        ///
        /// ## Events
        /// [`Event::CommitteeDrawn`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::draw_committee(T::MaxEvaluators::get(), T::MaxEvaluators::get()))]
        pub fn draw_committee(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let (ranked, looks) = Self::do_draw_committee(job)?;
            Ok((Some(T::WeightInfo::draw_committee(ranked, looks)), Pays::No).into())
        }

        /// Deliver the content key to members of the committee of `job`, wrapped for each one's recipient key.
        ///
        /// A member gets one key; members that are left out can get theirs in a later call, until `keys_by`.
        ///
        /// ## Dispatch Origin
        /// Signed by the job's compute provider.
        ///
        /// ## Errors
        /// Any error refuses the whole call.
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::NotAuthorized`]: the signer is not the job's compute provider.
        /// - [`Error::WrongState`]: the committee is not drawn, or sealing is over.
        /// - [`Error::Expired`]: `keys_by` has passed.
        /// - [`Error::NotOnCommittee`]: a key is for a stranger.
        /// - [`Error::AlreadyExists`]: a member has its key.
        ///
        /// ## Events
        /// [`Event::EvaluationKeysDelivered`].
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::deliver_evaluation_keys(keys.len().saturated_into()))]
        pub fn deliver_evaluation_keys(
            origin: OriginFor<T>,
            job: JobId,
            keys: BoundedVec<(T::AccountId, WrappedKey), ConstU32<MAX_COMMITTEE>>,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_deliver_evaluation_keys(provider, job, keys)
        }

        /// Seal the signer's verdict on `job`; see [`validation::seal_verdict`] for what `seal` is.
        ///
        /// The salt must be new in each round: a job can come before several. A seal cannot be replaced. When every seat is sealed, opening begins at once.
        ///
        /// ## Dispatch Origin
        /// Signed by a member of the committee.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::WrongState`]: the committee is not drawn, or sealing is over.
        /// - [`Error::Expired`]: `seal_by` has passed.
        /// - [`Error::NotOnCommittee`]: the signer has no seat.
        /// - [`Error::KeyMissing`]: the key did not come; nothing is to be done, such a seat is not penalised.
        /// - [`Error::AlreadyExists`]: sealed already.
        ///
        /// ## Events
        /// [`Event::VerdictSealed`], and [`Event::RevealingStarted`] after the last seal.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::seal_verdict())]
        pub fn seal_verdict(origin: OriginFor<T>, job: JobId, seal: VerdictSeal) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_seal_verdict(evaluator, job, seal)
        }

        /// Open the signer's seal. A wrong opening costs the fee and can be corrected until `reveal_by`.
        ///
        /// The last opening ends the round, if the provider's secret is open as well. Should the decision be refused where
        /// it is passed on, the opening stands and `close_round` can be called again later. What is paid for the end of a
        /// round is refunded while it goes on.
        ///
        /// ## Dispatch Origin
        /// Signed by a member of the committee.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::WrongState`]: opening has not begun.
        /// - [`Error::Expired`]: `reveal_by` has passed.
        /// - [`Error::InvalidScore`]: the score is not within 1 to 100; one sealed with such a score cannot be opened.
        /// - [`Error::NotOnCommittee`]: the signer has no seat.
        /// - [`Error::NotSealed`]: the signer did not seal in time.
        /// - [`Error::AlreadyExists`]: opened already.
        /// - [`Error::SealMismatch`]: verdict, score or salt are not those that were sealed.
        ///
        /// ## Events
        /// [`Event::VerdictRevealed`]; after the last opening those of `close_round` or [`Event::DecisionDeferred`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::reveal_verdict().saturating_add(T::WeightInfo::end_round()))]
        pub fn reveal_verdict(
            origin: OriginFor<T>,
            job: JobId,
            verdict: Verdict,
            score: u8,
            salt: [u8; 32],
        ) -> DispatchResultWithPostInfo {
            let evaluator = ensure_signed(origin)?;
            let is_over = Self::do_reveal_verdict(evaluator, job, verdict, score, &salt)?;
            Ok(Some(T::WeightInfo::reveal_verdict()).filter(|_| !is_over).into())
        }

        /// End the sealing of `job` after `seal_by`, or after `keys_by` if fewer than a quorum got the key.
        ///
        /// Without a quorum of keys the round ends: the compute provider withheld them, no member is penalised, and those that
        /// sealed so far are paid. Otherwise members that had the key and did not seal pay the seat penalty, of which the
        /// signer gets 10 %; then opening begins. If nobody sealed, the round goes to a second committee, or ends undecided if
        /// this was the second. Whoever ends it pays no fee; a call that is refused costs one.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::WrongState`]: the round is not in sealing.
        /// - [`Error::TooEarly`]: the deadline has not passed.
        /// - Whatever [`Config::OnDecision`] refuses with, where the round is decided; nothing changes then.
        ///
        /// ## Events
        /// [`Event::EvaluatorSlashed`]; [`Event::RevealingStarted`], [`Event::RoundOpened`] or [`Event::RoundClosed`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::close_sealing())]
        pub fn close_sealing(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            Self::do_close_sealing(reporter, job)?;
            Ok(Pays::No.into())
        }

        /// End the round of `job` after `reveal_by`, after `draw_by` without a committee, or once everything is open.
        ///
        /// Members that sealed and did not open pay the seat penalty, of which the signer gets 10 %; a provider that did
        /// not open its secret pays the penalty of the job. What a first committee leaves undecided goes to a second one.
        /// Whoever ends a round pays no fee; a call that is refused costs one.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::WrongState`]: the round is in sealing; see `close_sealing`.
        /// - [`Error::TooEarly`]: the deadline has not passed.
        /// - Whatever [`Config::OnDecision`] refuses with; nothing changes then.
        ///
        /// ## Events
        /// [`Event::EvaluatorSlashed`]; [`Event::RoundClosed`], [`Event::RoundProbed`], or [`Event::RoundOpened`] of the
        /// second committee.
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::close_round())]
        pub fn close_round(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            Self::do_close_round(reporter, job)?;
            Ok(Pays::No.into())
        }

        /// Add `amount` to the signer's bond, so that it covers more seats, or again what a slash took from it.
        ///
        /// ## Dispatch Origin
        /// Signed by an active evaluator.
        ///
        /// ## Errors
        /// - [`Error::NotRegistered`]: the signer is no evaluator.
        /// - [`Error::AlreadyRetiring`]: it retires, by its own wish or because its bond was slashed away; withdraw
        ///   the bond and register again.
        /// - [`ArithmeticError::Overflow`](sp_runtime::ArithmeticError): no balance can express the sum.
        /// - `FundsUnavailable` of the token: the signer does not have the amount.
        ///
        /// ## Events
        /// [`Event::BondAdded`].
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::add_bond())]
        pub fn add_bond(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResult {
            let evaluator = ensure_signed(origin)?;
            Self::do_add_bond(evaluator, amount)
        }

        /// Open the secret that the signer committed to when it accepted `job`, and the `links` of the true trace if it planted
        /// another one.
        ///
        /// Without links, or with those of the submitted trace, nothing was planted; a provider that was drawn to do so pays the
        /// penalty of the job then. With those of another one the round is a known-answer task, and ends as such when the seals
        /// are open, or after `reveal_by`. What is paid for the end of a round is refunded while it goes on.
        ///
        /// ## Dispatch Origin
        /// Signed by the job's compute provider.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: no round.
        /// - [`Error::NotAuthorized`]: the signer is not the job's compute provider.
        /// - [`Error::WrongState`]: members still seal; the secret must stay one until they have.
        /// - [`Error::Expired`]: `reveal_by` has passed.
        /// - [`Error::NoProbe`]: there was no commitment, or the secret is open.
        /// - [`Error::SecretMismatch`]: `secret` is not what was committed to.
        /// - [`Error::ProbeNotDrawn`]: `links` are not those of the submitted trace, and nothing had to be planted.
        /// - [`Error::PlantMismatch`]: `links` are neither those of the submitted trace nor those behind it.
        /// - Whatever [`Config::OnDecision`] refuses with, where it is told that the provider planted nothing.
        ///
        /// ## Events
        /// [`Event::ProbeOpened`]; after the last opening those of `close_round` or [`Event::DecisionDeferred`].
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::open_probe().saturating_add(T::WeightInfo::end_round()))]
        pub fn open_probe(
            origin: OriginFor<T>,
            job: JobId,
            secret: [u8; 32],
            links: Option<TraceLinks>,
        ) -> DispatchResultWithPostInfo {
            let provider = ensure_signed(origin)?;
            let is_over = Self::do_open_probe(provider, job, secret, links)?;
            Ok(Some(T::WeightInfo::open_probe()).filter(|_| !is_over).into())
        }
    }
}

impl<T: Config> seams::Evaluation<T::AccountId> for Pallet<T> {
    fn open_round(job: JobId, request: seams::EvaluationRequest<T::AccountId>) -> sp_runtime::DispatchResult {
        Self::do_open_round(job, request)
    }
}
