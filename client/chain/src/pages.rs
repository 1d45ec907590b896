//! Listings, as the runtime pages them.

use crate::*;
use codec::{Decode, Encode};
use neurodata_primitives::{Capability, DatasetId, JobId, ModelId, OfferId, PurchaseId};
use std::{collections::HashSet, fmt::Debug, future::Future};

/// Most records of one page. Source: the runtime's `MAX_PAGE`.
pub const MAX_PAGE: u32 = 256;

/// A model version with its sale and its income.
#[derive(Clone, Debug, PartialEq, Eq, Decode)]
pub struct ListedModel {
    /// Id of the model.
    pub id: ModelId,
    /// The model version.
    pub record: ModelRecord,
    /// Its sale, if it is or was for sale.
    pub listing: Option<ModelListing>,
    /// What it has earned.
    pub income: ModelIncome,
}

impl Chain {
    /// Datasets from `start` on by id, of `owner` if one is named, and those for sale if asked: at most `limit`, and at most
    /// [`MAX_PAGE`].
    pub async fn list_datasets(
        &self,
        start: DatasetId,
        limit: u32,
        owner: Option<&AccountId>,
        active_only: bool,
    ) -> Result<Page<(DatasetId, DatasetRecord), DatasetId>, Error> {
        self.runtime_api("NeuroDataApi_list_datasets", &(start, limit, owner, active_only)).await
    }

    /// Models from `start` on by id, as [`Chain::list_datasets`].
    pub async fn list_models(
        &self,
        start: ModelId,
        limit: u32,
        owner: Option<&AccountId>,
        listed_only: bool,
    ) -> Result<Page<ListedModel, ModelId>, Error> {
        self.runtime_api("NeuroDataApi_list_models", &(start, limit, owner, listed_only)).await
    }

    /// Open purchases from `start` on by id, those in which `party` buys or sells if one is named.
    pub async fn list_purchases(
        &self,
        start: PurchaseId,
        limit: u32,
        party: Option<&AccountId>,
    ) -> Result<Page<(PurchaseId, PurchaseRecord), PurchaseId>, Error> {
        self.runtime_api("NeuroDataApi_list_purchases", &(start, limit, party)).await
    }

    /// Ancestors of `model`, nearest first, each once: at most `limit`.
    pub async fn lineage(&self, model: ModelId, limit: u32) -> Result<Vec<ModelId>, Error> {
        self.runtime_api("NeuroDataApi_lineage", &(model, limit)).await
    }

    /// Jobs that wait for an offer and that a machine with `capability` can take: by class, the best paying first, then
    /// the earliest. `from` is where the page before ended.
    pub async fn open_jobs(
        &self,
        capability: Capability,
        from: Option<OpenJobCursor>,
        limit: u32,
    ) -> Result<Page<(JobId, JobRecord), OpenJobCursor>, Error> {
        self.runtime_api("NeuroDataApi_open_jobs", &(capability, from, limit)).await
    }

    /// Jobs from `start` on by id, those of `owner` if one is named.
    pub async fn list_jobs(
        &self,
        start: JobId,
        limit: u32,
        owner: Option<&AccountId>,
    ) -> Result<Page<(JobId, JobRecord), JobId>, Error> {
        self.runtime_api("NeuroDataApi_list_jobs", &(start, limit, owner)).await
    }

    /// Offers from `start` on by id, those of `provider` if one is named.
    pub async fn list_offers(
        &self,
        start: OfferId,
        limit: u32,
        provider: Option<&AccountId>,
    ) -> Result<Page<(OfferId, OfferRecord), OfferId>, Error> {
        self.runtime_api("NeuroDataApi_list_offers", &(start, limit, provider)).await
    }

    /// Open rounds of evaluation from `start` on by job.
    pub async fn list_rounds(&self, start: JobId, limit: u32) -> Result<Page<(JobId, RoundRecord), JobId>, Error> {
        self.runtime_api("NeuroDataApi_list_rounds", &(start, limit)).await
    }

    /// Evaluators from `start` on, or from the first one.
    pub async fn list_evaluators(
        &self,
        start: Option<&AccountId>,
        limit: u32,
    ) -> Result<Page<(AccountId, EvaluatorRecord), AccountId>, Error> {
        self.runtime_api("NeuroDataApi_list_evaluators", &(start, limit)).await
    }

    /// Lines in the history of `account`, oldest first, from the line with number `from` on. Lines that the chain no
    /// longer keeps are left out.
    pub async fn history(
        &self,
        account: &AccountId,
        from: u32,
        limit: u32,
    ) -> Result<Page<(u32, HistoryEntry), u32>, Error> {
        self.runtime_api("NeuroDataApi_history", &(account, from, limit)).await
    }

    /// Every dataset that [`Chain::list_datasets`] lists.
    pub async fn all_datasets(
        &self,
        owner: Option<&AccountId>,
        active_only: bool,
    ) -> Result<Vec<(DatasetId, DatasetRecord)>, Error> {
        collect(DatasetId::default(), |start| self.list_datasets(start, MAX_PAGE, owner, active_only)).await
    }

    /// Every model that [`Chain::list_models`] lists.
    pub async fn all_models(&self, owner: Option<&AccountId>, listed_only: bool) -> Result<Vec<ListedModel>, Error> {
        collect(ModelId::default(), |start| self.list_models(start, MAX_PAGE, owner, listed_only)).await
    }

    /// Every open purchase that [`Chain::list_purchases`] lists.
    pub async fn all_purchases(&self, party: Option<&AccountId>) -> Result<Vec<(PurchaseId, PurchaseRecord)>, Error> {
        collect(PurchaseId::default(), |start| self.list_purchases(start, MAX_PAGE, party)).await
    }

    /// Every job that [`Chain::open_jobs`] lists.
    pub async fn all_open_jobs(&self, capability: Capability) -> Result<Vec<(JobId, JobRecord)>, Error> {
        let page = |from| async move { following(self.open_jobs(capability, from, MAX_PAGE).await) };
        collect(None, page).await
    }

    /// Every job that [`Chain::list_jobs`] lists.
    pub async fn all_jobs(&self, owner: Option<&AccountId>) -> Result<Vec<(JobId, JobRecord)>, Error> {
        collect(JobId::default(), |start| self.list_jobs(start, MAX_PAGE, owner)).await
    }

    /// Every offer that [`Chain::list_offers`] lists.
    pub async fn all_offers(&self, provider: Option<&AccountId>) -> Result<Vec<(OfferId, OfferRecord)>, Error> {
        collect(OfferId::default(), |start| self.list_offers(start, MAX_PAGE, provider)).await
    }

    /// Every open round of evaluation.
    pub async fn all_rounds(&self) -> Result<Vec<(JobId, RoundRecord)>, Error> {
        collect(JobId::default(), |start| self.list_rounds(start, MAX_PAGE)).await
    }

    /// Every evaluator.
    pub async fn all_evaluators(&self) -> Result<Vec<(AccountId, EvaluatorRecord)>, Error> {
        let page =
            |start: Option<AccountId>| async move { following(self.list_evaluators(start.as_ref(), MAX_PAGE).await) };
        collect(None, page).await
    }

    /// Every line of the history of `account` that the chain keeps, oldest first.
    pub async fn all_history(&self, account: &AccountId) -> Result<Vec<(u32, HistoryEntry)>, Error> {
        collect(0, |from| self.history(account, from, MAX_PAGE)).await
    }
}

/// A page whose next one begins at `Some` cursor, as the first one begins at `None`.
fn following<T, Cursor>(page: Result<Page<T, Cursor>, Error>) -> Result<Page<T, Option<Cursor>>, Error> {
    page.map(|(records, next)| (records, next.map(Some)))
}

/// All pages from `start` on, one after the other. A page that goes on where one began before is an error, not a loop.
async fn collect<Cursor, T, F>(mut start: Cursor, page: impl Fn(Cursor) -> F) -> Result<Vec<T>, Error>
where
    Cursor: Clone + Debug + Encode,
    F: Future<Output = Result<Page<T, Cursor>, Error>>,
{
    let (mut all, mut begun) = (Vec::new(), HashSet::new());
    loop {
        begun.insert(start.encode());
        let (records, next) = page(start).await?;
        all.extend(records);
        let Some(next) = next else { return Ok(all) };
        if begun.contains(&next.encode()) {
            let reason = format!("a second page begins at {next:?}");
            return Err(Error::Incompatible { what: "a listing".into(), reason });
        }
        start = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pages_are_collected_until_there_is_no_next() {
        let page = |start: u64| async move {
            Ok::<_, Error>(((start..(start + 3).min(8)).collect::<Vec<_>>(), (start + 3 < 8).then_some(start + 3)))
        };
        assert_eq!(collect(0u64, page).await.unwrap(), (0..8).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_page_that_does_not_go_on_is_an_error_not_a_loop() {
        let page = |start: u64| async move { Ok::<_, Error>((vec![start], Some(start))) };
        assert!(matches!(collect(4u64, page).await, Err(Error::Incompatible { .. })));
        let page = |start: u64| async move { Ok::<_, Error>((vec![start], Some((start + 1) % 3))) };
        assert!(matches!(collect(0u64, page).await, Err(Error::Incompatible { .. })));
    }
}
