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
    /// What the worker of a compute provider does unattended.
    ///
    /// Like the two below it can neither spend nor withdraw, and does the duties of no other role. But whoever does the
    /// duties can do them wrongly: a thief of the worker's key can have stakes and bonds slashed, and win back up to 30 %
    /// of that through accounts of its own. So bond and stake no more under an account than its worker's machine is
    /// trusted with.
    #[codec(index = 4)]
    ComputeWorker,
    /// What the worker of an evaluator does unattended, inspections among it.
    #[codec(index = 5)]
    EvaluatorWorker,
    /// What the key server of a data provider or seller of models does unattended.
    #[codec(index = 6)]
    KeyServer,
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

    /// Escrow, prices, and every duty that a bond answers for: done wrongly, it pays the bond out to accounts of the delegate.
    fn risks_a_bond(call: &RuntimeCall) -> bool {
        use pallet_compute_market::Call as Market;
        use pallet_model_validation::Call as Validation;
        match call {
            RuntimeCall::ComputeMarket(call) => !matches!(
                call,
                Market::match_job { .. }
                    | Market::expire_job { .. }
                    | Market::prune_job { .. }
                    | Market::withdraw_offer { .. }
                    | Market::refresh_offers { .. }
                    | Market::decline_job { .. }
                    | Market::retire_provider { .. }
                    | Market::withdraw_bond { .. }
            ),
            RuntimeCall::ModelValidation(call) => !matches!(
                call,
                Validation::draw_committee { .. }
                    | Validation::close_sealing { .. }
                    | Validation::close_round { .. }
                    | Validation::retire_evaluator { .. }
                    | Validation::withdraw_bond { .. }
            ),
            _ => false,
        }
    }

    fn gives_away(call: &RuntimeCall) -> bool {
        Self::risks_a_bond(call) || matches!(
            call,
            RuntimeCall::Balances(_)
                | RuntimeCall::Vesting(_)
                | RuntimeCall::Sudo(_)
                | RuntimeCall::NrcToken(_)
                | RuntimeCall::Rewards(pallet_rewards::Call::donate { .. })
                // Rewards that go to another account from then on.
                | RuntimeCall::Staking(pallet_staking::Call::set_payee { .. })
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

    fn is_compute_work(call: &RuntimeCall) -> bool {
        use pallet_compute_market::Call as Market;
        use pallet_dataset_registry::Call as Dataset;
        use pallet_model_validation::Call as Validation;
        matches!(
            call,
            RuntimeCall::ComputeMarket(
                Market::add_offer { .. }
                    | Market::update_offer { .. }
                    | Market::withdraw_offer { .. }
                    | Market::refresh_offers { .. }
                    | Market::match_job { .. }
                    | Market::accept_job { .. }
                    | Market::decline_job { .. }
                    | Market::release_job { .. }
                    | Market::heartbeat { .. }
                    | Market::submit_result { .. }
                    | Market::submit_progress { .. }
                    | Market::expire_job { .. }
            ) | RuntimeCall::DatasetRegistry(Dataset::expire_delivery { .. } | Dataset::complain_training_key { .. })
                | RuntimeCall::ModelValidation(
                    Validation::draw_committee { .. }
                        | Validation::deliver_evaluation_keys { .. }
                        | Validation::open_probe { .. }
                        | Validation::close_sealing { .. }
                        | Validation::close_round { .. }
                )
        )
    }

    fn is_evaluation_work(call: &RuntimeCall) -> bool {
        use pallet_model_validation::Call as Validation;
        use pallet_sales::Call as Sales;
        matches!(
            call,
            RuntimeCall::ModelValidation(
                Validation::set_recipient_key { .. }
                    | Validation::draw_committee { .. }
                    | Validation::seal_verdict { .. }
                    | Validation::reveal_verdict { .. }
                    | Validation::close_sealing { .. }
                    | Validation::close_round { .. }
            )
            // On a copy that the account itself ordered, a wrong complaint costs its deposit.
            | RuntimeCall::Sales(
                Sales::draw_inspectors { .. }
                    | Sales::accept_inspection { .. }
                    | Sales::decline_inspection { .. }
                    | Sales::abandon_inspection { .. }
                    | Sales::complain { .. }
                    | Sales::expire_delivery { .. }
                    | Sales::settle { .. }
                    | Sales::close_inspection { .. }
            )
        )
    }

    fn is_key_service(call: &RuntimeCall) -> bool {
        use pallet_dataset_registry::Call as Dataset;
        use pallet_sales::Call as Sales;
        matches!(
            call,
            RuntimeCall::DatasetRegistry(Dataset::deliver_key { .. })
                | RuntimeCall::Sales(
                    Sales::deliver_key { .. }
                        | Sales::settle { .. }
                        | Sales::draw_inspectors { .. }
                        | Sales::close_inspection { .. }
                )
        )
    }

    /// What every worker does beside its role: batches, whose calls are filtered again, and claims, which pay the account
    /// itself, whoever signs.
    fn is_common_work(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Utility(_) | RuntimeCall::Rewards(pallet_rewards::Call::claim { .. }))
    }
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::NonTransfer => !Self::gives_away(call),
            Self::Governance => Self::is_governance(call),
            Self::Staking => Self::is_staking(call),
            Self::ComputeWorker => Self::is_common_work(call) || Self::is_compute_work(call),
            Self::EvaluatorWorker => Self::is_common_work(call) || Self::is_evaluation_work(call),
            Self::KeyServer => Self::is_common_work(call) || Self::is_key_service(call),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            // Workers may put bonds and stakes at risk, and a staking proxy may send rewards elsewhere, so a proxy that may not
            // cannot make one.
            (Self::NonTransfer, Self::Governance) => true,
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
