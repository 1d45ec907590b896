//! frame-system: types of the chain, block limits and the filter every call passes.

use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU16, Contains, InsideBoth},
    weights::constants::ParityDbWeight,
};
use sp_runtime::traits::AccountIdLookup;

use crate::{constants::*, *};

parameter_types! {
    /// Blocks whose hashes are remembered: two hours, the longest life of a mortal extrinsic.
    pub const BlockHashCount: BlockNumber = 2_400;
    /// Version of this runtime.
    pub const Version: sp_version::RuntimeVersion = VERSION;
    /// Computation that a block has room for.
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::with_sensible_defaults(MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
    /// Bytes that a block has room for.
    pub BlockLength: frame_system::limits::BlockLength = frame_system::limits::BlockLength::builder()
        .max_length(MAXIMUM_BLOCK_BYTES)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_DISPATCH_RATIO * *length)
        .build();
}

/// Refuses burning behind the token pallet's back: `NrcToken::burn` is the way that is recorded.
pub struct RecordedBurnOnly;

impl Contains<RuntimeCall> for RecordedBurnOnly {
    fn contains(call: &RuntimeCall) -> bool {
        !matches!(call, RuntimeCall::Balances(pallet_balances::Call::burn { .. }))
    }
}

/// What every call that is not root's must pass.
pub type CallFilter = InsideBoth<RecordedBurnOnly, InsideBoth<SafeMode, TxPause>>;

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    type Block = Block;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type BlockHashCount = BlockHashCount;
    type BlockWeights = BlockWeights;
    type BlockLength = BlockLength;
    type DbWeight = ParityDbWeight;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type SS58Prefix = ConstU16<SS58_PREFIX>;
    type BaseCallFilter = CallFilter;
    type SystemWeightInfo = weights::frame_system::WeightInfo<Runtime>;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type SingleBlockMigrations = Migrations;
}
