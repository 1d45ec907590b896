//! A model on real data, from the CSV file to its quality. `scripts/fetch-datasets.sh` fetches the file.

#[allow(dead_code)]
#[path = "../examples/quality/cases.rs"]
mod cases;
#[allow(dead_code)]
#[path = "../examples/quality/tables.rs"]
mod tables;

use cases::{cases, Case};
use neurodata_e2e::World;
use std::error::Error;
use tables::RealTable;

/// Mean accuracy of scikit-learn on the same rows, in percent: `ml-worker/training/references/quality.py`.
const LOGISTIC_REGRESSION: f64 = 84.61;
const RANDOM_FOREST: f64 = 82.17;
/// Points that ours may be below.
const TOLERANCE: f64 = 1.0;

fn mean_accuracy(case: &Case, table: &RealTable) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for seed in 1..=case.seeds {
        sum += case.run(table, seed)?.value;
    }
    Ok(sum / f64::from(case.seeds))
}

#[test]
fn heart_disease_is_told_as_well_as_by_the_reference() -> Result<(), Box<dyn Error>> {
    let path = World::heart_csv()?;
    let folder = path.parent().ok_or("the file is in no folder")?;
    let cases = cases();
    for (name, reference) in [("heart.logistic", LOGISTIC_REGRESSION), ("heart.forest", RANDOM_FOREST)] {
        let case = cases.iter().find(|case| case.name == name).ok_or("the case is not there")?;
        let accuracy = mean_accuracy(case, &RealTable::read(folder, &case.subject)?)?;
        assert!(accuracy > reference - TOLERANCE, "{name}: {accuracy} instead of {reference}");
    }
    Ok(())
}
