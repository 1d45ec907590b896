//! The main path: a dataset is proved, a model trained on it, and everybody paid.

use anyhow::{Context, Result};
use neurodata_chain::{account_of, JobState};
use neurodata_e2e::{plancks, text, wait_for_maturity, Actors, World};
use neurodata_primitives::{DatasetState, JobOutcome, NRC};

const OTHERS: [&str; 5] = [
    Actors::DATA_PROVIDER,
    Actors::COMPUTE_PROVIDER,
    Actors::EVALUATORS[0],
    Actors::EVALUATORS[1],
    Actors::EVALUATORS[2],
];

/// On hold for the record of a job until it is pruned.
const JOB_DEPOSIT: u128 = NRC / 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_is_proved_a_model_trained_and_everybody_paid() -> Result<()> {
    let mut world = World::start().await?;
    world.hire_all()?;
    let dataset = world.register_heart()?;
    let record = world.chain.dataset(dataset).await?.context("the dataset is not there")?;
    assert_eq!(record.state, DatasetState::Active);
    assert_eq!(record.stake, 1_000 * NRC);
    assert_eq!((record.commitment.rows, record.commitment.columns, record.commitment.chunks), (303, 14, 5));
    assert_eq!(record.commitment.missing_cells, 6);

    let owner = account_of(&Actors::signer(Actors::JOB_OWNER)?);
    let before = world.chain.balance(&owner).await?;
    let job = world.post_job(dataset, &["--epochs", "40"])?;
    let closed = world.wait_for_job(job, "closed", |state| matches!(state, JobState::Closed { .. })).await?;
    let JobState::Closed { outcome: JobOutcome::Settled { model, paid, score, .. }, .. } = closed.state else {
        panic!("the job ended as {:?}", closed.state);
    };
    assert!(score >= 70, "a score of {score}");
    let after = world.chain.balance(&owner).await?;
    assert_eq!(after.held, before.held + JOB_DEPOSIT, "nothing of the escrow stays on hold");
    let spent = before.total() - after.total();
    assert!(spent >= paid + 20 * NRC && spent < paid + 21 * NRC, "spent {spent} for a price of {paid}");

    let model_record = world.chain.model(model).await?.context("the model is not there")?;
    assert_eq!((model_record.owner, model_record.job, model_record.dataset), (owner, job, dataset));
    assert_eq!(model_record.result.metrics.score(), score);

    // Everybody is credited with what the split says, to the planck, and can claim it.
    let mut credited = 0;
    for suri in OTHERS {
        let cli = world.cli(suri)?;
        let shown = cli.run(&["rewards", "show"])?;
        let owed = plancks(&shown, "claimable")? + plancks(&shown, "maturing")?;
        assert!(owed > 0, "{suri} is owed nothing");
        credited += owed;
        wait_for_maturity(&world.chain, &account_of(&Actors::signer(suri)?)).await?;
        assert_eq!(plancks(&cli.run(&["rewards", "claim"])?, "claimed")?, owed);
        let refused = cli.refused(&["rewards", "claim"])?;
        assert!(refused.contains("Rewards.NothingToClaim"), "nothing is claimed twice: {refused}");
    }
    // The extra rewards are less than what the treasury and the pool got: nobody earns by trading with itself.
    assert!(credited < paid + 20 * NRC, "{credited} of {paid}");
    let explained = world.cli(Actors::JOB_OWNER)?.run(&["job", "explain", &job.to_string()])?;
    assert_eq!(explained["balances"], true, "{explained}");

    // The job owner fetches the model and predicts with it.
    let folder = world.path("model");
    let cli = world.cli(Actors::JOB_OWNER)?;
    cli.run(&["model", "download", &model.to_string(), "--out", text(&folder)?])?;
    let csv = World::heart_csv()?;
    let model_file = folder.join("model.safetensors");
    let predicted = cli.run(&["model", "predict", text(&model_file)?, text(&csv)?])?;
    assert_eq!(predicted["predictions"].as_array().map(Vec::len), Some(303));
    world.ensure_workers()
}

#[tokio::test(flavor = "multi_thread")]
async fn polkadot_js_plays_a_job_owner_and_a_data_buyer() -> Result<()> {
    let mut world = World::start().await?;
    world.hire_all()?;
    let dataset = world.register_heart_for_sale()?;
    let suite = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let output = tokio::process::Command::new("npm")
        .args(["test", "--silent"])
        .current_dir(suite)
        .env("NEURODATA_URL", world.node.url())
        .env("NEURODATA_DATASET", dataset.to_string())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run npm; scripts/setup.sh --test installs it")?;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).join("\n");
    println!("{said}");
    assert!(output.status.success(), "the suite failed:\n{said}");
    world.ensure_workers()
}
