//! Slashes: what is taken from a hold, and who gets it.

use frame_support::traits::{
    fungible::{Balanced, BalancedHold, Credit},
    Imbalance, OnUnbalanced,
};
use neurodata_primitives::money::slash_shares;
use sp_runtime::traits::Zero;

/// What a slash came to. The parts sum to the amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slashed<Balance> {
    /// Taken from the hold, in plancks: at most what was on hold.
    pub amount: Balance,
    /// What the wronged party got of it, in plancks.
    pub wronged: Balance,
    /// What the reporter got of it, in plancks.
    pub reporter: Balance,
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

/// Take up to `amount` from the hold of `parties.slashed` under `reason` and share it out; nothing happens if it is zero.
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
    if amount.is_zero() {
        return Slashed::default();
    }
    let SlashParties { slashed, wronged, reporter } = parties;
    let (mut rest, _missing) = Currency::slash(reason, slashed, amount);
    let amount = rest.peek();
    let shares = slash_shares(amount, wronged == slashed, reporter == slashed);
    let mut pay = |payee, share| match Currency::resolve(payee, rest.extract(share)) {
        Ok(()) => share,
        Err(refused) => {
            rest.subsume(refused);
            Zero::zero()
        },
    };
    let (wronged, reporter) = (pay(wronged, shares.wronged), pay(reporter, shares.reporter));
    let burned = rest.peek();
    Burn::on_unbalanced(rest);
    Slashed { amount, wronged, reporter, burned }
}
