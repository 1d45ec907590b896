//! Runtime APIs: what a node and its clients may ask without an extrinsic.

use alloc::vec::Vec;

use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::KeyOwnerProofSystem,
    weights::Weight,
};
use neurodata_primitives::{
    seams::{StatementId, ZkVerifier as _},
    Capability, Complaint, DatasetId, Dismissal, Fault, FieldBytes, JobId, ModelId, OfferId, PackageCommitment, Page,
    PurchaseId, RecipientKey, Task, WrappedKey,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_api::impl_runtime_apis;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, DispatchError, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::{configs::babe::GENESIS_EPOCH, opaque::SessionKeys, params::bounded, *};

/// A dataset on this chain.
pub type DatasetRecord = neurodata_primitives::DatasetRecord<AccountId, Balance, BlockNumber>;
/// A job on this chain.
pub type JobRecord = neurodata_primitives::JobRecord<AccountId, Balance, BlockNumber>;
/// What somebody asks for before a job is posted.
pub type JobRequest = neurodata_primitives::JobRequest<Balance, BlockNumber>;
/// What that would cost and need.
pub type JobEstimate = neurodata_primitives::JobEstimate<Balance>;
/// Where a listing of open jobs goes on.
pub type OpenJobCursor = neurodata_primitives::OpenJobCursor<Balance>;
/// An offer on this chain.
pub type OfferRecord = neurodata_primitives::OfferRecord<AccountId, Balance>;
/// Parameters of this chain that a client reckons with.
pub type MarketRules = neurodata_primitives::MarketRules<Balance, BlockNumber>;
/// The evaluation of a result on this chain.
pub type RoundRecord = neurodata_primitives::RoundRecord<AccountId, BlockNumber>;
/// An evaluator on this chain.
pub type EvaluatorRecord = neurodata_primitives::EvaluatorRecord<Balance, BlockNumber>;
/// The best models of a task on this chain.
pub type Leaderboard = neurodata_primitives::Leaderboard<AccountId, BlockNumber>;
/// A contributor on this chain, as it stands now.
pub type ContributorView = neurodata_primitives::ContributorView<Balance, BlockNumber>;
/// A line in the history of an account on this chain.
pub type HistoryEntry = neurodata_primitives::HistoryEntry<Balance, BlockNumber>;
/// The reward pool of this chain.
pub type PoolStatus = neurodata_primitives::PoolStatus<Balance>;
/// A model version on this chain.
pub type ModelRecord = neurodata_primitives::ModelRecord<AccountId, BlockNumber>;
/// The sale of a model on this chain.
pub type ModelListing = neurodata_primitives::ModelListing<AccountId, Balance, BlockNumber>;
/// What a model has earned on this chain.
pub type ModelIncome = neurodata_primitives::ModelIncome<Balance>;
/// A purchase on this chain.
pub type PurchaseRecord = neurodata_primitives::PurchaseRecord<AccountId, Balance, BlockNumber>;

/// Most records that one page holds.
pub const MAX_PAGE: u32 = 256;

sp_api::decl_runtime_apis! {
    /// What clients of NeuroData ask often.
    ///
    /// Lists come in pages: at most `limit` records, and never more than [`MAX_PAGE`]; with them where to go on from,
    /// `None` at the end. A page that looks at records which do not fit may come out short, even empty, and still go on.
    pub trait NeuroDataApi {
        /// Open jobs that a machine with `capability` can take: those of the highest class first, within it the best
        /// paying, then the earliest.
        fn open_jobs(
            capability: Capability,
            from: Option<OpenJobCursor>,
            limit: u32,
        ) -> Page<(JobId, JobRecord), OpenJobCursor>;

        /// A job.
        fn job(job: JobId) -> Option<JobRecord>;

        /// Jobs from `start` on in ascending order of id, of `owner` alone if one is named.
        fn list_jobs(start: JobId, limit: u32, owner: Option<AccountId>) -> Page<(JobId, JobRecord), JobId>;

        /// The jobs that a compute provider holds now.
        fn provider_jobs(provider: AccountId) -> Vec<(JobId, JobRecord)>;

        /// Offers from `start` on in ascending order of id, of `provider` alone if one is named.
        fn list_offers(start: OfferId, limit: u32, provider: Option<AccountId>) -> Page<(OfferId, OfferRecord), OfferId>;

        /// What `request` would cost `owner` and need, or why it would be refused.
        fn estimate_job(owner: AccountId, request: JobRequest) -> Result<JobEstimate, DispatchError>;

        /// The rounds in which an evaluator has a seat now.
        fn committee_duties(evaluator: AccountId) -> Vec<(JobId, RoundRecord)>;

        /// Rounds from `start` on in ascending order of job.
        fn list_rounds(start: JobId, limit: u32) -> Page<(JobId, RoundRecord), JobId>;

        /// Evaluators, in no order that means anything, from the place that the page before named.
        fn list_evaluators(start: Option<AccountId>, limit: u32) -> Page<(AccountId, EvaluatorRecord), AccountId>;

        /// The best models of a task.
        fn leaderboard(task: Task) -> Option<Leaderboard>;

        /// The leaderboards of a dataset, at most 64.
        fn list_leaderboards(dataset: DatasetId) -> Vec<(Task, Leaderboard)>;

        /// A contributor's profile, stake and reputation as they are now.
        fn contributor(account: AccountId) -> ContributorView;

        /// The history of an account from line `from` on, oldest first, each line with its number.
        fn history(account: AccountId, from: u32, limit: u32) -> Page<(u32, HistoryEntry), u32>;

        /// What a job did to anybody's money and reputation, in order of time, until it is pruned.
        fn explain_job(job: JobId) -> Vec<(AccountId, HistoryEntry)>;

        /// What the reward pool has and owes.
        fn pool_status() -> PoolStatus;

        /// What an account can claim now, and what is credited but matures later; in plancks.
        fn pending_rewards(account: AccountId) -> (Balance, Balance);

        /// The parameters that a client reckons with, as they are now.
        fn market_rules() -> MarketRules;

        /// A dataset with its terms and score.
        fn dataset(dataset: DatasetId) -> Option<DatasetRecord>;

        /// Datasets from `start` on in ascending order of id, of `owner` alone if one is named, and those for sale alone if
        /// asked.
        fn list_datasets(
            start: DatasetId,
            limit: u32,
            owner: Option<AccountId>,
            active_only: bool,
        ) -> (Vec<(DatasetId, DatasetRecord)>, Option<DatasetId>);

        /// Models from `start` on, with their sale and income.
        fn list_models(
            start: ModelId,
            limit: u32,
            owner: Option<AccountId>,
            listed_only: bool,
        ) -> (Vec<(ModelId, ModelRecord, Option<ModelListing>, ModelIncome)>, Option<ModelId>);

        /// Open purchases from `start` on, those in which `party` buys or sells if one is named.
        fn list_purchases(
            start: PurchaseId,
            limit: u32,
            party: Option<AccountId>,
        ) -> (Vec<(PurchaseId, PurchaseRecord)>, Option<PurchaseId>);

        /// The ancestors of a model, nearest first, each once: at most `limit`, and never more than there can be.
        fn lineage(model: ModelId, limit: u32) -> Vec<ModelId>;

        /// What the chain would find if `complaint` were made about a `key` that was wrapped for `recipient_key` in
        /// `context`: a fault, or why it would be dismissed at the price of the deposit.
        fn judge_complaint(
            package: PackageCommitment,
            recipient_key: RecipientKey,
            key: WrappedKey,
            context: Vec<u8>,
            complaint: Complaint,
        ) -> Result<Fault, Dismissal>;

        /// Whether `proof` of `statement` verifies for `inputs` under the registered key.
        fn zk_verify(statement: StatementId, inputs: Vec<FieldBytes>, proof: Vec<u8>) -> bool;
    }
}

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }

        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block);
        }

        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }

        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }

        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }

        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }

        fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }

        fn check_inherents(
            block: <Block as BlockT>::LazyBlock,
            data: sp_inherents::InherentData,
        ) -> sp_inherents::CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            extrinsic: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, extrinsic, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }

        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_babe::BabeApi<Block> for Runtime {
        fn configuration() -> sp_consensus_babe::BabeConfiguration {
            let epoch = Babe::epoch_config().unwrap_or(GENESIS_EPOCH);
            sp_consensus_babe::BabeConfiguration {
                slot_duration: Babe::slot_duration(),
                epoch_length: constants::SESSION_SLOTS,
                c: epoch.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: epoch.allowed_slots,
            }
        }

        fn current_epoch_start() -> sp_consensus_babe::Slot {
            Babe::current_epoch_start()
        }

        fn current_epoch() -> sp_consensus_babe::Epoch {
            Babe::current_epoch()
        }

        fn next_epoch() -> sp_consensus_babe::Epoch {
            Babe::next_epoch()
        }

        fn generate_key_ownership_proof(
            _slot: sp_consensus_babe::Slot,
            authority_id: sp_consensus_babe::AuthorityId,
        ) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
            Historical::prove((sp_consensus_babe::KEY_TYPE, authority_id))
                .map(|proof| proof.encode())
                .map(sp_consensus_babe::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
            key_owner_proof: sp_consensus_babe::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Babe::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof.decode()?)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }

        fn current_set_id() -> sp_consensus_grandpa::SetId {
            pallet_grandpa::CurrentSetId::<Runtime>::get()
        }

        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            authority_id: sp_consensus_grandpa::AuthorityId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority_id))
                .map(|proof| proof.encode())
                .map(sp_consensus_grandpa::OpaqueKeyOwnershipProof::new)
        }

        fn submit_report_equivocation_unsigned_extrinsic(
            equivocation_proof: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof.decode()?)
        }
    }

    impl sp_authority_discovery::AuthorityDiscoveryApi<Block> for Runtime {
        fn authorities() -> Vec<sp_authority_discovery::AuthorityId> {
            AuthorityDiscovery::authorities()
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(extrinsic: <Block as BlockT>::Extrinsic, bytes: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(extrinsic, bytes)
        }

        fn query_fee_details(extrinsic: <Block as BlockT>::Extrinsic, bytes: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_fee_details(extrinsic, bytes)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(bytes: u32) -> Balance {
            TransactionPayment::length_to_fee(bytes)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
        for Runtime
    {
        fn query_call_info(call: RuntimeCall, bytes: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, bytes)
        }

        fn query_call_fee_details(call: RuntimeCall, bytes: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, bytes)
        }

        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }

        fn query_length_to_fee(bytes: u32) -> Balance {
            TransactionPayment::length_to_fee(bytes)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }

        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis_presets::get_preset)
        }

        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis_presets::preset_names()
        }
    }

    impl self::NeuroDataApi<Block> for Runtime {
        fn open_jobs(
            capability: Capability,
            from: Option<OpenJobCursor>,
            limit: u32,
        ) -> Page<(JobId, JobRecord), OpenJobCursor> {
            ComputeMarket::open_jobs_for(capability, from, limit.min(MAX_PAGE))
        }

        fn job(job: JobId) -> Option<JobRecord> {
            pallet_compute_market::Jobs::<Runtime>::get(job)
        }

        fn list_jobs(start: JobId, limit: u32, owner: Option<AccountId>) -> Page<(JobId, JobRecord), JobId> {
            ComputeMarket::list_jobs(start, limit.min(MAX_PAGE), owner)
        }

        fn provider_jobs(provider: AccountId) -> Vec<(JobId, JobRecord)> {
            ComputeMarket::jobs_of_provider(&provider)
        }

        fn list_offers(start: OfferId, limit: u32, provider: Option<AccountId>) -> Page<(OfferId, OfferRecord), OfferId> {
            ComputeMarket::list_offers(start, limit.min(MAX_PAGE), provider)
        }

        fn estimate_job(owner: AccountId, request: JobRequest) -> Result<JobEstimate, DispatchError> {
            ComputeMarket::estimate(&owner, request)
        }

        fn committee_duties(evaluator: AccountId) -> Vec<(JobId, RoundRecord)> {
            ModelValidation::duties_of(&evaluator)
        }

        fn list_rounds(start: JobId, limit: u32) -> Page<(JobId, RoundRecord), JobId> {
            ModelValidation::list_rounds(start, limit.min(MAX_PAGE))
        }

        fn list_evaluators(start: Option<AccountId>, limit: u32) -> Page<(AccountId, EvaluatorRecord), AccountId> {
            ModelValidation::list_evaluators(start, limit.min(MAX_PAGE))
        }

        fn leaderboard(task: Task) -> Option<Leaderboard> {
            ModelValidation::leaderboard(&task)
        }

        fn list_leaderboards(dataset: DatasetId) -> Vec<(Task, Leaderboard)> {
            ModelValidation::leaderboards_of(dataset)
        }

        fn contributor(account: AccountId) -> ContributorView {
            Rewards::contributor(&account)
        }

        fn history(account: AccountId, from: u32, limit: u32) -> Page<(u32, HistoryEntry), u32> {
            Rewards::history_of(&account, from, limit.min(MAX_PAGE))
        }

        fn explain_job(job: JobId) -> Vec<(AccountId, HistoryEntry)> {
            Rewards::explain_job(job)
        }

        fn pool_status() -> PoolStatus {
            Rewards::pool_status()
        }

        fn pending_rewards(account: AccountId) -> (Balance, Balance) {
            let matured = Rewards::claimable(account.clone());
            (matured, Rewards::owed(account).saturating_sub(matured))
        }

        fn market_rules() -> MarketRules {
            let provider_bond = bounded::ProviderBond::get();
            MarketRules {
                min_unit_price: bounded::MinUnitPrice::get(),
                provider_bond,
                least_penalty: bounded::BreachSlash::get().mul_ceil(provider_bond),
                price_liability: bounded::PriceLiability::get(),
                max_deliver_within: bounded::MaxDeliverPeriod::get(),
                evaluator_bond: bounded::EvaluatorBond::get(),
                seat_penalty: ModelValidation::seat_penalty(),
                committee_size: bounded::CommitteeSize::get(),
                probe_rate: bounded::ProbeRate::get(),
            }
        }

        fn dataset(dataset: DatasetId) -> Option<DatasetRecord> {
            pallet_dataset_registry::Datasets::<Runtime>::get(dataset)
        }

        fn list_datasets(
            start: DatasetId,
            limit: u32,
            owner: Option<AccountId>,
            active_only: bool,
        ) -> (Vec<(DatasetId, DatasetRecord)>, Option<DatasetId>) {
            DatasetRegistry::list(start, limit.min(MAX_PAGE), owner, active_only)
        }

        fn list_models(
            start: ModelId,
            limit: u32,
            owner: Option<AccountId>,
            listed_only: bool,
        ) -> (Vec<(ModelId, ModelRecord, Option<ModelListing>, ModelIncome)>, Option<ModelId>) {
            ModelRegistry::list(start, limit.min(MAX_PAGE), owner, listed_only)
        }

        fn list_purchases(
            start: PurchaseId,
            limit: u32,
            party: Option<AccountId>,
        ) -> (Vec<(PurchaseId, PurchaseRecord)>, Option<PurchaseId>) {
            Sales::list(start, limit.min(MAX_PAGE), party)
        }

        fn lineage(model: ModelId, limit: u32) -> Vec<ModelId> {
            ModelRegistry::lineage(model, limit)
        }

        fn judge_complaint(
            package: PackageCommitment,
            recipient_key: RecipientKey,
            key: WrappedKey,
            context: Vec<u8>,
            complaint: Complaint,
        ) -> Result<Fault, Dismissal> {
            neurodata_sealing::judge::judge(&package, &recipient_key, &key, &context, &complaint)
        }

        fn zk_verify(statement: StatementId, inputs: Vec<FieldBytes>, proof: Vec<u8>) -> bool {
            ZkVerifier::verify(statement, &inputs, &proof).is_ok()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(extra: bool) -> (
            Vec<frame_benchmarking::BenchmarkList>,
            Vec<frame_support::traits::StorageInfo>,
        ) {
            use frame_benchmarking::{baseline, BenchmarkList};
            use frame_support::traits::StorageInfoTrait;
            use baseline::Pallet as BaselineBench;
            use frame_system_benchmarking::Pallet as SystemBench;
            use frame_system_benchmarking::extensions::Pallet as SystemExtensionsBench;

            let mut list = Vec::<BenchmarkList>::new();
            list_benchmarks!(list, extra);
            (list, AllPalletsWithSystem::storage_info())
        }

        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            use frame_benchmarking::{baseline, BenchmarkBatch};
            use frame_support::traits::WhitelistedStorageKeys;
            use baseline::Pallet as BaselineBench;
            use frame_system_benchmarking::Pallet as SystemBench;
            use frame_system_benchmarking::extensions::Pallet as SystemExtensionsBench;

            let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
            let mut batches = Vec::<BenchmarkBatch>::new();
            let params = (&config, &whitelist);
            add_benchmarks!(params, batches);
            Ok(batches)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            let weight = Executive::try_runtime_upgrade(checks).expect("an upgrade check failed");
            (weight, configs::BlockWeights::get().max_block)
        }

        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("a block or its state failed a check")
        }
    }
}

#[cfg(feature = "runtime-benchmarks")]
mod benches {
    frame_benchmarking::define_benchmarks!(
        [frame_benchmarking, BaselineBench::<Runtime>]
        [frame_system, SystemBench::<Runtime>]
        [frame_system_extensions, SystemExtensionsBench::<Runtime>]
        [pallet_balances, Balances]
        [pallet_timestamp, Timestamp]
        [pallet_transaction_payment, TransactionPayment]
        [pallet_utility, Utility]
        [pallet_entropy, Entropy]
        [pallet_nrc_token, NrcToken]
        [pallet_zk_verifier, ZkVerifier]
        [pallet_dataset_registry, DatasetRegistry]
        [pallet_compute_market, ComputeMarket]
        [pallet_model_validation, ModelValidation]
        [pallet_model_registry, ModelRegistry]
        [pallet_rewards, Rewards]
        [pallet_sales, Sales]
    );
}
