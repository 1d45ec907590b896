//! What this node answers beside what every node answers.

use std::sync::Arc;

use futures::channel::mpsc;
use jsonrpsee::RpcModule;
use neurodata_runtime::{opaque::Block, BlockNumber, Hash};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_consensus_manual_seal::{
    rpc::{ManualSeal, ManualSealApiServer},
    EngineCommand,
};
use sc_rpc::SubscriptionTaskExecutor;
use sp_consensus::SelectChain;
use sp_keystore::KeystorePtr;
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::service::{FullBackend, FullClient, FullPool};

/// What authoring shows.
pub struct BabeDeps {
    /// Asks the import worker about epochs.
    pub worker: BabeWorkerHandle<Block>,
    /// The keys whose slots are shown.
    pub keystore: KeystorePtr,
}

/// What finality shows.
pub struct GrandpaDeps {
    /// Where the voter stands.
    pub voter_state: SharedVoterState,
    /// Who votes.
    pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    /// Justifications as they come.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proofs of finality of old blocks.
    pub proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// What the answers come from.
pub struct FullDeps<SC> {
    /// The chain's state.
    pub client: Arc<FullClient>,
    /// Extrinsics that wait.
    pub pool: Arc<FullPool>,
    /// Which chain is the best.
    pub select_chain: SC,
    /// What authoring shows.
    pub babe: BabeDeps,
    /// What finality shows.
    pub grandpa: GrandpaDeps,
    /// Takes orders for blocks, if blocks are made on demand.
    pub sealing: Option<mpsc::Sender<EngineCommand<Hash>>>,
}

/// Everything that is answered, as one module.
pub fn create_full<SC>(
    deps: FullDeps<SC>,
    executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
    SC: SelectChain<Block> + 'static,
{
    let FullDeps { client, pool, select_chain, babe, grandpa, sealing } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(Babe::new(client, babe.worker, babe.keystore, select_chain).into_rpc())?;
    module.merge(
        Grandpa::new(executor, grandpa.authority_set, grandpa.voter_state, grandpa.justifications, grandpa.proofs)
            .into_rpc(),
    )?;
    if let Some(orders) = sealing {
        module.merge(ManualSeal::new(orders).into_rpc())?;
    }
    Ok(module)
}
