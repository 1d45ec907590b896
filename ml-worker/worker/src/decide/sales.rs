//! The seller: which purchases get their key now, which are settled, and what an own inspection needs.

use super::COURTESY_BLOCKS;
use neurodata_chain::{AccountId, BlockNumber, InspectionRecord, InspectionState, PurchaseRecord, PurchaseState};

/// What to do about one purchase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// It is another seller's.
    Ignore,
    /// Nothing now.
    Wait,
    /// Wrap the content key and deliver it.
    Deliver,
    /// The deadline passed; the buyer or anybody else ends the purchase.
    Late,
    /// End it: the seller is paid, or the buyer of a condemned package refunded.
    Settle,
}

/// What to do about an inspection of an own dataset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InspectionAction {
    /// Nothing now.
    Wait,
    /// Draw the inspectors.
    Draw,
    /// End it; what is left in escrow comes back.
    Close,
}

/// Decide about `purchase` at the best block `now`. `condemned` says that the package was proved bad.
pub fn decide(now: BlockNumber, account: &AccountId, purchase: &PurchaseRecord, condemned: bool) -> Action {
    if purchase.seller != *account {
        return Action::Ignore;
    }
    match purchase.state {
        _ if condemned => Action::Settle,
        // A transaction lands in the next block at the earliest.
        PurchaseState::AwaitingKey { deliver_by } if now < deliver_by => Action::Deliver,
        PurchaseState::AwaitingKey { .. } => Action::Late,
        PurchaseState::Delivered { complain_by, .. } if now > complain_by => Action::Settle,
        PurchaseState::Delivered { .. } => Action::Wait,
    }
}

/// Decide about `inspection` at the best block `now`, for the account that pays for it.
pub fn decide_inspection(now: BlockNumber, account: &AccountId, inspection: &InspectionRecord) -> InspectionAction {
    if inspection.requester != *account {
        return InspectionAction::Wait;
    }
    match &inspection.state {
        InspectionState::Drawing { draw_by, .. } if now > *draw_by => InspectionAction::Close,
        InspectionState::Drawing { draw_at, draw_by, .. } if now >= *draw_at && now < *draw_by => {
            InspectionAction::Draw
        }
        InspectionState::Drawing { .. } => InspectionAction::Wait,
        state if is_over(now, state) => InspectionAction::Close,
        InspectionState::Inspecting { .. } => InspectionAction::Wait,
    }
}

/// Whether every report is there, and nobody can ask for the key any more.
pub(super) fn is_over(now: BlockNumber, state: &InspectionState) -> bool {
    match state {
        InspectionState::Drawing { .. } => false,
        InspectionState::Inspecting { invited, inspecting, accept_by } => {
            *inspecting == 0 && (invited.is_empty() || now > accept_by.saturating_add(COURTESY_BLOCKS))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::*;

    #[test]
    fn an_owed_key_is_delivered_in_time() {
        let decide = |deliver_by| decide(NOW, &DATA_PROVIDER, &purchase(awaiting_key(deliver_by)), false);
        assert_eq!(decide(NOW + 1), Action::Deliver);
        assert_eq!(decide(NOW), Action::Late);
        assert_eq!(decide(NOW - 1), Action::Late);
    }

    #[test]
    fn a_key_is_never_delivered_twice_or_for_somebody_else() {
        assert_eq!(decide(NOW, &DATA_PROVIDER, &purchase(delivered(NOW + 9)), false), Action::Wait);
        for state in [awaiting_key(NOW + 9), delivered(NOW + 9), delivered(1)] {
            for condemned in [false, true] {
                assert_eq!(decide(NOW, &OTHER, &purchase(state.clone()), condemned), Action::Ignore);
            }
        }
    }

    #[test]
    fn a_purchase_is_settled_when_the_time_for_complaints_is_over() {
        let decide = |complain_by| decide(NOW, &DATA_PROVIDER, &purchase(delivered(complain_by)), false);
        assert_eq!(decide(NOW), Action::Wait);
        assert_eq!(decide(NOW - 1), Action::Settle);
    }

    #[test]
    fn the_key_of_a_condemned_package_is_not_delivered() {
        for state in [awaiting_key(NOW + 9), awaiting_key(1), delivered(NOW + 9)] {
            assert_eq!(decide(NOW, &DATA_PROVIDER, &purchase(state), true), Action::Settle);
        }
    }

    #[test]
    fn an_own_inspection_is_drawn_and_closed() {
        let decide = |state| decide_inspection(NOW, &DATA_PROVIDER, &inspection(state));
        let drawing = |draw_at, draw_by| InspectionState::Drawing { requested_at: 1, draw_at, draw_by };
        assert_eq!(decide(drawing(NOW + 1, NOW + 9)), InspectionAction::Wait);
        assert_eq!(decide(drawing(NOW, NOW + 9)), InspectionAction::Draw);
        assert_eq!(decide(drawing(NOW - 9, NOW)), InspectionAction::Wait);
        assert_eq!(decide(drawing(NOW - 9, NOW - 1)), InspectionAction::Close);
        assert_eq!(decide(inspecting(&[EVALUATOR], 0, NOW + 9)), InspectionAction::Wait);
        assert_eq!(decide(inspecting(&[EVALUATOR], 0, NOW - 2)), InspectionAction::Wait);
        assert_eq!(decide(inspecting(&[EVALUATOR], 0, NOW - 3)), InspectionAction::Close);
        assert_eq!(decide(inspecting(&[EVALUATOR], 1, NOW - 3)), InspectionAction::Wait);
        assert_eq!(decide(inspecting(&[], 1, NOW + 9)), InspectionAction::Wait);
        assert_eq!(decide(inspecting(&[], 0, NOW + 9)), InspectionAction::Close);
        let foreign = inspection(drawing(NOW, NOW + 9));
        assert_eq!(decide_inspection(NOW, &OTHER, &foreign), InspectionAction::Wait);
    }
}
