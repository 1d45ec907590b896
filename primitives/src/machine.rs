//! Machine classes and bands of reputation: by what the market orders offers and jobs.
//!
//! A machine has several numbers, an ordered index has one. So each device has a ladder of [`TIERS`] machines, each at least
//! as good as the one below it in every number. An **offer** counts as the highest step that its machine reaches, a **job**
//! asks for the lowest step that has all it requires. So an offer on the job's step or above it fits by construction, and
//! what rounding loses is stated where offers and jobs are made.
//!
//! | tier | CPU: cores, memory | CUDA: cores, memory, device memory |
//! |---|---|---|
//! | 0 | 1, 512 MiB | 1, 2 GiB, 3,800 MiB |
//! | 1 | 2, 2 GiB | 2, 4 GiB, 7,500 MiB |
//! | 2 | 4, 8 GiB | 2, 8 GiB, 11,000 MiB |
//! | 3 | 8, 16 GiB | 4, 8 GiB, 15,000 MiB |
//! | 4 | 16, 32 GiB | 4, 16 GiB, 23,000 MiB |
//! | 5 | 32, 64 GiB | 8, 32 GiB, 39,000 MiB |
//! | 6 | 64, 128 GiB | 8, 64 GiB, 79,000 MiB |
//! | 7 | 128, 256 GiB | 16, 128 GiB, 139,000 MiB |
//!
//! Device memory is what drivers report of cards sold as 4, 8, 12, 16, 24, 40, 80 and 141 GB, a little less than the name.
//!
//! Reputation makes an offer dearer for comparison, by the middle of its band of 20 points:
//!
//! ```text
//! band(reputation)     = min(reputation / 20, 4)
//! adjusted(price, band) = ceil(price * 200 / (100 + 20 * band + 10))
//! ```
//!
//! Within a class and a band the order by price is the order by adjusted price, so the best offer of all is the best of
//! the first offers of every class and band that will do.

use crate::{Capability, DeviceClass, MachineClass};
use sp_arithmetic::traits::AtLeast32BitUnsigned;

/// Steps of each ladder.
pub const TIERS: u8 = 8;
/// Bands of reputation.
pub const BANDS: u8 = 5;
/// Points of reputation in a band.
const BAND_POINTS: u8 = 20;

const GIB: u32 = 1_024;

/// Least cores and memory (MiB) of each CPU tier.
const CPU: [(u16, u32); TIERS as usize] = [
    (1, 512),
    (2, 2 * GIB),
    (4, 8 * GIB),
    (8, 16 * GIB),
    (16, 32 * GIB),
    (32, 64 * GIB),
    (64, 128 * GIB),
    (128, 256 * GIB),
];

/// Least cores, memory (MiB) and device memory (MiB) of each CUDA tier.
const CUDA: [(u16, u32, u32); TIERS as usize] = [
    (1, 2 * GIB, 3_800),
    (2, 4 * GIB, 7_500),
    (2, 8 * GIB, 11_000),
    (4, 8 * GIB, 15_000),
    (4, 16 * GIB, 23_000),
    (8, 32 * GIB, 39_000),
    (8, 64 * GIB, 79_000),
    (16, 128 * GIB, 139_000),
];

impl MachineClass {
    /// The least machine of this class; `None` for a tier that there is not.
    pub fn capability(&self) -> Option<Capability> {
        let tier = usize::from(self.tier);
        let device = self.device;
        match device {
            DeviceClass::Cpu => {
                CPU.get(tier).map(|(cores, memory_mib)| Capability { cores: *cores, memory_mib: *memory_mib, device, device_memory_mib: 0 })
            },
            DeviceClass::Cuda => CUDA.get(tier).map(|(cores, memory_mib, device_memory_mib)| Capability {
                cores: *cores,
                memory_mib: *memory_mib,
                device,
                device_memory_mib: *device_memory_mib,
            }),
        }
    }

    /// Every class of a device, lowest first.
    pub fn ladder(device: DeviceClass) -> impl DoubleEndedIterator<Item = Self> {
        (0..TIERS).map(move |tier| Self { device, tier })
    }

    /// The classes whose machines will do for a job of this class: this one and those above it, lowest first.
    pub fn serving(self) -> impl Iterator<Item = Self> {
        Self::ladder(self.device).filter(move |class| class.tier >= self.tier)
    }

    /// The classes of jobs that a machine of this class will do for: this one and those below it, highest first.
    pub fn served(self) -> impl Iterator<Item = Self> {
        Self::ladder(self.device).rev().filter(move |class| class.tier <= self.tier)
    }
}

impl Capability {
    /// Whether a machine with this capability has all that `requirement` asks, on the same device.
    pub fn meets(&self, requirement: &Self) -> bool {
        self.device == requirement.device
            && self.cores >= requirement.cores
            && self.memory_mib >= requirement.memory_mib
            && self.device_memory_mib >= requirement.device_memory_mib
    }

    /// The highest class that a machine with this capability reaches; `None` if it does not reach the lowest.
    pub fn offered_class(&self) -> Option<MachineClass> {
        MachineClass::ladder(self.device).rev().find(|class| class.capability().is_some_and(|least| self.meets(&least)))
    }

    /// The lowest class that has all that this requirement asks; `None` if not even the highest has.
    pub fn required_class(&self) -> Option<MachineClass> {
        MachineClass::ladder(self.device).find(|class| class.capability().is_some_and(|least| least.meets(self)))
    }
}

/// Band of a reputation, 0 to 4 inclusive.
pub const fn band(reputation: u8) -> u8 {
    let band = reputation / BAND_POINTS;
    if band < BANDS { band } else { BANDS - 1 }
}

/// Price of an offer for comparison, by the band of its provider's reputation; rounds up, never below the price. Saturates:
/// an offer near the largest balance only loses its advantage over others as absurd.
pub fn adjusted_price<Balance: AtLeast32BitUnsigned + Copy>(unit_price: Balance, band: u8) -> Balance {
    let middle = u32::from(band.min(BANDS - 1)).saturating_mul(u32::from(BAND_POINTS)).saturating_add(u32::from(BAND_POINTS / 2));
    let divisor = Balance::from(middle.saturating_add(100));
    let scaled = unit_price.saturating_mul(200u32.into()).saturating_add(divisor.saturating_sub(Balance::one()));
    scaled.checked_div(&divisor).unwrap_or(unit_price).max(unit_price)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: [DeviceClass; 2] = [DeviceClass::Cpu, DeviceClass::Cuda];

    fn machine(device: DeviceClass, cores: u16, memory_mib: u32, device_memory_mib: u32) -> Capability {
        Capability { cores, memory_mib, device, device_memory_mib }
    }

    #[test]
    fn each_step_has_at_least_what_the_one_below_it_has() {
        for device in DEVICES {
            let ladder: Vec<_> = MachineClass::ladder(device).map(|class| class.capability().unwrap()).collect();
            assert_eq!(ladder.len(), usize::from(TIERS));
            assert!(ladder.windows(2).all(|pair| pair[1].meets(&pair[0]) && pair[1] != pair[0]), "{ladder:?}");
        }
        assert_eq!(MachineClass { device: DeviceClass::Cpu, tier: TIERS }.capability(), None);
    }

    #[test]
    fn an_offer_of_a_serving_class_meets_every_requirement_of_the_class() {
        let sizes = [1u16, 2, 3, 5, 8, 16, 40, 128, 200];
        let memories = [1u32, 512, 1_000, 4_096, 9_000, 40_000, 262_144, 400_000];
        for device in DEVICES {
            let device_memories: &[u32] = if device == DeviceClass::Cpu { &[0] } else { &[1, 3_800, 8_000, 24_564, 141_000] };
            let machines: Vec<_> = sizes
                .iter()
                .flat_map(|cores| memories.iter().map(move |memory| (*cores, *memory)))
                .flat_map(|(cores, memory)| device_memories.iter().map(move |own| machine(device, cores, memory, *own)))
                .collect();
            for requirement in &machines {
                let Some(required) = requirement.required_class() else { continue };
                for offer in &machines {
                    if offer.offered_class().is_some_and(|class| required.serving().any(|serving| serving == class)) {
                        assert!(offer.meets(requirement), "{offer:?} {requirement:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn offers_round_down_and_jobs_round_up() {
        let cpu = |cores, memory| machine(DeviceClass::Cpu, cores, memory, 0);
        assert_eq!(cpu(3, 65_536).offered_class().map(|class| class.tier), Some(1));
        assert_eq!(cpu(3, 512).required_class().map(|class| class.tier), Some(2));
        assert_eq!(cpu(1, 511).offered_class(), None);
        assert_eq!(cpu(129, 1).required_class(), None);
        assert_eq!(machine(DeviceClass::Cpu, 1, 512, 1).required_class(), None, "a CPU has no device memory");
        let class = machine(DeviceClass::Cuda, 8, 65_536, 24_564).offered_class().unwrap();
        assert_eq!((class.device, class.tier), (DeviceClass::Cuda, 4));
        assert_eq!(class.served().map(|class| class.tier).collect::<Vec<_>>(), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn adjusted_prices_fall_with_reputation_and_keep_the_order_of_prices() {
        assert_eq!([0, 19, 20, 50, 79, 80, 100].map(band), [0, 0, 1, 2, 3, 4, 4]);
        assert_eq!([0, 1, 2, 3, 4, 9].map(|band| adjusted_price(1_000u128, band)), [1_819, 1_539, 1_334, 1_177, 1_053, 1_053]);
        assert_eq!(adjusted_price(u128::MAX, 0), u128::MAX);
        assert!((0..500u128).all(|price| adjusted_price(price, 2) <= adjusted_price(price + 1, 2)));
    }
}
