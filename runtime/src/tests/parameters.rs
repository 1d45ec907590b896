//! Dynamic parameters: their defaults, who moves them, and the hard limits that hold whatever is set.

use std::collections::BTreeSet;

use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, traits::Hooks};
use neurodata_primitives::{
    money::{JobSplit, NRC},
    validation::{MAX_COMMITTEE, MAX_FIRST_COMMITTEE},
    RoyaltySplit,
};
use params::{
    bounded::{self, LONGEST_PERIOD},
    groups, RuntimeParameters,
};
use sp_runtime::{traits::Get, DispatchError, Permill};

use super::{support::*, *};
use constants::{DAYS, ENTROPY_WINDOW, HOURS};

/// A getter as a number, and its range, both ends included.
struct Limit {
    name: &'static str,
    read: fn() -> u128,
    range: (u128, u128),
}

/// A number out of a parameter.
trait Number {
    fn number(self) -> u128;
}

impl Number for u32 {
    fn number(self) -> u128 {
        self.into()
    }
}

impl Number for u128 {
    fn number(self) -> u128 {
        self
    }
}

impl Number for Permill {
    fn number(self) -> u128 {
        self.deconstruct().into()
    }
}

/// Parts per million of `percent`.
const fn percent(percent: u128) -> u128 {
    percent * 10_000
}

macro_rules! limits {
    ($($name:ident: $least:expr, $most:expr;)*) => {
        [$(Limit {
            name: stringify!($name),
            read: || bounded::$name::get().number(),
            range: ($least as u128, $most as u128),
        }),*]
    };
}

/// The documented limits of every parameter that is a number.
fn limits() -> Vec<Limit> {
    let half_window = ENTROPY_WINDOW / 2;
    limits! {
        DatasetMinimumStake: NRC, 1_000_000 * NRC;
        ChallengeDelay: 2, 100;
        ProofPeriod: 20, half_window;
        StakeLockPeriod: 7 * DAYS, LONGEST_PERIOD;
        KeyDeliveryPeriod: 20, half_window;
        NonDeliverySlash: percent(1), percent(100);
        SaleCover: 100, 1_000;
        SaleSlash: 100, 1_000;
        ProviderBond: NRC, 1_000_000 * NRC;
        MatchPeriod: 20, 3 * DAYS;
        AcceptPeriod: 20, DAYS;
        HeartbeatPeriod: 20, DAYS;
        MaxDeliverPeriod: HOURS, 7 * DAYS;
        ProviderRetirePeriod: HOURS, LONGEST_PERIOD;
        PrunePeriod: HOURS, LONGEST_PERIOD;
        BreachSlash: percent(1), percent(100);
        JobDeposit: NRC / 1_000, 1_000 * NRC;
        MinUnitPrice: 1, NRC / 1_000;
        PriceLiability: percent(1), percent(100);
        ProgressPeriod: 20, DAYS;
        DeadlineGrace: 1, 100;
        EvaluatorBond: NRC, 1_000_000 * NRC;
        CommitteeSize: 1, MAX_FIRST_COMMITTEE;
        DrawDelay: 2, 100;
        DrawPeriod: 20, half_window;
        SealPeriod: 40, 3 * DAYS;
        RevealPeriod: 20, DAYS;
        EvaluatorRetirePeriod: 7 * DAYS, LONGEST_PERIOD;
        NonRevealSlash: percent(1), percent(100);
        ProbeRate: 0, percent(50);
        SaleTreasuryShare: 0, percent(50);
        MaturityPeriod: 0, 30 * DAYS;
        SettlementPoolShare: 0, percent(100);
        StakeShare: 0, percent(50);
        DatasetExtra: 0, 1_000 * NRC;
        ComputeExtra: 0, 1_000 * NRC;
        ValidationExtra: 0, 250_000 * NRC;
        ExtraCap: 0, percent(90);
        KnownAnswerFee: 0, 250_000 * NRC;
        DecayPeriod: DAYS, LONGEST_PERIOD;
        UnstakePeriod: DAYS, LONGEST_PERIOD;
        ProfileMinimumStake: NRC, 1_000_000 * NRC;
        PurchaseDeposit: NRC / 1_000, 1_000 * NRC;
        SaleKeyDeliveryPeriod: 20, 3 * DAYS;
        ComplaintPeriod: 20, 4 * DAYS;
        InspectionDrawDelay: 2, 100;
        InspectionDrawPeriod: 20, half_window;
        InspectionAcceptPeriod: 20, DAYS;
        MinimumInspectionFee: NRC / 1_000, 250_000 * NRC;
        ModelMinimumStake: NRC, 1_000_000 * NRC;
        ModelStakeLockPeriod: 7 * DAYS, LONGEST_PERIOD;
        FeeAuthorShare: 0, percent(80);
        FeeTreasuryShare: 0, percent(100);
        ValidatorShare: percent(30), percent(100);
        EraPoolShare: 0, percent(70);
        InitialEraIssuance: 0, 1_000 * NRC;
    }
    .into()
}

/// The parameters that are no number, in `bounded`.
const SPLITS: [&str; 2] = ["JobSplit", "RoyaltySplit"];

/// The value that is tried for a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Extreme {
    Zero,
    Most,
}

/// Every parameter there is, set to an extreme, with the bytes of its key.
///
/// A parameter is encoded as the indices of its group and itself and an optional value, so going through all indices finds
/// every one, those that somebody adds later too.
fn every_parameter(extreme: Extreme) -> Vec<([u8; 2], RuntimeParameters)> {
    // A share in parts per million refuses more than the whole; all else takes the highest bits there are.
    let whole = Permill::one().encode().repeat(4);
    let values = match extreme {
        Extreme::Zero => vec![vec![0; 16]],
        Extreme::Most => vec![vec![u8::MAX; 16], whole],
    };
    let decode = |key: [u8; 2]| {
        values.iter().find_map(|value| {
            let bytes = [key.as_slice(), &[1], value].concat();
            RuntimeParameters::decode(&mut bytes.as_slice()).ok().map(|parameter| (key, parameter))
        })
    };
    (0..=u8::MAX).flat_map(|group| (0..=u8::MAX).map(move |index| [group, index])).filter_map(decode).collect()
}

/// Check everything that has to hold whatever the parameters are.
fn check(after: &str) {
    for Limit { name, read, range: (least, most) } in limits() {
        let value = read();
        assert!((least..=most).contains(&value), "{name} is {value} after {after}");
    }
    assert!(bounded::JobSplit::get().is_valid() && bounded::RoyaltySplit::get().is_valid(), "after {after}");

    // Relations.
    let whole = |one: Permill, other: Permill| one.deconstruct() + other.deconstruct() <= Permill::one().deconstruct();
    assert!(whole(bounded::FeeAuthorShare::get(), bounded::FeeTreasuryShare::get()), "after {after}");
    assert!(whole(bounded::ValidatorShare::get(), bounded::EraPoolShare::get()), "after {after}");
    assert!(bounded::SaleSlash::get() <= bounded::SaleCover::get(), "after {after}");
    let silence = ModelValidation::seat_penalty();
    assert!(silence > bounded::KnownAnswerFee::get() + bounded::ValidationExtra::get(), "after {after}");
    assert!(silence > bounded::MinimumInspectionFee::get(), "after {after}");
    let sale = bounded::SaleKeyDeliveryPeriod::get() + bounded::ComplaintPeriod::get();
    assert!(bounded::EvaluatorRetirePeriod::get() >= sale, "after {after}");
    assert!(bounded::StakeLockPeriod::get() >= sale && bounded::ModelStakeLockPeriod::get() >= sale, "after {after}");
    let attempt = bounded::MatchPeriod::get()
        + bounded::AcceptPeriod::get()
        + bounded::KeyDeliveryPeriod::get()
        + bounded::MaxDeliverPeriod::get();
    assert!(bounded::StakeLockPeriod::get() >= 3 * attempt, "after {after}");
    assert!(ENTROPY_WINDOW > bounded::DrawPeriod::get() + bounded::DrawDelay::get(), "after {after}");
    assert!(ENTROPY_WINDOW > bounded::ProofPeriod::get() + bounded::ChallengeDelay::get(), "after {after}");
    assert!(2 * bounded::CommitteeSize::get() < MAX_COMMITTEE, "after {after}");

    // What the pallets themselves ask of their parameters.
    assert_eq!(NrcToken::ensure_parameters(), Ok(()), "after {after}");
    assert_eq!(ModelValidation::ensure_parameters(), Ok(()), "after {after}");
    NrcToken::integrity_test();
    DatasetRegistry::integrity_test();
    ComputeMarket::integrity_test();
    ModelValidation::integrity_test();
    ModelRegistry::integrity_test();
    Rewards::integrity_test();
    Sales::integrity_test();
}

#[test]
fn no_value_of_any_parameter_leads_beyond_its_limits() {
    sp_io::TestExternalities::default().execute_with(|| {
        check("nothing was set");
        for extreme in [Extreme::Zero, Extreme::Most] {
            for (key, parameter) in every_parameter(extreme) {
                frame_support::storage::with_transaction(|| {
                    set(parameter);
                    check(&format!("{key:?} was set to {extreme:?}"));
                    sp_runtime::TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
                })
                .expect("rolling back succeeds");
            }
        }
    });
}

#[test]
fn no_values_of_all_parameters_lead_beyond_their_limits() {
    for extreme in [Extreme::Zero, Extreme::Most] {
        sp_io::TestExternalities::default().execute_with(|| {
            every_parameter(extreme).into_iter().for_each(|(_, parameter)| set(parameter));
            check(&format!("everything was set to {extreme:?}"));
        });
    }
}

/// Names that follow `prefix` in `source`, up to a colon.
fn names_after(source: &str, prefix: &str) -> Vec<String> {
    source.lines().filter_map(|line| Some(line.trim().strip_prefix(prefix)?.split(':').next()?.to_string())).collect()
}

#[test]
fn every_parameter_is_read_through_its_limits() {
    let (groups, bounded) = (include_str!("../params.rs"), include_str!("../params/bounded.rs"));
    let mut group = "";
    let mut parameters = 0;
    for line in groups.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(" {")) {
            group = name;
        }
        if let Some(rest) = line.strip_prefix("pub static ") {
            let name = rest.split(':').next().expect("a static has a type");
            let getter = format!("groups::{group}::{name}::get()");
            assert_eq!(bounded.matches(&getter).count(), 1, "{getter} must be read once, by its limits");
            parameters += 1;
        }
    }
    assert_eq!(every_parameter(Extreme::Zero).len(), parameters, "every parameter is tried with an extreme");
    assert_eq!(every_parameter(Extreme::Most).len(), parameters, "every parameter is tried with an extreme");

    // Every getter stands in the table of limits.
    let getters: BTreeSet<_> = names_after(bounded, "pub ").into_iter().filter(|name| !name.contains(' ')).collect();
    let listed: BTreeSet<_> =
        limits().iter().map(|limit| limit.name.to_string()).chain(SPLITS.map(str::to_string)).collect();
    assert_eq!(getters, listed);
    assert_eq!(getters.len(), parameters);
}

#[test]
fn no_configuration_names_a_parameter_without_its_limits() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let files = |folder: &str| {
        std::fs::read_dir(folder)
            .expect("the sources are there")
            .map(|entry| entry.expect("an entry can be read").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .collect::<Vec<_>>()
    };
    let mut sources = [files(folder), files(&format!("{folder}/configs"))].concat();
    sources.retain(|path| !path.ends_with("src/params.rs"));
    assert!(sources.len() > 40, "{sources:?}");
    for path in sources {
        let source = std::fs::read_to_string(&path).expect("a source can be read");
        assert!(!source.contains("groups::") && !source.contains("params::{bounded, groups}"), "{path:?}");
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(bounded::DatasetMinimumStake::get(), 1_000 * NRC);
        assert_eq!(bounded::ProofPeriod::get(), 1_200);
        assert_eq!(bounded::StakeLockPeriod::get(), 201_600);
        assert_eq!(bounded::KeyDeliveryPeriod::get(), 200);
        assert_eq!(bounded::MatchPeriod::get(), 1_200);
        assert_eq!((bounded::AcceptPeriod::get(), bounded::HeartbeatPeriod::get()), (100, 100));
        assert_eq!((bounded::ProgressPeriod::get(), bounded::DeadlineGrace::get()), (200, 5));
        assert_eq!(bounded::MinUnitPrice::get(), NRC / 1_000_000);
        assert_eq!(bounded::PriceLiability::get(), Permill::from_percent(10));
        assert_eq!(
            (bounded::DrawPeriod::get(), bounded::SealPeriod::get(), bounded::RevealPeriod::get()),
            (200, 400, 100)
        );
        assert_eq!(bounded::CommitteeSize::get(), 3);
        assert_eq!(
            (bounded::EvaluatorRetirePeriod::get(), bounded::ProbeRate::get()),
            (7 * DAYS, Permill::from_percent(5))
        );
        assert_eq!(bounded::JobSplit::get(), JobSplit::default());
        assert_eq!(bounded::SettlementPoolShare::get(), Permill::from_percent(40));
        assert_eq!(
            (bounded::StakeShare::get(), bounded::ExtraCap::get()),
            (Permill::from_percent(25), Permill::from_percent(80))
        );
        assert_eq!((bounded::DatasetExtra::get(), bounded::ComputeExtra::get()), (NRC, NRC));
        assert_eq!((bounded::ValidationExtra::get(), bounded::KnownAnswerFee::get()), (NRC / 5, 10 * NRC));
        assert_eq!((bounded::DecayPeriod::get(), bounded::UnstakePeriod::get()), (7 * DAYS, 7 * DAYS));
        assert_eq!(bounded::ProfileMinimumStake::get(), NRC);
        let percents = [70, 20, 50, 20].map(Permill::from_percent);
        assert_eq!(
            [
                bounded::ValidatorShare::get(),
                bounded::EraPoolShare::get(),
                bounded::FeeAuthorShare::get(),
                bounded::FeeTreasuryShare::get(),
            ],
            percents
        );
        assert_eq!(bounded::InitialEraIssuance::get(), 500 * NRC);
    });
}

#[test]
fn defaults_lie_within_their_limits() {
    // So what is read is what is documented: no limit moves a default.
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(bounded::StakeLockPeriod::get(), groups::dataset::StakeLockPeriod::get());
        assert_eq!(bounded::MinimumInspectionFee::get(), groups::sales::MinimumInspectionFee::get());
        assert_eq!(bounded::KnownAnswerFee::get(), groups::rewards::KnownAnswerFee::get());
        assert_eq!(bounded::ValidationExtra::get(), groups::rewards::ValidationExtra::get());
        assert_eq!(bounded::ComplaintPeriod::get(), groups::sales::ComplaintPeriod::get());
        assert_eq!(bounded::RoyaltySplit::get(), groups::models::RoyaltySplit::get());
    });
}

#[test]
fn root_moves_parameters_and_nobody_else() {
    sp_io::TestExternalities::default().execute_with(|| {
        let set = RuntimeParameters::Dataset(groups::dataset::Parameters::MinimumStake(
            groups::dataset::MinimumStake,
            Some(2_000 * NRC),
        ));
        let signed = RuntimeOrigin::signed(AccountId::new([1; 32]));
        assert_noop!(Parameters::set_parameter(signed, set.clone()), DispatchError::BadOrigin);
        assert_ok!(Parameters::set_parameter(RuntimeOrigin::root(), set));
        assert_eq!(bounded::DatasetMinimumStake::get(), 2_000 * NRC);
    });
}

#[test]
fn shares_that_exceed_the_whole_are_read_as_their_defaults() {
    sp_io::TestExternalities::default().execute_with(|| {
        let whole = Permill::one();
        let split = JobSplit { data: whole, compute: whole, evaluation: Permill::zero() };
        set(RuntimeParameters::Rewards(groups::rewards::Parameters::JobSplit(groups::rewards::JobSplit, Some(split))));
        assert_eq!(bounded::JobSplit::get(), JobSplit::default());
        let royalties = RoyaltySplit { parents: whole, data: whole, compute: whole };
        let key = groups::models::RoyaltySplit;
        set(RuntimeParameters::Models(groups::models::Parameters::RoyaltySplit(key, Some(royalties))));
        assert_eq!(bounded::RoyaltySplit::get(), params::ROYALTIES);
        let key = groups::token::ValidatorShare;
        set(RuntimeParameters::Token(groups::token::Parameters::ValidatorShare(key, Some(Permill::from_percent(81)))));
        assert_eq!((bounded::ValidatorShare::get(), bounded::EraPoolShare::get()), params::ERA_SHARES);
    });
}

#[test]
fn what_must_cost_less_than_silence_follows_it_down() {
    sp_io::TestExternalities::default().execute_with(|| {
        let key = groups::validation::NonRevealSlash;
        let slash = Some(Permill::from_percent(1));
        set(RuntimeParameters::Validation(groups::validation::Parameters::NonRevealSlash(key, slash)));
        // One per cent of 200 NRC; a quarter of that is the most.
        assert_eq!(ModelValidation::seat_penalty(), 2 * NRC);
        assert_eq!((bounded::KnownAnswerFee::get(), bounded::ValidationExtra::get()), (NRC / 2, NRC / 5));
    });
}
