//! Listings, as the runtime pages them.

use crate::*;
use codec::Decode;
use neurodata_primitives::{DatasetId, ModelId, PurchaseId};
use std::future::Future;

/// Most records of one page. Source: the runtime's `MAX_PAGE`.
pub const MAX_PAGE: u32 = 256;

/// A page of records, and the id to go on from.
type Page<Id, T> = (Vec<T>, Option<Id>);

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
    ) -> Result<Page<DatasetId, (DatasetId, DatasetRecord)>, Error> {
        self.runtime_api("NeuroDataApi_list_datasets", &(start, limit, owner, active_only)).await
    }

    /// Models from `start` on by id, as [`Chain::list_datasets`].
    pub async fn list_models(
        &self,
        start: ModelId,
        limit: u32,
        owner: Option<&AccountId>,
        listed_only: bool,
    ) -> Result<Page<ModelId, ListedModel>, Error> {
        self.runtime_api("NeuroDataApi_list_models", &(start, limit, owner, listed_only)).await
    }

    /// Open purchases from `start` on by id, those in which `party` buys or sells if one is named.
    pub async fn list_purchases(
        &self,
        start: PurchaseId,
        limit: u32,
        party: Option<&AccountId>,
    ) -> Result<Page<PurchaseId, (PurchaseId, PurchaseRecord)>, Error> {
        self.runtime_api("NeuroDataApi_list_purchases", &(start, limit, party)).await
    }

    /// Ancestors of `model`, nearest first, each once: at most `limit`.
    pub async fn lineage(&self, model: ModelId, limit: u32) -> Result<Vec<ModelId>, Error> {
        self.runtime_api("NeuroDataApi_lineage", &(model, limit)).await
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
}

/// All pages from `start` on, one after the other.
async fn collect<Id, T, F>(mut start: Id, page: impl Fn(Id) -> F) -> Result<Vec<T>, Error>
where
    Id: Copy + Ord + std::fmt::Display,
    F: Future<Output = Result<Page<Id, T>, Error>>,
{
    let mut all = Vec::new();
    loop {
        let (records, next) = page(start).await?;
        all.extend(records);
        match next {
            None => return Ok(all),
            Some(next) if next > start => start = next,
            Some(next) => {
                let reason = format!("the page after {start} begins at {next}");
                return Err(Error::Incompatible { what: "a listing".into(), reason });
            }
        }
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
        assert_eq!(collect(0, page).await.unwrap(), (0..8).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_page_that_does_not_go_on_is_an_error_not_a_loop() {
        let page = |start: u64| async move { Ok::<_, Error>((vec![start], Some(start))) };
        assert!(matches!(collect(4, page).await, Err(Error::Incompatible { .. })));
    }
}
