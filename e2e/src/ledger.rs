//! What an account gained or spent, fees apart, and what the chain said meanwhile.

use anyhow::Result;
use codec::Decode;
use neurodata_chain::{AccountBalance, AccountId, Balance, BlockNumber, Chain};

/// An account from some block on.
pub struct Ledger {
    chain: Chain,
    account: AccountId,
    since: BlockNumber,
    before: AccountBalance,
}

/// How much an account changed, in plancks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Everything it owns, on hold or not; fees are not counted as spent.
    pub total: i128,
    /// What is on hold.
    pub held: i128,
    /// Fees that it paid.
    pub fees: Balance,
}

impl Ledger {
    /// Begin to watch `account`.
    pub async fn open(chain: &Chain, account: AccountId) -> Result<Self> {
        let since = chain.best_block().await?.number;
        let before = chain.balance(&account).await?;
        Ok(Self { chain: chain.clone(), account, since, before })
    }

    /// What changed so far. Exact if the account signs nothing meanwhile.
    pub async fn change(&self) -> Result<Change> {
        let after = self.chain.balance(&self.account).await?;
        let paid: Vec<(AccountId, Balance, Balance)> =
            events_since(&self.chain, self.since + 1, "TransactionPayment", "TransactionFeePaid").await?;
        let fees = paid.into_iter().filter(|(payer, ..)| *payer == self.account).map(|(_, fee, _)| fee).sum();
        let difference = |after: Balance, before: Balance| after as i128 - before as i128;
        let total = difference(after.total() + fees, self.before.total());
        Ok(Change { total, held: difference(after.held, self.before.held), fees })
    }
}

/// The first fields, as `T`, of every event of this pallet and name from block `since` to the best block.
pub async fn events_since<T: Decode>(chain: &Chain, since: BlockNumber, pallet: &str, name: &str) -> Result<Vec<T>> {
    let best = chain.best_block().await?.number;
    let events = chain.events_between(since..=best, pallet, &[name], &|_| ()).await?;
    events.iter().map(|past| Ok(past.event.decode()?)).collect()
}
