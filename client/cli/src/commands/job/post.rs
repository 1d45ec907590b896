//! Estimating and posting jobs.

use super::{spec::spec, watch};
use crate::{
    args::RequestArguments,
    commands::{capability, dataset, submit_for_receipt},
    context::Context,
    describe::{self, Prospect},
    output::print_line,
};
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use neurodata_chain::{
    account_of, amount::format_nrc, calls, AccountId, Balance, BlockNumber, Chain, Error, JobRequest,
};
use neurodata_dataset::Schema;
use neurodata_primitives::{
    job::{blocks_for, MIN_DELIVER_BLOCKS},
    JobId, OfferId, Visibility,
};
use serde_json::json;

/// Blocks within which a result must come unless the command line or the work says otherwise: ten minutes.
const DELIVER_WITHIN: BlockNumber = 200;

/// Say what a job would cost and need.
pub async fn estimate(context: &Context, arguments: &RequestArguments, owner: Option<&str>) -> Result<()> {
    let owner = context.account(owner)?;
    let shown = describe::estimate(&prospect(context, &context.chain().await?, &owner, arguments).await?);
    context.output.show(shown.text, shown.value);
    Ok(())
}

/// Post a job, after showing its estimate.
pub async fn post(context: &Context, arguments: &RequestArguments, wait: bool) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let prospect = prospect(context, &chain, &account_of(&signer), arguments).await?;
    if let Some(reason) = prospect.refusal() {
        bail!("the job was not posted, as the chain would refuse it: {reason}");
    }
    let estimate = describe::estimate(&prospect);
    let say = |text: &str| {
        if !context.output.json {
            print_line(text.trim_end());
        }
    };
    say(&estimate.text);
    say("");
    let highest = prospect.estimate.escrow;
    let receipt = submit_for_receipt(&chain, &signer, calls::post_job(prospect.request), "posting").await;
    let receipt = receipt.context("the job was not posted")?;
    let job: JobId = receipt.decode("ComputeMarket", "JobPosted")?;
    let text = format!(
        "job {job} is posted in block {}, fee {}: at most {}; `neurodata job watch {job}` follows it",
        receipt.block_number,
        format_nrc(receipt.fee),
        format_nrc(highest),
    );
    if !wait {
        let value = json!({
            "job": job,
            "work_units": prospect.estimate.work_units,
            "highest_price": highest.to_string(),
            "estimate": estimate.value,
            "block": receipt.block_number,
            "fee": receipt.fee.to_string(),
        });
        context.output.show(text, value);
        return Ok(());
    }
    say(&text);
    let record = watch::follow(&chain, job, |change| say(&change.text)).await?;
    if context.output.json {
        let mut shown = describe::job(job, &record);
        shown.value["estimate"] = estimate.value;
        context.output.show(shown.text, shown.value);
    }
    watch::ensure_settled(job, &record)
}

/// What the command line asks for and what the chain reckons for it.
async fn prospect(
    context: &Context,
    chain: &Chain,
    owner: &AccountId,
    arguments: &RequestArguments,
) -> Result<Prospect> {
    let record = dataset::record_of(chain, arguments.dataset).await?;
    let schema = match &arguments.schema {
        Some(path) => dataset::read_schema(path)?,
        None => dataset::stored_schema(context, arguments.dataset, &record)
            .context("name the dataset's schema file with --schema FILE")?,
    };
    ensure!(
        schema.digest() == record.commitment.schema_digest,
        "the schema is not that of dataset {}",
        arguments.dataset
    );
    let mut request = request(arguments, record.terms.training_price, &schema)?;
    let units = request.spec.work_units(record.commitment.rows, record.commitment.columns);
    let units = units.map_err(|error| anyhow!("the training spec is refused: {error}"))?;
    let rules = chain.market_rules().await?;
    let least = MIN_DELIVER_BLOCKS.saturating_add(blocks_for(units));
    request.deliver_within = deliver_within(arguments.deliver_within, least, rules.max_deliver_within);
    // Asked for what the chain takes, so that an obstacle does not hide the price.
    let possible = JobRequest {
        max_unit_price: request.max_unit_price.max(rules.min_unit_price),
        deliver_within: request.deliver_within.max(least).min(rules.max_deliver_within),
        ..request.clone()
    };
    let estimate = chain.estimate_job(owner, &possible).await.context("the job cannot be posted as it is")?;
    let dearer = match estimate.best {
        Some(_) => None,
        None => best_at_any_price(chain, owner, possible, estimate.work_units).await?,
    };
    let free = chain.balance(owner).await?.free;
    Ok(Prospect { request, estimate, dearer, rules, free })
}

/// Blocks that the run is given: what is asked for, or twice what it needs, within what the chain allows.
fn deliver_within(asked: Option<BlockNumber>, least: BlockNumber, most: BlockNumber) -> BlockNumber {
    asked.unwrap_or_else(|| least.saturating_mul(2).max(DELIVER_WITHIN).min(most).max(least))
}

/// The best offer for `request` whatever its price, as far as an escrow for it can be counted.
async fn best_at_any_price(
    chain: &Chain,
    owner: &AccountId,
    request: JobRequest,
    work_units: u64,
) -> Result<Option<(OfferId, Balance, Balance)>> {
    let most = Balance::MAX / 4 / Balance::from(work_units.max(1));
    let request = JobRequest { max_unit_price: most.max(request.max_unit_price), ..request };
    match chain.estimate_job(owner, &request).await {
        Ok(estimate) => Ok(estimate.best),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the command line asks for.
fn request(arguments: &RequestArguments, training_price: Balance, schema: &Schema) -> Result<JobRequest> {
    let spec = spec(&arguments.spec, schema)?;
    let requirements = capability(arguments.device, arguments.cores, arguments.memory, arguments.device_memory)?;
    ensure!(
        requirements.required_class().is_some(),
        "no class of machines has {} cores, {} MiB of memory and {} MiB on its device; lower --cores, --memory or \
         --device-memory",
        arguments.cores,
        arguments.memory,
        arguments.device_memory
    );
    Ok(JobRequest {
        dataset: arguments.dataset,
        spec,
        parent: arguments.parent,
        requirements,
        max_unit_price: arguments.max_unit_price,
        max_training_price: arguments.max_training_price.unwrap_or(training_price),
        deliver_within: DELIVER_WITHIN,
        baseline: arguments.baseline,
        visibility: Visibility::Public,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Arguments, Command, JobCommand};
    use clap::Parser;
    use neurodata_primitives::DeviceClass;

    #[test]
    fn runs_are_given_twice_what_they_need_within_what_is_allowed() {
        assert_eq!(deliver_within(None, 21, 10_000), DELIVER_WITHIN);
        assert_eq!(deliver_within(None, 150, 10_000), 300);
        assert_eq!(deliver_within(None, 6_000, 10_000), 10_000);
        assert_eq!(deliver_within(None, 20_000, 10_000), 20_000, "no time is allowed that would do; the chain says so");
        assert_eq!(deliver_within(Some(7), 21, 10_000), 7, "what is asked for stays");
    }

    fn schema() -> Schema {
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":9,"step":1}}},
            {"name":"y","kind":{"category":{"values":["a","b","c"]}},"nullable":true}],"target":"y"}"#;
        Schema::parse(text.as_bytes()).unwrap()
    }

    fn asked(more: &str) -> Result<JobRequest> {
        let line = format!("neurodata job estimate --dataset 3 --max-unit-price 0.1 --algorithm {more}");
        let Command::Job(JobCommand::Estimate { request: arguments, .. }) =
            Arguments::parse_from(line.split(' ')).command
        else {
            panic!("another command")
        };
        request(&arguments, 7, &schema())
    }

    #[test]
    fn a_request_follows_the_command_line() {
        let plain = asked("logistic").unwrap();
        assert_eq!((plain.max_training_price, plain.max_unit_price), (7, 100_000_000_000));
        assert_eq!((plain.spec.target, plain.spec.classes()), (Some(1), Some(3)));
        let gpu = asked("mlp --hidden 8,4 --device cuda --cores 4 --memory 8192 --device-memory 20000").unwrap();
        assert_eq!((gpu.requirements.device, gpu.requirements.device_memory_mib), (DeviceClass::Cuda, 20_000));
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused_with_the_option_to_change() {
        let refused = |more: &str| asked(more).unwrap_err().to_string();
        assert!(refused("logistic --device-memory 1").contains("--device cuda"));
        assert!(refused("logistic --cores 200").contains("lower --cores"));
    }
}
