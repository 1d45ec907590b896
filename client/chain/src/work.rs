//! What the runtime answers about work: jobs before and after they are done, committees, leaderboards, contributors.

use crate::*;
use codec::{Decode, DecodeAll};
use neurodata_primitives::{DatasetId, JobId, Task};

impl Chain {
    /// What `request` would cost and need if `owner` posted it now. A request that the chain would refuse is an
    /// [`Error::Refused`] with the name of the error.
    pub async fn estimate_job(&self, owner: &AccountId, request: &JobRequest) -> Result<JobEstimate, Error> {
        self.fallible_api("NeuroDataApi_estimate_job", &(owner, request), "the estimate of ComputeMarket.post_job")
            .await
    }

    /// Jobs that a compute provider holds now.
    pub async fn provider_jobs(&self, account: &AccountId) -> Result<Vec<(JobId, JobRecord)>, Error> {
        self.runtime_api("NeuroDataApi_provider_jobs", account).await
    }

    /// Rounds in which `account` has a seat now.
    pub async fn committee_duties(&self, account: &AccountId) -> Result<Vec<(JobId, RoundRecord)>, Error> {
        self.runtime_api("NeuroDataApi_committee_duties", account).await
    }

    /// The best models of a task; `None` as long as none was accepted.
    pub async fn leaderboard(&self, task: &Task) -> Result<Option<Leaderboard>, Error> {
        self.runtime_api("NeuroDataApi_leaderboard", task).await
    }

    /// The leaderboards of a dataset version, at most 64.
    pub async fn list_leaderboards(&self, dataset: DatasetId) -> Result<Vec<(Task, Leaderboard)>, Error> {
        self.runtime_api("NeuroDataApi_list_leaderboards", &dataset).await
    }

    /// A contributor as it stands now.
    pub async fn contributor_view(&self, account: &AccountId) -> Result<ContributorView, Error> {
        self.runtime_api("NeuroDataApi_contributor", account).await
    }

    /// What happened to whom because of a job, in order of time; nothing once the job is pruned.
    pub async fn explain_job(&self, job: JobId) -> Result<Vec<(AccountId, HistoryEntry)>, Error> {
        self.runtime_api("NeuroDataApi_explain_job", &job).await
    }

    /// What `account` can claim now, and what it can claim later, in plancks.
    pub async fn pending_rewards(&self, account: &AccountId) -> Result<(Balance, Balance), Error> {
        self.runtime_api("NeuroDataApi_pending_rewards", account).await
    }

    /// The reward pool.
    pub async fn pool_status(&self) -> Result<PoolStatus, Error> {
        self.runtime_api("NeuroDataApi_pool_status", &()).await
    }

    /// Parameters of the market and of committees as they are now.
    pub async fn market_rules(&self) -> Result<MarketRules, Error> {
        self.runtime_api("NeuroDataApi_market_rules", &()).await
    }
}

/// The answer of a runtime API that may be a refusal: the value, or the encoded dispatch error.
pub(crate) fn answer_or_refusal<R: Decode>(mut encoded: &[u8]) -> Result<Result<R, Vec<u8>>, codec::Error> {
    match u8::decode(&mut encoded)? {
        0 => R::decode_all(&mut encoded).map(Ok),
        1 => Ok(Err(encoded.to_vec())),
        _ => Err("neither an answer nor a refusal".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn an_answer_is_told_from_a_refusal_and_from_neither() {
        assert_eq!(answer_or_refusal::<u32>(&Ok::<u32, u8>(7).encode()), Ok(Ok(7)));
        assert_eq!(answer_or_refusal::<u32>(&[1, 3, 8, 2, 0, 0, 0]), Ok(Err(vec![3, 8, 2, 0, 0, 0])));
        assert!(answer_or_refusal::<u32>(&[2, 0, 0, 0, 0]).is_err());
        assert!(answer_or_refusal::<u32>(&[0, 1]).is_err(), "too short");
        assert!(answer_or_refusal::<u8>(&[0, 1, 1]).is_err(), "too long");
        assert!(answer_or_refusal::<u8>(&[]).is_err());
    }
}
