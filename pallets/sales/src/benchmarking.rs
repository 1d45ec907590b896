//! Benchmarks of the sales, each call in its worst case: the largest package, and a licence that is replaced.

use super::{Pallet as Sales, *};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use neurodata_primitives::{
    dataset::MAX_TREE_DEPTH,
    layout::{CellBound, CELLS_PER_CHUNK, CHUNK_BYTES},
    merkle,
    sale::cipher_leaf,
    CipherRoot, ContentCommitment, FieldBytes, OpenedChunk, PackageCommitment,
};
use neurodata_sealing::{apply_cipher, content_leaf, key_commitment, public_key};
use neurodata_zk_statements::layout_digest;
use sp_runtime::traits::{Bounded, One, Saturating, Zero};

/// What benchmarks need from the world around the pallet.
pub trait BenchmarkHelper<AccountId, BlockNumber> {
    /// A dataset bound by `package`, for sale and open to inspection, with its owner, who can pay.
    fn dataset(package: PackageCommitment) -> (AccountId, DatasetId);

    /// Register `count` evaluators, each of whom can be drawn once more, with money for the deposit of a purchase.
    fn evaluators(count: u32);

    /// Make some seed known as that of `block`.
    fn set_seed(block: BlockNumber);
}

/// The content key.
const KEY: [u8; 32] = [9; 32];
/// The buyer's one-time secret.
const SECRET: [u8; 32] = [5; 32];
/// Evaluators among whom inspectors are drawn.
const EVALUATORS: u32 = 1_000;

/// [`KEY`], wrapped for the public key of [`SECRET`] to be delivered for the first purchase on a chain whose genesis
/// hash is zero. Made by the test `the_benchmarks_key_is_the_right_one`, which prints another one if this does not
/// open.
fn wrapped() -> WrappedKey {
    WrappedKey { ephemeral_key: RecipientKey::new(EPHEMERAL), sealed_key: SEALED }
}

const EPHEMERAL: [u8; 32] = [
    28, 78, 231, 75, 166, 204, 111, 252, 76, 249, 194, 30, 25, 133, 126, 203, 210, 30, 220, 183, 191, 171, 197, 11,
    161, 45, 8, 107, 236, 86, 113, 113,
];
const SEALED: [u8; 48] = [
    173, 225, 131, 201, 53, 99, 93, 8, 180, 232, 66, 82, 67, 203, 53, 85, 35, 240, 55, 251, 193, 100, 167, 181,
    183, 45, 181, 198, 215, 4, 234, 201, 119, 84, 40, 215, 233, 171, 23, 92, 207, 197, 172, 34, 125, 239, 217, 207,
];

/// Bounds under which one cell, the last one, is out of schema.
fn bounds() -> Vec<CellBound> {
    (1..=CELLS_PER_CHUNK).map(|cell| CellBound { bound: u16::from(cell < CELLS_PER_CHUNK), nullable: false }).collect()
}

/// Chunk 0 of the largest table, whose cells are all 1, and what binds the table. A bad chunk has another leaf.
fn package(is_bad: bool) -> (PackageCommitment, OpenedChunk) {
    let layout = layout_digest(&bounds()).expect("bounds of a chunk");
    let content = ContentCommitment::Table { data_root: [1; 32].into(), layout, last_layout: layout };
    let mut bytes: Vec<u8> = [1u8, 0].repeat(CHUNK_BYTES as usize / 2);
    let mut leaf = content_leaf(&KEY, &content, 0, &bytes).expect("a chunk");
    if is_bad {
        leaf = FieldBytes::new([2; 32]);
    }
    apply_cipher(&KEY, &mut bytes, 0);
    let path = vec![[3; 32]; MAX_TREE_DEPTH as usize];
    let root = merkle::root_from_path(cipher_leaf(&bytes, &leaf), 0, &path).expect("the index fits the path");
    let commitment = PackageCommitment {
        content,
        cipher_root: CipherRoot::new(root),
        key_commitment: key_commitment(&KEY, &content),
        chunks: 1 << MAX_TREE_DEPTH,
    };
    let path: Vec<FieldBytes> = path.into_iter().map(FieldBytes::new).collect();
    let cipher = bytes.try_into().expect("a chunk");
    (commitment, OpenedChunk { index: 0, cipher, leaf, path: path.try_into().expect("as deep as can be") })
}

/// An account with a lot of money.
fn funded<T: Config>(name: &'static str) -> T::AccountId {
    let who = account(name, 0, 0);
    let unit = T::Currency::minimum_balance().saturating_add(T::PurchaseDeposit::get()).saturating_add(One::one());
    T::Currency::set_balance(&who, unit.saturating_mul(1_000_000u32.into()));
    who
}

/// Buy a copy of a dataset; whose, which, and the purchase.
fn bought<T: Config>(package: PackageCommitment) -> (T::AccountId, T::AccountId, PurchaseId) {
    frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::zero(), T::Hash::default());
    let (seller, dataset) = T::BenchmarkHelper::dataset(package);
    let (buyer, purchase) = (funded::<T>("buyer"), NextPurchaseId::<T>::get());
    let asset = Asset::Dataset(dataset);
    let price = BalanceOf::<T>::max_value();
    Sales::<T>::do_purchase(buyer.clone(), asset, LicenceKind::Personal, public_key(&SECRET), price).unwrap();
    // A licence that the sale replaces.
    let (kind, since, deposit) = (LicenceKind::Personal, Zero::zero(), Zero::zero());
    Licences::<T>::insert(asset, &buyer, LicenceRecord { kind, since, expires_at: None, deposit });
    (seller, buyer, purchase)
}

fn delivered<T: Config>(package: PackageCommitment) -> (T::AccountId, PurchaseId) {
    let (seller, buyer, purchase) = bought::<T>(package);
    Sales::<T>::do_deliver_key(seller, purchase, wrapped()).unwrap();
    (buyer, purchase)
}

fn run_past<T: Config>(block: BlockNumberFor<T>) {
    frame_system::Pallet::<T>::set_block_number(block.saturating_add(One::one()));
}

/// Move on beyond the deadline of the state that `purchase` is in.
fn run_past_deadline<T: Config>(purchase: PurchaseId) {
    match Purchases::<T>::get(purchase).unwrap().state {
        PurchaseState::AwaitingKey { deliver_by } => run_past::<T>(deliver_by),
        PurchaseState::Delivered { complain_by, .. } => run_past::<T>(complain_by),
    }
}

/// An inspection with the most seats, whose seed is known and could be drawn from now.
fn requested<T: Config>() -> InspectionId {
    let (owner, dataset) = T::BenchmarkHelper::dataset(package(false).0);
    T::BenchmarkHelper::evaluators(EVALUATORS);
    run_past::<T>(frame_system::Pallet::<T>::block_number());
    let inspection = NextInspectionId::<T>::get();
    let fee = T::MinimumInspectionFee::get();
    Sales::<T>::do_request_inspection(owner, dataset, MAX_INSPECTORS, fee).unwrap();
    if let InspectionState::Drawing { draw_at, .. } = Inspections::<T>::get(inspection).unwrap().state {
        run_past::<T>(draw_at);
        T::BenchmarkHelper::set_seed(draw_at);
    }
    inspection
}

fn drawn<T: Config>() -> (InspectionId, Vec<T::AccountId>) {
    let inspection = requested::<T>();
    Sales::<T>::do_draw_inspectors(inspection).unwrap();
    match Inspections::<T>::get(inspection).unwrap().state {
        InspectionState::Inspecting { invited, .. } => (inspection, invited.into_inner()),
        InspectionState::Drawing { .. } => (inspection, Vec::new()),
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn purchase() {
        let (_, dataset) = T::BenchmarkHelper::dataset(package(false).0);
        let (buyer, price) = (funded::<T>("buyer"), BalanceOf::<T>::max_value());

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), Asset::Dataset(dataset), LicenceKind::Personal, public_key(&SECRET), price);

        assert!(Purchases::<T>::iter().next().is_some());
    }

    #[benchmark]
    fn deliver_key() {
        let (seller, _, id) = bought::<T>(package(false).0);

        #[extrinsic_call]
        _(RawOrigin::Signed(seller), id, wrapped());

        assert!(matches!(Purchases::<T>::get(id).unwrap().state, PurchaseState::Delivered { .. }));
    }

    #[benchmark]
    fn confirm_purchase() {
        let (buyer, id) = delivered::<T>(package(false).0);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), id);

        assert!(!Purchases::<T>::contains_key(id));
    }

    #[benchmark]
    fn settle() {
        let (_, id) = delivered::<T>(package(false).0);
        run_past_deadline::<T>(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("reporter")), id);

        assert!(!Purchases::<T>::contains_key(id));
    }

    #[benchmark]
    fn expire_delivery() {
        let (_, _, id) = bought::<T>(package(false).0);
        run_past_deadline::<T>(id);

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("reporter")), id);

        assert!(!Purchases::<T>::contains_key(id));
    }

    #[benchmark]
    fn complain_wrong_key() {
        let (seller, buyer, id) = bought::<T>(package(false).0);
        let key = WrappedKey { sealed_key: [0; 48], ..wrapped() };
        Sales::<T>::do_deliver_key(seller, id, key).unwrap();

        #[extrinsic_call]
        complain(RawOrigin::Signed(buyer), id, Complaint { secret: SECRET, claim: Claim::WrongKey });

        assert!(!Purchases::<T>::contains_key(id));
    }

    #[benchmark]
    fn complain_bad_chunk() {
        let (package, chunk) = package(true);
        let (buyer, id) = delivered::<T>(package);
        let asset = Purchases::<T>::get(id).unwrap().asset;

        #[extrinsic_call]
        complain(RawOrigin::Signed(buyer), id, Complaint { secret: SECRET, claim: Claim::BadChunk(chunk) });

        assert!(T::Assets::is_condemned(asset));
    }

    #[benchmark]
    fn complain_out_of_schema() {
        let (package, chunk) = package(false);
        let (buyer, id) = delivered::<T>(package);
        let asset = Purchases::<T>::get(id).unwrap().asset;
        let claim = Claim::OutOfSchema { chunk, bounds: bounds().try_into().unwrap() };

        #[extrinsic_call]
        complain(RawOrigin::Signed(buyer), id, Complaint { secret: SECRET, claim });

        assert!(T::Assets::is_condemned(asset));
    }

    #[benchmark]
    fn surrender_licence() {
        let (buyer, id) = delivered::<T>(package(false).0);
        let asset = Purchases::<T>::get(id).unwrap().asset;
        Sales::<T>::do_confirm_purchase(buyer.clone(), id).unwrap();

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer.clone()), asset, None);

        assert!(!Licences::<T>::contains_key(asset, buyer));
    }

    #[benchmark]
    fn request_inspection() {
        let (owner, dataset) = T::BenchmarkHelper::dataset(package(false).0);
        let fee = T::MinimumInspectionFee::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), dataset, MAX_INSPECTORS, fee);

        assert!(OpenInspections::<T>::contains_key(dataset));
    }

    #[benchmark]
    fn draw_inspectors() {
        let inspection = requested::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("caller")), inspection);

        let state = Inspections::<T>::get(inspection).unwrap().state;
        assert!(matches!(state, InspectionState::Inspecting { .. }));
    }

    #[benchmark]
    fn accept_inspection() {
        let (inspection, inspectors) = drawn::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(inspectors[0].clone()), inspection, public_key(&SECRET));

        assert!(Purchases::<T>::iter().next().is_some());
    }

    #[benchmark]
    fn close_inspection() {
        let (inspection, _) = drawn::<T>();
        if let InspectionState::Inspecting { accept_by, .. } = Inspections::<T>::get(inspection).unwrap().state {
            run_past::<T>(accept_by);
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(funded::<T>("reporter")), inspection);

        assert!(!Inspections::<T>::contains_key(inspection));
    }

    impl_benchmark_test_suite!(Sales, crate::mock::ExtBuilder.build(), crate::mock::Test);
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_sealing::{open_key, sale_context};

    #[test]
    fn the_benchmarks_key_is_the_right_one() {
        let context = sale_context(&[0; 32], PurchaseId::new(0));
        let another = crate::mock::wrap_with(&KEY, &context, &public_key(&SECRET));
        assert_eq!(open_key(&wrapped(), &SECRET, &context).as_deref(), Some(&KEY), "use {another:?}");
    }
}
