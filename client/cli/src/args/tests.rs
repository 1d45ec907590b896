//! What command lines are read as.

use super::{purchase::LicenceName, *};
use clap::CommandFactory;
use neurodata_primitives::{DatasetId, ModelId};

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn a_registration_is_read_with_its_defaults() {
    let line = "neurodata --suri //Alice dataset register p.ndpk --key k --stake 1000 --training-price 0.5 --json";
    let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
    assert!(arguments.shared.json);
    let Command::Dataset(DatasetCommand::Register(register)) = arguments.command else { panic!("another command") };
    assert_eq!((register.stake, register.training_price), (1_000_000_000_000_000, 500_000_000_000));
    assert_eq!(register.uses, [Use::Train, Use::PublishModel]);
    assert!(register.algorithms.is_empty());
}

#[test]
fn delimiters_are_one_character() {
    assert_eq!(parse_delimiter(";"), Ok(b';'));
    assert_eq!(parse_delimiter("\\t"), Ok(b'\t'));
    assert!(parse_delimiter("ab").is_err());
    assert!(parse_delimiter("ä").is_err());
}

fn read(line: &str) -> Result<Command, clap::Error> {
    Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.command)
}

#[test]
fn a_purchase_names_its_highest_price_and_its_file() {
    let line = "neurodata dataset buy 7 --licence commercial --max-price 12.5 --out heart.csv";
    let Ok(Command::Dataset(DatasetCommand::Buy { dataset, buying })) = read(line) else { panic!("another command") };
    assert_eq!((dataset, buying.licence), (DatasetId::new(7), LicenceName::Commercial));
    assert_eq!((buying.max_price, buying.no_confirm), (12_500_000_000_000, false));
    assert!(read("neurodata dataset buy 7 --out heart.csv").is_err(), "no price");
    assert!(read("neurodata dataset buy 7 --max-price 1").is_err(), "no file");
    let Ok(Command::Model(ModelCommand::Buy { buying, .. })) =
        read("neurodata model buy 1 --max-price 1 --out m.safetensors --no-confirm")
    else {
        panic!("another command")
    };
    assert_eq!((buying.licence, buying.no_confirm), (LicenceName::Personal, true));
}

#[test]
fn a_sale_offers_at_least_one_licence() {
    let line = "neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:1000 --derive 50";
    let Ok(Command::Model(ModelCommand::Sell(selling))) = read(line) else { panic!("another command") };
    let terms = &selling.terms;
    assert_eq!(terms.personal.map(|offer| (offer.price, offer.duration)), Some((5_000_000_000_000, Some(1_000))));
    assert_eq!(terms.derive.map(|offer| (offer.price, offer.duration)), Some((50_000_000_000_000, None)));
    assert!(terms.commercial.is_none());
    assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000").is_err());
    assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:0").is_err());
    assert!(read("neurodata model sell 1 --sealed m.ndms --stake 1000 --personal 5:x").is_err());
}

#[test]
fn exactly_one_asset_is_named() {
    let surrender = |more: &str| match read(&format!("neurodata purchase surrender{more}")) {
        Ok(Command::Purchase(PurchaseCommand::Surrender { asset, .. })) => Some(asset.asset()),
        _ => None,
    };
    assert_eq!(surrender(" --dataset 3"), Some(neurodata_primitives::Asset::Dataset(DatasetId::new(3))));
    assert_eq!(surrender(" --model 4"), Some(neurodata_primitives::Asset::Model(ModelId::new(4))));
    assert_eq!(surrender(""), None);
    assert_eq!(surrender(" --dataset 3 --model 4"), None);
}

#[test]
fn a_search_needs_a_text_and_inspections_have_seats() {
    assert!(read("neurodata dataset search").is_err());
    assert!(read("neurodata dataset inspect 1 --seats 0 --fee 1").is_err());
    assert!(read("neurodata dataset inspect 1 --seats 5 --fee 1").is_ok());
    assert!(read("neurodata dataset inspect 1 --seats 6 --fee 1").is_err());
}

#[test]
fn a_job_is_estimated_with_the_arguments_it_is_posted_with() {
    let what = "--dataset 3 --algorithm mlp --hidden 8,4 --max-unit-price 0.5 --device cuda --device-memory 7500";
    let Ok(Command::Job(JobCommand::Post { request: posted, wait: false })) =
        read(&format!("neurodata job post {what}"))
    else {
        panic!("another command")
    };
    let Ok(Command::Job(JobCommand::Estimate { request: estimated, owner })) =
        read(&format!("neurodata job estimate {what} --owner //Alice"))
    else {
        panic!("another command")
    };
    assert_eq!(format!("{posted:?}"), format!("{estimated:?}"));
    assert_eq!((owner.as_deref(), posted.device_memory), (Some("//Alice"), 7_500));
    assert_eq!((posted.device, posted.max_unit_price), (DeviceName::Cuda, 500_000_000_000));
    assert!(read("neurodata job post --dataset 3 --algorithm logistic").is_err(), "no price");
    assert!(read(&format!("neurodata job post {what} --owner //Alice")).is_err(), "jobs are posted by their signer");
}

#[test]
fn machines_are_named_for_open_jobs_alone() {
    assert!(read("neurodata job list --open --cores 4 --device cpu").is_ok());
    assert!(read("neurodata job list --cores 4").is_err());
    assert!(read("neurodata job list --open --owner //Alice").is_err());
}

#[test]
fn offers_are_added_whole_and_changed_in_part() {
    let Ok(Command::Provider(ProviderCommand::Offer(OfferCommand::Add { unit_price, slots, device_memory, .. }))) =
        read("neurodata provider offer add --unit-price 0.01 --cores 4 --memory 8192")
    else {
        panic!("another command")
    };
    assert_eq!((unit_price, slots, device_memory), (10_000_000_000, 1, 0));
    assert!(read("neurodata provider offer add --unit-price 0.01 --cores 4").is_err(), "no memory");
    assert!(read("neurodata provider offer add --unit-price 0.01 --cores 4 --memory 8192 --slots 0").is_err());
    let Ok(Command::Provider(ProviderCommand::Offer(OfferCommand::Update { change, .. }))) =
        read("neurodata provider offer update 3 --slots 2")
    else {
        panic!("another command")
    };
    assert_eq!((change.slots, change.unit_price), (Some(2), None));
    assert!(read("neurodata provider offer update 3").is_err(), "nothing changes");
    assert!(read("neurodata provider offer withdraw x").is_err());
}

#[test]
fn amounts_of_the_parts_are_in_nrc() {
    for line in [
        "provider register --bond",
        "provider bond",
        "evaluator bond",
        "rewards donate",
        "rewards stake",
        "rewards unstake",
    ] {
        assert!(read(&format!("neurodata {line} 0.5")).is_ok(), "{line}");
        assert!(read(&format!("neurodata {line} half")).is_err(), "{line}");
    }
    let Ok(Command::Rewards(RewardsCommand::Donate { amount })) = read("neurodata rewards donate 0.5") else {
        panic!("another command")
    };
    assert_eq!(amount, 500_000_000_000);
    assert!(read("neurodata evaluator register --bond 200").is_err(), "no key");
    assert!(read("neurodata evaluator register --bond 200 --key evaluator.key").is_ok());
}

#[test]
fn histories_and_leaderboards_can_be_narrowed() {
    let Ok(Command::Rewards(RewardsCommand::History { account, from, limit })) = read("neurodata rewards history")
    else {
        panic!("another command")
    };
    assert_eq!((account, from, limit), (None, None, 50));
    assert!(read("neurodata rewards history //Alice --from 7 --limit 0").is_err());
    let Ok(Command::Leaderboard(board)) = read("neurodata leaderboard 3 --target age --holdout 0.2") else {
        panic!("another command")
    };
    assert_eq!((board.dataset, board.target.as_deref(), board.holdout), (DatasetId::new(3), Some("age"), Some(200)));
    assert!(read("neurodata leaderboard").is_err());
    assert!(read("neurodata rewards explain 3 //Bob").is_ok());
}
