//! Machines, offers and compute providers in words.

use super::{contributor::contributor, Description};
use crate::output::lines;
use neurodata_chain::{
    amount::format_nrc, AccountId, BlockNumber, ContributorView, JobRecord, OfferRecord, ProviderRecord,
};
use neurodata_primitives::{Capability, DeviceClass, JobId, MachineClass, OfferId};
use serde_json::{json, Value};

/// The name of a device.
const fn device(device: DeviceClass) -> &'static str {
    match device {
        DeviceClass::Cpu => "CPU",
        DeviceClass::Cuda => "CUDA GPU",
    }
}

/// What a machine has.
pub fn machine(capability: &Capability) -> String {
    let Capability { cores, memory_mib, device_memory_mib, .. } = capability;
    let plural = if *cores == 1 { "" } else { "s" };
    let own_memory = match capability.device {
        DeviceClass::Cpu => String::new(),
        DeviceClass::Cuda => format!(" of {device_memory_mib} MiB"),
    };
    format!("{}{own_memory}, {cores} core{plural}, {memory_mib} MiB", device(capability.device))
}

/// A class of machines and the least that one of it has.
pub fn class(class: MachineClass) -> Description {
    let least = class.capability();
    let has = least.as_ref().map_or_else(String::new, |least| format!(" ({} at least)", machine(least)));
    Description {
        text: format!("{} tier {}{has}", device(class.device), class.tier),
        value: json!({ "device": class.device, "tier": class.tier, "least": least }),
    }
}

/// The class of machine that a job asks for, and what rounding up to it means.
pub fn required_class(requirements: &Capability, asked: MachineClass) -> String {
    let rounded = match asked.capability() {
        Some(least) if least != *requirements => {
            format!(
                "; you asked for {}, which is rounded up: a machine below the tier will not do",
                machine(requirements)
            )
        }
        _ => String::new(),
    };
    class(asked).text + &rounded
}

/// The class of jobs that a machine will do for, and what rounding down to it means, in both forms.
pub fn offered_class(capability: &Capability) -> Description {
    let Some(offered) = capability.offered_class() else {
        return Description { text: "no tier: it is below the lowest, and gets no jobs".into(), value: Value::Null };
    };
    let Description { text, value } = class(offered);
    let rounded = match offered.capability() {
        Some(least) if least != *capability => "; what it has beyond that is not reckoned with",
        _ => "",
    };
    Description { text: text + rounded, value }
}

/// Header of the rows of [`offer`].
pub const OFFER_HEADER: [&str; 6] = ["offer", "compute provider", "machine", "tier", "price of a unit", "slots taken"];

/// An offer, as a row and for programs.
pub fn offer(id: OfferId, record: &OfferRecord) -> (Vec<String>, Value) {
    let OfferRecord { provider, capability, unit_price, slots, slots_taken, band } = record;
    let tier = capability.offered_class().map_or_else(|| "none".into(), |class| class.tier.to_string());
    let row = vec![
        id.to_string(),
        provider.to_string(),
        machine(capability),
        tier,
        format_nrc(*unit_price),
        format!("{slots_taken} of {slots}"),
    ];
    let value = json!({
        "offer": id,
        "account": provider.to_string(),
        "capability": capability,
        "class": offered_class(capability).value,
        "unit_price": unit_price.to_string(),
        "slots": slots,
        "slots_taken": slots_taken,
        "band": band,
    });
    (row, value)
}

/// Whether an account still works, or when its bond can be had back.
pub fn working(retires_at: Option<BlockNumber>) -> String {
    retires_at.map_or_else(|| "working".into(), |block| format!("retired; the bond unlocks at block {block}"))
}

/// A compute provider.
pub fn provider(
    account: &AccountId,
    record: &ProviderRecord,
    offers: &[(OfferId, OfferRecord)],
    view: &ContributorView,
) -> Description {
    let ProviderRecord { bond, exposure, open_jobs, retires_at, .. } = record;
    let free = bond.saturating_sub(*exposure);
    let mut pairs = vec![
        ("compute provider", account.to_string()),
        ("bond", format_nrc(*bond)),
        (
            "pledged",
            format!("{} for {open_jobs} jobs; {} is left for further ones", format_nrc(*exposure), format_nrc(free)),
        ),
        ("state", working(*retires_at)),
    ];
    for (id, offer) in offers {
        let OfferRecord { capability, unit_price, slots, slots_taken, .. } = offer;
        let text = format!(
            "{} for {} a unit, {slots_taken} of {slots} slots taken",
            machine(capability),
            format_nrc(*unit_price)
        );
        pairs.push(("offer", format!("{id}: {text}")));
    }
    if offers.is_empty() {
        pairs.push(("offers", "none; `neurodata provider offer add` makes one".into()));
    }
    let (contributions, contributed) = contributor(view);
    pairs.extend(contributions);
    let value = json!({
        "account": account.to_string(),
        "bond": bond.to_string(),
        "exposure": exposure.to_string(),
        "free_bond": free.to_string(),
        "open_jobs": open_jobs,
        "retires_at": retires_at,
        "offers": offers.iter().map(|(id, record)| offer(*id, record).1).collect::<Vec<_>>(),
        "contributions": contributed,
    });
    Description { text: lines(&pairs), value }
}

/// Header of the rows of [`held_job`].
pub const HELD_JOB_HEADER: [&str; 5] = ["job", "state", "offer", "price", "lost by a breach"];

/// A job that a compute provider holds, as a row.
pub fn held_job(id: JobId, record: &JobRecord) -> Vec<String> {
    let mut row = vec![id.to_string(), super::job_state_name(&record.state).to_owned()];
    row.extend(match record.state.assignment() {
        Some(assignment) => {
            let penalty = format_nrc(assignment.penalty);
            [assignment.offer.to_string(), format_nrc(assignment.price), penalty]
        }
        None => ["-"; 3].map(String::from),
    });
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capability(cores: u16, memory_mib: u32) -> Capability {
        Capability { cores, memory_mib, device: DeviceClass::Cpu, device_memory_mib: 0 }
    }

    #[test]
    fn rounding_is_said_where_it_happens_and_nowhere_else() {
        let exact = capability(2, 2_048);
        assert_eq!(
            required_class(&exact, exact.required_class().unwrap()),
            "CPU tier 1 (CPU, 2 cores, 2048 MiB at least)"
        );
        assert!(!offered_class(&exact).text.contains("beyond"));
        let odd = capability(3, 2_048);
        let asked = odd.required_class().unwrap();
        assert_eq!(asked.tier, 2);
        let text = required_class(&odd, asked);
        assert!(text.contains("tier 2") && text.contains("rounded up") && text.contains("3 cores"), "{text}");
        let offered = offered_class(&odd);
        assert!(offered.text.contains("tier 1") && offered.text.contains("beyond"), "{}", offered.text);
        assert_eq!(offered.value["least"]["cores"], 2);
    }

    #[test]
    fn a_machine_below_every_tier_is_said_to_get_nothing() {
        let Description { text, value } = offered_class(&capability(1, 100));
        assert!(text.contains("below the lowest"), "{text}");
        assert!(value.is_null());
    }

    #[test]
    fn device_memory_is_shown_of_gpus_alone() {
        let gpu = Capability { cores: 1, memory_mib: 2_048, device: DeviceClass::Cuda, device_memory_mib: 24_000 };
        assert_eq!(machine(&gpu), "CUDA GPU of 24000 MiB, 1 core, 2048 MiB");
        assert_eq!(machine(&capability(1, 512)), "CPU, 1 core, 512 MiB");
    }

    #[test]
    fn a_provider_shows_what_its_bond_still_covers() {
        let record = ProviderRecord { bond: 500, exposure: 600, open_jobs: 2, offers: 1, retires_at: None };
        let offer = OfferRecord {
            provider: AccountId([1; 32]),
            capability: capability(4, 8_192),
            unit_price: u128::MAX,
            slots: 2,
            slots_taken: 3,
            band: 4,
        };
        let shown = provider(
            &AccountId([1; 32]),
            &record,
            &[(OfferId::new(7), offer)],
            &super::super::contributor::tests::view(),
        );
        assert_eq!((&shown.value["free_bond"], &shown.value["exposure"]), (&json!("0"), &json!("600")));
        assert_eq!(shown.value["offers"][0]["unit_price"], u128::MAX.to_string());
        assert_eq!(shown.value["offers"][0]["class"]["tier"], 2);
        assert!(shown.text.contains("7: CPU, 4 cores"), "{}", shown.text);
        let none = provider(&AccountId([1; 32]), &record, &[], &super::super::contributor::tests::view());
        assert!(none.text.contains("offer add"), "{}", none.text);
    }
}
