//! Blocks on demand, for tests.
//!
//! The node authors alone, with the BABE digests that the runtime expects. Time is the chain's own: every block is one
//! slot after the last, however fast blocks are made, so nothing that counts blocks or milliseconds can tell the
//! difference. Blocks are made final without votes.

use std::sync::Arc;

use futures::{channel::mpsc, stream, Future, StreamExt};
use neurodata_runtime::{opaque::Block, Hash};
use sc_consensus_manual_seal::{
    consensus::{babe::BabeConsensusDataProvider, timestamp::SlotTimestampProvider},
    run_manual_seal, EngineCommand, ManualSealParams,
};
use sc_service::error::Error as ServiceError;
use sc_transaction_pool_api::TransactionPool;
use sp_consensus_babe::{
    inherents::{BabeCreateInherentDataProviders, InherentDataProvider as SlotProvider},
    SlotDuration,
};
use sp_inherents::{InherentData, InherentDataProvider};
use sp_keystore::KeystorePtr;
use sp_timestamp::{InherentDataProvider as TimeProvider, Timestamp, TimestampInherentData};

use crate::{
    cli::Sealing,
    service::{BlockImport, FullClient, FullPool, FullSelectChain},
};

/// Orders for blocks that may wait; more than any test sends at once.
const WAITING_ORDERS: usize = 1_024;

/// The chain's own time.
#[derive(Clone)]
pub struct Clock {
    provider: Arc<SlotTimestampProvider>,
    slot_duration: SlotDuration,
}

impl Clock {
    /// A clock that goes on from the best block of `client`, or starts now if there is none.
    pub fn new(client: Arc<FullClient>, slot_duration: SlotDuration) -> Result<Self, ServiceError> {
        let provider =
            SlotTimestampProvider::new_babe(client).map_err(|error| ServiceError::Other(error.to_string()))?;
        Ok(Self { provider: Arc::new(provider), slot_duration })
    }

    fn inherents(&self, time: Timestamp) -> (SlotProvider, TimeProvider) {
        (SlotProvider::from_timestamp_and_slot_duration(time, self.slot_duration), TimeProvider::new(time))
    }

    /// Inherents of the next block. Asking doesn't move the clock: import compares blocks with it.
    pub fn standing(self) -> BabeCreateInherentDataProviders<Block> {
        Arc::new(move |_, ()| {
            let inherents = self.inherents(self.provider.timestamp());
            async move { Ok(inherents) }
        })
    }

    /// Inherents of the next block; each question moves the clock by one slot.
    fn ticking(self) -> BabeCreateInherentDataProviders<Block> {
        Arc::new(move |_, ()| {
            let clock = self.clone();
            async move {
                let mut data = InherentData::new();
                clock.provider.provide_inherent_data(&mut data).await?;
                let time = data.timestamp_inherent_data()?.ok_or("the clock gives no time")?;
                Ok(clock.inherents(time))
            }
        })
    }
}

/// The two ends of the channel through which the RPC orders blocks.
pub struct Orders {
    /// For the RPC.
    pub sender: mpsc::Sender<EngineCommand<Hash>>,
    /// For [`run`].
    pub receiver: mpsc::Receiver<EngineCommand<Hash>>,
}

impl Orders {
    /// A new channel.
    pub fn channel() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_ORDERS);
        Self { sender, receiver }
    }
}

/// What making blocks takes.
pub struct SealingParams<Environment> {
    /// When blocks are made.
    pub sealing: Sealing,
    /// The chain's own time.
    pub clock: Clock,
    /// Orders from the RPC.
    pub orders: mpsc::Receiver<EngineCommand<Hash>>,
    /// Fills blocks.
    pub env: Environment,
    /// The chain.
    pub client: Arc<FullClient>,
    /// Extrinsics that wait.
    pub pool: Arc<FullPool>,
    /// Which chain is the best.
    pub select_chain: FullSelectChain,
    /// Where new blocks go.
    pub block_import: BlockImport,
    /// Links import and authoring.
    pub babe_link: sc_consensus_babe::BabeLink<Block>,
    /// The author's keys.
    pub keystore: KeystorePtr,
}

/// The task that makes blocks until the node stops.
pub fn run<Environment>(
    params: SealingParams<Environment>,
) -> Result<impl Future<Output = ()> + Send + 'static, ServiceError>
where
    Environment: sp_consensus::Environment<Block> + Send + Sync + 'static,
    Environment::Proposer: sp_consensus::Proposer<Block>,
{
    let SealingParams { sealing, clock, orders, env, client, pool, select_chain, block_import, babe_link, keystore } =
        params;
    let authorities = babe_link.config().authorities.clone();
    let digests =
        BabeConsensusDataProvider::new(client.clone(), keystore, babe_link.epoch_changes().clone(), authorities)
            .map_err(|error| ServiceError::Other(error.to_string()))?;
    let arrivals = pool.import_notification_stream().map(|_| EngineCommand::SealNewBlock {
        create_empty: true,
        finalize: true,
        parent_hash: None,
        sender: None,
    });
    let commands = match sealing {
        Sealing::Instant => stream::select(orders, arrivals).boxed(),
        Sealing::Manual => orders.boxed(),
    };
    Ok(run_manual_seal(ManualSealParams {
        block_import,
        env,
        client,
        pool,
        commands_stream: commands,
        select_chain,
        consensus_data_provider: Some(Box::new(digests)),
        create_inherent_data_providers: clock.ticking(),
    }))
}
