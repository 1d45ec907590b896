//! What clients ask of the chain's state.

use crate::{
    storage::{DoubleItem, Hasher, Item},
    *,
};
use codec::Decode;
use neurodata_primitives::{
    Asset, AuditRecord, DataRoot, DatasetId, InspectionId, JobId, ModelId, OfferId, PurchaseId, Seed, TrainingUseId,
};

const ACCOUNT: Item = Item::by_digest("System", "Account");
const SEEDS: Item = Item::by_id("Entropy", "Seeds");
const DATASETS: Item = Item::by_id("DatasetRegistry", "Datasets");
const DATASETS_BY_ROOT: Item = Item::by_digest("DatasetRegistry", "DatasetsByRoot");
const AUDITS: Item = Item::by_id("DatasetRegistry", "Audits");
const TRAINING_USES: Item = Item::by_id("DatasetRegistry", "TrainingUses");
const JOBS: Item = Item::by_id("ComputeMarket", "Jobs");
const PROVIDERS: Item = Item::by_digest("ComputeMarket", "Providers");
const OFFERS: Item = Item::by_id("ComputeMarket", "Offers");
const EVALUATORS: Item = Item::by_digest("ModelValidation", "Evaluators");
const ROUNDS: Item = Item::by_id("ModelValidation", "Rounds");
const MODELS: Item = Item::by_id("ModelRegistry", "Models");
const LISTINGS: Item = Item::by_id("ModelRegistry", "Listings");
const INCOMES: Item = Item::by_id("ModelRegistry", "Incomes");
const PURCHASES: Item = Item::by_id("Sales", "Purchases");
const INSPECTIONS: Item = Item::by_id("Sales", "Inspections");
const LICENCES: DoubleItem =
    DoubleItem { pallet: "Sales", name: "Licences", hashers: [Hasher::Twox64Concat, Hasher::Blake2_128Concat] };
const OPEN_PURCHASES: DoubleItem =
    DoubleItem { pallet: "Sales", name: "OpenPurchases", hashers: [Hasher::Twox64Concat, Hasher::Blake2_128Concat] };
const CREDITS: Item = Item::by_digest("Rewards", "Credits");
const CONTRIBUTORS: Item = Item::by_digest("Rewards", "Contributors");
const KEYS: Item = Item::by_id("ZkVerifier", "Keys");

/// What an account owns, in plancks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountBalance {
    /// At the account's disposal.
    pub free: Balance,
    /// On hold for some reason.
    pub held: Balance,
}

/// `frame_system::AccountInfo` with `pallet_balances::AccountData`.
#[derive(Decode)]
struct StoredAccount {
    _nonce: u32,
    _consumers: u32,
    _providers: u32,
    _sufficients: u32,
    free: Balance,
    reserved: Balance,
    _frozen: Balance,
    _flags: u128,
}

impl AccountBalance {
    /// Free and held together.
    pub fn total(&self) -> Balance {
        self.free.saturating_add(self.held)
    }
}

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident($key:ident: $kind:ty) -> $value:ty = $item:ident;)*) => { impl Chain {$(
        $(#[$doc])*
        pub async fn $name(&self, $key: $kind) -> Result<Option<$value>, Error> {
            self.entry($item, &$key, None).await
        }
    )*} };
}

macro_rules! maps {
    ($($(#[$doc:meta])* $name:ident -> ($key:ty, $value:ty) = $item:ident;)*) => { impl Chain {$(
        $(#[$doc])*
        pub async fn $name(&self) -> Result<Vec<($key, $value)>, Error> {
            self.entries($item, None).await
        }
    )*} };
}

entries! {
    /// The dataset version with this id.
    dataset(id: DatasetId) -> DatasetRecord = DATASETS;
    /// The dataset version with this data root.
    dataset_by_root(root: DataRoot) -> DatasetId = DATASETS_BY_ROOT;
    /// The challenge of a dataset under audit; `None` until the first proof draws it.
    audit(id: DatasetId) -> AuditRecord = AUDITS;
    /// The training use with this id.
    training_use(id: TrainingUseId) -> TrainingUse = TRAINING_USES;
    /// The job with this id.
    job(id: JobId) -> JobRecord = JOBS;
    /// The compute provider with this account.
    provider(account: &AccountId) -> ProviderRecord = PROVIDERS;
    /// The offer with this id.
    offer(id: OfferId) -> OfferRecord = OFFERS;
    /// The evaluator with this account.
    evaluator(account: &AccountId) -> EvaluatorRecord = EVALUATORS;
    /// The round of evaluation of this job.
    round(job: JobId) -> RoundRecord = ROUNDS;
    /// The model version with this id.
    model(id: ModelId) -> ModelRecord = MODELS;
    /// The sale of this model, if it is or was for sale.
    model_listing(id: ModelId) -> ModelListing = LISTINGS;
    /// The open purchase with this id.
    purchase(id: PurchaseId) -> PurchaseRecord = PURCHASES;
    /// The open inspection with this id.
    inspection(id: InspectionId) -> InspectionRecord = INSPECTIONS;
    /// The profile of this account as stored; [`Chain::contributor_view`] is what it is worth now.
    contributor(account: &AccountId) -> ContributorRecord = CONTRIBUTORS;
    /// The seed that became known at this block, while it is remembered.
    seed(block: BlockNumber) -> Seed = SEEDS;
}

maps! {
    /// All open training uses, by id.
    training_uses -> (TrainingUseId, TrainingUse) = TRAINING_USES;
    /// All open purchases, by id.
    purchases -> (PurchaseId, PurchaseRecord) = PURCHASES;
    /// All open inspections, by id.
    inspections -> (InspectionId, InspectionRecord) = INSPECTIONS;
}

impl Chain {
    /// What `account` owns; zero for an account that doesn't exist.
    pub async fn balance(&self, account: &AccountId) -> Result<AccountBalance, Error> {
        let stored: Option<StoredAccount> = self.entry(ACCOUNT, account, None).await?;
        Ok(stored
            .map_or_else(AccountBalance::default, |stored| AccountBalance { free: stored.free, held: stored.reserved }))
    }

    /// What this model has earned; nothing for a model that never sold.
    pub async fn model_income(&self, id: ModelId) -> Result<ModelIncome, Error> {
        Ok(self.entry(INCOMES, &id, None).await?.unwrap_or_default())
    }

    /// The purchase with this id as it stood after the block with hash `block`.
    pub async fn purchase_at(&self, id: PurchaseId, block: [u8; 32]) -> Result<Option<PurchaseRecord>, Error> {
        self.entry(PURCHASES, &id, Some(block)).await
    }

    /// The purchase of a copy of `asset` that `account` has open; there is one at most.
    pub async fn open_purchase(&self, asset: Asset, account: &AccountId) -> Result<Option<PurchaseId>, Error> {
        self.double_entry(OPEN_PURCHASES, &asset, account).await
    }

    /// The licence of `account` for `asset`, which may have expired.
    pub async fn licence(&self, asset: Asset, account: &AccountId) -> Result<Option<LicenceRecord>, Error> {
        self.double_entry(LICENCES, &asset, account).await
    }

    /// All licences for `asset`, by account; some may have expired.
    pub async fn licences(&self, asset: Asset) -> Result<Vec<(AccountId, LicenceRecord)>, Error> {
        self.double_entries(LICENCES, &asset).await
    }

    /// Amounts that `account` is owed, in the order in which they were credited.
    pub async fn credits(&self, account: &AccountId) -> Result<Vec<Credit>, Error> {
        Ok(self.entry(CREDITS, account, None).await?.unwrap_or_default())
    }

    /// Whether the runtime accepts `proof` of `statement` for `inputs`, with the key that is registered now.
    pub async fn verifies(
        &self,
        statement: neurodata_primitives::seams::StatementId,
        inputs: &[neurodata_primitives::FieldBytes],
        proof: &[u8],
    ) -> Result<bool, Error> {
        self.runtime_api("NeuroDataApi_zk_verify", &(statement, inputs, proof)).await
    }

    /// What the chain would find if `complaint` were made about a `key` wrapped for `recipient_key` in `context`.
    pub async fn judge_complaint(
        &self,
        package: &neurodata_primitives::PackageCommitment,
        recipient_key: &neurodata_primitives::RecipientKey,
        key: &neurodata_primitives::WrappedKey,
        context: &[u8],
        complaint: &neurodata_primitives::Complaint,
    ) -> Result<Result<neurodata_primitives::Fault, neurodata_primitives::Dismissal>, Error> {
        self.runtime_api("NeuroDataApi_judge_complaint", &(package, recipient_key, key, context, complaint)).await
    }

    /// The stored verifying key of a statement, SCALE encoded as the zk verifier stores it; `None` without a key.
    pub async fn verifying_key_record<T: Decode>(
        &self,
        statement: neurodata_primitives::seams::StatementId,
    ) -> Result<Option<T>, Error> {
        self.entry(KEYS, &statement, None).await
    }
}
