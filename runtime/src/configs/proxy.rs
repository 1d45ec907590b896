//! Proxies: accounts that may act for another one, within limits.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

use crate::{constants::deposit, weights, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System};

parameter_types! {
    /// Deposit for the first proxy of an account.
    pub const ProxyDepositBase: Balance = deposit(1, 8);
    /// Deposit for each proxy.
    pub const ProxyDepositFactor: Balance = deposit(0, 33);
    /// Deposit for the first announcement of a proxy.
    pub const AnnouncementDepositBase: Balance = deposit(1, 8);
    /// Deposit for each announcement.
    pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
}

/// What a proxy may do.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    #[codec(index = 0)]
    Any,
    /// Everything that gives away neither NRC, nor models, nor keys, and puts neither bonds nor stakes at risk.
    #[codec(index = 1)]
    NonTransfer,
    /// Voting and proposing.
    #[codec(index = 2)]
    Governance,
    /// Validating and nominating.
    #[codec(index = 3)]
    Staking,
    /// What an unattended worker does: the duties of compute providers, evaluators and key delivery. It can neither
    /// spend nor withdraw. But whoever does the duties can do them wrongly: a thief of the worker's key can have stakes
    /// and bonds slashed, and win back up to 30 % of that through accounts of its own. So bond and stake no more under an
    /// account than its worker's machine is trusted with.
    #[codec(index = 4)]
    Worker,
}

impl ProxyType {
    fn is_governance(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::ConvictionVoting(_)
                | RuntimeCall::Referenda(_)
                | RuntimeCall::TechnicalCommittee(_)
                | RuntimeCall::Treasury(_)
                | RuntimeCall::Preimage(_)
                | RuntimeCall::Utility(_)
        )
    }

    fn is_staking(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Staking(_) | RuntimeCall::Session(_) | RuntimeCall::Utility(_))
    }

    fn gives_away(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::Balances(_)
                | RuntimeCall::Vesting(_)
                | RuntimeCall::Sudo(_)
                | RuntimeCall::NrcToken(_)
                // Escrow; and bonds and stakes, which a delegate could have slashed in favour of its own accounts.
                | RuntimeCall::ComputeMarket(
                    pallet_compute_market::Call::post_job { .. }
                        | pallet_compute_market::Call::register_provider { .. }
                        | pallet_compute_market::Call::add_bond { .. }
                        | pallet_compute_market::Call::accept_job { .. }
                )
                | RuntimeCall::ModelValidation(
                    pallet_model_validation::Call::register_evaluator { .. }
                        | pallet_model_validation::Call::add_bond { .. }
                )
                | RuntimeCall::Sales(
                    pallet_sales::Call::purchase { .. }
                        | pallet_sales::Call::request_inspection { .. }
                        | pallet_sales::Call::deliver_key { .. }
                        | pallet_sales::Call::confirm_purchase { .. }
                        | pallet_sales::Call::complain { .. }
                )
                // Everything but what shares income out, which pays those whom it is due.
                | RuntimeCall::ModelRegistry(
                    pallet_model_registry::Call::transfer_model { .. }
                        | pallet_model_registry::Call::list_model { .. }
                        | pallet_model_registry::Call::update_model_terms { .. }
                        | pallet_model_registry::Call::add_model_stake { .. }
                )
                // Terms decide what is given away, and for how much.
                | RuntimeCall::DatasetRegistry(
                    pallet_dataset_registry::Call::update_terms { .. }
                        | pallet_dataset_registry::Call::register_dataset { .. }
                        | pallet_dataset_registry::Call::add_stake { .. }
                        | pallet_dataset_registry::Call::deliver_key { .. }
                )
        )
    }

    fn is_work(call: &RuntimeCall) -> bool {
        use pallet_compute_market::Call as Market;
        use pallet_dataset_registry::Call as Dataset;
        use pallet_model_validation::Call as Validation;
        use pallet_rewards::Call as Rewards;
        use pallet_sales::Call as Sales;
        matches!(
            call,
            RuntimeCall::Utility(_)
                | RuntimeCall::DatasetRegistry(
                    Dataset::submit_audit { .. }
                        | Dataset::expire_audit { .. }
                        | Dataset::deliver_key { .. }
                        | Dataset::expire_delivery { .. }
                        | Dataset::complain_training_key { .. }
                )
                | RuntimeCall::ComputeMarket(
                    Market::set_offer { .. }
                        | Market::withdraw_offer { .. }
                        | Market::match_job { .. }
                        | Market::accept_job { .. }
                        | Market::decline_job { .. }
                        | Market::release_job { .. }
                        | Market::heartbeat { .. }
                        | Market::submit_result { .. }
                        | Market::expire_job { .. }
                        | Market::prune_job { .. }
                )
                | RuntimeCall::ModelValidation(
                    Validation::set_recipient_key { .. }
                        | Validation::draw_committee { .. }
                        | Validation::deliver_evaluation_keys { .. }
                        | Validation::seal_verdict { .. }
                        | Validation::reveal_verdict { .. }
                        | Validation::close_sealing { .. }
                        | Validation::close_round { .. }
                )
                // On a copy that the account itself ordered, a confirmation or a wrong complaint pays its price.
                | RuntimeCall::Sales(
                    Sales::deliver_key { .. }
                        | Sales::confirm_purchase { .. }
                        | Sales::settle { .. }
                        | Sales::expire_delivery { .. }
                        | Sales::complain { .. }
                        | Sales::draw_inspectors { .. }
                        | Sales::accept_inspection { .. }
                        | Sales::close_inspection { .. }
                        | Sales::abandon_inspection { .. }
                        | Sales::decline_inspection { .. }
                )
                // Pays the account itself, whoever signs.
                | RuntimeCall::Rewards(Rewards::claim { .. })
        )
    }
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::NonTransfer => !Self::gives_away(call),
            Self::Governance => Self::is_governance(call),
            Self::Staking => Self::is_staking(call),
            Self::Worker => Self::is_work(call),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            // None of the others gives anything away.
            (Self::NonTransfer, _) => true,
            (left, right) => left == right,
        }
    }
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type MaxProxies = ConstU32<32>;
    type MaxPending = ConstU32<32>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = System;
    type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
}
