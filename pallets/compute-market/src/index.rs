//! The ordered maps: offers and open jobs by what they are sought by, deadlines by time.
//!
//! Keys have a fixed length, hold their numbers big-endian and are not hashed, so the order of the trie is the order of the
//! fields, and the first entry behind a place is one seek.

use crate::{pallet::*, types::*};
use codec::{Decode, DecodeWithMemTracking, Encode, FullCodec, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::storage::{IterableStorageMap, StoragePrefixedMap};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    machine::{BANDS, TIERS},
    view::OpenJobCursor,
    *,
};
use scale_info::TypeInfo;
use sp_runtime::traits::{SaturatedConversion, UniqueSaturatedInto};

/// Bands of reputation.
pub(crate) const BAND_COUNT: usize = BANDS as usize;
/// Machine classes of all devices.
pub(crate) const CLASSES: usize = 2 * TIERS as usize;

/// Devices in the order of their codec index, which is that of the counts.
const DEVICES: [DeviceClass; 2] = [DeviceClass::Cpu, DeviceClass::Cuda];

/// Place of an offer among those that can take a job.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OfferKey {
    class: MachineClass,
    band: u8,
    unit_price: [u8; 16],
    offer: [u8; 8],
}

impl OfferKey {
    /// The place of `offer`. A price above 128 bits counts as the highest.
    pub fn new(class: MachineClass, band: u8, unit_price: impl UniqueSaturatedInto<u128>, offer: OfferId) -> Self {
        let unit_price: u128 = unit_price.unique_saturated_into();
        Self { class, band, unit_price: unit_price.to_be_bytes(), offer: offer.get().to_be_bytes() }
    }

    /// Class and band.
    pub fn shelf(&self) -> (MachineClass, u8) {
        (self.class, self.band)
    }

    /// Price of a work unit, in plancks.
    pub fn unit_price(&self) -> u128 {
        u128::from_be_bytes(self.unit_price)
    }

    /// The offer.
    pub fn offer(&self) -> OfferId {
        OfferId::new(u64::from_be_bytes(self.offer))
    }
}

/// Place of a job among the open ones: within a class the best paying first, then the earliest.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OpenJobKey {
    class: MachineClass,
    inverted_price: [u8; 16],
    job: [u8; 8],
}

impl OpenJobKey {
    /// The place of `job`. A price above 128 bits counts as the highest.
    pub fn new(class: MachineClass, unit_price: impl UniqueSaturatedInto<u128>, job: JobId) -> Self {
        let unit_price: u128 = unit_price.unique_saturated_into();
        Self { class, inverted_price: (!unit_price).to_be_bytes(), job: job.get().to_be_bytes() }
    }

    /// Class of machine that the job needs.
    pub fn class(&self) -> MachineClass {
        self.class
    }

    /// Highest price of a work unit, in plancks.
    pub fn unit_price(&self) -> u128 {
        !u128::from_be_bytes(self.inverted_price)
    }

    /// The job.
    pub fn job(&self) -> JobId {
        JobId::new(u64::from_be_bytes(self.job))
    }

    /// The place as clients name it.
    pub(crate) fn cursor<T: Config>(&self) -> OpenJobCursor<BalanceOf<T>> {
        OpenJobCursor { class: self.class, unit_price: self.unit_price().saturated_into(), job: self.job() }
    }
}

/// Place of a deadline in time.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeadlineKey {
    block: [u8; 8],
    job: [u8; 8],
}

impl DeadlineKey {
    /// The place of the deadline of `job`, which ends after `block`.
    pub fn new(block: impl UniqueSaturatedInto<u64>, job: JobId) -> Self {
        let block: u64 = block.unique_saturated_into();
        Self { block: block.to_be_bytes(), job: job.get().to_be_bytes() }
    }

    /// Last block, inclusive, of the time that ends.
    pub fn block(&self) -> u64 {
        u64::from_be_bytes(self.block)
    }

    /// The job.
    pub fn job(&self) -> JobId {
        JobId::new(u64::from_be_bytes(self.job))
    }
}

/// The first key of a map behind the place `start`, which is a key or the beginning of one.
fn seek<Key: FullCodec, Map: IterableStorageMap<Key, ()> + StoragePrefixedMap<()>>(start: &[u8]) -> Option<Key> {
    let mut from = Map::final_prefix().to_vec();
    from.extend_from_slice(start);
    Map::iter_keys_from(from).next()
}

/// Where the count of a class stands; `None` for a tier that there is not.
fn place_of(class: MachineClass) -> Option<usize> {
    let device = DEVICES.iter().position(|device| *device == class.device)?;
    (class.tier < TIERS).then(|| device.saturating_mul(usize::from(TIERS)).saturating_add(usize::from(class.tier)))
}

/// Every class, in the order of the counts and of the keys.
fn all_classes() -> impl Iterator<Item = MachineClass> {
    DEVICES.into_iter().flat_map(MachineClass::ladder)
}

/// Count an entry in or out. A count never leaves its range: it is the number of entries.
fn recount(count: Option<&mut u32>, is_in: bool) {
    if let Some(count) = count {
        *count = if is_in { count.saturating_add(1) } else { count.saturating_sub(1) };
    }
}

/// The offers that can take a job. Owns [`OfferIndex`] and [`FirstOffers`].
pub(crate) struct Shelves<T>(PhantomData<T>);

impl<T: Config> Shelves<T> {
    /// Put an offer in its place, or take it out. Does nothing if that is so already.
    pub fn set(key: OfferKey, is_in: bool) {
        if OfferIndex::<T>::contains_key(key) == is_in {
            return;
        }
        if is_in {
            OfferIndex::<T>::insert(key, ());
        } else {
            OfferIndex::<T>::remove(key);
        }
        let (class, band) = key.shelf();
        let mut firsts = FirstOffers::<T>::get(class);
        // There is a place for every band; qed.
        let Some(first) = firsts.get_mut(usize::from(band)) else { return };
        let now = match *first {
            Some(first) if is_in => Some(first.min(key)),
            None if is_in => Some(key),
            first if first == Some(key) => Self::after(&key),
            first => first,
        };
        if now != *first {
            *first = now;
            FirstOffers::<T>::insert(class, firsts);
        }
    }

    /// The first offer of each band of each class that will do for a job of `class`, where there is one.
    pub fn heads(class: MachineClass) -> impl Iterator<Item = OfferKey> {
        class.serving().flat_map(FirstOffers::<T>::get).flatten()
    }

    /// The next offer of the same class and band.
    pub fn after(key: &OfferKey) -> Option<OfferKey> {
        seek::<OfferKey, OfferIndex<T>>(&key.encode()).filter(|next| next.shelf() == key.shelf())
    }
}

/// The open jobs. Owns [`OpenJobIndex`], [`OpenJobCounts`] and [`OpenJobsOf`].
pub(crate) struct Queue<T>(PhantomData<T>);

impl<T: Config> Queue<T> {
    /// Queue an open job of `owner`.
    pub fn insert(key: OpenJobKey, owner: &T::AccountId) {
        OpenJobIndex::<T>::insert(key, ());
        OpenJobCounts::<T>::mutate(|counts| recount(place_of(key.class).and_then(|place| counts.get_mut(place)), true));
        OpenJobsOf::<T>::mutate(owner, |count| *count = count.saturating_add(1));
    }

    /// Take a job of `owner` out that is no longer open.
    pub fn remove(key: OpenJobKey, owner: &T::AccountId) {
        OpenJobIndex::<T>::remove(key);
        OpenJobCounts::<T>::mutate(|counts| {
            recount(place_of(key.class).and_then(|place| counts.get_mut(place)), false)
        });
        OpenJobsOf::<T>::mutate_exists(owner, |count| {
            *count = count.map(|count| count.saturating_sub(1)).filter(|count| *count > 0);
        });
    }

    /// How many jobs are open.
    pub fn count() -> u32 {
        OpenJobCounts::<T>::get().iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The classes that have open jobs.
    pub fn classes() -> alloc::vec::Vec<MachineClass> {
        let counts = OpenJobCounts::<T>::get();
        all_classes().zip(counts).filter(|(_, count)| *count > 0).map(|(class, _)| class).collect()
    }

    /// The first open job of a class.
    pub fn first_of(class: MachineClass) -> Option<OpenJobKey> {
        seek::<OpenJobKey, OpenJobIndex<T>>(&class.encode()).filter(|key| key.class == class)
    }

    /// The open job of the same class behind `place`.
    pub fn after_in_class(place: &OpenJobKey) -> Option<OpenJobKey> {
        Self::after(Some(place)).filter(|key| key.class == place.class)
    }

    /// The open job behind `place`, of whatever class; the first of all without a place.
    pub fn after(place: Option<&OpenJobKey>) -> Option<OpenJobKey> {
        seek::<OpenJobKey, OpenJobIndex<T>>(&place.map(Encode::encode).unwrap_or_default())
    }
}

/// The deadlines. Owns [`Deadlines`].
pub(crate) struct Agenda<T>(PhantomData<T>);

impl<T: Config> Agenda<T> {
    /// Note a deadline.
    pub fn insert(key: DeadlineKey) {
        Deadlines::<T>::insert(key, ());
    }

    /// Strike a deadline out.
    pub fn remove(key: DeadlineKey) {
        Deadlines::<T>::remove(key);
    }

    /// The earliest deadline behind `place`; the earliest of all without a place.
    pub fn after(place: Option<&DeadlineKey>) -> Option<DeadlineKey> {
        seek::<DeadlineKey, Deadlines<T>>(&place.map(Encode::encode).unwrap_or_default())
    }

    /// Whether the time that `key` ends, and the grace after it, are over at `now`.
    pub fn is_over(key: &DeadlineKey, grace: BlockNumberFor<T>, now: BlockNumberFor<T>) -> bool {
        let (grace, now): (u64, u64) = (grace.unique_saturated_into(), now.unique_saturated_into());
        key.block().saturating_add(grace) < now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(device: DeviceClass, tier: u8) -> MachineClass {
        MachineClass { device, tier }
    }

    #[test]
    fn the_order_of_bytes_is_the_order_of_the_fields() {
        let offers = [
            OfferKey::new(class(DeviceClass::Cpu, 1), 4, u128::MAX, OfferId::new(u64::MAX)),
            OfferKey::new(class(DeviceClass::Cpu, 2), 0, 255u128, OfferId::new(300)),
            OfferKey::new(class(DeviceClass::Cpu, 2), 0, 256u128, OfferId::new(1)),
            OfferKey::new(class(DeviceClass::Cpu, 2), 0, 256u128, OfferId::new(256)),
            OfferKey::new(class(DeviceClass::Cpu, 2), 1, 1u128, OfferId::new(0)),
            OfferKey::new(class(DeviceClass::Cuda, 0), 0, 1u128, OfferId::new(0)),
        ];
        assert!(offers.windows(2).all(|pair| pair[0].encode() < pair[1].encode() && pair[0] < pair[1]));
        assert!(offers.iter().all(|key| key.encode().len() == 27));
        assert_eq!((offers[1].unit_price(), offers[1].offer()), (255, OfferId::new(300)));
        assert_eq!(offers[1].encode()[..3], [0, 2, 0]);
    }

    #[test]
    fn open_jobs_stand_the_best_paying_first_then_the_earliest() {
        let cpu = class(DeviceClass::Cpu, 2);
        let jobs = [
            OpenJobKey::new(cpu, u128::MAX, JobId::new(9)),
            OpenJobKey::new(cpu, 256u128, JobId::new(2)),
            OpenJobKey::new(cpu, 256u128, JobId::new(300)),
            OpenJobKey::new(cpu, 255u128, JobId::new(0)),
            OpenJobKey::new(cpu, 0u128, JobId::new(0)),
            OpenJobKey::new(class(DeviceClass::Cpu, 3), 256u128, JobId::new(2)),
        ];
        assert!(jobs.windows(2).all(|pair| pair[0].encode() < pair[1].encode() && pair[0] < pair[1]));
        assert!(jobs.iter().all(|key| key.encode().len() == 26));
        assert_eq!((jobs[2].class(), jobs[2].unit_price(), jobs[2].job()), (cpu, 256, JobId::new(300)));
    }

    #[test]
    fn deadlines_stand_in_order_of_time() {
        let deadlines = [
            DeadlineKey::new(255u64, JobId::new(u64::MAX)),
            DeadlineKey::new(256u64, JobId::new(1)),
            DeadlineKey::new(256u64, JobId::new(256)),
            DeadlineKey::new(65_536u64, JobId::new(0)),
        ];
        assert!(deadlines.windows(2).all(|pair| pair[0].encode() < pair[1].encode() && pair[0] < pair[1]));
        assert!(deadlines.iter().all(|key| key.encode().len() == 16));
        assert_eq!((deadlines[2].block(), deadlines[2].job()), (256, JobId::new(256)));
    }

    #[test]
    fn every_class_has_a_count_of_its_own_in_the_order_of_keys() {
        let classes: Vec<_> = all_classes().collect();
        assert_eq!(classes.len(), CLASSES);
        assert!(classes.windows(2).all(|pair| pair[0].encode() < pair[1].encode()));
        assert!(classes.iter().enumerate().all(|(place, class)| place_of(*class) == Some(place)));
        assert_eq!(place_of(class(DeviceClass::Cpu, TIERS)), None);
        assert_eq!(crate::MAX_HEADS, u32::from(TIERS) * u32::from(BANDS));
    }
}
