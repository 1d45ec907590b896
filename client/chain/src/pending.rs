//! What was submitted and is in no block yet.

use crate::{AccountId, Chain, Error};

impl Chain {
    /// Whether the pool holds transactions of `account` that the best block's state does not show yet.
    pub async fn has_pending(&self, account: &AccountId) -> Result<bool, Error> {
        let included: u32 = self.runtime_api("AccountNonceApi_account_nonce", account).await?;
        let next = self.legacy().system_account_next_index(account).await.map_err(|error| self.unreachable(error))?;
        Ok(next > u64::from(included))
    }
}
