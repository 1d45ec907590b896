//! Time, money and block limits that only a runtime upgrade changes.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight};
use neurodata_primitives::money::{MILLI_NRC, NRC};
use sp_runtime::Perbill;

use crate::{Balance, BlockNumber};

/// Target time between two blocks, in milliseconds. It must never change on a running chain: slots are counted by it.
pub const SLOT_MILLIS: u64 = 3_000;

/// Blocks in a minute.
pub const MINUTES: BlockNumber = 20;
/// Blocks in an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Blocks in a day.
pub const DAYS: BlockNumber = 24 * HOURS;

/// Slots of a consensus session: 10 minutes.
pub const SESSION_SLOTS: u64 = 200;
/// Sessions of an era: 1 hour.
pub const SESSIONS_PER_ERA: u32 = 6;
/// Eras for which a stake stays reachable after unbonding: 7 days.
pub const BONDING_ERAS: u32 = 168;
/// Eras for which a slash can still be cancelled: 1 day. Below [`BONDING_ERAS`].
pub const SLASH_DEFER_ERAS: u32 = 24;

/// Most validators of a set.
pub const MAX_VALIDATORS: u32 = 100;
/// Most nominators whose votes an election counts.
pub const MAX_NOMINATORS: u32 = 1_000;

/// Eras between halvings of the issuance: four years, at 24 eras a day and 365 days a year.
pub const HALVING_ERAS: u32 = 4 * 365 * 24;
/// Most NRC that may ever be issued, in plancks.
pub const MAX_SUPPLY: Balance = 100_000_000 * NRC;

/// Smallest balance that keeps an account alive, in plancks.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_NRC;

/// Price of a byte of an extrinsic, in plancks: 10 NRC for a megabyte.
pub const BYTE_FEE: Balance = 10 * NRC / 1_000_000;
/// Price of a picosecond of computation, in plancks: 5 NRC for a second.
pub const PICOSECOND_FEE: Balance = 5;

/// Deposit for `items` entries of storage with `bytes` bytes in all, in plancks; returned when they are removed.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    // Widening from u32 to u128 loses nothing; `From` is not const.
    (items as Balance) * 100 * MILLI_NRC + (bytes as Balance) * MILLI_NRC / 10
}

/// Computation of a block: half of a slot, so that a block can be built, sent and checked in one.
pub const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS * SLOT_MILLIS / 2, u64::MAX);
/// Longest block, in bytes.
pub const MAXIMUM_BLOCK_BYTES: u32 = 5 * 1024 * 1024;
/// Share of a block that ordinary extrinsics may fill; the rest is for operational ones.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Blocks whose randomness is remembered: 4 hours. It must outlast every period between a commitment and its draw.
pub const ENTROPY_WINDOW: BlockNumber = 4_800;
