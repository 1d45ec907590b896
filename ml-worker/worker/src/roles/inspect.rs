//! The evaluator as an inspector: examines packages and reports on them.

use super::{dataset, evaluate::Evaluator, work_on};
use crate::{
    decide::inspect::{decide, Action, InspectionView, Local},
    journal::{InspectionEntry, Subject},
    service::Worker,
    work::{Errand, Inspected, Task},
    Error,
};
use neurodata_chain::{calls, BlockNumber, Grant, InspectionRecord, InspectionState, PurchaseRecord};
use neurodata_dataset::RecipientSecret;
use neurodata_primitives::{Complaint, InspectionId, PurchaseId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Evaluator {
    /// Do what the open inspections ask for. The work that is still wanted is added to `wanted`.
    pub(super) async fn serve_inspections(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        wanted: &mut BTreeMap<Subject, Errand>,
    ) -> Result<(), Error> {
        let inspections = worker.chain.inspections().await?;
        let mut claims = HashMap::new();
        if inspections.iter().any(|(_, inspection)| matches!(inspection.state, InspectionState::Inspecting { .. })) {
            for (id, purchase) in worker.chain.purchases().await? {
                if let Grant::Inspection { inspection, .. } = purchase.grant {
                    if purchase.buyer == worker.account {
                        claims.insert(inspection, (id, purchase));
                    }
                }
            }
        }
        for (id, inspection) in &inspections {
            let claim = claims.get(id);
            if let Some((purchase, _)) = claim {
                wanted.insert(Subject::from(*id), Errand::Inspection(*purchase));
            }
            self.serve_inspection(worker, now, *id, inspection, claim).await?;
        }
        let open: BTreeSet<InspectionId> = inspections.iter().map(|(id, _)| *id).collect();
        self.unaffordable.retain(|id| open.contains(id));
        for id in worker.journal.inspections()? {
            if !open.contains(&id) {
                self.finished.note(worker, id, now)?;
            }
        }
        Ok(())
    }

    async fn serve_inspection(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        id: InspectionId,
        inspection: &InspectionRecord,
        claim: Option<&(PurchaseId, PurchaseRecord)>,
    ) -> Result<(), Error> {
        let account = worker.account.clone();
        let is_invited =
            matches!(&inspection.state, InspectionState::Inspecting { invited, .. } if invited.contains(&account));
        let record = match claim.is_some() || is_invited {
            true => dataset(worker, inspection.dataset).await?,
            false => None,
        };
        let entry = worker.journal.entry::<InspectionEntry>(id)?;
        let view = InspectionView {
            now,
            account: &account,
            id,
            inspection,
            purchase: claim.map(|(id, record)| (*id, record)),
            condemned: record.as_ref().is_some_and(|record| record.condemned),
        };
        let (examining, trouble) = (self.tasks.get(id).is_some(), self.tasks.trouble(id));
        let cannot_afford = self.unaffordable.contains(&id);
        let local = Local { entry: entry.as_ref(), examining, trouble, cannot_afford };
        let action = decide(&view, &local);
        tracing::debug!(inspection = %id, ?action, "decided");
        match action {
            Action::Wait => {}
            Action::Draw => {
                worker.act(now, &format!("draw the inspectors of inspection {id}"), calls::draw_inspectors(id)).await?;
            }
            Action::Accept => {
                let entry = entry.unwrap_or_else(|| InspectionEntry::new(id, &RecipientSecret::generate()));
                // The secret is on disk before anybody can wrap a key for it.
                worker.journal.store_entry(id, &entry)?;
                let call = calls::accept_inspection(id, entry.recipient_key());
                let outcome = worker.act(now, &format!("accept inspection {id}"), call).await?;
                if outcome.is_unaffordable() {
                    self.unaffordable.insert(id);
                }
            }
            Action::Decline => {
                let what = format!("decline inspection {id}, because its deposit cannot be afforded");
                worker.act(now, &what, calls::decline_inspection(id)).await?;
            }
            Action::ExpireDelivery { purchase } => {
                let what = format!("end purchase {purchase} of inspection {id}, whose key did not come");
                worker.act(now, &what, calls::expire_purchase(purchase)).await?;
            }
            Action::Examine { purchase, key } => {
                if let Some(dataset) = record.filter(|_| worker.may_retry(now, &work_on(id))) {
                    let inspected = Inspected { inspection: id, purchase, dataset, key };
                    let workshop = self.workshop.clone();
                    tracing::info!(inspection = %id, attempt = self.tasks.attempts(id), "examining the package");
                    let errand = Errand::Inspection(purchase);
                    let work = Task::start(errand, worker.task_ended.clone(), move |_| workshop.inspect(&inspected));
                    self.tasks.start(id, work);
                }
            }
            Action::Attest { purchase } => {
                worker.act(now, &format!("attest in inspection {id}"), calls::confirm_purchase(purchase)).await?;
            }
            Action::Complain { purchase, claim } => {
                if let Some(entry) = entry {
                    let complaint = Complaint { secret: *entry.recipient_secret().as_bytes(), claim };
                    let what = format!("prove the fault found in inspection {id}");
                    worker.act(now, &what, calls::complain(purchase, complaint)).await?;
                }
            }
            Action::Abandon { purchase, reason } => {
                let what = format!("abandon inspection {id}, because {reason}");
                worker.act(now, &what, calls::abandon_inspection(purchase)).await?;
            }
            Action::Settle { purchase } => {
                worker.act(now, &format!("end own part of inspection {id}"), calls::settle(purchase)).await?;
            }
            Action::Close => {
                worker.act(now, &format!("close inspection {id}"), calls::close_inspection(id)).await?;
            }
        }
        Ok(())
    }
}
