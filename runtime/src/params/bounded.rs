//! The parameters within their hard limits. Every reader goes through here.
//!
//! Each getter states its range, both ends included, and why it ends there. A value beyond an end is read as that end;
//! shares that exceed the whole together are read as their defaults, all of them. Periods are in blocks, amounts in plancks.
//!
//! Some limits follow from other parameters, as they are read here: what must outlast something else is lengthened, what
//! must cost less than something else is lowered. So no order in which governance sets parameters leaves a gap.

use frame_support::{parameter_types, traits::Get};
use neurodata_primitives::{
    job::{MAX_ATTEMPTS, MIN_DELIVER_BLOCKS},
    money::{JobSplit as Split, MILLI_NRC, NRC},
    validation::MAX_FIRST_COMMITTEE,
    RoyaltySplit as Royalties,
};
use sp_runtime::{traits::CheckedAdd, Permill};

use super::{groups, ERA_ISSUANCE, ERA_SHARES, FEE_SHARES, ROYALTIES};
use crate::{
    constants::{DAYS, ENTROPY_WINDOW, HOURS},
    Balance, BlockNumber,
};

/// Longest period of all: 90 days. Sums of a few of them stay far below the last block number.
pub const LONGEST_PERIOD: BlockNumber = 90 * DAYS;
/// Longest wait for one step of somebody's work: 7 days. What is locked meanwhile must come back within reach.
const LONGEST_WORK: BlockNumber = 7 * DAYS;
/// Longest wait for an answer that a machine gives by itself: one day.
const LONGEST_ANSWER: BlockNumber = DAYS;
/// Shortest wait for an answer that somebody is punished for not giving: a minute, 20 blocks, which a worker that was
/// restarted or a node that reconnects can meet.
const SHORTEST_ANSWER: BlockNumber = 20;
/// Longest wait for whatever needs the seed of a past block: half of the time for which seeds are remembered.
const LONGEST_DRAW: BlockNumber = ENTROPY_WINDOW / 2;
/// Longest time for a key of a copy, and for a complaint about it.
const LONGEST_DELIVERY: BlockNumber = 3 * DAYS;
const LONGEST_COMPLAINT: BlockNumber = 4 * DAYS;
/// So the longest sale; whoever answers for one stays in reach for longer.
const LONGEST_SALE: BlockNumber = LONGEST_DELIVERY + LONGEST_COMPLAINT;
/// From a commitment to its draw: after two blocks nobody who commits knows the seed, and a tenth of the seeds' time is
/// enough against runs of blocks by one author.
const DRAW_DELAYS: (BlockNumber, BlockNumber) = (2, 100);

/// Least bond or stake: one NRC, below which identities cost nothing.
const LEAST_BOND: Balance = NRC;
/// Highest least bond or stake: beyond a hundredth of the highest supply, nobody could take part.
const HIGHEST_BOND: Balance = 1_000_000 * NRC;
/// Deposits for records: enough that filling the state costs more than it is worth, little enough that everybody has it.
const DEPOSITS: (Balance, Balance) = (MILLI_NRC, 1_000 * NRC);
/// Least share that a breach of duty costs: above zero, or deadlines would mean nothing.
const LEAST_SLASH: Permill = Permill::from_percent(1);

/// Most that an author gets back of a fee: filling one's own blocks must cost something.
const HIGHEST_AUTHOR_SHARE: Permill = Permill::from_percent(80);
/// Least part of an era's issuance for stakers: they secure everything else.
const LEAST_VALIDATOR_SHARE: Permill = Permill::from_percent(30);
/// Most of a sale's price that does not reach its seller, who would sell elsewhere then.
const HIGHEST_SALE_SHARE: Permill = Permill::from_percent(50);
/// Most of the pool's income for stakes: at least half of it is for work.
const HIGHEST_STAKE_SHARE: Permill = Permill::from_percent(50);
/// Most results with a known-answer task: each costs a second round.
const HIGHEST_PROBE_RATE: Permill = Permill::from_percent(50);
/// Most of what treasury and pool get out of a job that goes back to its parties: who trades with itself must lose.
const HIGHEST_EXTRA_CAP: Permill = Permill::from_percent(90);
/// Highest base of an extra reward. The cap on each job's extras is what protects the pool; this one catches a slip.
const HIGHEST_EXTRA: Balance = 1_000 * NRC;
/// Highest floor of unit prices: governance keeps spam out with it, not machines below a price.
const HIGHEST_MIN_UNIT_PRICE: Balance = MILLI_NRC;

/// A share of at least what a breach must cost.
fn slash(share: Permill) -> Permill {
    share.max(LEAST_SLASH)
}

/// A bond within its limits.
fn bond(amount: Balance) -> Balance {
    amount.clamp(LEAST_BOND, HIGHEST_BOND)
}

/// Both shares, or the `default` ones if they exceed the whole.
fn shares(one: Permill, other: Permill, default: (Permill, Permill)) -> (Permill, Permill) {
    one.checked_add(&other).map_or(default, |_| (one, other))
}

/// Both shares of a fee.
fn fee_shares() -> (Permill, Permill) {
    let author: Permill = groups::token::FeeAuthorShare::get();
    shares(author.min(HIGHEST_AUTHOR_SHARE), groups::token::FeeTreasuryShare::get(), FEE_SHARES)
}

/// Both shares of an era's issuance.
fn era_shares() -> (Permill, Permill) {
    let validators: Permill = groups::token::ValidatorShare::get();
    shares(validators.max(LEAST_VALIDATOR_SHARE), groups::token::PoolShare::get(), ERA_SHARES)
}

/// The longest time for which a dataset may have to serve a job that was posted before it was delisted: every attempt at it,
/// each from the search for an offer to the result.
fn longest_service() -> BlockNumber {
    let attempt = [MatchPeriod::get(), AcceptPeriod::get(), KeyDeliveryPeriod::get(), MaxDeliverPeriod::get()];
    attempt.into_iter().fold(0, BlockNumber::saturating_add).saturating_mul(MAX_ATTEMPTS)
}

/// What an evaluator loses by silence on one seat; rounds up, as the pallet does.
fn seat_penalty() -> Balance {
    NonRevealSlash::get().mul_ceil(EvaluatorBond::get())
}

/// `amount`, but no more than a quarter of what silence costs: fee and extra reward of a verdict together never come to more
/// than half of it. What a verdict earns of a job's price has no such limit, as prices have none.
fn below_silence(amount: Balance) -> Balance {
    amount.min(seat_penalty() / 4)
}

// Dataset registry.
parameter_types! {
    /// 1 NRC to 1,000,000 NRC: see [`LEAST_BOND`] and [`HIGHEST_BOND`].
    pub DatasetMinimumStake: Balance = bond(groups::dataset::MinimumStake::get());
    /// 2 to 100 blocks: see [`DRAW_DELAYS`].
    pub ChallengeDelay: BlockNumber = groups::dataset::ChallengeDelay::get().clamp(DRAW_DELAYS.0, DRAW_DELAYS.1);
    /// 20 blocks, in which proofs that are ready can be submitted, to two hours, while the challenge's seed is remembered.
    pub ProofPeriod: BlockNumber = groups::dataset::ProofPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_DRAW);
    /// Seven days, which outlast the longest sale, to 90; and never less than every attempt at a job takes that was posted
    /// before the delisting: the stake answers for the keys of those.
    pub StakeLockPeriod: BlockNumber =
        groups::dataset::StakeLockPeriod::get().clamp(LONGEST_SALE, LONGEST_PERIOD).max(longest_service());
    /// 20 blocks, since a key can be delivered only two blocks after acceptance, to two hours, while the seed of the run is
    /// remembered.
    pub KeyDeliveryPeriod: BlockNumber =
        groups::dataset::KeyDeliveryPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_DRAW);
    /// 1 % to 100 %: silence must cost something, and there is no more than the price to reckon with.
    pub NonDeliverySlash: Permill = slash(groups::dataset::NonDeliverySlash::get());
    /// 100 % to 1,000 %: the stake covers at least the value of the open sales; more than tenfold would stop sales.
    pub SaleCover: u32 = groups::dataset::SaleCover::get().clamp(100, 1_000);
    /// 100 % to [`SaleCover`]: a wrong key costs at least the price, and no more than the stake covers.
    pub SaleSlash: u32 = groups::dataset::SaleSlash::get().clamp(100, SaleCover::get());
}

// Compute market.
parameter_types! {
    /// 1 NRC to 1,000,000 NRC: see [`LEAST_BOND`] and [`HIGHEST_BOND`].
    pub ProviderBond: Balance = bond(groups::market::ProviderBond::get());
    /// 20 blocks, so that the idle hook comes round, to three days, for which escrow may wait.
    pub MatchPeriod: BlockNumber = groups::market::MatchPeriod::get().clamp(SHORTEST_ANSWER, 3 * DAYS);
    /// 20 blocks to a day: a worker answers by itself.
    pub AcceptPeriod: BlockNumber = groups::market::AcceptPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_ANSWER);
    /// 20 blocks to a day, after which nobody should wait for a machine that is gone.
    pub HeartbeatPeriod: BlockNumber = groups::market::HeartbeatPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_ANSWER);
    /// An hour, or no real run could be ordered, to seven days: a run locks a bond and the data provider's stake.
    pub MaxDeliverPeriod: BlockNumber =
        groups::market::MaxDeliverPeriod::get().clamp(HOURS.max(MIN_DELIVER_BLOCKS), LONGEST_WORK);
    /// An hour to 90 days. All jobs are over by then; what is left is time to look at what happened.
    pub ProviderRetirePeriod: BlockNumber = groups::market::RetirePeriod::get().clamp(HOURS, LONGEST_PERIOD);
    /// An hour, in which everybody learns the outcome, to 90 days, for which a deposit may be kept.
    pub PrunePeriod: BlockNumber = groups::market::PrunePeriod::get().clamp(HOURS, LONGEST_PERIOD);
    /// 1 % to 100 % of the least bond: a breach must cost something, and no more than was put up.
    pub BreachSlash: Permill = slash(groups::market::BreachSlash::get());
    /// A thousandth to 1,000 NRC: see [`DEPOSITS`].
    pub JobDeposit: Balance = groups::market::JobDeposit::get().clamp(DEPOSITS.0, DEPOSITS.1);
    /// One planck, as indexes must not fill with what is free, to a thousandth of an NRC: see [`HIGHEST_MIN_UNIT_PRICE`].
    pub MinUnitPrice: Balance = groups::market::MinUnitPrice::get().clamp(1, HIGHEST_MIN_UNIT_PRICE);
    /// 1 % to 100 % of a job's price: who takes dear jobs must have more to lose, and never more than it would earn.
    pub PriceLiability: Permill = slash(groups::market::PriceLiability::get());
    /// 20 blocks, in which a checkpoint can be proved, to a day, for which the owner's escrow may wait.
    pub ProgressPeriod: BlockNumber = groups::market::ProgressPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_ANSWER);
    /// One block, or reporters would never be paid, to 100: five minutes more until the hook ends what is over.
    pub DeadlineGrace: BlockNumber = groups::market::DeadlineGrace::get().clamp(1, 100);
}

// Model validation.
parameter_types! {
    /// 1 NRC to 1,000,000 NRC: see [`LEAST_BOND`] and [`HIGHEST_BOND`].
    pub EvaluatorBond: Balance = bond(groups::validation::EvaluatorBond::get());
    /// One to [`MAX_FIRST_COMMITTEE`] members: a second committee has twice as many and one more, and must fit a record.
    pub CommitteeSize: u32 = groups::validation::CommitteeSize::get().clamp(1, MAX_FIRST_COMMITTEE);
    /// 2 to 100 blocks: see [`DRAW_DELAYS`].
    pub DrawDelay: BlockNumber = groups::validation::DrawDelay::get().clamp(DRAW_DELAYS.0, DRAW_DELAYS.1);
    /// 20 blocks, or a full block could leave a round without a committee, to two hours, while the seed is remembered.
    pub DrawPeriod: BlockNumber = groups::validation::DrawPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_DRAW);
    /// 40 blocks, half of which are for the keys, to three days; the pallet adds what the run itself takes.
    pub SealPeriod: BlockNumber = groups::validation::SealPeriod::get().clamp(2 * SHORTEST_ANSWER, 3 * DAYS);
    /// 20 blocks to a day: a worker opens its seal by itself.
    pub RevealPeriod: BlockNumber = groups::validation::RevealPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_ANSWER);
    /// Seven days, which outlast the longest sale that can condemn a package which the evaluator attested, to 90.
    pub EvaluatorRetirePeriod: BlockNumber =
        groups::validation::RetirePeriod::get().clamp(LONGEST_SALE, LONGEST_PERIOD);
    /// 1 % to 100 % of the least bond: silence must cost something, and no more than was put up.
    pub NonRevealSlash: Permill = slash(groups::validation::NonRevealSlash::get());
    /// 0 % to 50 %: see [`HIGHEST_PROBE_RATE`].
    pub ProbeRate: Permill = groups::validation::ProbeRate::get().min(HIGHEST_PROBE_RATE);
}

// Rewards.
parameter_types! {
    /// The default split if the shares of the one that is set exceed the whole.
    pub JobSplit: Split = Some(groups::rewards::JobSplit::get()).filter(Split::is_valid).unwrap_or_default();
    /// 0 % to 50 %: see [`HIGHEST_SALE_SHARE`].
    pub SaleTreasuryShare: Permill = groups::rewards::SaleTreasuryShare::get().min(HIGHEST_SALE_SHARE);
    /// Zero blocks to 30 days: what was earned must not be kept from its owner for long.
    pub MaturityPeriod: BlockNumber = groups::rewards::MaturityPeriod::get().min(30 * DAYS);
    /// 0 % to 100 %: either account is governance's to feed.
    pub SettlementPoolShare: Permill = groups::rewards::PoolShare::get().min(Permill::one());
    /// 0 % to 50 %: see [`HIGHEST_STAKE_SHARE`].
    pub StakeShare: Permill = groups::rewards::StakeShare::get().min(HIGHEST_STAKE_SHARE);
    /// 0 to 1,000 NRC: see [`HIGHEST_EXTRA`].
    pub DatasetExtra: Balance = groups::rewards::DatasetExtra::get().min(HIGHEST_EXTRA);
    /// 0 to 1,000 NRC: see [`HIGHEST_EXTRA`].
    pub ComputeExtra: Balance = groups::rewards::ComputeExtra::get().min(HIGHEST_EXTRA);
    /// 0 to a quarter of what silence on a seat costs, so that silence never pays.
    pub ValidationExtra: Balance = below_silence(groups::rewards::ValidationExtra::get());
    /// 0 % to 90 %: see [`HIGHEST_EXTRA_CAP`].
    pub ExtraCap: Permill = groups::rewards::ExtraCap::get().min(HIGHEST_EXTRA_CAP);
    /// 0 to a quarter of what silence on a seat costs, so that silence never pays.
    pub KnownAnswerFee: Balance = below_silence(groups::rewards::KnownAnswerFee::get());
    /// A day, as nobody contributes every hour, to 90 days, after which past work should count for less.
    pub DecayPeriod: BlockNumber = groups::rewards::DecayPeriod::get().clamp(DAYS, LONGEST_PERIOD);
    /// A day, so that nobody stakes for one era's income, to 90 days.
    pub UnstakePeriod: BlockNumber = groups::rewards::UnstakePeriod::get().clamp(DAYS, LONGEST_PERIOD);
    /// 1 NRC to 1,000,000 NRC: see [`LEAST_BOND`] and [`HIGHEST_BOND`].
    pub ProfileMinimumStake: Balance = bond(groups::rewards::MinimumStake::get());
}

// Sales.
parameter_types! {
    /// A thousandth to 1,000 NRC: see [`DEPOSITS`]; a dismissed complaint costs it.
    pub PurchaseDeposit: Balance = groups::sales::PurchaseDeposit::get().clamp(DEPOSITS.0, DEPOSITS.1);
    /// 20 blocks to three days: with [`ComplaintPeriod`], no sale outlasts a stake's lock or an attester's bond.
    pub SaleKeyDeliveryPeriod: BlockNumber =
        groups::sales::KeyDeliveryPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_DELIVERY);
    /// 20 blocks, in which a program can open what it bought, to four days, for which a seller may wait for its price.
    pub ComplaintPeriod: BlockNumber = groups::sales::ComplaintPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_COMPLAINT);
    /// 2 to 100 blocks: see [`DRAW_DELAYS`].
    pub InspectionDrawDelay: BlockNumber = groups::sales::DrawDelay::get().clamp(DRAW_DELAYS.0, DRAW_DELAYS.1);
    /// 20 blocks, or a full block could leave an inspection without inspectors, to two hours, while the seed is remembered.
    pub InspectionDrawPeriod: BlockNumber = groups::sales::DrawPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_DRAW);
    /// 20 blocks to a day: a worker asks for its key by itself.
    pub InspectionAcceptPeriod: BlockNumber =
        groups::sales::AcceptPeriod::get().clamp(SHORTEST_ANSWER, LONGEST_ANSWER);
    /// A thousandth of an NRC, as work is not free, to a quarter of what silence on a seat costs.
    pub MinimumInspectionFee: Balance = below_silence(groups::sales::MinimumInspectionFee::get().max(MILLI_NRC));
}

// Model registry.
parameter_types! {
    /// 1 NRC to 1,000,000 NRC: see [`LEAST_BOND`] and [`HIGHEST_BOND`].
    pub ModelMinimumStake: Balance = bond(groups::models::MinimumStake::get());
    /// Seven days, which outlast the longest sale, to 90.
    pub ModelStakeLockPeriod: BlockNumber =
        groups::models::StakeLockPeriod::get().clamp(LONGEST_SALE, LONGEST_PERIOD);
    /// The default split if the shares of the one that is set exceed the whole.
    pub RoyaltySplit: Royalties =
        Some(groups::models::RoyaltySplit::get()).filter(Royalties::is_valid).unwrap_or(ROYALTIES);
}

// NRC.
parameter_types! {
    /// 0 % to 80 %: see [`HIGHEST_AUTHOR_SHARE`]. The default if both shares of a fee exceed the whole.
    pub FeeAuthorShare: Permill = fee_shares().0;
    /// 0 % to 100 %. The default if both shares of a fee exceed the whole.
    pub FeeTreasuryShare: Permill = fee_shares().1;
    /// 30 % to 100 %: see [`LEAST_VALIDATOR_SHARE`]. The default if both shares of an era exceed the whole.
    pub ValidatorShare: Permill = era_shares().0;
    /// 0 % to 70 %. The default if both shares of an era exceed the whole.
    pub EraPoolShare: Permill = era_shares().1;
    /// 0 to twice the default: holders know the steepest issuance there can be, whatever governance decides.
    pub InitialEraIssuance: Balance = groups::token::InitialEraIssuance::get().min(2 * ERA_ISSUANCE);
}
