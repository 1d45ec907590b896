//! What the runtime binds to the places where tokens come into being or cease to exist.

use super::*;
use core::marker::PhantomData;
use frame_support::traits::{Imbalance, OnUnbalanced};

/// Burns what it is given and adds it to [`Burned`].
pub struct BurnRecorder<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<CreditOf<T>> for BurnRecorder<T> {
    fn on_nonzero_unbalanced(credit: CreditOf<T>) {
        Pallet::<T>::record_burn(credit.peek());
        drop(credit);
    }
}

/// Adds what pallet_staking paid into accounts to [`Minted`].
///
/// The amount is in the accounts already; dropping the debt raises the issuance by it.
pub struct MintRecorder<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<DebtOf<T>> for MintRecorder<T> {
    fn on_nonzero_unbalanced(debt: DebtOf<T>) {
        Pallet::<T>::record_mint(debt.peek());
        drop(debt);
    }
}

/// Adds the newly issued remainder of an era to [`Minted`] and shares it between the reward pool and the treasury.
///
/// The pool gets what [`issuance`] set aside for it, the treasury the rest. What the pool lets go, and what the treasury
/// cannot receive, is burned.
pub struct RemainderRecorder<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<CreditOf<T>> for RemainderRecorder<T> {
    fn on_nonzero_unbalanced(credit: CreditOf<T>) {
        Pallet::<T>::record_mint(credit.peek());
        // `split` never gives more than there is.
        let (pool, treasury) = credit.split(PoolDue::<T>::take());
        pay_pool::<T>(pool);
        pay_treasury::<T>(treasury);
    }
}

/// Splits transaction fees among the block's author, the treasury and the fire.
///
/// ```text
/// author   = floor(FeeAuthorShare * fee) + tip
/// treasury = floor(FeeTreasuryShare * fee)
/// burned   = fee - floor(FeeAuthorShare * fee) - treasury
/// ```
///
/// pallet_transaction_payment 50 hands over the fee first and the tip second; a single credit is a fee. Without a known
/// author, or if the author cannot receive, that part goes to the treasury; what the treasury cannot receive is burned.
pub struct FeeSplit<T>(PhantomData<T>);

impl<T: Config> OnUnbalanced<CreditOf<T>> for FeeSplit<T> {
    fn on_unbalanceds(mut fee_then_tip: impl Iterator<Item = CreditOf<T>>) {
        if let Some(fee) = fee_then_tip.next() {
            Self::on_unbalanced(fee);
        }
        for tip in fee_then_tip {
            pay_author::<T>(tip);
        }
    }

    fn on_nonzero_unbalanced(fee: CreditOf<T>) {
        let author = T::FeeAuthorShare::get().mul_floor(fee.peek());
        let treasury = T::FeeTreasuryShare::get().mul_floor(fee.peek());
        // `split` never gives more than is left, so shares that exceed the whole cut the treasury's.
        let (author, rest) = fee.split(author);
        let (treasury, burned) = rest.split(treasury);
        pay_author::<T>(author);
        pay_treasury::<T>(treasury);
        BurnRecorder::<T>::on_unbalanced(burned);
    }
}

/// Pay the block's author, else the treasury.
fn pay_author<T: Config>(credit: CreditOf<T>) {
    let unpaid = match T::Author::get() {
        Some(author) => T::Currency::resolve(&author, credit).err(),
        None => Some(credit),
    };
    if let Some(credit) = unpaid {
        pay_treasury::<T>(credit);
    }
}

/// Fund the reward pool, and record as burned what it dropped.
///
/// A handler of imbalances says nothing about what it could not place, so the issuance tells: whatever it lost beyond what
/// was recorded meanwhile.
fn pay_pool<T: Config>(credit: CreditOf<T>) {
    let unrecorded = Pallet::<T>::unrecorded_burns();
    T::RewardPool::on_unbalanced(credit);
    Pallet::<T>::record_burn(Pallet::<T>::unrecorded_burns().saturating_sub(unrecorded));
}

/// Pay the treasury, else burn.
fn pay_treasury<T: Config>(credit: CreditOf<T>) {
    if let Err(credit) = T::Currency::resolve(&T::TreasuryAccount::get(), credit) {
        BurnRecorder::<T>::on_unbalanced(credit);
    }
}
