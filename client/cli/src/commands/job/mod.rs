//! Training jobs.

mod post;
mod spec;
mod watch;

use super::submit_for_receipt;
use crate::{
    args::{DeviceName, JobCommand, ListArguments},
    context::{parse_account, Context},
    describe,
    output::table,
};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{account_of, amount::format_nrc, calls, AccountId, Chain, JobRecord, MAX_PAGE};
use neurodata_primitives::{Capability, DeviceClass, JobId};
use serde_json::json;

pub async fn run(context: &Context, command: JobCommand) -> Result<()> {
    match command {
        JobCommand::Estimate { request, owner } => post::estimate(context, &request, owner.as_deref()).await,
        JobCommand::Post { request, wait } => post::post(context, &request, wait).await,
        JobCommand::Show { job } => {
            let shown = describe::job(job, &record_of(&context.chain().await?, job).await?);
            context.output.show(shown.text, shown.value);
            Ok(())
        }
        JobCommand::Watch { job } => watch::watch(context, &context.chain().await?, job).await,
        JobCommand::List(arguments) => list(context, arguments).await,
        JobCommand::Cancel { job } => cancel(context, job).await,
        JobCommand::Explain { job } => explain(context, job).await,
    }
}

/// The record of a job, or an error that says that there is none.
async fn record_of(chain: &Chain, job: JobId) -> Result<JobRecord> {
    let record = chain.job(job).await?;
    record.with_context(|| {
        format!(
            "there is no job {job} on this chain; it may be over and removed: `neurodata rewards explain {job}` shows \
             what an account still remembers of it"
        )
    })
}

async fn list(context: &Context, arguments: ListArguments) -> Result<()> {
    let chain = context.chain().await?;
    let jobs = if arguments.open {
        open_jobs(&chain, &machines(&arguments), arguments.limit).await?
    } else {
        let owner: Option<AccountId> = arguments.owner.as_deref().map(parse_account).transpose()?;
        chain.all_jobs(owner.as_ref()).await?
    };
    let rows = jobs.iter().map(|(id, record)| {
        vec![
            id.to_string(),
            describe::job_state_name(&record.state).to_owned(),
            record.request.dataset.to_string(),
            describe::algorithm(&record.request.spec.algorithm),
            record.work_units.to_string(),
            format_nrc(record.request.max_unit_price),
            record.owner.to_string(),
        ]
    });
    let header = ["id", "state", "dataset", "algorithm", "work units", "highest price of a unit", "owner"];
    let text = table(&header, &rows.collect::<Vec<_>>());
    let values = jobs.iter().map(|(id, record)| describe::job(*id, record).value);
    context.output.show(text, values.collect());
    Ok(())
}

/// The machines that open jobs are listed for: one of each device that is asked for, with all that is not limited.
fn machines(arguments: &ListArguments) -> Vec<Capability> {
    let devices = match arguments.device {
        Some(device) => vec![device],
        None => vec![DeviceName::Cpu, DeviceName::Cuda],
    };
    let machine = |device: DeviceName| {
        let device = DeviceClass::from(device);
        let device_memory_mib = match device {
            DeviceClass::Cpu => 0,
            DeviceClass::Cuda => arguments.device_memory.unwrap_or(u32::MAX),
        };
        Capability {
            cores: arguments.cores.unwrap_or(u16::MAX),
            memory_mib: arguments.memory.unwrap_or(u32::MAX),
            device,
            device_memory_mib,
        }
    };
    devices.into_iter().map(machine).collect()
}

/// Open jobs that these machines can take, at most `limit` for each.
async fn open_jobs(chain: &Chain, machines: &[Capability], limit: u32) -> Result<Vec<(JobId, JobRecord)>> {
    let mut all = Vec::new();
    for machine in machines {
        let (mut left, mut from) = (limit, None);
        while left > 0 {
            let (jobs, next) = chain.open_jobs(*machine, from, left.min(MAX_PAGE)).await?;
            left = left.saturating_sub(u32::try_from(jobs.len())?);
            all.extend(jobs);
            // A page that ends where it began would end the same way again.
            if next.is_none() || next == from {
                break;
            }
            from = next;
        }
    }
    Ok(all)
}

async fn cancel(context: &Context, job: JobId) -> Result<()> {
    let signer = context.signer()?;
    let chain = context.chain().await?;
    let record = record_of(&chain, job).await?;
    let account = account_of(&signer);
    ensure!(
        record.owner == account,
        "job {job} belongs to {}, who alone can cancel it; you sign as {account}",
        record.owner
    );
    let cost =
        describe::cancellation(&record).map_err(|reason| anyhow::anyhow!("job {job} cannot be cancelled: {reason}"))?;
    let receipt = submit_for_receipt(&chain, &signer, calls::cancel_job(job), "cancelling").await?;
    let state = record_of(&chain, job).await?.state;
    let text = format!(
        "job {job} is cancelled (block {}, fee {}): {}\nit is {}",
        receipt.block_number,
        format_nrc(receipt.fee),
        cost.text,
        describe::job_state(&state).text
    );
    let value = json!({
        "job": job,
        "block": receipt.block_number,
        "fee": receipt.fee.to_string(),
        "cost": cost.value,
        "state": describe::job_state(&state).value,
    });
    context.output.show(text, value);
    Ok(())
}

async fn explain(context: &Context, job: JobId) -> Result<()> {
    let chain = context.chain().await?;
    let record = record_of(&chain, job).await?;
    let explained = describe::explanation(job, &record, &chain.explain_job(job).await?);
    context.output.show(explained.text, explained.value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(device: Option<DeviceName>) -> ListArguments {
        let (cores, memory, device_memory) = (Some(4), None, Some(24_000));
        ListArguments { owner: None, open: true, device, cores, memory, device_memory, limit: 10 }
    }

    #[test]
    fn open_jobs_are_listed_for_what_a_machine_has_and_for_any_of_the_rest() {
        let [cpu, cuda] = machines(&arguments(None)).try_into().unwrap();
        assert_eq!((cpu.device, cpu.cores, cpu.memory_mib, cpu.device_memory_mib), (DeviceClass::Cpu, 4, u32::MAX, 0));
        assert_eq!((cuda.device, cuda.device_memory_mib), (DeviceClass::Cuda, 24_000));
        assert_eq!(machines(&arguments(Some(DeviceName::Cuda))), [cuda]);
    }
}
