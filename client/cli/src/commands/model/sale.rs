//! Sealing a model and offering licences for it.

use super::{ensure_accepted, fetch, record_of};
use crate::{
    args::{ModelTermsArguments, OfferArgument, SellArguments},
    commands::{allowed, blocking, licence_digest, location, write_file},
    context::Context,
    output::spinner,
};
use anyhow::{ensure, Context as _, Result};
use neurodata_chain::{account_of, amount::format_nrc, calls, LicenceOffer, ModelTerms};
use neurodata_dataset::{ContentKey, SealedModel};
use neurodata_primitives::{LicenceKind, ModelId};
use neurodata_storage::{manifest, uri, Cid};
use serde_json::json;
use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

/// End of a sealed model's file name.
const SEALED_EXTENSION: &str = "ndms";

/// Seal a model's file under a new content key, and store the sealed file.
pub async fn seal(
    context: &Context,
    model: ModelId,
    file: Option<PathBuf>,
    key_file: PathBuf,
    out: PathBuf,
) -> Result<()> {
    ensure!(
        !key_file.try_exists().unwrap_or(true),
        "the key file {} exists already; a key serves one model, so name a new file",
        key_file.display()
    );
    let record = record_of(&context.chain().await?, model).await?;
    let bytes = match &file {
        Some(path) => fs::read(path).with_context(|| format!("cannot read the model {}", path.display()))?,
        None => fetch(&context.store()?, model, &record).context("name the model file with --file FILE")?.bytes,
    };
    ensure_accepted(&bytes, &record).with_context(|| format!("this is not the file of model {model}"))?;
    let is_folder = out.is_dir() || out.as_os_str().to_string_lossy().ends_with('/');
    let out = if is_folder { out.join(format!("model-{model}.{SEALED_EXTENSION}")) } else { out };
    for folder in [out.parent(), key_file.parent()].into_iter().flatten() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let key = ContentKey::generate();
    key.save(&key_file)?;
    let publish = || -> Result<(SealedModel, Cid)> {
        let sealed = SealedModel::seal(&bytes, &key)?;
        write_file(&out, |file| sealed.write(BufWriter::new(file)))?;
        Ok((sealed, store(context, &out)?))
    };
    let (sealed, cid) = publish().inspect_err(|_| {
        // Nothing was published under this key.
        let _ = fs::remove_file(&key_file);
    })?;
    let (package, location) = (sealed.package(), uri::format(&cid));
    let text = format!(
        "model {model} is sealed: {} bytes\nsealed file  {}\nkey          {} (keep it safe: whoever has it has the model)\n\
         location     {location}\nnext: `neurodata model sell {model} --sealed {}`",
        sealed.model_bytes(),
        out.display(),
        key_file.display(),
        out.display()
    );
    let value = json!({
        "model": model,
        "sealed": out,
        "key": key_file,
        "uri": location,
        "package": package,
        "bytes": sealed.model_bytes(),
    });
    context.output.show(text, value);
    Ok(())
}

fn store(context: &Context, path: &Path) -> Result<Cid> {
    let store = context.store()?;
    let waiting = spinner("storing the sealed file");
    let cid = manifest::put_file(&store, path).context("the sealed file was not stored");
    waiting.finish_and_clear();
    cid
}

/// Offer licences for a model.
pub async fn sell(context: &Context, arguments: SellArguments) -> Result<()> {
    let signer = context.signer()?;
    let SellArguments { model, sealed, stake, terms: offered } = &arguments;
    let terms = terms(offered)?;
    let chain = context.chain().await?;
    let record = record_of(&chain, *model).await?;
    ensure!(record.owner == account_of(&signer), "model {model} belongs to {}, who alone can sell it", record.owner);
    let path = sealed.clone();
    let opened = blocking(move || SealedModel::open_file(&path)).await?;
    let opened = opened.with_context(|| format!("sealed file {}", sealed.display()))?;
    ensure!(
        (opened.model(), opened.model_bytes()) == (record.result.model, record.result.model_bytes),
        "{} is not the sealed file of model {model}",
        sealed.display()
    );
    let uri = uri::format(&store(context, sealed)?);
    let waiting = spinner("listing");
    let call = calls::list_model(*model, opened.package(), vec![location(&uri)?], terms, *stake);
    let receipt = chain.submit(&signer, call).await.with_context(|| format!("model {model} was not listed"))?;
    waiting.finish_and_clear();
    let text = format!(
        "model {model} is for sale at {uri} (block {}, fee {})\nnext: `neurodata-worker serve-keys` delivers its key",
        receipt.block_number,
        format_nrc(receipt.fee)
    );
    let value = json!({
        "model": model,
        "uri": uri,
        "package": opened.package(),
        "block": receipt.block_number,
        "fee": receipt.fee.to_string(),
    });
    context.output.show(text, value);
    Ok(())
}

/// The terms that the command line asks for.
pub fn terms(arguments: &ModelTermsArguments) -> Result<ModelTerms> {
    let kinds = [
        (LicenceKind::Personal, arguments.personal),
        (LicenceKind::Commercial, arguments.commercial),
        (LicenceKind::Derive, arguments.derive),
    ];
    let offer = |(kind, offer): (LicenceKind, Option<OfferArgument>)| {
        offer.map(|offer| LicenceOffer { kind, price: offer.price, duration: offer.duration })
    };
    let licences: Vec<LicenceOffer> = kinds.into_iter().filter_map(offer).collect();
    ensure!(!licences.is_empty(), "name at least one licence: --personal, --commercial or --derive");
    Ok(ModelTerms {
        licences: licences.try_into().ok().context("there are three licences at most")?,
        allowed: if arguments.allowed.is_empty() { None } else { Some(allowed(&arguments.allowed)?) },
        licence_text: licence_digest(arguments.licence.as_deref())?,
        expires_at: arguments.expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Arguments, Command, ModelCommand};
    use clap::Parser;

    fn sell_terms(more: &str) -> Result<ModelTerms> {
        let line = format!("neurodata model sell 1 --sealed s --stake 1{more}");
        match Arguments::try_parse_from(line.split(' '))?.command {
            Command::Model(ModelCommand::Sell(arguments)) => terms(&arguments.terms),
            _ => panic!("another command"),
        }
    }

    #[test]
    fn licences_are_offered_in_the_order_of_their_kinds() {
        let terms = sell_terms(" --derive 9:100 --personal 0.5 --allow //Bob --expires-at 7").unwrap();
        let offers: Vec<_> = terms.licences.iter().map(|offer| (offer.kind, offer.duration)).collect();
        assert_eq!(offers, [(LicenceKind::Personal, None), (LicenceKind::Derive, Some(100))]);
        assert_eq!((terms.licences[0].price, terms.expires_at), (500_000_000_000, Some(7)));
        assert_eq!(terms.allowed.map(|accounts| accounts.len()), Some(1));
        assert!(sell_terms("").is_err());
        assert!(sell_terms(&format!(" --personal 1{}", " --allow //Bob".repeat(17))).is_err());
    }
}
