//! The account that holds what is not settled, as any pallet has it that holds money of others.

use crate::mock::*;
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{PayoutReason, PurchaseId, NRC};
use sp_runtime::TokenError;

type Account = neurodata_pallet_support::Escrow<Test, Balances, SalesPalletId>;

const REASON: PayoutReason = PayoutReason::Sale { purchase: PurchaseId::new(7) };

/// [`BUYER`] pays `amount` in; `test`; and the account is left as it was found.
fn with_escrow(amount: Balance, test: impl FnOnce()) {
    ExtBuilder.build_and_execute(|| {
        assert_ok!(Account::take(&BUYER, amount));
        assert_eq!((Account::available(), free(Account::account())), (amount, amount + EXISTENTIAL_DEPOSIT));
        test();
        assert_eq!(Account::available(), 0);
    });
}

#[test]
fn what_an_account_can_receive_is_paid_at_once() {
    with_escrow(PRICE, || {
        assert_eq!(Account::pay_or_credit::<Cashier>(&SELLER, PRICE, REASON), Ok(true));
        assert_eq!((free(SELLER), Credited::get()), (ENDOWMENT + PRICE, vec![]));
    });
}

#[test]
fn what_is_dust_to_an_account_is_credited() {
    with_escrow(EXISTENTIAL_DEPOSIT - 1, || {
        let (nobody, dust) = (99, EXISTENTIAL_DEPOSIT - 1);
        assert_noop!(Account::pay(&nobody, dust), TokenError::BelowMinimum);
        assert_eq!(Account::pay_or_credit::<Cashier>(&nobody, dust, REASON), Ok(false));
        assert_eq!((free(nobody), Credited::get()), (0, vec![(nobody, dust, REASON)]));
    });
}

#[test]
fn nothing_is_moved_and_nothing_credited_for_nothing() {
    with_escrow(0, || {
        assert_ok!(Account::pay(&99, 0));
        assert_ok!(Account::credit::<Cashier>(&99, 0, REASON));
        assert_eq!(Account::pay_or_credit::<Cashier>(&99, 0, REASON), Ok(true));
        assert_eq!((free(99), Credited::get()), (0, vec![]));
    });
}

#[test]
fn the_account_never_pays_out_its_own_existence() {
    with_escrow(NRC, || {
        assert_noop!(Account::pay(&SELLER, NRC + 1), TokenError::NotExpendable);
        assert_noop!(Account::credit::<Cashier>(&SELLER, NRC + 1, REASON), TokenError::NotExpendable);
        let beyond = NRC + EXISTENTIAL_DEPOSIT + 1;
        assert_noop!(Account::pay_or_credit::<Cashier>(&SELLER, beyond, REASON), TokenError::FundsUnavailable);
        assert_ok!(Account::pay(&SELLER, NRC));
    });
}

#[test]
fn a_payer_stays_alive_and_keeps_what_is_locked() {
    with_escrow(0, || {
        assert_noop!(Account::take(&BUYER, ENDOWMENT), TokenError::NotExpendable);
        lock(BUYER, ENDOWMENT - PRICE);
        assert_noop!(Account::take(&BUYER, PRICE + 1), TokenError::Frozen);
        lock(BUYER, 0);
    });
}

#[test]
fn an_account_that_has_its_existential_deposit_is_given_no_other() {
    with_escrow(PRICE, || {
        Account::endow();
        assert_eq!(Account::available(), PRICE);
        assert_ok!(Account::credit::<Cashier>(&SELLER, PRICE, REASON));
        assert_eq!((free(POT), Credited::get()), (ENDOWMENT + PRICE, vec![(SELLER, PRICE, REASON)]));
    });
}
