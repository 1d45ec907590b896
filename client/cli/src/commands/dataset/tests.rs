//! Tests of the dataset commands that need no chain.

use super::{
    matches,
    register::{terms, updated},
};
use crate::{
    args::{Arguments, Command, DatasetCommand, RegisterArguments, TermsArguments},
    describe,
};
use anyhow::Result;
use clap::Parser;
use neurodata_chain::AccountId;
use neurodata_dataset::Schema;
use neurodata_primitives::{AlgorithmFamily, AlgorithmSet, DatasetId};
use std::{fs, path::Path};

fn register_arguments(more: &str) -> RegisterArguments {
    let line = format!("neurodata dataset register p --key k --stake 1000 --training-price 1{more}");
    match Arguments::parse_from(line.split(' ')).command {
        Command::Dataset(DatasetCommand::Register(arguments)) => *arguments,
        _ => panic!("another command"),
    }
}

#[test]
fn terms_follow_the_command_line() {
    let plain = terms(&register_arguments("")).unwrap();
    assert_eq!(describe::uses(&plain.uses), ["train", "publish-model"]);
    assert_eq!((plain.algorithms, plain.allowed, plain.expires_at), (AlgorithmSet::ALL, None, None));
    let more = " --uses download,derive --algorithms linear --allow //Alice --allow //Bob --expires-at 9";
    let special = terms(&register_arguments(more)).unwrap();
    assert_eq!(describe::uses(&special.uses), ["download", "derive"]);
    assert!(special.algorithms.contains(AlgorithmFamily::Linear));
    assert!(!special.algorithms.contains(AlgorithmFamily::NeuralNetwork));
    assert_eq!(special.allowed.map(|accounts| accounts.len()), Some(2));
    assert_eq!(special.expires_at, Some(9));
    let many = " --allow //Alice".repeat(17);
    assert!(terms(&register_arguments(&many)).unwrap_err().to_string().contains("at most 16"));
}

fn terms_arguments(more: &str) -> TermsArguments {
    match Arguments::parse_from(format!("neurodata dataset update-terms 1{more}").split(' ')).command {
        Command::Dataset(DatasetCommand::UpdateTerms(arguments)) => *arguments,
        _ => panic!("another command"),
    }
}

#[test]
fn terms_keep_what_is_not_named() {
    let before = terms(&register_arguments(" --copy-price 3 --allow //Alice --expires-at 9")).unwrap();
    let after = updated(before.clone(), &terms_arguments(" --copy-price 4 --uses download")).unwrap();
    assert_eq!((after.copy_price, after.expires_at), (4_000_000_000_000, Some(9)));
    assert_eq!(describe::uses(&after.uses), ["download"]);
    assert_eq!((&after.allowed, after.training_price), (&before.allowed, before.training_price));
    let open = updated(before.clone(), &terms_arguments(" --allow-anybody --no-expiry --algorithms all")).unwrap();
    assert_eq!((open.allowed, open.expires_at, open.algorithms), (None, None, AlgorithmSet::ALL));
    let error = updated(before, &terms_arguments("")).unwrap_err();
    assert!(error.to_string().contains("nothing changes"), "{error}");
}

#[test]
fn a_search_looks_at_names_columns_owners_and_ids() {
    let text = r#"{"format":"neurodata/schema/1","name":"Heart disease","description":"Cleveland","columns":[
        {"name":"chol","kind":{"numeric":{"min":0,"max":9,"step":1}}}]}"#;
    let schema = Schema::parse(text.as_bytes()).unwrap();
    let (id, owner) = (DatasetId::new(12), AccountId([1; 32]));
    for text in ["heart", "DISEASE", "cleve", "Chol", "12", &owner.to_string()] {
        assert!(matches(text, id, &owner, Some(&schema)), "{text}");
    }
    for text in ["1", "liver", "1 2"] {
        let known = matches(text, id, &AccountId([0; 32]), Some(&schema));
        assert!(!known || AccountId([0; 32]).to_string().contains(text), "{text}");
    }
    assert!(!matches("heart", id, &owner, None), "without the package only id and owner are known");
}

/// Run a command line that needs no chain.
async fn neurodata(folder: &Path, line: &str) -> Result<()> {
    let store = folder.join("store");
    let line = format!("neurodata --json --store {} {line}", store.display());
    crate::commands::run(Arguments::try_parse_from(line.split(' '))?).await
}

#[tokio::test]
async fn a_table_is_packed_verified_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let at = |name: &str| root.join(name).display().to_string();
    let csv = "age,smoker\n63,yes\n41,no\n";
    fs::write(at("people.csv"), csv).unwrap();
    let run = |line: String| async move { neurodata(root, &line).await };
    run(format!("dataset infer-schema {} --target smoker --out {}", at("people.csv"), at("schema.json")))
        .await
        .unwrap();
    let pack = format!("dataset pack {} --schema {} --out {}/", at("people.csv"), at("schema.json"), at("out"));
    run(format!("{pack} --key {}", at("key"))).await.unwrap();
    let package = at("out/people.ndpk");
    run(format!("dataset verify {package} --key {}", at("key"))).await.unwrap();
    run(format!("dataset export {package} --key {} --out {}", at("key"), at("again.csv"))).await.unwrap();
    assert_eq!(fs::read_to_string(at("again.csv")).unwrap(), csv);

    let error = run(format!("{pack} --key {}", at("key"))).await.unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    fs::write(at("people.csv"), "age,smoker\n63,yes\n99,no\n").unwrap();
    let error = run(format!("{pack} --key {}", at("other"))).await.unwrap_err();
    assert!(format!("{error:#}").contains("row 2, column \"age\", value \"99\""), "{error:#}");
    assert!(!Path::new(&at("other")).exists());
    let mut bytes = fs::read(&package).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&package, bytes).unwrap();
    let error = run(format!("dataset verify {package} --key {}", at("key"))).await.unwrap_err();
    assert!(format!("{error:#}").contains("chunk 0 of 1"), "{error:#}");
}

#[tokio::test]
async fn a_node_that_cannot_be_reached_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = neurodata(folder.path(), "--url ws://127.0.0.1:1 dataset list").await.unwrap_err();
    assert!(error.to_string().contains("ws://127.0.0.1:1"), "{error}");
}
