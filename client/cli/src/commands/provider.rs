//! Compute providers: bond, offers, jobs.

use super::{capability, submit, submit_for_receipt};
use crate::{
    args::{DeviceName, OfferChange, OfferCommand, ProviderCommand},
    context::{parse_account, Context},
    describe,
    output::table,
};
use anyhow::{Context as _, Result};
use neurodata_chain::{amount::format_nrc, calls, AccountId, Call, OfferRecord};
use neurodata_primitives::{Capability, DeviceClass, OfferId};
use serde_json::json;

pub async fn run(context: &Context, command: ProviderCommand) -> Result<()> {
    match command {
        ProviderCommand::Status { account } => status(context, account.as_deref()).await,
        ProviderCommand::List { provider } => list(context, provider.as_deref()).await,
        ProviderCommand::Register { bond } => {
            let done = format!(
                "registered with a bond of {}; `neurodata provider offer add` makes an offer",
                format_nrc(bond)
            );
            submit(context, calls::register_provider(bond), &done).await
        }
        ProviderCommand::Offer(command) => offer(context, command).await,
        ProviderCommand::Bond { amount } => {
            submit(context, calls::add_provider_bond(amount), &format!("the bond grew by {}", format_nrc(amount))).await
        }
        ProviderCommand::Retire => {
            let done = "retired: no new jobs come; `neurodata provider status` says when the bond unlocks";
            submit(context, calls::retire_provider(), done).await
        }
        ProviderCommand::Withdraw => submit(context, calls::withdraw_provider_bond(), "the bond is back").await,
        ProviderCommand::Jobs { account } => jobs(context, account.as_deref()).await,
        ProviderCommand::Refresh { account } => {
            let account = context.account(account.as_deref())?;
            submit(context, calls::refresh_offers(account), &format!("the offers of {account} are where they belong"))
                .await
        }
    }
}

async fn status(context: &Context, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let chain = context.chain().await?;
    let record = chain.provider(&account).await?.with_context(|| {
        format!(
            "{account} is not a compute provider; `neurodata-worker compute` or `neurodata provider register` makes it \
             one"
        )
    })?;
    let offers = chain.all_offers(Some(&account)).await?;
    let shown = describe::provider(&account, &record, &offers, &chain.contributor_view(&account).await?);
    context.output.show(shown.text, shown.value);
    Ok(())
}

async fn list(context: &Context, provider: Option<&str>) -> Result<()> {
    let provider: Option<AccountId> = provider.map(parse_account).transpose()?;
    let offers = context.chain().await?.all_offers(provider.as_ref()).await?;
    let (rows, values): (Vec<_>, Vec<_>) = offers.iter().map(|(id, record)| describe::offer(*id, record)).unzip();
    context.output.show(table(&describe::OFFER_HEADER, &rows), json!(values));
    Ok(())
}

async fn jobs(context: &Context, account: Option<&str>) -> Result<()> {
    let account = context.account(account)?;
    let jobs = context.chain().await?.provider_jobs(&account).await?;
    let rows: Vec<_> = jobs.iter().map(|(id, record)| describe::held_job(*id, record)).collect();
    let values = jobs.iter().map(|(id, record)| describe::job(*id, record).value);
    context.output.show(table(&describe::HELD_JOB_HEADER, &rows), values.collect());
    Ok(())
}

async fn offer(context: &Context, command: OfferCommand) -> Result<()> {
    match command {
        OfferCommand::Add { unit_price, cores, memory, device, device_memory, slots } => {
            let machine = capability(device, cores, memory, device_memory)?;
            make_offer(context, &machine, calls::add_offer(machine, unit_price, slots), None).await
        }
        OfferCommand::Update { offer, change } => {
            let record = context.chain().await?.offer(offer).await?;
            let record = record.with_context(|| {
                format!("there is no offer {offer}; `neurodata provider list` shows all, it may have been withdrawn")
            })?;
            let (machine, unit_price, slots) = changed(&record, &change)?;
            make_offer(context, &machine, calls::update_offer(offer, machine, unit_price, slots), Some(offer)).await
        }
        OfferCommand::Withdraw { offer } => {
            submit(context, calls::withdraw_offer(offer), &format!("offer {offer} is off the market")).await
        }
    }
}

/// Add an offer, or update the one that is named, and say which jobs it will get.
async fn make_offer(context: &Context, machine: &Capability, call: Call, updated: Option<OfferId>) -> Result<()> {
    let signer = context.signer()?;
    let receipt = submit_for_receipt(&context.chain().await?, &signer, call, "submitting").await?;
    let offer: OfferId = updated.map_or_else(|| receipt.decode("ComputeMarket", "OfferAdded"), Ok)?;
    let class = describe::offered_class(machine);
    let done = if updated.is_some() { "updated" } else { "made" };
    let text = format!(
        "offer {offer} is {done} (block {}, fee {})\nit gets jobs that ask for no more than {}",
        receipt.block_number,
        format_nrc(receipt.fee),
        class.text
    );
    let value = json!({
        "offer": offer,
        "class": class.value,
        "block": receipt.block_number,
        "fee": receipt.fee.to_string(),
    });
    context.output.show(text, value);
    Ok(())
}

/// Machine, unit price and slots of an offer after a change.
fn changed(record: &OfferRecord, change: &OfferChange) -> Result<(Capability, u128, u32)> {
    let before = &record.capability;
    let device = change.device.unwrap_or(match before.device {
        DeviceClass::Cpu => DeviceName::Cpu,
        DeviceClass::Cuda => DeviceName::Cuda,
    });
    // A device's memory is not another device's.
    let kept = if DeviceClass::from(device) == before.device { before.device_memory_mib } else { 0 };
    let machine = capability(
        device,
        change.cores.unwrap_or(before.cores),
        change.memory.unwrap_or(before.memory_mib),
        change.device_memory.unwrap_or(kept),
    )?;
    Ok((machine, change.unit_price.unwrap_or(record.unit_price), change.slots.unwrap_or(record.slots)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> OfferRecord {
        let capability =
            Capability { cores: 8, memory_mib: 16_384, device: DeviceClass::Cuda, device_memory_mib: 24_000 };
        OfferRecord { provider: AccountId([1; 32]), capability, unit_price: 5, slots: 2, slots_taken: 1, band: 2 }
    }

    #[test]
    fn an_offer_keeps_what_is_not_named() {
        let change = OfferChange { unit_price: Some(6), ..Default::default() };
        assert_eq!(changed(&record(), &change).unwrap(), (record().capability, 6, 2));
        let change = OfferChange { cores: Some(4), slots: Some(3), ..Default::default() };
        let (machine, unit_price, slots) = changed(&record(), &change).unwrap();
        assert_eq!((machine.cores, machine.device_memory_mib, unit_price, slots), (4, 24_000, 5, 3));
    }

    #[test]
    fn a_machine_without_its_gpu_has_no_device_memory() {
        let change = OfferChange { device: Some(DeviceName::Cpu), ..Default::default() };
        assert_eq!(changed(&record(), &change).unwrap().0.device_memory_mib, 0);
        let change = OfferChange { device: Some(DeviceName::Cpu), device_memory: Some(1), ..Default::default() };
        assert!(changed(&record(), &change).unwrap_err().to_string().contains("--device cuda"));
    }
}
