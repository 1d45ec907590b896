//! What happened in earlier blocks.

use crate::{Block, BlockNumber, Chain, ChainEvent, Error};
use futures::{stream, StreamExt, TryStreamExt};
use std::ops::RangeInclusive;

/// Blocks that are read side by side.
const PARALLEL: usize = 8;

/// An event of an earlier block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEvent {
    /// The block.
    pub block: Block,
    /// The event.
    pub event: ChainEvent,
}

impl Chain {
    /// The best chain's block at this height; `None` if it is not there yet.
    pub async fn block_at(&self, number: BlockNumber) -> Result<Option<Block>, Error> {
        let hash = self.legacy().chain_get_block_hash(Some(number.into())).await;
        Ok(hash.map_err(|error| self.unreachable(error))?.map(|hash| Block { number, hash: hash.0 }))
    }

    /// All events of a block, in order. Fails if the node no longer keeps the block's state.
    pub async fn events_at(&self, block: Block) -> Result<Vec<ChainEvent>, Error> {
        let events = async {
            let at = self.client().at_block(subxt::utils::H256(block.hash)).await.map_err(|error| error.to_string())?;
            let events = at.events().fetch().await.map_err(|error| error.to_string())?;
            let events = events.iter().map(|event| {
                event
                    .map(|event| ChainEvent {
                        pallet: event.pallet_name().into(),
                        name: event.event_name().into(),
                        fields: event.field_bytes().to_vec(),
                    })
                    .map_err(|error| error.to_string())
            });
            events.collect::<Result<Vec<_>, String>>()
        };
        events.await.map_err(|reason| match is_forgotten(&reason) {
            true => Error::Forgotten { block: block.number },
            false => self.unreachable(reason),
        })
    }

    /// The events of this pallet with one of these names in these blocks, in order. `progress` is told how many
    /// blocks are done.
    pub async fn events_between(
        &self,
        blocks: RangeInclusive<BlockNumber>,
        pallet: &str,
        names: &[&str],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<PastEvent>, Error> {
        let read = |number| async move {
            let Some(block) = self.block_at(number).await? else { return Ok(Vec::new()) };
            let events = self.events_at(block).await?;
            let ours =
                events.into_iter().filter(|event| event.pallet == pallet && names.contains(&event.name.as_str()));
            Ok::<_, Error>(ours.map(|event| PastEvent { block, event }).collect())
        };
        let mut found = stream::iter(blocks).map(read).buffered(PARALLEL);
        let (mut all, mut done) = (Vec::new(), 0);
        while let Some(events) = found.try_next().await? {
            all.extend(events);
            done += 1;
            progress(done);
        }
        Ok(all)
    }
}

/// Whether a node's answer says that it pruned a block's state. Source: `sc-client-db`, `sp-blockchain` error texts.
pub(crate) fn is_forgotten(reason: &str) -> bool {
    ["State already discarded", "UnknownBlock", "not available in the database"]
        .iter()
        .any(|text| reason.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pruned_state_is_told_from_a_lost_connection() {
        assert!(is_forgotten("Api called for an unknown Block: State already discarded for 0x00"));
        assert!(!is_forgotten("the connection was closed"));
    }
}
