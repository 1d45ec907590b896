//! Puts the parts of a node together: database, import, network, pool, authoring and finality.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt};
use neurodata_runtime::{apis::RuntimeApi, opaque::Block, Hash};
use sc_client_api::{Backend, BlockBackend};
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf, SharedVoterState};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{event::Event, NetworkBackend};
use sc_service::{error::Error as ServiceError, Configuration, PartialComponents, TaskManager, WarpSyncConfig};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_babe::inherents::BabeCreateInherentDataProviders;

use crate::{
    cli::Sealing,
    rpc,
    sealing::{self, Clock, Orders, SealingParams},
};

/// The curve BLS12-381, over which zk proofs are verified.
pub type CurveHostFunctions = sp_crypto_ec_utils::bls12_381::host_calls::HostFunctions;
/// What the runtime may call on the host: the SDK's functions and the curve.
pub type HostFunctions = (sp_io::SubstrateHostFunctions, CurveHostFunctions);

/// Executes the runtime.
pub type RuntimeExecutor = sc_executor::WasmExecutor<HostFunctions>;
/// The chain: blocks, state and the runtime on top.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, RuntimeExecutor>;
/// The database.
pub type FullBackend = sc_service::TFullBackend<Block>;
/// Extrinsics that wait for a block.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;
/// The best chain is the longest one.
pub type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// Imports blocks and follows finality.
pub type FinalityImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
/// Imports blocks, follows finality and checks authoring.
pub type BlockImport =
    BabeBlockImport<Block, FullClient, FinalityImport, BabeCreateInherentDataProviders<Block>, FullSelectChain>;

/// Blocks between two justifications of finality that are kept for good.
const JUSTIFICATION_PERIOD: u32 = 512;
/// How long a finality vote is gossiped.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);
/// Part of a slot in which a block may be filled; the rest is for sending and checking it.
const PROPOSAL_PORTION: f32 = 0.5;

/// What comes out of [`new_partial`] beside the parts that every node has.
pub struct Consensus {
    /// Where new blocks go.
    pub block_import: BlockImport,
    /// The finality voter's side of import.
    pub grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
    /// Links import and authoring.
    pub babe_link: BabeLink<Block>,
    /// Asks the import queue about epochs.
    pub babe_worker: BabeWorkerHandle<Block>,
    /// The chain's own time, if blocks are made on demand.
    pub clock: Option<Clock>,
    /// Reports to a telemetry server.
    pub telemetry: Option<Telemetry>,
}

type Components = PartialComponents<
    FullClient,
    FullBackend,
    FullSelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    FullPool,
    Consensus,
>;

/// The parts that every command needs: everything but network, authoring and RPC.
pub fn new_partial(config: &Configuration, sealing: Option<Sealing>) -> Result<Components, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;
    let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
    let (client, backend, keystore_container, task_manager) = sc_service::new_full_parts::<Block, RuntimeApi, _>(
        config,
        telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
        executor,
        // Blocks with a justification survive pruning: warp sync starts from them.
        vec![Arc::new(sc_consensus_grandpa::GrandpaPruningFilter)],
    )?;
    let client = Arc::new(client);
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let transaction_pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry.as_ref().map(Telemetry::handle),
    )?;
    let babe_config = sc_consensus_babe::configuration(&*client)?;
    let slot_duration = babe_config.slot_duration();
    let clock = sealing.map(|_| Clock::new(client.clone(), slot_duration)).transpose()?;
    let inherents = match &clock {
        Some(clock) => clock.clone().standing(),
        None => real_time(slot_duration),
    };
    let (block_import, babe_link) = sc_consensus_babe::block_import(
        babe_config,
        grandpa_import.clone(),
        client.clone(),
        inherents,
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(transaction_pool.clone()),
    )?;
    let (import_queue, babe_worker) = sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
        link: babe_link.clone(),
        block_import: block_import.clone(),
        justification_import: Some(Box::new(grandpa_import)),
        client: client.clone(),
        slot_duration,
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        telemetry: telemetry.as_ref().map(Telemetry::handle),
    })?;

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Consensus { block_import, grandpa_link, babe_link, babe_worker, clock, telemetry },
    })
}

/// Inherents by the machine's clock.
fn real_time(slot_duration: sp_consensus_babe::SlotDuration) -> BabeCreateInherentDataProviders<Block> {
    Arc::new(move |_, ()| async move {
        let timestamp = sp_timestamp::InherentDataProvider::from_system_time();
        let slot = sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
            *timestamp,
            slot_duration,
        );
        Ok((slot, timestamp))
    })
}

/// A whole node.
pub fn new_full<Network: NetworkBackend<Block, Hash>>(
    config: Configuration,
    sealing: Option<Sealing>,
) -> Result<TaskManager, ServiceError> {
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Consensus { block_import, grandpa_link, babe_link, babe_worker, clock, mut telemetry },
    } = new_partial(&config, sealing)?;

    let genesis = client.block_hash(0).ok().flatten().ok_or("the database has no genesis block")?;
    let metrics = Network::register_notification_metrics(config.prometheus_registry());
    let mut network_config = sc_network::config::FullNetworkConfiguration::<Block, Hash, Network>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (grandpa_notifications, grandpa_notification_service) =
        sc_consensus_grandpa::grandpa_peers_set_config::<_, Network>(
            grandpa_protocol.clone(),
            metrics.clone(),
            network_config.peer_store_handle(),
        );
    network_config.add_notification_protocol(grandpa_notifications);
    let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    ));
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config: network_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    if config.offchain_worker.enabled {
        let workers = sc_offchain::OffchainWorkers::new(sc_offchain::OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            is_validator: config.role.is_authority(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(transaction_pool.clone())),
            network_provider: Arc::new(network.clone()),
            // Nothing in the runtime calls out.
            enable_http_requests: false,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-worker",
            workers.run(client.clone(), task_manager.spawn_handle()).boxed(),
        );
    }

    // `spawn_tasks` takes the configuration; what is needed afterwards is kept here.
    let role = config.role;
    let name = config.network.node_name.clone();
    let force_authoring = config.force_authoring;
    let enable_grandpa = !config.disable_grandpa;
    let prometheus = config.prometheus_registry().cloned();
    let discovery = sc_authority_discovery::WorkerConfig {
        publish_non_global_ips: config.network.allow_non_globals_in_dht,
        public_addresses: config.network.public_addresses.clone(),
        strict_record_validation: true,
        persisted_cache_directory: config.network.net_config_path.clone(),
        ..Default::default()
    };

    let voter_state = SharedVoterState::empty();
    let orders = sealing.map(|sealing| (sealing, Orders::channel()));
    let rpc_builder = {
        let client = client.clone();
        let pool = transaction_pool.clone();
        let select_chain = select_chain.clone();
        let keystore = keystore_container.keystore();
        let voter_state = voter_state.clone();
        let authority_set = grandpa_link.shared_authority_set().clone();
        let justifications = grandpa_link.justification_stream();
        let proofs =
            sc_consensus_grandpa::FinalityProofProvider::new_for_service(backend.clone(), Some(authority_set.clone()));
        let sealing = orders.as_ref().map(|(_, orders)| orders.sender.clone());
        Box::new(move |executor: sc_rpc::SubscriptionTaskExecutor| {
            let deps = rpc::FullDeps {
                client: client.clone(),
                pool: pool.clone(),
                select_chain: select_chain.clone(),
                babe: rpc::BabeDeps { worker: babe_worker.clone(), keystore: keystore.clone() },
                grandpa: rpc::GrandpaDeps {
                    voter_state: voter_state.clone(),
                    authority_set: authority_set.clone(),
                    justifications: justifications.clone(),
                    proofs: proofs.clone(),
                },
                sealing: sealing.clone(),
            };
            rpc::create_full(deps, executor).map_err(Into::into)
        })
    };
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut task_manager,
        keystore: keystore_container.keystore(),
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let proposer_factory = || {
        sc_basic_authorship::ProposerFactory::new(
            task_manager.spawn_handle(),
            client.clone(),
            transaction_pool.clone(),
            prometheus.as_ref(),
            telemetry.as_ref().map(Telemetry::handle),
        )
    };

    if let (Some((sealing, orders)), Some(clock)) = (orders, clock) {
        let sealer = sealing::run(SealingParams {
            sealing,
            clock,
            orders: orders.receiver,
            env: proposer_factory(),
            client: client.clone(),
            pool: transaction_pool.clone(),
            select_chain,
            block_import,
            babe_link,
            keystore: keystore_container.keystore(),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("sealing", Some("block-authoring"), sealer);
        return Ok(task_manager);
    }

    if role.is_authority() {
        let slot_duration = babe_link.config().slot_duration();
        let babe = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
            keystore: keystore_container.keystore(),
            client: client.clone(),
            select_chain,
            env: proposer_factory(),
            block_import,
            sync_oracle: sync_service.clone(),
            justification_sync_link: sync_service.clone(),
            create_inherent_data_providers: real_time(slot_duration),
            force_authoring,
            backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
            babe_link,
            block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
            max_block_proposal_slot_portion: None,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), babe);

        let dht_events = network.event_stream("authority-discovery").filter_map(|event| async move {
            match event {
                Event::Dht(event) => Some(event),
                _ => None,
            }
        });
        let (discovery_worker, _) = sc_authority_discovery::new_worker_and_service_with_config(
            discovery,
            client.clone(),
            Arc::new(network.clone()),
            Box::pin(dht_events),
            sc_authority_discovery::Role::PublishAndDiscover(keystore_container.keystore()),
            prometheus.clone(),
            task_manager.spawn_handle(),
        );
        task_manager.spawn_handle().spawn("authority-discovery-worker", Some("networking"), discovery_worker.run());
    }

    if enable_grandpa {
        let grandpa_config = sc_consensus_grandpa::Config {
            gossip_duration: GOSSIP_DURATION,
            justification_generation_period: JUSTIFICATION_PERIOD,
            name: Some(name),
            observer_enabled: false,
            keystore: role.is_authority().then(|| keystore_container.keystore()),
            local_role: role,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            protocol_name: grandpa_protocol,
        };
        let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
            config: grandpa_config,
            link: grandpa_link,
            network,
            sync: sync_service,
            notification_service: grandpa_notification_service,
            voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
            prometheus_registry: prometheus,
            shared_voter_state: voter_state,
            telemetry: telemetry.as_ref().map(Telemetry::handle),
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
    }

    Ok(task_manager)
}
