//! Registration, proofs, terms.

use super::{
    pack::{store_package, unlock},
    record_of,
};
use crate::{
    args::{Family, PackageArguments, RegisterArguments, TermsArguments, Use},
    commands::{allowed, audit, licence_digest, location},
    context::Context,
    describe,
    output::spinner,
};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::{account_of, calls, Chain, DatasetTerms};
use neurodata_primitives::{AlgorithmFamily, AlgorithmSet, DatasetId, DatasetState, UseSet};
use neurodata_storage::uri;

/// Register a package with its stake, and prove it if asked.
pub async fn register(context: &Context, arguments: RegisterArguments) -> Result<()> {
    let signer = context.signer()?;
    let terms = terms(&arguments)?;
    let (commitment, unlocked) = unlock(&arguments.package).await?;
    // What could fail on this machine fails before any stake is at risk.
    let prover = if arguments.wait_audit { Some(audit::load_prover(context).await?) } else { None };
    let uri = uri::format(&store_package(context, &arguments.package.package)?);
    let chain = context.chain().await?;
    let root = commitment.data_root;
    let dataset = match chain.dataset_by_root(root).await? {
        Some(dataset) => {
            let owner = record_of(&chain, dataset).await?.owner;
            ensure!(owner == account_of(&signer), "this data is registered already, as dataset {dataset} of {owner}");
            eprintln!("this package is registered already, as dataset {dataset}; going on from there");
            dataset
        }
        None => {
            let uri = location(&uri)?;
            let waiting = spinner("registering");
            let call = calls::register_dataset(commitment, vec![uri], terms, arguments.stake, arguments.parent);
            let receipt = chain.submit(&signer, call).await.context("the dataset was not registered")?;
            waiting.finish_and_clear();
            receipt.decode::<DatasetId>("DatasetRegistry", "DatasetRegistered")?
        }
    };
    if let Some(prover) = prover {
        audit::complete(&chain, &signer, dataset, unlocked, prover).await?;
    }
    show_registered(context, &chain, dataset).await
}

async fn show_registered(context: &Context, chain: &Chain, dataset: DatasetId) -> Result<()> {
    let record = record_of(chain, dataset).await?;
    let shown = describe::dataset(dataset, &record);
    let next = match record.state {
        DatasetState::Auditing { .. } => "\nnext: `neurodata dataset prove` with the same package and key",
        _ => "",
    };
    context.output.show(shown.text + next, shown.value);
    Ok(())
}

pub async fn prove(context: &Context, arguments: PackageArguments) -> Result<()> {
    let signer = context.signer()?;
    let (commitment, unlocked) = unlock(&arguments).await?;
    let chain = context.chain().await?;
    let Some(dataset) = chain.dataset_by_root(commitment.data_root).await? else {
        bail!("{} is not registered on this chain; run `neurodata dataset register`", arguments.package.display());
    };
    let prover = audit::load_prover(context).await?;
    audit::complete(&chain, &signer, dataset, unlocked, prover).await?;
    show_registered(context, &chain, dataset).await
}

/// The terms that the command line asks for.
pub fn terms(arguments: &RegisterArguments) -> Result<DatasetTerms> {
    let families = if arguments.algorithms.is_empty() { &[Family::All] } else { arguments.algorithms.as_slice() };
    Ok(DatasetTerms {
        copy_price: arguments.copy_price,
        training_price: arguments.training_price,
        uses: uses(&arguments.uses),
        algorithms: algorithms(families),
        allowed: if arguments.allowed.is_empty() { None } else { Some(allowed(&arguments.allowed)?) },
        licence: licence_digest(arguments.licence.as_deref())?,
        expires_at: arguments.expires_at,
    })
}

/// `terms` with what the command line changes.
pub fn updated(mut terms: DatasetTerms, arguments: &TermsArguments) -> Result<DatasetTerms> {
    let before = terms.clone();
    terms.training_price = arguments.training_price.unwrap_or(terms.training_price);
    terms.copy_price = arguments.copy_price.unwrap_or(terms.copy_price);
    terms.uses = arguments.uses.as_deref().map_or(terms.uses, uses);
    terms.algorithms = arguments.algorithms.as_deref().map_or(terms.algorithms, algorithms);
    if let Some(accounts) = &arguments.allowed {
        terms.allowed = Some(allowed(accounts)?);
    }
    if arguments.allow_anybody {
        terms.allowed = None;
    }
    if arguments.licence.is_some() {
        terms.licence = licence_digest(arguments.licence.as_deref())?;
    }
    terms.expires_at = if arguments.no_expiry { None } else { arguments.expires_at.or(terms.expires_at) };
    ensure!(terms != before, "nothing changes; name what is to be different, e.g. --copy-price 5");
    Ok(terms)
}

fn uses(uses: &[Use]) -> UseSet {
    let permits = |one| uses.contains(&one);
    UseSet {
        download: permits(Use::Download),
        train: permits(Use::Train),
        publish_model: permits(Use::PublishModel),
        commercial: permits(Use::Commercial),
        derive: permits(Use::Derive),
    }
}

fn algorithms(families: &[Family]) -> AlgorithmSet {
    families.iter().fold(AlgorithmSet::default(), |set, family| match family {
        Family::All => AlgorithmSet::ALL,
        Family::Linear => set.with(AlgorithmFamily::Linear),
        Family::NeuralNetwork => set.with(AlgorithmFamily::NeuralNetwork),
        Family::Tree => set.with(AlgorithmFamily::Tree),
        Family::Clustering => set.with(AlgorithmFamily::Clustering),
    })
}
