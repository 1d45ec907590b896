//! Fees: computation and bytes have a price that rises while blocks are fuller than a quarter.

use frame_support::{
    parameter_types,
    traits::{ConstU128, ConstU8},
    weights::ConstantMultiplier,
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::One, FixedPointNumber, Perquintill};

use crate::{
    constants::{BYTE_FEE, PICOSECOND_FEE},
    weights, Balance, Balances, Runtime, RuntimeEvent,
};

parameter_types! {
    /// Share of a block's normal weight at which fees stay as they are.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
    /// How fast fees follow: at most about a quarter in a day of full blocks' surplus.
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(3, 100_000);
    /// Fees never fall below what they cost on an idle chain.
    pub MinimumMultiplier: Multiplier = Multiplier::one();
    /// Fees never rise above a thousand times that.
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(1_000);
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, pallet_nrc_token::FeeSplit<Runtime>>;
    type WeightToFee = ConstantMultiplier<Balance, ConstU128<PICOSECOND_FEE>>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<BYTE_FEE>>;
    type FeeMultiplierUpdate =
        TargetedFeeAdjustment<Self, TargetBlockFullness, AdjustmentVariable, MinimumMultiplier, MaximumMultiplier>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
}
