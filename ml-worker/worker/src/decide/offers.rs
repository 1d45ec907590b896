//! The compute provider's place in the market: bond, offers, and where reputation ranks them.

use neurodata_chain::{Balance, MarketRules, OfferRecord, ProviderRecord};
use neurodata_primitives::{machine::band, Capability, DeviceClass, MachineClass, OfferId};

/// A machine as it is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What the machine has.
    pub capability: Capability,
    /// Price of a work unit, in plancks.
    pub unit_price: Balance,
    /// Jobs side by side, at least 1.
    pub slots: u32,
}

/// What may be put on hold as bond.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BondLimits {
    /// Bond to register with, in plancks; `None` for what the rules ask for the offers.
    pub first: Option<Balance>,
    /// Highest bond that may be reached by adding to it later, in plancks; `None` if nothing may be added.
    pub max: Option<Balance>,
}

/// What to do about being a compute provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registration {
    /// Registered, and the bond covers the offers.
    Ready,
    /// Put up the bond.
    Register {
        /// The bond, in plancks.
        bond: Balance,
    },
    /// Add to the bond.
    AddBond {
        /// What to add, in plancks.
        amount: Balance,
    },
    /// The bond is too low for the offers, and nothing may be added.
    Short {
        /// Bond that would cover them, in plancks.
        needed: Balance,
    },
    /// The account retired and gets no jobs; its open jobs are finished.
    Retired,
}

/// What to change about the offers on chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Take an offer back that is no longer wanted.
    Withdraw(OfferId),
    /// Make an offer on chain the wanted one.
    Update(OfferId, Offer),
    /// Make another one.
    Add(Offer),
}

/// What rounding to a machine class leaves of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rounded {
    /// The class.
    pub class: MachineClass,
    /// What every machine of the class has at least.
    pub counted: Capability,
    /// Cores that do not count.
    pub lost_cores: u16,
    /// Memory that does not count, in MiB.
    pub lost_memory_mib: u32,
    /// Device memory that does not count, in MiB.
    pub lost_device_memory_mib: u32,
}

impl Offer {
    fn is(&self, record: &OfferRecord) -> bool {
        record.capability == self.capability && record.unit_price == self.unit_price && record.slots == self.slots
    }
}

/// What a machine counts as; `None` if it does not reach the lowest class of its device.
pub fn rounded(capability: &Capability) -> Option<Rounded> {
    let class = capability.offered_class()?;
    let counted = class.capability()?;
    Some(Rounded {
        class,
        counted,
        lost_cores: capability.cores.saturating_sub(counted.cores),
        lost_memory_mib: capability.memory_mib.saturating_sub(counted.memory_mib),
        lost_device_memory_mib: capability.device_memory_mib.saturating_sub(counted.device_memory_mib),
    })
}

/// A machine in words.
pub fn in_words(capability: &Capability) -> String {
    let Capability { cores, memory_mib, device, device_memory_mib } = capability;
    match device {
        DeviceClass::Cpu => format!("{cores} cores and {memory_mib} MiB"),
        DeviceClass::Cuda => format!("{cores} cores, {memory_mib} MiB and a GPU with {device_memory_mib} MiB"),
    }
}

impl std::fmt::Display for Rounded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let device = match self.class.device {
            DeviceClass::Cpu => "CPU",
            DeviceClass::Cuda => "CUDA",
        };
        write!(formatter, "{device} tier {}, a machine with {}", self.class.tier, in_words(&self.counted))?;
        let lost = [
            (u32::from(self.lost_cores), "cores"),
            (self.lost_memory_mib, "MiB"),
            (self.lost_device_memory_mib, "MiB of the GPU"),
        ];
        let lost: Vec<_> =
            lost.iter().filter(|(amount, _)| *amount > 0).map(|(amount, what)| format!("{amount} {what}")).collect();
        if lost.is_empty() {
            Ok(())
        } else {
            write!(formatter, "; {} more count for nothing", lost.join(", "))
        }
    }
}

/// Bond that `wanted` needs in plancks, beside what the jobs that are held now could cost: a least breach for each free
/// slot and, whatever is free, for each offer.
fn needed(exposure: Balance, open_jobs: u32, wanted: &[Offer], rules: &MarketRules) -> Balance {
    let slots = wanted.iter().fold(0u32, |sum, offer| sum.saturating_add(offer.slots));
    let free = slots.saturating_sub(open_jobs);
    let offers = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    let breaches = |count: u32| rules.least_penalty.saturating_mul(count.into());
    exposure.saturating_add(breaches(free)).max(breaches(offers))
}

/// Decide about registration and bond.
pub fn decide_registration(
    provider: Option<&ProviderRecord>,
    wanted: &[Offer],
    rules: &MarketRules,
    limits: &BondLimits,
) -> Registration {
    let Some(provider) = provider else {
        let bond = limits.first.unwrap_or_else(|| needed(0, 0, wanted, rules).max(rules.provider_bond));
        return Registration::Register { bond };
    };
    if provider.retires_at.is_some() {
        return Registration::Retired;
    }
    let needed = needed(provider.exposure, provider.open_jobs, wanted, rules);
    if provider.bond >= needed {
        return Registration::Ready;
    }
    match limits.max.unwrap_or(0).min(needed).checked_sub(provider.bond) {
        Some(amount) if amount > 0 => Registration::AddBond { amount },
        _ => Registration::Short { needed },
    }
}

/// Decide how the offers on chain become the wanted ones: as far as the bond covers them, with as few changes as
/// possible. An offer is changed into one of the same class before another of the same device, so that it keeps its
/// jobs.
pub fn decide_offers(
    provider: &ProviderRecord,
    offers: &[(OfferId, OfferRecord)],
    wanted: &[Offer],
    rules: &MarketRules,
) -> Vec<Change> {
    let mut stored: Vec<_> = offers.iter().collect();
    let mut missing: Vec<Offer> = wanted.to_vec();
    let mut updates = Vec::new();
    let same_class =
        |offer: &Offer, record: &OfferRecord| offer.capability.offered_class() == record.capability.offered_class();
    let same_device = |offer: &Offer, record: &OfferRecord| offer.capability.device == record.capability.device;
    let rules_of_pairing: [&dyn Fn(&Offer, &OfferRecord) -> bool; 3] =
        [&|offer, record| offer.is(record), &same_class, &same_device];
    for pairs in rules_of_pairing {
        missing.retain(|offer| {
            let Some(at) = stored.iter().position(|(_, record)| pairs(offer, record)) else { return true };
            let (id, record) = stored.remove(at);
            if !offer.is(record) {
                updates.push(Change::Update(*id, *offer));
            }
            false
        });
    }
    let kept = offers.len() - stored.len();
    let covered = provider.bond.checked_div(rules.least_penalty).unwrap_or(Balance::MAX);
    let room = usize::try_from(covered).unwrap_or(usize::MAX).saturating_sub(kept);
    let withdrawals = stored.into_iter().map(|(id, _)| Change::Withdraw(*id));
    withdrawals.chain(updates).chain(missing.into_iter().take(room).map(Change::Add)).collect()
}

/// Whether an offer is ranked by another band than that of its provider's `reputation` now.
pub fn is_misplaced(offers: &[(OfferId, OfferRecord)], reputation: u8) -> bool {
    offers.iter().any(|(_, offer)| offer.band != band(reputation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::{machine, offer as stored, provider, rules};

    fn offer(cores: u16, unit_price: Balance) -> Offer {
        Offer { capability: machine(cores, 262_144), unit_price, slots: 1 }
    }

    fn gpu(unit_price: Balance) -> Offer {
        let capability = Capability { device: DeviceClass::Cuda, device_memory_mib: 24_564, ..machine(8, 65_536) };
        Offer { capability, unit_price, slots: 1 }
    }

    fn on_chain(id: u64, offer: Offer) -> (OfferId, OfferRecord) {
        let Offer { capability, unit_price, slots } = offer;
        (OfferId::new(id), OfferRecord { capability, unit_price, slots, ..stored() })
    }

    const NOTHING: BondLimits = BondLimits { first: None, max: None };

    #[test]
    fn a_provider_registers_with_a_bond_that_covers_its_offers_and_slots() {
        let register = |wanted: &[Offer], limits: BondLimits| decide_registration(None, wanted, &rules(), &limits);
        assert_eq!(register(&[offer(2, 10)], NOTHING), Registration::Register { bond: 20 }, "the least bond");
        let many = [Offer { slots: 6, ..offer(2, 10) }, offer(8, 10)];
        assert_eq!(register(&many, NOTHING), Registration::Register { bond: 35 }, "7 slots at 5");
        assert_eq!(register(&many, BondLimits { first: Some(50), max: None }), Registration::Register { bond: 50 });
        let absurd = [Offer { slots: u32::MAX, ..offer(2, 10) }; 2];
        assert_eq!(register(&absurd, NOTHING), Registration::Register { bond: 5 * u128::from(u32::MAX) });
    }

    #[test]
    fn bond_is_added_only_as_far_as_it_was_allowed() {
        let wanted = [Offer { slots: 4, ..offer(2, 10) }];
        let decide = |provider: &ProviderRecord, max| {
            decide_registration(Some(provider), &wanted, &rules(), &BondLimits { first: Some(500), max })
        };
        assert_eq!(decide(&provider(20), None), Registration::Ready);
        assert_eq!(decide(&provider(19), None), Registration::Short { needed: 20 });
        assert_eq!(decide(&provider(19), Some(19)), Registration::Short { needed: 20 });
        assert_eq!(decide(&provider(12), Some(15)), Registration::AddBond { amount: 3 });
        assert_eq!(decide(&provider(12), Some(500)), Registration::AddBond { amount: 8 });
        // A job that is held may cost more than a least breach.
        let busy = ProviderRecord { exposure: 40, open_jobs: 1, ..provider(54) };
        assert_eq!(decide(&busy, Some(500)), Registration::AddBond { amount: 1 });
        assert_eq!(decide(&ProviderRecord { bond: 55, ..busy }, Some(500)), Registration::Ready);
        let retired = ProviderRecord { retires_at: Some(5), ..provider(1) };
        assert_eq!(decide(&retired, Some(500)), Registration::Retired);
    }

    #[test]
    fn empty_offers_need_as_much_bond_as_real_ones() {
        let busy = ProviderRecord { exposure: 0, open_jobs: 3, ..provider(14) };
        let wanted = [offer(2, 10), offer(4, 10), offer(8, 10)];
        let decided = decide_registration(Some(&busy), &wanted, &rules(), &NOTHING);
        assert_eq!(decided, Registration::Short { needed: 15 });
    }

    fn changes(offers: &[(OfferId, OfferRecord)], wanted: &[Offer]) -> Vec<Change> {
        decide_offers(&provider(100), offers, wanted, &rules())
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone() {
        let offers = [on_chain(1, offer(2, 10)), on_chain(2, offer(8, 30)), on_chain(3, gpu(50))];
        assert_eq!(changes(&offers, &[gpu(50), offer(2, 10), offer(8, 30)]), []);
        assert_eq!(changes(&[], &[]), []);
        // How many slots are taken, and the band, are the market's matter.
        let (id, record) = offers[0].clone();
        assert_eq!(changes(&[(id, OfferRecord { slots_taken: 1, band: 4, ..record })], &[offer(2, 10)]), []);
    }

    #[test]
    fn offers_follow_the_options() {
        let offers = [on_chain(1, offer(2, 10)), on_chain(2, offer(8, 30))];
        let id = OfferId::new;
        assert_eq!(changes(&offers, &[offer(2, 11), offer(8, 30)]), [Change::Update(id(1), offer(2, 11))]);
        assert_eq!(changes(&offers, &[offer(8, 31), offer(2, 10)]), [Change::Update(id(2), offer(8, 31))]);
        // Both changed: each stays with its class.
        let moved = [Change::Update(id(2), offer(8, 31)), Change::Update(id(1), offer(2, 11))];
        assert_eq!(changes(&offers, &[offer(8, 31), offer(2, 11)]), moved);
        assert_eq!(changes(&offers, &[offer(8, 30)]), [Change::Withdraw(id(1))]);
        let added = changes(&offers, &[offer(2, 10), offer(8, 30), gpu(50)]);
        assert_eq!(added, [Change::Add(gpu(50))]);
        // Another device is another offer.
        assert_eq!(changes(&offers[..1], &[gpu(50)]), [Change::Withdraw(id(1)), Change::Add(gpu(50))]);
        assert_eq!(changes(&offers[..1], &[offer(16, 10)]), [Change::Update(id(1), offer(16, 10))]);
        assert_eq!(changes(&offers, &[]), [Change::Withdraw(id(1)), Change::Withdraw(id(2))]);
    }

    #[test]
    fn equal_machines_are_counted() {
        let two = [on_chain(1, offer(2, 10)), on_chain(2, offer(2, 10))];
        assert_eq!(changes(&two, &[offer(2, 10)]), [Change::Withdraw(OfferId::new(2))]);
        assert_eq!(changes(&two, &[offer(2, 10); 3]), [Change::Add(offer(2, 10))]);
    }

    #[test]
    fn no_offer_is_made_that_the_bond_does_not_cover() {
        let offers = [on_chain(1, offer(2, 10))];
        let wanted = [offer(2, 10), offer(4, 10), offer(8, 10)];
        let decide = |bond| decide_offers(&provider(bond), &offers, &wanted, &rules());
        assert_eq!(decide(14), [Change::Add(offer(4, 10))]);
        assert_eq!(decide(15), [Change::Add(offer(4, 10)), Change::Add(offer(8, 10))]);
        assert_eq!(decide(0), []);
        // What is withdrawn makes room.
        let other = decide_offers(&provider(5), &offers, &[gpu(1)], &rules());
        assert_eq!(other, [Change::Withdraw(OfferId::new(1)), Change::Add(gpu(1))]);
    }

    #[test]
    fn offers_are_moved_when_reputation_left_its_band() {
        let offers = [on_chain(1, offer(2, 10))];
        assert!(!is_misplaced(&offers, 40) && !is_misplaced(&offers, 59));
        assert!(is_misplaced(&offers, 39) && is_misplaced(&offers, 60));
        assert!(!is_misplaced(&[], 1));
    }

    #[test]
    fn what_rounding_loses_is_said() {
        let said = |capability: Capability| rounded(&capability).map(|rounded| rounded.to_string());
        assert_eq!(said(machine(2, 2_048)).unwrap(), "CPU tier 1, a machine with 2 cores and 2048 MiB");
        let uneven = said(machine(3, 65_536)).unwrap();
        assert_eq!(
            uneven,
            "CPU tier 1, a machine with 2 cores and 2048 MiB; 1 cores, 63488 MiB more count for nothing"
        );
        let said_of_gpu = said(gpu(1).capability).unwrap();
        assert!(said_of_gpu.starts_with("CUDA tier 4, a machine with 4 cores, 16384 MiB and a GPU with 23000 MiB;"));
        assert!(said_of_gpu.contains("1564 MiB of the GPU more count for nothing"), "{said_of_gpu}");
        assert_eq!(said(machine(1, 511)), None);
    }
}
