use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use neurodata_primitives::{InspectionId, ModelId};

#[test]
fn an_account_is_credited_with_all_of_the_amount() {
    ExtBuilder::default().build_and_execute(|| {
        fund(1_000);
        let reason = PayoutReason::Royalty { model: ModelId::new(4) };
        assert_ok!(Rewards::settle_credit(&STRANGER, 1_000, reason));
        assert_eq!(Credits::<Test>::get(STRANGER).to_vec(), [Credit { amount: 1_000, matures_at: 6, reason }]);
        assert_eq!(events(), [Event::Credited { account: STRANGER, amount: 1_000, matures_at: 6, reason }]);
        assert_eq!(Balances::balance(&TREASURY), EXISTENTIAL_DEPOSIT);
        let record = ContributorRecord { credited: 1_000, reputation: 50, ..Default::default() };
        assert_eq!(Contributors::<Test>::get(STRANGER), record);
    });
}

#[test]
fn a_refund_is_credited_but_is_no_income() {
    ExtBuilder::default().build_and_execute(|| {
        fund(30);
        assert_ok!(Rewards::settle_credit(&STRANGER, 30, PayoutReason::JobRefund { job: JobId::new(7) }));
        assert_eq!(credits_of(STRANGER), [(30, 6)]);
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}

#[test]
fn damages_make_a_loss_good_and_are_no_income() {
    ExtBuilder::default().build_and_execute(|| {
        fund(30);
        assert_ok!(Rewards::settle_credit(&STRANGER, 30, PayoutReason::Damages { job: JOB }));
        assert_eq!(Rewards::owed(STRANGER), 30);
        assert!(!Contributors::<Test>::contains_key(STRANGER));
        assert_eq!(Rewards::explain_job(JOB).len(), 1);
    });
}

#[test]
fn nothing_is_credited_for_nothing() {
    ExtBuilder::default().build_and_execute(|| {
        let reason = PayoutReason::Inspection { inspection: InspectionId::new(1) };
        assert_ok!(Rewards::settle_credit(&STRANGER, 0, reason));
        assert!(!Credits::<Test>::contains_key(STRANGER));
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}

#[test]
fn an_amount_that_is_not_in_the_pot_is_refused() {
    ExtBuilder::default().build_and_execute(|| {
        let reason = PayoutReason::Royalty { model: ModelId::new(4) };
        assert_noop!(Rewards::settle_credit(&STRANGER, 1, reason), Error::<Test>::Unfunded);
    });
}

#[test]
fn reasons_keep_their_encoding() {
    use codec::Encode;
    let job = JobId::new(1);
    let reasons = [
        PayoutReason::Job { job, kind: ContributionKind::Compute },
        reason(1),
        PayoutReason::TreasuryShare,
        PayoutReason::Sale { purchase: neurodata_primitives::PurchaseId::new(1) },
        PayoutReason::Royalty { model: ModelId::new(1) },
        PayoutReason::Inspection { inspection: InspectionId::new(1) },
        PayoutReason::JobRefund { job },
        PayoutReason::Extra { job, kind: ContributionKind::Dataset },
        PayoutReason::KnownAnswer { job },
        PayoutReason::Stake,
        PayoutReason::Damages { job },
    ];
    assert!(reasons.into_iter().zip(0u8..).all(|(reason, index)| reason.encode().first() == Some(&index)));
}
