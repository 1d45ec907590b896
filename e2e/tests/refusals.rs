//! Bad input and bad faith, against a real chain: each is refused with a reason, and nothing is lost.

use anyhow::{Context, Result};
use neurodata_chain::{account_of, calls, Chain, Error, Keypair};
use neurodata_dataset::{ContentKey, Package, ProofContext, Unlocked};
use neurodata_e2e::{text, Actors, Cli, Packed, World};
use neurodata_primitives::{
    layout::CellBound,
    seams::{ProofSubject, StatementId},
    AuditProof, DatasetId, DatasetState, FieldBytes,
};
use neurodata_zk_circuits::Prover;

fn unlock(packed: &Packed) -> Result<Unlocked> {
    let key = ContentKey::load(&packed.key)?;
    Ok(Package::open_file(&packed.package)?.unlock(&key, &|_, _| {})?)
}

async fn refused(chain: &Chain, signer: &Keypair, call: neurodata_chain::Call, pallet: &str) -> Result<String> {
    match chain.submit(signer, call).await {
        Err(Error::Refused { refusal, .. }) => {
            let said = refusal.to_string();
            assert!(said.starts_with(pallet), "refused by {said}, not by {pallet}");
            Ok(said)
        }
        other => anyhow::bail!("not refused: {other:?}"),
    }
}

/// Changes one thing about a proof.
type Tamper = fn(&mut AuditProof);

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_replayed_proofs_are_refused_and_the_honest_one_still_passes() -> Result<()> {
    let world = World::start().await?;
    let packed = world.pack_heart()?;
    let owner = Actors::signer(Actors::DATA_PROVIDER)?;
    let account = account_of(&owner);
    let cli = world.cli(Actors::DATA_PROVIDER)?;
    cli.run(&[
        "dataset", "register", text(&packed.package)?, "--key", text(&packed.key)?, "--stake", "1000",
        "--training-price", "20",
    ])?;
    let id = DatasetId::new(0);
    let record = world.chain.dataset(id).await?.context("the dataset is not there")?;
    let DatasetState::Auditing { challenge_at, .. } = record.state else { panic!("{:?}", record.state) };
    neurodata_e2e::wait_for("the challenge", || async {
        Ok((world.chain.best_block().await?.number > challenge_at).then_some(()))
    })
    .await?;

    let unlocked = unlock(&packed)?;
    let prover = Prover::load_or_generate(&World::proving_keys()?, |_| {})?;
    let prove = |subject, account: &[u8], chunk| -> Result<AuditProof> {
        let context = ProofContext { genesis: world.chain.genesis(), subject, account };
        Ok(unlocked.prove_chunk(&prover, &context, chunk)?)
    };
    let subject = ProofSubject::Dataset(id);
    let honest = prove(subject, account.as_ref(), 0)?;

    let tampers: [(&str, Tamper); 5] = [
        ("another byte in the zk proof", |proof| proof.zk_proof[100] ^= 1),
        ("another number of missing cells", |proof| proof.missing_cells += 1),
        ("another leaf", |proof| proof.leaf = FieldBytes::new([1; 32])),
        ("another path", |proof| proof.path[0] = FieldBytes::new([2; 32])),
        ("another chunk", |proof| proof.chunk = 1),
    ];
    for (what, tamper) in tampers {
        let mut forged = honest.clone();
        tamper(&mut forged);
        let said = refused(&world.chain, &owner, calls::submit_audit(id, vec![forged]), "").await;
        said.with_context(|| format!("with {what}"))?;
    }
    // Made for another dataset, another account, another chunk's place.
    for (what, replayed) in [
        ("another dataset", prove(ProofSubject::Dataset(DatasetId::new(1)), account.as_ref(), 0)?),
        ("another account", prove(subject, &[7; 32], 0)?),
        ("a job", prove(ProofSubject::Job(neurodata_primitives::JobId::new(0)), account.as_ref(), 0)?),
    ] {
        let said = refused(&world.chain, &owner, calls::submit_audit(id, vec![replayed]), "").await;
        said.with_context(|| format!("made for {what}"))?;
    }
    let stranger = Actors::signer(Actors::DATA_BUYER)?;
    refused(&world.chain, &stranger, calls::submit_audit(id, vec![honest.clone()]), "DatasetRegistry").await?;

    // Too few inputs, too many, in another order: the verifier checks their number, and the statement their order.
    let inputs = honest_inputs(&unlocked, &honest, id, &account, world.chain.genesis())?;
    let proof = honest.zk_proof.to_vec();
    assert!(world.chain.verifies(StatementId::DataValidity1, &inputs, &proof).await?);
    let mut reversed = inputs.clone();
    reversed.reverse();
    let mut longer = inputs.clone();
    longer.push(FieldBytes::default());
    for wrong in [inputs[..3].to_vec(), longer, reversed] {
        assert!(!world.chain.verifies(StatementId::DataValidity1, &wrong, &proof).await?);
    }

    world.chain.submit(&owner, calls::submit_audit(id, vec![honest.clone()])).await?;
    refused(&world.chain, &owner, calls::submit_audit(id, vec![honest]), "DatasetRegistry").await?;
    // What was begun is finished by the client.
    cli.run(&["dataset", "prove", text(&packed.package)?, "--key", text(&packed.key)?])?;
    assert_eq!(world.chain.dataset(id).await?.map(|record| record.state), Some(DatasetState::Active));
    Ok(())
}

fn honest_inputs(
    unlocked: &Unlocked,
    proof: &AuditProof,
    id: DatasetId,
    account: &neurodata_chain::AccountId,
    genesis: [u8; 32],
) -> Result<Vec<FieldBytes>> {
    let witness = unlocked.chunk_witness(proof.chunk)?;
    assert!(witness.layout.iter().any(|cell: &CellBound| cell.nullable));
    let subject = ProofSubject::Dataset(id);
    let binding = neurodata_zk_statements::Binding { genesis, subject, account: account.as_ref(), chunk: proof.chunk };
    Ok(witness.inputs(&binding)?.to_field_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_a_reason() -> Result<()> {
    let world = World::start().await?;
    let packed = world.pack_heart()?;
    let (package, key) = (text(&packed.package)?, text(&packed.key)?);
    let register = |suri: &str, stake: &str| -> Result<String> {
        world.cli(suri)?.refused(&["dataset", "register", package, "--key", key, "--stake", stake, "--training-price", "20"])
    };
    let said = register(Actors::DATA_PROVIDER, "999.9")?;
    assert!(said.contains("DatasetRegistry."), "under the minimum stake: {said}");
    let said = register("//Nobody", "1000")?;
    assert!(said.contains("refused"), "without funds: {said}");

    // A package altered by one bit, and another dataset's key.
    let mut bytes = std::fs::read(&packed.package)?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let altered = world.path("altered.ndp");
    std::fs::write(&altered, bytes)?;
    let cli = world.cli(Actors::DATA_PROVIDER)?;
    let said = cli.refused(&["dataset", "register", text(&altered)?, "--key", key, "--stake", "1000", "--training-price", "20"])?;
    assert!(said.contains("chunk") || said.contains("altered"), "{said}");
    let other = world.path("other.key");
    ContentKey::generate().save(&other)?;
    let said = cli.refused(&["dataset", "register", package, "--key", text(&other)?, "--stake", "1000", "--training-price", "20"])?;
    assert!(said.contains("key"), "{said}");

    // A delisted dataset sells nothing, neither does one that is not there.
    let dataset = {
        let registered = cli.run(&["dataset", "register", package, "--key", key, "--stake", "1000", "--training-price", "20"])?;
        registered["dataset"].as_u64().context("no dataset")?.to_string()
    };
    let owner = world.cli(Actors::JOB_OWNER)?;
    let post = |further: &[&str]| {
        let mut arguments = vec!["job", "post", "--dataset", &dataset, "--algorithm", "logistic", "--max-unit-price", "0.1"];
        arguments.extend(further);
        owner.refused(&arguments)
    };
    let said = post(&["--max-training-price", "19"])?;
    assert!(said.contains("ComputeMarket."), "above the owner's maximum: {said}");
    let said = post(&["--epochs", "0"])?;
    assert!(said.contains("epochs"), "{said}");
    cli.run(&["dataset", "delist", &dataset])?;
    let said = post(&[])?;
    assert!(said.contains("DatasetRegistry."), "delisted: {said}");
    let said = owner.refused(&["job", "post", "--dataset", "77", "--algorithm", "logistic", "--max-unit-price", "0.1"])?;
    assert!(said.contains("77"), "{said}");

    // A node that is not there, and one of another genesis.
    let nowhere = Cli::new("ws://127.0.0.1:1", &world.path("store"));
    let said = nowhere.refused(&["dataset", "list"])?;
    assert!(said.contains("127.0.0.1:1"), "{said}");
    match Chain::connect_to(world.node.url(), [7; 32]).await {
        Err(Error::WrongChain { .. }) => Ok(()),
        Err(other) => anyhow::bail!("{other}"),
        Ok(_) => anyhow::bail!("another genesis was accepted"),
    }
}
