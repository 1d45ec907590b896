//! Training jobs.

use super::{dataset, POLL};
use crate::{
    args::{AlgorithmName, DeviceName, JobCommand, PostArguments},
    context::{parse_account, Context},
    describe,
    output::{print_line, spinner, table},
};
use anyhow::{anyhow, bail, ensure, Context as _, Result};
use neurodata_chain::{
    amount::format_nrc, calls, AccountId, BlockNumber, Chain, DatasetRecord, JobRecord, JobRequest, JobState,
};
use neurodata_dataset::{ColumnKind, Schema};
use neurodata_primitives::{
    job::{blocks_for, MAX_HIDDEN_LAYERS, MIN_DELIVER_BLOCKS},
    Algorithm, Capability, DeviceClass, JobId, JobOutcome, TrainingSpec, Visibility,
};
use serde_json::json;

/// Blocks within which a result must come unless the command line or the work says otherwise: ten minutes.
const DELIVER_WITHIN: BlockNumber = 200;

pub async fn run(context: &Context, command: JobCommand) -> Result<()> {
    match command {
        JobCommand::Post(arguments) => post(context, *arguments).await,
        JobCommand::Show { job } => {
            let shown = describe::job(job, &record_of(&context.chain().await?, job).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        JobCommand::Watch { job } => watch(context, &context.chain().await?, job).await,
        JobCommand::List { owner } => list(context, owner).await,
        JobCommand::Cancel { job } => cancel(context, job).await,
    }
}

async fn record_of(chain: &Chain, job: JobId) -> Result<JobRecord> {
    let record = chain.job(job).await?;
    record.with_context(|| format!("there is no job {job} on this chain; it may be over and removed"))
}

async fn post(context: &Context, arguments: PostArguments) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let record = dataset::record_of(&chain, arguments.dataset).await?;
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
    let mut request = request(&arguments, &record, &schema)?;
    let units = request.spec.work_units(record.commitment.rows, record.commitment.columns);
    let units = units.map_err(|error| anyhow!("the training spec is refused: {error}"))?;
    let least = MIN_DELIVER_BLOCKS.saturating_add(blocks_for(units));
    request.deliver_within = arguments.deliver_within.unwrap_or_else(|| least.saturating_mul(2).max(DELIVER_WITHIN));
    ensure!(
        request.deliver_within >= least,
        "{units} work units are reckoned with {least} blocks at least; raise --deliver-within"
    );
    let highest = request
        .max_unit_price
        .checked_mul(units.into())
        .and_then(|price| price.checked_add(request.max_training_price));
    let highest = highest.context("the highest price is too large to be counted")?;

    let waiting = spinner("posting");
    let receipt = chain.submit(&signer, calls::post_job(request)).await.context("the job was not posted")?;
    waiting.finish_and_clear();
    let job: JobId = receipt.decode("ComputeMarket", "JobPosted")?;
    let text = format!(
        "job {job} is posted in block {}: {units} work units, at most {}, fee {}",
        receipt.block_number,
        format_nrc(highest),
        format_nrc(receipt.fee)
    );
    if !arguments.wait {
        let value = json!({
            "job": job,
            "work_units": units,
            "highest_price": highest.to_string(),
            "block": receipt.block_number,
            "fee": receipt.fee.to_string(),
        });
        context.output.show(text, value);
        return Ok(());
    }
    if !context.output.json {
        print_line(&text);
    }
    watch(context, &chain, job).await
}

/// What the command line asks for.
fn request(arguments: &PostArguments, record: &DatasetRecord, schema: &Schema) -> Result<JobRequest> {
    let algorithm = match arguments.algorithm {
        AlgorithmName::Logistic => {
            ensure!(arguments.hidden.is_empty(), "--hidden belongs to --algorithm mlp");
            Algorithm::LogisticRegression
        }
        AlgorithmName::Mlp => {
            ensure!(!arguments.hidden.is_empty(), "an mlp needs --hidden, such as --hidden 32,16");
            let hidden = arguments.hidden.clone().try_into();
            let hidden = hidden.map_err(|_| anyhow!("--hidden takes at most {MAX_HIDDEN_LAYERS} layers"))?;
            Algorithm::MultilayerPerceptron { hidden }
        }
    };
    let (target, classes) = target(arguments.target.as_deref(), schema)?;
    let spec = TrainingSpec {
        algorithm,
        target,
        classes,
        epochs: arguments.epochs,
        batch_rows: arguments.batch_rows,
        learning_rate: arguments.learning_rate,
        momentum: arguments.momentum,
        weight_decay: arguments.weight_decay,
        holdout: arguments.holdout,
        checkpoint_epochs: arguments.checkpoint_epochs.unwrap_or((arguments.epochs / 10).max(1)),
    };
    let device = match arguments.device {
        DeviceName::Cpu => DeviceClass::Cpu,
        DeviceName::Cuda => DeviceClass::Cuda,
    };
    Ok(JobRequest {
        dataset: arguments.dataset,
        spec,
        parent: arguments.parent,
        requirements: Capability { cores: arguments.cores, memory_mib: arguments.memory, device },
        max_unit_price: arguments.max_unit_price,
        max_training_price: arguments.max_training_price.unwrap_or(record.terms.training_price),
        deliver_within: DELIVER_WITHIN,
        baseline: arguments.baseline,
        visibility: Visibility::Public,
    })
}

/// Index and number of classes of the target column.
fn target(name: Option<&str>, schema: &Schema) -> Result<(u16, u16)> {
    let index = match name {
        Some(name) => schema.column_index(name).with_context(|| format!("the dataset has no column {name:?}"))?,
        None => schema.target().context("the schema names no target; choose a column with --target")?,
    };
    let column = &schema.columns()[index];
    let ColumnKind::Category { values } = &column.kind else {
        bail!("the target {:?} is numeric; a classifier needs a category", column.name);
    };
    Ok((u16::try_from(index)?, u16::try_from(values.len()).context("the target has too many values")?))
}

/// Follow a job until it is over, and show it. Fails unless it is settled.
async fn watch(context: &Context, chain: &Chain, job: JobId) -> Result<()> {
    let waiting = spinner("watching");
    let mut last = "";
    let record = loop {
        let record = record_of(chain, job).await?;
        let state = describe::job_state(&record.state);
        waiting.set_message(state.text.clone());
        let name = describe::job_state_name(&record.state);
        if name != last && !context.output.json {
            waiting.suspend(|| print_line(&state.text));
        }
        last = name;
        if matches!(record.state, JobState::Closed { .. }) {
            break record;
        }
        tokio::time::sleep(POLL).await;
    };
    waiting.finish_and_clear();
    if context.output.json {
        let shown = describe::job(job, &record);
        context.output.show(shown.text, shown.value);
    }
    match &record.state {
        JobState::Closed { outcome: JobOutcome::Settled { .. }, .. } => Ok(()),
        state => bail!("job {job} is over without a model: {}", describe::job_state(state).text),
    }
}

async fn list(context: &Context, owner: Option<String>) -> Result<()> {
    let owner: Option<AccountId> = owner.as_deref().map(parse_account).transpose()?;
    let mut jobs = context.chain().await?.jobs().await?;
    jobs.retain(|(_, record)| owner.as_ref().is_none_or(|owner| record.owner == *owner));
    let rows = jobs.iter().map(|(id, record)| {
        vec![
            id.to_string(),
            describe::job_state_name(&record.state).to_owned(),
            record.request.dataset.to_string(),
            describe::algorithm(&record.request.spec.algorithm),
            record.work_units.to_string(),
            record.owner.to_string(),
        ]
    });
    let header = ["id", "state", "dataset", "algorithm", "work units", "owner"];
    let text = table(&header, &rows.collect::<Vec<_>>());
    let values = jobs.iter().map(|(id, record)| describe::job(*id, record).value);
    context.output.show(text, values.collect());
    Ok(())
}

async fn cancel(context: &Context, job: JobId) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let waiting = spinner("cancelling");
    let receipt = chain.submit(&signer, calls::cancel_job(job)).await?;
    waiting.finish_and_clear();
    let text = format!("job {job} is cancelled (block {}, fee {})", receipt.block_number, format_nrc(receipt.fee));
    context.output.show(text, json!({ "job": job, "block": receipt.block_number, "fee": receipt.fee.to_string() }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let text = r#"{"format":"neurodata/schema/1","name":"t","columns":[
            {"name":"x","kind":{"numeric":{"min":0,"max":9,"step":1}}},
            {"name":"y","kind":{"category":{"values":["a","b","c"]}},"nullable":true}],"target":"y"}"#;
        Schema::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_target_is_a_category_and_counts_its_values() {
        assert_eq!(target(None, &schema()).unwrap(), (1, 3));
        assert_eq!(target(Some("y"), &schema()).unwrap(), (1, 3));
        assert!(target(Some("x"), &schema()).unwrap_err().to_string().contains("numeric"));
        assert!(target(Some("z"), &schema()).unwrap_err().to_string().contains("no column"));
    }
}
