//! # Pallet support
//!
//! What several pallets do alike. No pallet, no storage.
//!
//! [`genesis_hash`] is what proofs and wraps of keys are bound to, so that they are good for one chain.
//!
//! [`slash_and_share`] takes a slash from a hold and shares it out by DESIGN section 5: 20 % to the wronged party, 10 % to the
//! reporter, the rest burned.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

use frame_support::traits::{
    fungible::{Balanced, BalancedHold, Credit},
    Imbalance, OnUnbalanced,
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::money::slash_shares;

/// The hash of the chain's first block; a hash of another length than 32 bytes is cut or padded with zeros.
pub fn genesis_hash<T: frame_system::Config>() -> [u8; 32] {
    let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(0u32));
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

/// What a slash came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slashed<Balance> {
    /// Taken from the hold, in plancks: at most what was on hold.
    pub amount: Balance,
    /// Burned of it, in plancks.
    pub burned: Balance,
}

/// Who takes part in a slash.
#[derive(Clone, Copy, Debug)]
pub struct SlashParties<'a, AccountId> {
    /// Whose hold is slashed.
    pub slashed: &'a AccountId,
    /// Who was wronged.
    pub wronged: &'a AccountId,
    /// Who reported it.
    pub reporter: &'a AccountId,
}

/// Take up to `amount` from the hold of `parties.slashed` under `reason` and share it out.
///
/// Shares round down, and what is left is burned through `Burn`. The share of a party that is the slashed account, or that
/// cannot receive it, is burned as well: it blocks nobody. Infallible, so that it may follow writes.
pub fn slash_and_share<AccountId, Currency, Burn>(
    reason: &Currency::Reason,
    parties: SlashParties<'_, AccountId>,
    amount: Currency::Balance,
) -> Slashed<Currency::Balance>
where
    AccountId: Eq,
    Currency: Balanced<AccountId> + BalancedHold<AccountId>,
    Burn: OnUnbalanced<Credit<AccountId, Currency>>,
{
    let SlashParties { slashed, wronged, reporter } = parties;
    let (mut rest, _missing) = Currency::slash(reason, slashed, amount);
    let amount = rest.peek();
    let shares = slash_shares(amount, wronged == slashed, reporter == slashed);
    for (payee, share) in [(wronged, shares.wronged), (reporter, shares.reporter)] {
        if let Err(refused) = Currency::resolve(payee, rest.extract(share)) {
            rest.subsume(refused);
        }
    }
    let burned = rest.peek();
    Burn::on_unbalanced(rest);
    Slashed { amount, burned }
}
