//! Quality on real datasets: one JSON object a line, `{"name", "metric", "value", "seconds"}`.
//!
//! ```text
//! quality DATASETS OUT [--seeds COUNT] [CASE...]
//! ```
//!
//! DATASETS is the folder that `scripts/fetch-datasets.sh` fills. The value is the mean over the seeds of the
//! quality on the holdout in percent, the seconds are those of one run. OUT is filled with what another program
//! needs to train and judge the same on the very same rows: the table of each dataset (NAME.codes, NAME.json)
//! and, for each case, NAME.case.json: dataset, spec, and for each seed the value and the rows of the holdout.
//! `ml-worker/training/references/quality.py` reads it.

mod cases;
mod tables;

use cases::{cases, Case, Outcome};
use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};
use tables::RealTable;

const USAGE: &str = "usage: quality DATASETS OUT [--seeds COUNT] [CASE...]";

struct Options {
    datasets: PathBuf,
    out: PathBuf,
    /// Most seeds of a case.
    seeds: u32,
    /// Names of cases; none for all.
    cases: Vec<String>,
}

fn main() -> ExitCode {
    match options(env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let (Some(datasets), Some(out)) = (arguments.next(), arguments.next()) else { return Err(USAGE.into()) };
    let mut options = Options { datasets: datasets.into(), out: out.into(), seeds: u32::MAX, cases: Vec::new() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seeds" => options.seeds = arguments.next().ok_or(USAGE)?.parse()?,
            case if case.starts_with('-') => return Err(USAGE.into()),
            case => options.cases.push(case.into()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let all = cases();
    if let Some(unknown) = options.cases.iter().find(|name| all.iter().all(|case| case.name != **name)) {
        let names: Vec<&str> = all.iter().map(|case| case.name).collect();
        return Err(format!("no case {unknown}; there are {}", names.join(", ")).into());
    }
    fs::create_dir_all(&options.out)?;
    let mut last: Option<(&str, RealTable)> = None;
    for case in &all {
        if !options.cases.is_empty() && !options.cases.iter().any(|name| name == case.name) {
            continue;
        }
        if last.as_ref().is_none_or(|(name, _)| *name != case.subject.name) {
            let table = RealTable::read(&options.datasets, &case.subject)?;
            table.write(case.subject.name, &options.out)?;
            last = Some((case.subject.name, table));
        }
        if let Some((_, table)) = &last {
            let outcomes = (1..=case.seeds.min(options.seeds)).map(|seed| case.run(table, seed));
            report(case, table, &outcomes.collect::<Result<Vec<_>, _>>()?, &options.out)?;
        }
    }
    Ok(())
}

fn report(case: &Case, table: &RealTable, outcomes: &[Outcome], out: &Path) -> Result<(), Box<dyn Error>> {
    let mean = |number: fn(&Outcome) -> f64| outcomes.iter().map(number).sum::<f64>() / outcomes.len().max(1) as f64;
    let (value, seconds) = (mean(|outcome| outcome.value), mean(|outcome| outcome.seconds));
    let runs: Vec<_> = outcomes
        .iter()
        .zip(1..)
        .map(|(outcome, seed): (_, u32)| {
            serde_json::json!({
                "seed": seed,
                "value": outcome.value,
                "inertia": outcome.inertia,
                "seconds": outcome.seconds,
                "holdout": outcome.holdout,
            })
        })
        .collect();
    let description = serde_json::json!({
        "name": case.name,
        "dataset": case.subject.name,
        "metric": case.metric(table),
        "spec": case.spec(table),
        "runs": runs,
    });
    fs::write(out.join(format!("{}.case.json", case.name)), description.to_string())?;
    let line = serde_json::json!({
        "name": case.name,
        "metric": case.metric(table),
        "value": value,
        "seconds": seconds,
        "seeds": outcomes.len(),
    });
    println!("{line}");
    Ok(())
}
