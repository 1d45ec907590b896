//! The calls of the protocol's pallets, one constructor each.
//!
//! Arguments are SCALE encoded in the order in which the pallet declares them. Before a call is signed it is decoded
//! again with the node's metadata, so a program that is older or newer than the chain gets an error, not a surprise.

use crate::{AccountId, Balance, DatasetTerms, JobRequest, ModelTerms};
use codec::Encode;
use neurodata_primitives::{
    seams::StatementId, Asset, AuditProof, Capability, CheckpointDigest, Complaint, DatasetCommitment, DatasetId,
    InspectionId, JobId, LicenceKind, ModelId, ModelPackage, OfferId, ProbeCommitment, PurchaseId, RecipientKey,
    ResultCommitment, TraceLinks, TraceRoot, TrainingUseId, Uri, Verdict, VerdictSeal, WrappedKey,
};

/// A call that can be signed and submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Name of the pallet in the runtime.
    pub pallet: &'static str,
    /// Name of the call.
    pub name: &'static str,
    /// Arguments, SCALE encoded one after the other.
    pub arguments: Vec<u8>,
}

/// A vector that the caller keeps within the pallet's bound; the bound is part of the type's documentation only.
type Bounded<T> = Vec<T>;

macro_rules! calls {
    ($($(#[$doc:meta])* $pallet:literal $name:ident($($argument:ident: $kind:ty),* $(,)?);)*) => {$(
        $(#[$doc])*
        pub fn $name($($argument: $kind),*) -> Call {
            Call { pallet: $pallet, name: stringify!($name), arguments: ($($argument,)*).encode() }
        }
    )*};
}

calls! {
    /// Register a dataset version with `stake` plancks, as the next version of `parent` if one is named. At most
    /// [`MAX_URIS`](neurodata_primitives::dataset::MAX_URIS) locations.
    "DatasetRegistry" register_dataset(
        commitment: DatasetCommitment, uris: Bounded<Uri>, terms: DatasetTerms, stake: Balance, parent: Option<DatasetId>
    );
    /// Prove challenged chunks, at most [`MAX_PROOFS_PER_CALL`](neurodata_primitives::dataset::MAX_PROOFS_PER_CALL).
    "DatasetRegistry" submit_audit(dataset: DatasetId, proofs: Bounded<AuditProof>);
    /// End an audit that was not finished in time.
    "DatasetRegistry" expire_audit(dataset: DatasetId);
    /// Deliver the content key of a training use.
    "DatasetRegistry" deliver_key(training_use: TrainingUseId, key: WrappedKey);
    /// End a training use whose key was not delivered in time.
    "DatasetRegistry" expire_delivery(training_use: TrainingUseId);
    /// Take a dataset off sale.
    "DatasetRegistry" delist_dataset(dataset: DatasetId);
    /// Get the stake of a delisted dataset back after the lock period.
    "DatasetRegistry" withdraw_stake(dataset: DatasetId);
    /// Change the terms on which a dataset is sold from now on.
    "DatasetRegistry" update_terms(dataset: DatasetId, terms: DatasetTerms);
    /// Change where a dataset's package can be had.
    "DatasetRegistry" update_uris(dataset: DatasetId, uris: Bounded<Uri>);
    /// Add `amount` plancks to a dataset's stake.
    "DatasetRegistry" add_stake(dataset: DatasetId, amount: Balance);
    /// Prove that the key delivered for a training use, or the package that it opens, is bad.
    "DatasetRegistry" complain_training_key(training_use: TrainingUseId, complaint: Complaint);
    /// Buy a copy of an asset for at most `max_price` plancks; `recipient_key` is made for this purchase only.
    "Sales" purchase(asset: Asset, licence: LicenceKind, recipient_key: RecipientKey, max_price: Balance);
    /// Say that all is well, so that the purchase is settled at once.
    "Sales" confirm_purchase(purchase: PurchaseId);
    /// Settle a purchase whose time for complaints is over.
    "Sales" settle(purchase: PurchaseId);
    /// Prove that a delivered key or package is bad.
    "Sales" complain(purchase: PurchaseId, complaint: Complaint);
    /// Give up the signer's licence, or clear an expired one of `account`; frees its deposit.
    "Sales" surrender_licence(asset: Asset, account: Option<AccountId>);
    /// Have `seats` evaluators inspect an own dataset's package, for `fee` plancks each.
    "Sales" request_inspection(dataset: DatasetId, seats: u32, fee: Balance);
    /// Draw the evaluators of an inspection.
    "Sales" draw_inspectors(inspection: InspectionId);
    /// Take an inspection that the signer was drawn for; `recipient_key` is made for it only.
    "Sales" accept_inspection(inspection: InspectionId, recipient_key: RecipientKey);
    /// End an inspection that is complete or overdue.
    "Sales" close_inspection(inspection: InspectionId);
    /// Give up an inspection that the signer took: no fee, no attestation, no penalty; its deposit comes back.
    "Sales" abandon_inspection(purchase: PurchaseId);
    /// Decline an inspection that the signer was drawn for, at no cost.
    "Sales" decline_inspection(inspection: InspectionId);
    /// Become a compute provider with `bond` plancks.
    "ComputeMarket" register_provider(bond: Balance);
    /// Offer a machine at `unit_price` plancks a work unit, for `slots` jobs side by side.
    "ComputeMarket" add_offer(capability: Capability, unit_price: Balance, slots: u32);
    /// Change an own offer; jobs that were matched to it stay as they are.
    "ComputeMarket" update_offer(offer: OfferId, capability: Capability, unit_price: Balance, slots: u32);
    /// Take an own offer off the market; jobs that were matched to it stay as they are.
    "ComputeMarket" withdraw_offer(offer: OfferId);
    /// Move the offers of `provider` to where its bond and reputation put them now.
    "ComputeMarket" refresh_offers(provider: AccountId);
    /// Stop being a compute provider.
    "ComputeMarket" retire_provider();
    /// Post a training job; its highest price goes on hold.
    "ComputeMarket" post_job(request: JobRequest);
    /// Cancel an own job: at once until it runs, then once its provider had time to prove its progress.
    "ComputeMarket" cancel_job(job: JobId);
    /// Match an open job to the best offer; `hint` is taken if it fits and the search finds none.
    "ComputeMarket" match_job(job: JobId, hint: Option<OfferId>);
    /// Accept a matched job; `recipient_key` is made for this job only, `probe` binds the secret of a known-answer task.
    "ComputeMarket" accept_job(job: JobId, recipient_key: RecipientKey, probe: ProbeCommitment);
    /// Give a job back.
    "ComputeMarket" release_job(job: JobId);
    /// Say that the checkpoint at `position`, counted from 0, is reached and has this digest.
    "ComputeMarket" heartbeat(job: JobId, position: u32, checkpoint: CheckpointDigest);
    /// Commit to a result and prove possession of the challenged chunk.
    "ComputeMarket" submit_result(job: JobId, result: ResultCommitment, proof: AuditProof);
    /// Commit to the first `checkpoints` checkpoints of a run that its owner cancelled, and prove possession of the
    /// challenged chunk.
    "ComputeMarket" submit_progress(job: JobId, checkpoints: u32, trace: TraceRoot, proof: AuditProof);
    /// Move a job on whose deadline has passed.
    "ComputeMarket" expire_job(job: JobId);
    /// Remove a job that is over.
    "ComputeMarket" prune_job(job: JobId);
    /// Decline a job that the signer was matched to.
    "ComputeMarket" decline_job(job: JobId);
    /// Become an evaluator with `bond` plancks.
    "ModelValidation" register_evaluator(bond: Balance, recipient_key: RecipientKey);
    /// Change the key under which content keys are wrapped.
    "ModelValidation" set_recipient_key(recipient_key: RecipientKey);
    /// Stop being an evaluator.
    "ModelValidation" retire_evaluator();
    /// Draw the committee of a job's round.
    "ModelValidation" draw_committee(job: JobId);
    /// Hand the content key to members of the committee, at most [`MAX_COMMITTEE`](neurodata_primitives::validation::MAX_COMMITTEE).
    "ModelValidation" deliver_evaluation_keys(job: JobId, keys: Bounded<(AccountId, WrappedKey)>);
    /// Seal a verdict.
    "ModelValidation" seal_verdict(job: JobId, seal: VerdictSeal);
    /// Open a sealed verdict.
    "ModelValidation" reveal_verdict(job: JobId, verdict: Verdict, score: u8, salt: [u8; 32]);
    /// Open the secret of the signer's own result; `links` are those of the true trace if the submitted one was planted.
    "ModelValidation" open_probe(job: JobId, secret: [u8; 32], links: Option<TraceLinks>);
    /// End sealing after its deadline.
    "ModelValidation" close_sealing(job: JobId);
    /// Decide a round that is ready or overdue.
    "ModelValidation" close_round(job: JobId);
    /// Hand a model version to another account.
    "ModelRegistry" transfer_model(model: ModelId, to: AccountId);
    /// Offer an own model version for sale, with `stake` plancks.
    "ModelRegistry" list_model(
        model: ModelId, package: ModelPackage, uris: Bounded<Uri>, terms: ModelTerms, stake: Balance
    );
    /// Change the terms on which a model is sold from now on.
    "ModelRegistry" update_model_terms(model: ModelId, terms: ModelTerms);
    /// Add `amount` plancks to the stake of a model for sale.
    "ModelRegistry" add_model_stake(model: ModelId, amount: Balance);
    /// Take a model off sale.
    "ModelRegistry" delist_model(model: ModelId);
    /// Get the stake of a delisted model back after the lock period.
    "ModelRegistry" withdraw_model_stake(model: ModelId);
    /// Share what a model has earned among its owner, contributors and parents.
    "ModelRegistry" collect_royalties(model: ModelId);
    /// Pay out every matured credit of the signer.
    "Rewards" claim();
    /// Give `amount` plancks to the reward pool.
    "Rewards" donate(amount: Balance);
    /// Put `amount` plancks on hold as stake of the signer's profile.
    "Rewards" stake(amount: Balance);
    /// Ask for `amount` plancks of the stake back, one release at a time.
    "Rewards" unstake(amount: Balance);
    /// Get the stake back whose release is due.
    "Rewards" withdraw_unstaked();
    /// Burn own tokens.
    "NrcToken" burn(amount: Balance);
    /// Check a zk proof on chain.
    "ZkVerifier" verify_proof(statement: StatementId, inputs: Bounded<neurodata_primitives::FieldBytes>, proof: Vec<u8>);
}

/// Get a retired provider's bond back.
pub fn withdraw_provider_bond() -> Call {
    Call { pallet: "ComputeMarket", name: "withdraw_bond", arguments: Vec::new() }
}

/// Get a retired evaluator's bond back.
pub fn withdraw_evaluator_bond() -> Call {
    Call { pallet: "ModelValidation", name: "withdraw_bond", arguments: Vec::new() }
}

/// Add `amount` plancks to a compute provider's bond.
pub fn add_provider_bond(amount: Balance) -> Call {
    Call { pallet: "ComputeMarket", name: "add_bond", arguments: amount.encode() }
}

/// Add `amount` plancks to an evaluator's bond.
pub fn add_evaluator_bond(amount: Balance) -> Call {
    Call { pallet: "ModelValidation", name: "add_bond", arguments: amount.encode() }
}

/// Deliver the content key of a purchase or inspection.
pub fn deliver_purchase_key(purchase: PurchaseId, key: WrappedKey) -> Call {
    Call { pallet: "Sales", name: "deliver_key", arguments: (purchase, key).encode() }
}

/// End a purchase whose key was not delivered in time.
pub fn expire_purchase(purchase: PurchaseId) -> Call {
    Call { pallet: "Sales", name: "expire_delivery", arguments: purchase.encode() }
}

/// Send `amount` plancks to `to`, leaving the sender at least the existential deposit.
pub fn transfer(to: AccountId, amount: Balance) -> Call {
    let to = subxt::utils::MultiAddress::<AccountId, ()>::Id(to);
    Call { pallet: "Balances", name: "transfer_keep_alive", arguments: (to, codec::Compact(amount)).encode() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_encoded_in_order_without_anything_between() {
        let call = heartbeat(JobId::new(1), 2, CheckpointDigest::new([3; 32]));
        assert_eq!((call.pallet, call.name), ("ComputeMarket", "heartbeat"));
        let parts: [&[u8]; 3] = [&[1, 0, 0, 0, 0, 0, 0, 0], &[2, 0, 0, 0], &[3; 32]];
        assert_eq!(call.arguments, parts.concat());
        assert_eq!(match_job(JobId::new(1), None).arguments, [1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            match_job(JobId::new(1), Some(OfferId::new(2))).arguments,
            [1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0]
        );
        assert!(claim().arguments.is_empty());
        let call = purchase(Asset::Model(ModelId::new(3)), LicenceKind::Derive, RecipientKey::new([4; 32]), 5);
        let key = [4; 32];
        let parts: [&[u8]; 5] =
            [&[1], &[3, 0, 0, 0, 0, 0, 0, 0], &[2], &key, &[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]];
        assert_eq!(call.arguments, parts.concat());
    }
}
