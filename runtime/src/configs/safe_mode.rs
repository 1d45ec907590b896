//! Safe mode: everything but consensus, governance and the way out with one's own money stops for a while.

use frame_support::{
    parameter_types,
    traits::{Contains, EitherOf, EitherOfDiverse},
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, EnsureWithSuccess};

use crate::{
    adapters::TwoThirdsOfCommittee,
    constants::{DAYS, HOURS},
    weights, AccountId, Balance, Balances, BlockNumber, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
};

parameter_types! {
    /// How long safe mode lasts when it is entered.
    pub const EnterDuration: BlockNumber = 12 * HOURS;
    /// How much an extension adds.
    pub const ExtendDuration: BlockNumber = 6 * HOURS;
    /// Nobody can buy a stop: only the committee and root enter.
    pub const EnterDeposit: Option<Balance> = None;
    /// Nor an extension.
    pub const ExtendDeposit: Option<Balance> = None;
    /// Blocks until a deposit is released by its owner.
    pub const ReleaseDelay: Option<BlockNumber> = Some(2 * DAYS);
}

/// The calls that safe mode lets through.
///
/// Deadlines go on in safe mode. So whoever owes something may still do it, and complaints are still heard; what is stopped
/// is to order, buy or offer anything new, and every call that punishes silence or ends something for lack of an answer.
pub struct AllowedInSafeMode;

impl Contains<RuntimeCall> for AllowedInSafeMode {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            // The chain itself.
            RuntimeCall::System(_)
                | RuntimeCall::Timestamp(_)
                | RuntimeCall::Babe(_)
                | RuntimeCall::Grandpa(_)
                | RuntimeCall::Session(_)
                | RuntimeCall::Staking(_)
                // Governance.
                | RuntimeCall::Preimage(_)
                | RuntimeCall::ConvictionVoting(_)
                | RuntimeCall::Referenda(_)
                | RuntimeCall::TechnicalCommittee(_)
                | RuntimeCall::TxPause(_)
                | RuntimeCall::Sudo(_)
                // Wrappers; the calls inside pass the filter again.
                | RuntimeCall::Utility(_)
                | RuntimeCall::Multisig(_)
                | RuntimeCall::Proxy(_)
                // Duties that have a deadline, and what protects those to whom they are owed.
                | RuntimeCall::DatasetRegistry(
                    pallet_dataset_registry::Call::submit_audit { .. }
                        | pallet_dataset_registry::Call::deliver_key { .. }
                        | pallet_dataset_registry::Call::complain_training_key { .. }
                        | pallet_dataset_registry::Call::add_stake { .. }
                )
                | RuntimeCall::ComputeMarket(
                    pallet_compute_market::Call::accept_job { .. }
                        | pallet_compute_market::Call::decline_job { .. }
                        | pallet_compute_market::Call::heartbeat { .. }
                        | pallet_compute_market::Call::submit_result { .. }
                        | pallet_compute_market::Call::submit_progress { .. }
                )
                | RuntimeCall::ModelValidation(
                    pallet_model_validation::Call::draw_committee { .. }
                        | pallet_model_validation::Call::deliver_evaluation_keys { .. }
                        | pallet_model_validation::Call::seal_verdict { .. }
                        | pallet_model_validation::Call::reveal_verdict { .. }
                        | pallet_model_validation::Call::open_probe { .. }
                )
                | RuntimeCall::Sales(
                    pallet_sales::Call::deliver_key { .. }
                        | pallet_sales::Call::confirm_purchase { .. }
                        | pallet_sales::Call::complain { .. }
                        | pallet_sales::Call::accept_inspection { .. }
                        | pallet_sales::Call::decline_inspection { .. }
                        | pallet_sales::Call::abandon_inspection { .. }
                )
                // The way out with one's own money.
                | RuntimeCall::Rewards(
                    pallet_rewards::Call::claim { .. }
                        | pallet_rewards::Call::unstake { .. }
                        | pallet_rewards::Call::withdraw_unstaked { .. }
                )
                | RuntimeCall::DatasetRegistry(pallet_dataset_registry::Call::withdraw_stake { .. })
                | RuntimeCall::ModelRegistry(pallet_model_registry::Call::withdraw_model_stake { .. })
                | RuntimeCall::Sales(pallet_sales::Call::surrender_licence { .. })
                | RuntimeCall::ComputeMarket(pallet_compute_market::Call::withdraw_bond { .. })
                | RuntimeCall::ModelValidation(pallet_model_validation::Call::withdraw_bond { .. })
        )
    }
}

impl pallet_safe_mode::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WhitelistedCalls = AllowedInSafeMode;
    type EnterDuration = EnterDuration;
    type ExtendDuration = ExtendDuration;
    type EnterDepositAmount = EnterDeposit;
    type ExtendDepositAmount = ExtendDeposit;
    type ForceEnterOrigin = EitherOf<
        EnsureRootWithSuccess<AccountId, EnterDuration>,
        EnsureWithSuccess<TwoThirdsOfCommittee, AccountId, EnterDuration>,
    >;
    type ForceExtendOrigin = EitherOf<
        EnsureRootWithSuccess<AccountId, ExtendDuration>,
        EnsureWithSuccess<TwoThirdsOfCommittee, AccountId, ExtendDuration>,
    >;
    type ForceExitOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirdsOfCommittee>;
    type ForceDepositOrigin = EnsureRoot<AccountId>;
    type Notify = ();
    type ReleaseDelay = ReleaseDelay;
    type WeightInfo = weights::pallet_safe_mode::WeightInfo<Runtime>;
}
