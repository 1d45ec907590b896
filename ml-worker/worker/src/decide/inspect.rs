//! The inspector: what an inspection of a package needs next.

use super::{sales::is_over, stagger};
use crate::journal::{Finding, InspectionEntry, InspectionReport};
use neurodata_chain::{AccountId, BlockNumber, InspectionRecord, InspectionState, PurchaseRecord, PurchaseState};
use neurodata_primitives::{Claim, InspectionId, PurchaseId, WrappedKey};

/// An inspector gives up what it could not examine when this part of the time since the purchase is left.
const ABANDON_PART: BlockNumber = 10;
/// Fewest blocks left, so that the call is included in time.
const LEAST_ABANDON_BLOCKS: BlockNumber = 3;
/// Most blocks left: what comes late is still examined.
const MOST_ABANDON_BLOCKS: BlockNumber = 20;
/// Without the one-time secret nothing can be examined or proved.
const LOST_SECRET: &str = "the journal does not know the one-time key that the inspection was accepted with";

/// An inspection as the chain has it, seen by one evaluator.
#[derive(Clone, Copy)]
pub struct InspectionView<'a> {
    /// Height of the best block.
    pub now: BlockNumber,
    /// The evaluator.
    pub account: &'a AccountId,
    /// The inspection.
    pub id: InspectionId,
    /// The inspection.
    pub inspection: &'a InspectionRecord,
    /// The evaluator's claim to a copy, if it has one.
    pub purchase: Option<(PurchaseId, &'a PurchaseRecord)>,
    /// Whether the package was proved bad.
    pub condemned: bool,
}

/// What the worker itself knows of an inspection.
#[derive(Clone, Copy, Default)]
pub struct Local<'a> {
    /// Its journal.
    pub entry: Option<&'a InspectionEntry>,
    /// Whether the package is being examined right now.
    pub examining: bool,
    /// Why the last attempt to examine it failed, if one did.
    pub trouble: Option<&'a str>,
    /// Whether the account turned out to lack the deposit that taking it costs for the time being.
    pub cannot_afford: bool,
}

/// What to do about one inspection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Nothing now.
    Wait,
    /// Draw the inspectors: nobody else did.
    Draw,
    /// Make a one-time key and ask for the content key.
    Accept,
    /// Refuse the invitation, which costs nothing; to miss it would be penalised.
    Decline,
    /// The key did not come: end the purchase.
    ExpireDelivery {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// Examine the package with this key.
    Examine {
        /// The purchase.
        purchase: PurchaseId,
        /// The content key, wrapped for this evaluator.
        key: WrappedKey,
    },
    /// Attest that the package is what it claims.
    Attest {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// Prove that it is not.
    Complain {
        /// The purchase.
        purchase: PurchaseId,
        /// What is claimed.
        claim: Claim,
    },
    /// Give the inspection up: the package can neither be attested nor proved bad. Silence would be penalised.
    Abandon {
        /// The purchase.
        purchase: PurchaseId,
        /// Why.
        reason: String,
    },
    /// End the evaluator's part: somebody else proved the package bad, or the time is over.
    Settle {
        /// The purchase.
        purchase: PurchaseId,
    },
    /// End the inspection.
    Close,
}

/// Decide about one inspection.
pub fn decide(view: &InspectionView<'_>, local: &Local<'_>) -> Action {
    let InspectionView { now, account, id, inspection, purchase, condemned } = *view;
    if let Some((purchase, record)) = purchase {
        return decide_purchase(view, local, purchase, record, condemned);
    }
    let patience = stagger(account, id.get());
    match &inspection.state {
        InspectionState::Drawing { draw_at, draw_by, .. } => {
            let is_due = now >= draw_at.saturating_add(patience) && now < *draw_by;
            if is_due && inspection.requester != *account {
                Action::Draw
            } else {
                Action::Wait
            }
        }
        InspectionState::Inspecting { invited, accept_by, .. } if invited.contains(account) => {
            // An invitation that was missed is held against the evaluator by whoever closes the inspection.
            match local.cannot_afford {
                _ if now >= *accept_by || condemned => Action::Wait,
                true => Action::Decline,
                false => Action::Accept,
            }
        }
        state if local.entry.is_some() && is_over(now.saturating_sub(patience), state) => Action::Close,
        InspectionState::Inspecting { .. } => Action::Wait,
    }
}

fn decide_purchase(
    view: &InspectionView<'_>,
    local: &Local<'_>,
    purchase: PurchaseId,
    record: &PurchaseRecord,
    condemned: bool,
) -> Action {
    let InspectionView { now, account, id, .. } = *view;
    if condemned {
        return Action::Settle { purchase };
    }
    let abandon = |reason: &str| Action::Abandon { purchase, reason: reason.into() };
    let entry = local.entry.filter(|entry| entry.recipient_key() == record.recipient_key);
    match &record.state {
        PurchaseState::AwaitingKey { deliver_by } if now > *deliver_by => Action::ExpireDelivery { purchase },
        PurchaseState::AwaitingKey { deliver_by } if entry.is_none() && now < *deliver_by => abandon(LOST_SECRET),
        PurchaseState::AwaitingKey { .. } => Action::Wait,
        PurchaseState::Delivered { complain_by, .. }
            if now > complain_by.saturating_add(stagger(account, id.get())) =>
        {
            Action::Settle { purchase }
        }
        PurchaseState::Delivered { complain_by, .. } if now >= *complain_by => Action::Wait,
        PurchaseState::Delivered { key, complain_by } => {
            let Some(entry) = entry else { return abandon(LOST_SECRET) };
            // A report on another fork's purchase or key is none.
            let report = entry.report.as_ref().filter(|report| is_about(report, purchase, key));
            match report.map(|report| &report.finding) {
                Some(Finding::Clean) => Action::Attest { purchase },
                Some(Finding::Faulty(claim)) => Action::Complain { purchase, claim: claim.clone() },
                Some(Finding::Unprovable(reason)) => abandon(reason),
                // Retried until then, whatever went wrong.
                None if now >= abandon_at(record.purchased_at, *complain_by) => {
                    abandon(local.trouble.unwrap_or("the package was not examined in time"))
                }
                None if local.examining => Action::Wait,
                None => Action::Examine { purchase, key: key.clone() },
            }
        }
    }
}

/// First block at which an inspector that found out nothing gives up.
fn abandon_at(purchased_at: BlockNumber, complain_by: BlockNumber) -> BlockNumber {
    let part = complain_by.saturating_sub(purchased_at) / ABANDON_PART;
    complain_by.saturating_sub(part.clamp(LEAST_ABANDON_BLOCKS, MOST_ABANDON_BLOCKS))
}

fn is_about(report: &InspectionReport, purchase: PurchaseId, key: &WrappedKey) -> bool {
    report.purchase == purchase && report.key == *key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::*;
    use crate::journal::Journal;
    use neurodata_dataset::RecipientSecret;

    fn entry() -> InspectionEntry {
        InspectionEntry::new(INSPECTION, &RecipientSecret::new([5; 32]))
    }

    fn with_report(report: InspectionReport) -> InspectionEntry {
        let mut entry = entry();
        entry.report = Some(report);
        entry
    }

    fn with_finding(finding: Finding) -> InspectionEntry {
        with_report(InspectionReport { purchase: PURCHASE, key: wrapped(), finding })
    }

    struct Case {
        inspection: InspectionRecord,
        purchase: Option<PurchaseRecord>,
        condemned: bool,
    }

    fn invited(state: InspectionState) -> Case {
        Case { inspection: inspection(state), purchase: None, condemned: false }
    }

    /// The evaluator has asked for the key with the key of [`entry`].
    fn asked(state: PurchaseState) -> Case {
        let record = PurchaseRecord { recipient_key: entry().recipient_key(), ..inspectors_purchase(state) };
        Case { purchase: Some(record), ..invited(inspecting(&[], 1, NOW - 50)) }
    }

    impl Case {
        fn decide_as(&self, account: &AccountId, local: &Local<'_>) -> Action {
            let view = InspectionView {
                now: NOW,
                account,
                id: INSPECTION,
                inspection: &self.inspection,
                purchase: self.purchase.as_ref().map(|purchase| (PURCHASE, purchase)),
                condemned: self.condemned,
            };
            decide(&view, local)
        }

        fn decide(&self, entry: Option<&InspectionEntry>) -> Action {
            self.decide_as(&EVALUATOR, &Local { entry, ..Local::default() })
        }
    }

    #[test]
    fn evaluators_draw_when_the_requester_did_not() {
        let drawing = |draw_at, draw_by| invited(InspectionState::Drawing { requested_at: 1, draw_at, draw_by });
        assert_eq!(drawing(NOW, NOW + 9).decide(None), Action::Wait);
        assert_eq!(drawing(NOW - 6, NOW + 9).decide(None), Action::Draw);
        assert_eq!(drawing(NOW - 6, NOW).decide(None), Action::Wait);
        assert_eq!(drawing(NOW - 6, NOW + 9).decide_as(&DATA_PROVIDER, &Local::default()), Action::Wait);
    }

    #[test]
    fn an_invitation_is_accepted_in_time() {
        let case = |accept_by| invited(inspecting(&[OTHER, EVALUATOR], 0, accept_by));
        assert_eq!(case(NOW + 1).decide(None), Action::Accept);
        assert_eq!(case(NOW + 1).decide(Some(&entry())), Action::Accept);
        assert_eq!(case(NOW).decide(None), Action::Wait);
        assert_eq!(invited(inspecting(&[OTHER], 0, NOW + 1)).decide(None), Action::Wait);
        assert_eq!(Case { condemned: true, ..case(NOW + 1) }.decide(None), Action::Wait);
    }

    #[test]
    fn an_invitation_that_cannot_be_afforded_is_declined_in_time() {
        let poor = Local { cannot_afford: true, ..Local::default() };
        let case = |accept_by| invited(inspecting(&[EVALUATOR], 0, accept_by));
        assert_eq!(case(NOW + 1).decide_as(&EVALUATOR, &poor), Action::Decline);
        assert_eq!(case(NOW).decide_as(&EVALUATOR, &poor), Action::Wait);
        assert_eq!(Case { condemned: true, ..case(NOW + 1) }.decide_as(&EVALUATOR, &poor), Action::Wait);
        // What was taken already is finished.
        let entry = entry();
        let poor = Local { entry: Some(&entry), ..poor };
        let examined = asked(delivered(NOW + 9)).decide_as(&EVALUATOR, &poor);
        assert_eq!(examined, Action::Examine { purchase: PURCHASE, key: wrapped() });
    }

    #[test]
    fn a_key_that_does_not_come_is_reported() {
        assert_eq!(asked(awaiting_key(NOW)).decide(Some(&entry())), Action::Wait);
        let expired = Action::ExpireDelivery { purchase: PURCHASE };
        assert_eq!(asked(awaiting_key(NOW - 1)).decide(Some(&entry())), expired);
        assert_eq!(asked(awaiting_key(NOW - 1)).decide(None), expired);
    }

    #[test]
    fn a_delivered_package_is_examined_once_and_reported_on() {
        let case = asked(delivered(NOW + 9));
        assert_eq!(case.decide(Some(&entry())), Action::Examine { purchase: PURCHASE, key: wrapped() });
        assert_eq!(
            case.decide_as(&EVALUATOR, &Local { entry: Some(&entry()), examining: true, ..Local::default() }),
            Action::Wait
        );
        assert_eq!(case.decide(Some(&with_finding(Finding::Clean))), Action::Attest { purchase: PURCHASE });
        let complained = case.decide(Some(&with_finding(Finding::Faulty(Claim::WrongKey))));
        assert_eq!(complained, Action::Complain { purchase: PURCHASE, claim: Claim::WrongKey });
    }

    #[test]
    fn nothing_is_reported_without_having_been_examined() {
        let case = asked(delivered(NOW + 9));
        // A fork may give the inspection another purchase or key.
        let clean = with_finding(Finding::Clean).report.unwrap();
        for report in [
            InspectionReport { purchase: PurchaseId::new(99), ..clean.clone() },
            InspectionReport { key: WrappedKey { sealed_key: [9; 48], ..wrapped() }, ..clean },
        ] {
            let stale = with_report(report);
            assert_eq!(case.decide(Some(&stale)), Action::Examine { purchase: PURCHASE, key: wrapped() });
        }
    }

    #[test]
    fn a_report_comes_in_time_or_not_at_all() {
        let clean = with_finding(Finding::Clean);
        assert_eq!(asked(delivered(NOW)).decide(Some(&clean)), Action::Wait);
        assert_eq!(asked(delivered(NOW - 1)).decide(Some(&clean)), Action::Wait);
        assert_eq!(asked(delivered(NOW - 6)).decide(Some(&clean)), Action::Settle { purchase: PURCHASE });
    }

    fn abandoned(reason: &str) -> Action {
        Action::Abandon { purchase: PURCHASE, reason: reason.into() }
    }

    #[test]
    fn what_no_complaint_covers_is_abandoned_at_once() {
        let unprovable = with_finding(Finding::Unprovable("a cell too many is missing".into()));
        for left in [1, 9, 900] {
            let decided = asked(delivered(NOW + left)).decide(Some(&unprovable));
            assert_eq!(decided, abandoned("a cell too many is missing"));
        }
        // Too late for that, and for all else.
        assert_eq!(asked(delivered(NOW)).decide(Some(&unprovable)), Action::Wait);
        assert_eq!(asked(delivered(NOW - 6)).decide(Some(&unprovable)), Action::Settle { purchase: PURCHASE });
    }

    #[test]
    fn what_cannot_be_opened_is_abandoned_at_once() {
        let other = InspectionEntry::new(INSPECTION, &RecipientSecret::new([6; 32]));
        for state in [awaiting_key(NOW + 1), delivered(NOW + 900)] {
            let case = asked(state);
            assert_eq!(case.decide(None), abandoned(LOST_SECRET));
            assert_eq!(case.decide(Some(&other)), abandoned(LOST_SECRET));
        }
        assert_eq!(asked(awaiting_key(NOW)).decide(None), Action::Wait);
        assert_eq!(asked(awaiting_key(NOW - 1)).decide(None), Action::ExpireDelivery { purchase: PURCHASE });
    }

    #[test]
    fn what_cannot_be_examined_is_tried_again_until_shortly_before_the_end() {
        let entry = entry();
        let decide = |left, examining, trouble| {
            asked(delivered(NOW + left))
                .decide_as(&EVALUATOR, &Local { entry: Some(&entry), examining, trouble, cannot_afford: false })
        };
        assert_eq!(decide(4, true, None), Action::Wait);
        let examined = Action::Examine { purchase: PURCHASE, key: wrapped() };
        assert_eq!(decide(4, false, Some("the package cannot be had")), examined);
        for left in 1..=3 {
            assert_eq!(decide(left, false, Some("the package cannot be had")), abandoned("the package cannot be had"));
            assert_eq!(decide(left, true, None), abandoned("the package was not examined in time"));
        }
        assert_eq!(decide(0, false, None), Action::Wait);
        // What was found out is never given up.
        let clean = asked(delivered(NOW + 1)).decide(Some(&with_finding(Finding::Clean)));
        assert_eq!(clean, Action::Attest { purchase: PURCHASE });
        let faulty = asked(delivered(NOW + 1)).decide(Some(&with_finding(Finding::Faulty(Claim::WrongKey))));
        assert_eq!(faulty, Action::Complain { purchase: PURCHASE, claim: Claim::WrongKey });
    }

    #[test]
    fn how_long_before_the_end_depends_on_the_period() {
        assert_eq!(abandon_at(0, 20), 17);
        assert_eq!(abandon_at(0, 100), 90);
        assert_eq!(abandon_at(100, 14_500), 14_480);
        assert_eq!(abandon_at(5, 2), 0);
    }

    #[test]
    fn the_part_in_an_inspection_of_a_condemned_package_is_ended() {
        for state in [awaiting_key(NOW + 9), delivered(NOW + 9)] {
            let case = Case { condemned: true, ..asked(state) };
            let clean = with_finding(Finding::Clean);
            assert_eq!(case.decide(Some(&clean)), Action::Settle { purchase: PURCHASE });
        }
    }

    #[test]
    fn an_inspection_is_closed_by_an_inspector_when_all_have_reported() {
        let done = invited(inspecting(&[], 0, NOW - 6));
        assert_eq!(done.decide(Some(&entry())), Action::Close);
        assert_eq!(done.decide(None), Action::Wait);
        let open = invited(inspecting(&[], 1, NOW - 6));
        assert_eq!(open.decide(Some(&entry())), Action::Wait);
        // Those who were silent have had their time.
        assert_eq!(invited(inspecting(&[OTHER], 0, NOW - 2)).decide(Some(&entry())), Action::Wait);
        assert_eq!(invited(inspecting(&[OTHER], 0, NOW - 9)).decide(Some(&entry())), Action::Close);
    }

    /// An inspection on a chain with one evaluator, and the evaluator's worker, which is killed again and again.
    struct Life {
        folder: tempfile::TempDir,
        case: Case,
        /// What examining the package gives.
        finding: Finding,
        calls: Vec<&'static str>,
    }

    impl Life {
        /// One step of a worker that has just been started and is killed after `lives` effects: files that it writes
        /// and calls that it submits.
        fn step(&mut self, mut lives: u32) {
            let mut effect = || {
                let alive = lives > 0;
                lives = lives.saturating_sub(1);
                alive
            };
            let journal = Journal::open(self.folder.path()).unwrap();
            let entry = journal.entry::<InspectionEntry>(INSPECTION).unwrap();
            match self.case.decide(entry.as_ref()) {
                Action::Wait => {}
                Action::Accept => {
                    let entry = entry.unwrap_or_else(|| InspectionEntry::new(INSPECTION, &RecipientSecret::generate()));
                    if effect() {
                        journal.store_entry(INSPECTION, &entry).unwrap();
                        if effect() {
                            self.accepted(&entry);
                        }
                    }
                }
                Action::Examine { purchase, key } => {
                    let report = Some(InspectionReport { purchase, key, finding: self.finding.clone() });
                    let mut entry = entry.unwrap();
                    entry.report = report;
                    if effect() {
                        journal.store_entry(INSPECTION, &entry).unwrap();
                    }
                }
                action @ (Action::Attest { .. } | Action::Complain { .. } | Action::Abandon { .. }) => {
                    if effect() {
                        self.calls.push(match action {
                            Action::Attest { .. } => "attest",
                            Action::Complain { .. } => "complain",
                            _ => "abandon",
                        });
                        self.case.purchase = None;
                        self.case.inspection.state = inspecting(&[], 0, NOW + 9);
                    }
                }
                Action::Close => {
                    if effect() {
                        self.calls.push("close");
                    }
                }
                other => panic!("{other:?}"),
            }
        }

        /// The chain takes the invitation, and the seller delivers at once.
        fn accepted(&mut self, entry: &InspectionEntry) {
            self.calls.push("accept");
            self.case.inspection.state = inspecting(&[], 1, NOW + 9);
            let record = inspectors_purchase(delivered(NOW + 9));
            self.case.purchase = Some(PurchaseRecord { recipient_key: entry.recipient_key(), ..record });
        }
    }

    #[test]
    fn a_worker_that_is_killed_anywhere_goes_on_from_its_journal() {
        // Every way to be killed or not in the first six steps; then it is left alone.
        for (finding, report) in [
            (Finding::Clean, "attest"),
            (Finding::Faulty(Claim::WrongKey), "complain"),
            (Finding::Unprovable("bad".into()), "abandon"),
        ] {
            for fate in 0..3u32.pow(6) {
                let case = invited(inspecting(&[EVALUATOR], 0, NOW + 9));
                let (folder, finding) = (tempfile::tempdir().unwrap(), finding.clone());
                let mut life = Life { folder, case, finding, calls: Vec::new() };
                for step in 0..10 {
                    let lives = if step < 6 { fate / 3u32.pow(step) % 3 } else { 9 };
                    life.step(lives);
                    if life.calls.last() == Some(&"close") {
                        break;
                    }
                }
                assert_eq!(life.calls, ["accept", report, "close"], "{fate}");
            }
        }
    }
}
