use crate::{mock::*, *};
use neurodata_primitives::seams::Licences as _;
use sp_runtime::traits::Zero;

/// A linear congruential generator: Knuth's MMIX.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<Item: Copy>(&mut self, items: &[Item]) -> Option<Item> {
        (!items.is_empty()).then(|| items[self.below(items.len() as u64) as usize])
    }
}

const ACCOUNTS: [AccountId; 9] = [1, 2, 3, 4, 5, 11, 12, 13, 14];

/// What a random account does at random; much of it is refused.
fn step(random: &mut Random, packages: &[Package; 2]) -> DispatchResult {
    let who = random.pick(&ACCOUNTS).unwrap();
    let (asset, package) = random.pick(&[(DATA, &packages[0]), (MODEL, &packages[1])]).unwrap();
    let purchases: Vec<_> = Purchases::<Test>::iter().collect();
    let inspections: Vec<_> = Inspections::<Test>::iter_keys().collect();
    let chosen = purchases.get(random.below(purchases.len().max(1) as u64) as usize);
    let purchase = chosen.map_or(PurchaseId::new(u64::MAX), |(purchase, _)| *purchase);
    let (seller, buyer) = chosen.map_or((SELLER, who), |(_, record)| (record.seller, record.buyer));
    let inspection = random.pick(&inspections).unwrap_or(InspectionId::new(u64::MAX));
    match random.below(16) {
        0..=2 => {
            let kinds = [LicenceKind::Personal, LicenceKind::Commercial, LicenceKind::Derive];
            let kind = random.pick(&kinds).unwrap();
            LicenceDuration::set(random.pick(&[None, Some(5), Some(40)]).unwrap());
            PurchaseDeposit::set(random.pick(&[0, 1, DEPOSIT, 7 * DEPOSIT]).unwrap());
            Sales::purchase(signed(who), asset, kind, recipient_key(), Balance::MAX)
        },
        3..=5 => {
            let key = if random.below(4).is_zero() { [1; 32] } else { package.key };
            Sales::deliver_key(signed(seller), purchase, wrap(&key, purchase, &recipient_key()))
        },
        6 => Sales::confirm_purchase(signed(buyer), purchase),
        7 => Sales::settle(signed(who), purchase),
        8 => Sales::expire_delivery(signed(who), purchase),
        9 => {
            let claim = if random.below(2).is_zero() { Claim::WrongKey } else { Claim::BadChunk(package.open(1)) };
            Sales::complain(signed(buyer), purchase, Complaint { secret: SECRET, claim })
        },
        10 => {
            let account = random.pick(&[None, Some(buyer), Some(BUYER)]).unwrap();
            Sales::surrender_licence(signed(who), asset, account)
        },
        11 => Sales::request_inspection(signed(SELLER), DATASET, 1 + random.below(4) as u32, 1 + FEE / 3),
        12 => Sales::draw_inspectors(signed(who), inspection),
        13 => match Inspections::<Test>::get(inspection).map(|record| record.state) {
            Some(InspectionState::Inspecting { invited, .. }) => {
                let inspector = random.pick(&invited).unwrap_or(who);
                Sales::accept_inspection(signed(inspector), inspection, recipient_key())
            },
            _ => Ok(()),
        },
        14 => Sales::close_inspection(signed(who), inspection),
        _ => {
            change_sold(asset, |sold| sold.price = u128::from(random.below(5)) * PRICE / 7);
            // Now and then a package is condemned, and another one takes its place once its sales are over.
            if Shelf::get(asset).is_some_and(|sold| sold.is_condemned && sold.open == 0) {
                put_on_shelf(asset, package.commitment);
            } else if random.below(10).is_zero() {
                condemn(asset);
            }
            Ok(())
        },
    }
}

#[test]
fn nothing_is_lost_or_made_over_two_thousand_random_operations() {
    ExtBuilder.build_and_execute(|| {
        let mut random = Random(20_261_121);
        let everything = Balances::total_issuance();
        let packages = [Package::table(), Package::file()];
        let mut done = 0;
        for turn in 0..7_500 {
            run_to_block(now() + random.below(3));
            let result = frame_support::storage::with_storage_layer(|| step(&mut random, &packages));
            done += u32::from(result.is_ok());
            assert_eq!(Balances::total_issuance() + Burned::get(), everything);
            assert_eq!(free(escrow()), TotalEscrow::<Test>::get() + EXISTENTIAL_DEPOSIT);
            if turn % 20 == 0 {
                check_invariants();
            }
        }
        // Everything that was sold, paid or credited has left the escrow by an event of its own.
        let (mut paid, mut fees, mut kinds) = (0, 0, std::collections::BTreeSet::new());
        for event in events() {
            kinds.insert(event.encode()[0]);
            match event {
                Event::PurchaseSettled { price, .. } => paid += price,
                Event::InspectionReported { fee, .. } => fees += fee,
                _ => {},
            }
        }
        assert_eq!(free(INCOME), ENDOWMENT + paid);
        assert_eq!(free(POT), ENDOWMENT + fees);
        assert_eq!(kinds.len(), 15, "every kind of event occurs: {kinds:?}");
        assert!(done >= 2_000, "{done} operations were not refused");

        // Time ends everything that is open.
        run_to_block(now() + 1_000);
        for (purchase, _) in Purchases::<Test>::iter().collect::<Vec<_>>() {
            let ended = Sales::settle(signed(STRANGER), purchase)
                .or_else(|_| Sales::expire_delivery(signed(STRANGER), purchase));
            assert_eq!(ended, Ok(()));
        }
        for inspection in Inspections::<Test>::iter_keys().collect::<Vec<_>>() {
            assert_eq!(Sales::close_inspection(signed(STRANGER), inspection), Ok(()));
        }
        for (asset, account, record) in Licences::<Test>::iter().collect::<Vec<_>>() {
            let is_over = record.expires_at.is_some();
            assert_eq!(Sales::permits(asset, &account, LicenceKind::Personal), !is_over);
            let signer = if is_over { STRANGER } else { account };
            assert_eq!(Sales::surrender_licence(signed(signer), asset, Some(account)), Ok(()));
        }
        assert_eq!((TotalEscrow::<Test>::get(), free(escrow())), (0, EXISTENTIAL_DEPOSIT));
        assert!(ACCOUNTS.iter().all(|account| held(*account).is_zero()));
    });
}
