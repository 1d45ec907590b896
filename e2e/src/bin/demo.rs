//! The demo: two real datasets are proved and sold, two models trained, checked and paid for, a copy bought, on a chain of
//! its own.
//!
//! Everything is done by the programs that users run; this one starts them, waits, and sums up.

use anyhow::{bail, Context, Result};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use neurodata_chain::{
    account_of, amount::format_nrc, signer_from_suri, AccountBalance, AccountId, Balance, Chain, DatasetRecord, ModelRecord,
};
use neurodata_e2e::{wait_for_maturity, Actors, Cli, Node, Worker, WorkerRole};
use neurodata_primitives::{DatasetId, ModelId, Quality, NRC};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// Stake of each dataset, in NRC.
const STAKE: &str = "1000";
/// Price of a copy of each dataset, in NRC.
const COPY_PRICE: &str = "100";

/// Watch datasets being proved and sold, and models trained, checked and paid for.
#[derive(Parser)]
struct Options {
    /// Folder with heart.csv and digits.csv.
    #[arg(long)]
    data: PathBuf,
    /// Folder in which proving keys are kept; made on the first run.
    #[arg(long)]
    proving_keys: PathBuf,
    /// Folder for the chain, stores and logs of this run.
    #[arg(long)]
    work: PathBuf,
}

/// One of the two datasets and the job on it.
struct Subject {
    name: &'static str,
    target: &'static str,
    /// Price of a training use, in NRC.
    training_price: &'static str,
    /// Further arguments of `job post`.
    job: &'static [&'static str],
}

const HEART: Subject = Subject {
    name: "heart",
    target: "target",
    training_price: "20",
    job: &["--algorithm", "logistic", "--epochs", "60", "--max-unit-price", "0.1"],
};

const DIGITS: Subject = Subject {
    name: "digits",
    target: "digit",
    training_price: "40",
    job: &[
        "--algorithm", "mlp", "--hidden", "32", "--epochs", "40", "--momentum", "0.9", "--learning-rate", "0.05",
        "--max-unit-price", "0.001",
    ],
};

/// What came of a subject.
struct Outcome {
    name: &'static str,
    id: DatasetId,
    dataset: DatasetRecord,
    model: ModelRecord,
    paid: Balance,
    csv_bytes: u64,
    package_bytes: u64,
    model_bytes: u64,
    predictions: String,
    times: Vec<(&'static str, Duration)>,
}

fn main() {
    let options = Options::parse();
    if let Err(error) = run(&options) {
        eprintln!("\nerror: {error:#}");
        eprintln!("demo: failed; logs are in {}", options.work.display());
        std::process::exit(1);
    }
}

fn step(text: impl AsRef<str>) {
    println!("\n== {}", text.as_ref());
}

/// An amount in NRC for columns of a table: three decimals, rounded down.
fn nrc(plancks: Balance) -> String {
    format!("{}.{:03}", plancks / NRC, plancks % NRC / (NRC / 1_000))
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn spinner(text: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(text.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn field<'a>(value: &'a Value, name: &str) -> Result<&'a Value> {
    value.get(name).with_context(|| format!("no '{name}' in {value}"))
}

fn number(value: &Value, name: &str) -> Result<u64> {
    field(value, name)?.as_u64().with_context(|| format!("'{name}' is no number in {value}"))
}

fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    let runtime = Runtime::new()?;
    let store = options.work.join("store");
    let keys = options.work.join("keys");
    std::fs::create_dir_all(&keys)?;
    let names: Vec<(&str, &str)> = [
        ("data provider", Actors::DATA_PROVIDER),
        ("compute provider", Actors::COMPUTE_PROVIDER),
        ("evaluator 1", Actors::EVALUATORS[0]),
        ("evaluator 2", Actors::EVALUATORS[1]),
        ("evaluator 3", Actors::EVALUATORS[2]),
        ("job owner", Actors::JOB_OWNER),
        ("data buyer", Actors::DATA_BUYER),
    ]
    .into();
    let accounts: Vec<AccountId> =
        names.iter().map(|(_, suri)| Ok(account_of(&signer_from_suri(suri)?))).collect::<Result<_>>()?;

    step("A development chain and five workers");
    let bar = spinner("the node compiles its runtime");
    let node = Node::start(&options.work.join("node"))?;
    bar.finish_and_clear();
    let chain = runtime.block_on(Chain::connect(node.url()))?;
    println!("node       {} (genesis 0x{}…)", node.url(), hex::encode(&chain.genesis()[..4]));
    let before = balances(&runtime, &chain, &accounts)?;
    let mut workers = Vec::new();
    let mut start = |name: &str, role: WorkerRole, suri: &str| -> Result<()> {
        let folder = options.work.join(name);
        workers.push(Worker::start(&role, node.url(), suri, &store, &options.proving_keys, &folder)?);
        println!("worker     {name} for {suri}");
        Ok(())
    };
    start("key-server", WorkerRole::ServeKeys { keys: keys.clone() }, Actors::DATA_PROVIDER)?;
    start("compute", WorkerRole::Compute { unit_price: "0.0005".into() }, Actors::COMPUTE_PROVIDER)?;
    for (index, suri) in Actors::EVALUATORS.iter().enumerate() {
        start(&format!("evaluator-{}", index + 1), WorkerRole::Evaluate, suri)?;
    }

    let cli = Cli::new(node.url(), &store).with_proving_keys(&options.proving_keys);
    let seller = cli.with_suri(Actors::DATA_PROVIDER);

    step("Heart disease, Cleveland: pack, register, prove");
    let heart = register(&HEART, &seller.with_progress(), options)?;
    step("Heart disease: a job (meanwhile the digits are packed, registered and proved)");
    let background = {
        let (seller, data, work) = (seller.clone(), options.data.clone(), options.work.clone());
        let proving_keys = options.proving_keys.clone();
        thread::spawn(move || register(&DIGITS, &seller, &Options { data, proving_keys, work }))
    };
    let heart = train(&HEART, heart, &cli, &runtime, &chain, options)?;

    step("Handwritten digits: pack, register, prove");
    let bar = spinner("proving");
    while !background.is_finished() {
        if let Some((id, open, drawn)) = runtime.block_on(proving(&chain))? {
            bar.set_style(ProgressStyle::with_template("{spinner} {msg} [{bar:32}] {pos}/{len}")?);
            bar.set_message(format!("dataset {id}: chunks proved on chain"));
            bar.set_length(u64::from(drawn));
            bar.set_position(u64::from(drawn - open));
        }
        thread::sleep(Duration::from_millis(500));
    }
    bar.finish_and_clear();
    let digits = background.join().map_err(|_| anyhow::anyhow!("registering the digits panicked"))??;
    step("Handwritten digits: a job");
    let digits = train(&DIGITS, digits, &cli, &runtime, &chain, options)?;

    step("Heart disease: a copy");
    buy_copy(&HEART, heart.id, &cli, options)?;

    step("Everybody claims");
    for ((name, suri), account) in names.iter().zip(&accounts).take(5) {
        let bar = spinner("credits mature");
        runtime.block_on(wait_for_maturity(&chain, account))?;
        let claimed = cli.with_suri(suri).run(&["rewards", "claim"])?;
        bar.finish_and_clear();
        let amount: Balance = field(&claimed, "claimed")?.as_str().context("no amount")?.parse()?;
        println!("{name:<17} {:>12} NRC", nrc(amount));
    }

    let after = balances(&runtime, &chain, &accounts)?;
    for worker in &mut workers {
        worker.ensure_running()?;
    }
    summary(&names, &before, &after, &[&heart, &digits], &node, started.elapsed())
}

fn balances(runtime: &Runtime, chain: &Chain, accounts: &[AccountId]) -> Result<Vec<AccountBalance>> {
    accounts.iter().map(|account| Ok(runtime.block_on(chain.balance(account))?)).collect()
}

/// The dataset under audit, how many chunks are still to be proved, and how many were drawn.
async fn proving(chain: &Chain) -> Result<Option<(DatasetId, u32, u32)>> {
    for (id, _) in chain.all_datasets(None, false).await? {
        if let Some(audit) = chain.audit(id).await? {
            return Ok(Some((id, audit.open_chunks.len() as u32, audit.challenged)));
        }
    }
    Ok(None)
}

/// A registered dataset, and how it came to be.
struct Registered {
    id: DatasetId,
    csv_bytes: u64,
    package_bytes: u64,
    times: Vec<(&'static str, Duration)>,
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

fn register(subject: &Subject, seller: &Cli, options: &Options) -> Result<Registered> {
    let csv = options.data.join(format!("{}.csv", subject.name));
    let schema = options.work.join(format!("{}.schema.json", subject.name));
    let package = options.work.join(format!("{}.ndp", subject.name));
    let key = options.work.join("keys").join(format!("{}.key", subject.name));
    let mut times = Vec::new();

    let begun = Instant::now();
    seller.run(&["dataset", "infer-schema", path(&csv)?, "--target", subject.target, "--out", path(&schema)?])?;
    let packed = seller.run(&[
        "dataset", "pack", path(&csv)?, "--schema", path(&schema)?, "--out", path(&package)?, "--key", path(&key)?,
    ])?;
    times.push(("pack", begun.elapsed()));
    let (csv_bytes, package_bytes) = (std::fs::metadata(&csv)?.len(), std::fs::metadata(&package)?.len());
    let commitment = field(&packed, "commitment")?;
    println!(
        "{:<10} packed: {} rows, {} columns, {} chunks; {csv_bytes} bytes of CSV, {package_bytes} encrypted",
        subject.name,
        number(commitment, "rows")?,
        number(commitment, "columns")?,
        number(commitment, "chunks")?,
    );

    let begun = Instant::now();
    let registered = seller.run(&[
        "dataset", "register", path(&package)?, "--key", path(&key)?, "--stake", STAKE, "--training-price",
        subject.training_price, "--copy-price", COPY_PRICE, "--uses", "download,train,publish-model", "--wait-audit",
    ])?;
    times.push(("register and prove", begun.elapsed()));
    let id = DatasetId::new(number(&registered, "dataset")?);
    println!("{:<10} dataset {id} is active: {STAKE} NRC at stake, proved in {}", subject.name, seconds(begun.elapsed()));
    Ok(Registered { id, csv_bytes, package_bytes, times })
}

fn train(
    subject: &Subject,
    registered: Registered,
    cli: &Cli,
    runtime: &Runtime,
    chain: &Chain,
    options: &Options,
) -> Result<Outcome> {
    let Registered { id, csv_bytes, package_bytes, mut times } = registered;
    let owner = cli.with_suri(Actors::JOB_OWNER).with_progress();
    let begun = Instant::now();
    let dataset = id.to_string();
    let mut arguments = vec!["job", "post", "--dataset", &dataset, "--wait"];
    arguments.extend(subject.job);
    let job = owner.run(&arguments)?;
    times.push(("job, from post to settlement", begun.elapsed()));
    let state = field(&job, "state")?;
    let model_id = ModelId::new(number(state, "model")?);
    let paid: Balance = field(state, "paid")?.as_str().context("no price")?.parse()?;
    let dataset = runtime.block_on(chain.dataset(id))?.context("the dataset is gone")?;
    let model = runtime.block_on(chain.model(model_id))?.context("the model is gone")?;
    println!("{:<10} settled in {}: model {model_id}", subject.name, seconds(begun.elapsed()));

    let begun = Instant::now();
    let folder = options.work.join(format!("{}-model", subject.name));
    cli.run(&["model", "download", &model_id.to_string(), "--out", path(&folder)?])?;
    let csv = options.data.join(format!("{}.csv", subject.name));
    let predicted = cli.run(&["model", "predict", path(&folder.join("model.safetensors"))?, path(&csv)?])?;
    times.push(("download and predict", begun.elapsed()));
    let rows = field(&predicted, "predictions")?.as_array().context("no list of predictions")?;
    if rows.len() as u32 != dataset.commitment.rows {
        bail!("{} predictions for {} rows", rows.len(), dataset.commitment.rows);
    }
    let classes: Option<Vec<&str>> = rows.iter().take(6).map(|row| row["class"].as_str()).collect();
    let predictions = classes.context("a prediction without a class")?.join(" ");
    println!("{:<10} predictions for the first rows: {predictions}", subject.name);
    Ok(Outcome {
        name: subject.name,
        id,
        paid: paid + dataset.terms.training_price,
        model_bytes: model.result.model_bytes,
        dataset,
        model,
        csv_bytes,
        package_bytes,
        predictions,
        times,
    })
}

/// Buy a copy and see that it is the seller's table.
fn buy_copy(subject: &Subject, dataset: DatasetId, cli: &Cli, options: &Options) -> Result<()> {
    let begun = Instant::now();
    let copy = options.work.join(format!("{}-copy.csv", subject.name));
    let buyer = cli.with_suri(Actors::DATA_BUYER).with_progress();
    buyer.run(&["dataset", "buy", &dataset.to_string(), "--max-price", COPY_PRICE, "--out", path(&copy)?])?;
    let sold = options.data.join(format!("{}.csv", subject.name));
    if std::fs::read(&copy)? != std::fs::read(&sold)? {
        bail!("{} is not the table that was sold", copy.display());
    }
    println!(
        "{:<10} bought for {COPY_PRICE} NRC in {}: every chunk checked, the same table byte for byte",
        subject.name,
        seconds(begun.elapsed())
    );
    Ok(())
}

fn share(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

fn summary(
    names: &[(&str, &str)],
    before: &[AccountBalance],
    after: &[AccountBalance],
    outcomes: &[&Outcome],
    node: &Node,
    elapsed: Duration,
) -> Result<()> {
    step("Summary");
    println!("{:<17} {:>16} {:>16} {:>14} {:>12}", "account", "NRC before", "NRC after", "difference", "of it held");
    for ((name, _), (before, after)) in names.iter().zip(before.iter().zip(after)) {
        let (sign, difference) = match after.total().checked_sub(before.total()) {
            Some(gain) => ("+", gain),
            None => ("-", before.total() - after.total()),
        };
        println!(
            "{name:<17} {:>16} {:>16} {:>14} {:>12}",
            nrc(before.total()),
            nrc(after.total()),
            format!("{sign}{}", nrc(difference)),
            nrc(after.held)
        );
    }
    let mut accuracies = Vec::new();
    for outcome in outcomes {
        let metrics = outcome.model.result.metrics;
        let Quality::Classification { correct, majority_correct, .. } = metrics.quality else {
            anyhow::bail!("{} is no classifier", outcome.name)
        };
        let accuracy = share(correct, metrics.holdout_rows);
        accuracies.push(format!("{accuracy:.3}"));
        println!(
            "\n{}: {} rows x {} columns, {} chunks; CSV {} bytes, package {} bytes, model {} bytes",
            outcome.name,
            outcome.dataset.commitment.rows,
            outcome.dataset.commitment.columns,
            outcome.dataset.commitment.chunks,
            outcome.csv_bytes,
            outcome.package_bytes,
            outcome.model_bytes,
        );
        println!(
            "  accuracy on the holdout of {} rows: {accuracy:.3}; always the commonest class: {:.3}; score {}",
            metrics.holdout_rows,
            share(majority_correct, metrics.holdout_rows),
            outcome.model.score,
        );
        println!("  paid {}; predictions for the first rows: {}", format_nrc(outcome.paid), outcome.predictions);
        for (what, time) in &outcome.times {
            println!("  {what:<30} {}", seconds(*time));
        }
    }
    let paid: Balance = outcomes.iter().map(|outcome| outcome.paid).sum();
    println!("\nnode: {} MB resident; the whole demo took {}", node.resident_bytes()? / 1_000_000, seconds(elapsed));
    println!("demo: ok jobs={} accuracy={} paid={}", outcomes.len(), accuracies.join(","), nrc(paid));
    Ok(())
}
