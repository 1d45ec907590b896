//! # The NeuroData runtime
//!
//! The state transition function of the chain: which pallets there are, how they are wired, and what a node and its
//! clients may ask.
//!
//! ## Overview
//!
//! - [`configs`]: configuration of every pallet, one file each.
//! - [`constants`]: time, money and block limits that only an upgrade changes; [`params`]: what governance may move.
//! - [`adapters`]: who answers the seams that pallets ask through, and the accounts and origins they share.
//! - [`apis`]: runtime APIs, the standard ones and [`apis::NeuroDataApi`].
//! - [`tracks`], [`origins`]: what referenda can decide.
//! - [`unvested`]: what keeps NRC that is not vested out of reach.
//! - [`genesis_presets`]: the genesis states that this runtime can build.
//! - [`weights`]: weights of every pallet.
//!
//! ## Properties
//!
//! Blocks every 3 seconds, authored by BABE, finalised by GRANDPA; validators are elected by staked NRC. Hooks run in
//! the order of pallet indices: timestamp and BABE first, then the entropy that later pallets draw from.
#![cfg_attr(not(feature = "std"), no_std)]
// The runtime macro recurses once for every pallet and part.
#![recursion_limit = "512"]
// The call enum is as wide as the SDK's widest call; boxing is not ours to choose.
#![allow(clippy::large_enum_variant)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod adapters;
pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
pub mod configs;
pub mod constants;
pub mod genesis_presets;
pub mod origins;
pub mod params;
pub mod tracks;
pub mod unvested;
pub mod weights;
#[cfg(any(test, feature = "runtime-benchmarks"))]
pub mod world;

#[cfg(all(test, feature = "std"))]
mod tests;

use alloc::{borrow::Cow, vec::Vec};

use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use frame_system::Call as SystemCall;
pub use pallet_balances::Call as BalancesCall;

/// Number of a block.
pub type BlockNumber = u32;
/// Signature of an extrinsic.
pub type Signature = MultiSignature;
/// An account: the public key of its signer, or what an address derives from.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of NRC, in plancks.
pub type Balance = u128;
/// Number of an account's extrinsic.
pub type Nonce = u32;
/// A digest of the chain.
pub type Hash = sp_core::H256;
/// A point in time, in milliseconds since 1970.
pub type Moment = u64;
/// How an extrinsic names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A block with its signature of finality.
pub type SignedBlock = generic::SignedBlock<Block>;

/// Prefix of addresses as text.
pub const SS58_PREFIX: u16 = 42;

/// What every signed extrinsic carries beside its call, in order.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// An extrinsic as it stands in a block.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What an extrinsic's signature is over.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Migrations that run once after an upgrade.
pub type Migrations = ();

/// Dispatches what happens in a block.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

/// Types that a node knows without knowing this runtime.
pub mod opaque {
    use alloc::vec::Vec;

    use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256};

    use crate::{AuthorityDiscovery, Babe, Grandpa};

    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// Header of a block.
    pub type Header = generic::Header<crate::BlockNumber, BlakeTwo256>;
    /// A block whose extrinsics are bytes.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;
    /// Id of a block.
    pub type BlockId = generic::BlockId<Block>;

    impl_opaque_keys! {
        /// The keys a validator's node signs with.
        pub struct SessionKeys {
            /// Finality votes, ed25519.
            pub grandpa: Grandpa,
            /// Block authoring, sr25519.
            pub babe: Babe,
            /// Addresses in the network, sr25519.
            pub authority_discovery: AuthorityDiscovery,
        }
    }
}

/// Version of this runtime. `spec_version` rises with every release that changes behaviour, `transaction_version` with
/// every change to the encoding of calls or extensions.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("neurodata"),
    impl_name: Cow::Borrowed("neurodata"),
    authoring_version: 1,
    spec_version: 4,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 4,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    /// The runtime.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    // Consensus and money: 0 to 19.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Babe = pallet_babe;
    // Ours, but here: its seed of a block has to stand before any other hook of that block runs.
    #[runtime::pallet_index(3)]
    pub type Entropy = pallet_entropy;
    #[runtime::pallet_index(4)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(6)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(7)]
    pub type Staking = pallet_staking;
    #[runtime::pallet_index(8)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(9)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(10)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(11)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(12)]
    pub type AuthorityDiscovery = pallet_authority_discovery;

    // Accounts: 20 to 29.
    #[runtime::pallet_index(20)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(21)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(22)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(23)]
    pub type Vesting = pallet_vesting;
    #[runtime::pallet_index(24)]
    pub type Unvested = crate::unvested;

    // Governance: 30 to 49.
    #[runtime::pallet_index(30)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(31)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(32)]
    pub type Origins = crate::origins;
    #[runtime::pallet_index(33)]
    pub type ConvictionVoting = pallet_conviction_voting;
    #[runtime::pallet_index(34)]
    pub type Referenda = pallet_referenda;
    #[runtime::pallet_index(35)]
    pub type TechnicalCommittee = pallet_collective<Instance1>;
    #[runtime::pallet_index(36)]
    pub type Treasury = pallet_treasury;
    #[runtime::pallet_index(37)]
    pub type TxPause = pallet_tx_pause;
    #[runtime::pallet_index(38)]
    pub type SafeMode = pallet_safe_mode;
    #[runtime::pallet_index(39)]
    pub type Parameters = pallet_parameters;
    #[runtime::pallet_index(49)]
    pub type Sudo = pallet_sudo;

    // Data, training and rewards: from 50.
    #[runtime::pallet_index(50)]
    pub type NrcToken = pallet_nrc_token;
    #[runtime::pallet_index(51)]
    pub type ZkVerifier = pallet_zk_verifier;
    #[runtime::pallet_index(52)]
    pub type DatasetRegistry = pallet_dataset_registry;
    #[runtime::pallet_index(53)]
    pub type ComputeMarket = pallet_compute_market;
    #[runtime::pallet_index(54)]
    pub type ModelValidation = pallet_model_validation;
    #[runtime::pallet_index(55)]
    pub type ModelRegistry = pallet_model_registry;
    #[runtime::pallet_index(56)]
    pub type Rewards = pallet_rewards;
    #[runtime::pallet_index(57)]
    pub type Sales = pallet_sales;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<LocalCall> frame_system::offchain::CreateBare<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
