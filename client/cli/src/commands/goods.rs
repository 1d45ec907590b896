//! What is sold by copy, as a buyer sees it: the offer on chain, and the sealed package that anybody can fetch and check.

use super::{blocking, dataset, model, write_file};
use crate::{
    context::Context,
    describe,
    output::{bar, spinner},
};
use anyhow::{bail, ensure, Context as _, Result};
use neurodata_chain::{AccountId, Balance, Chain, ModelTerms};
use neurodata_dataset::{
    package::MAX_PACKAGE_BYTES, sealed_model::MAX_SEALED_MODEL_BYTES, ContentKey, Package, SealedModel,
};
use neurodata_primitives::{
    model::file_digest,
    Asset, Claim, DatasetCommitment, DatasetState, Fault, LicenceKind, ListingState, ModelDigest,
    ModelPackage, PackageCommitment, Uri,
};
use neurodata_storage::{manifest, uri, DirectoryStore};
use std::{io::Write, path::Path};

/// What binds the package of an asset.
#[derive(Clone)]
enum Commitment {
    Table(Box<DatasetCommitment>),
    File { package: ModelPackage, model: ModelDigest, bytes: u64 },
}

/// An asset as the chain offers it.
pub struct Offer {
    /// The asset.
    pub asset: Asset,
    /// Who is paid.
    pub seller: AccountId,
    /// Whether the package was proved bad.
    pub condemned: bool,
    commitment: Commitment,
    uris: Vec<Uri>,
    /// The price of a licence of the wanted kind; or why there is none.
    price: Result<Balance, String>,
}

impl Offer {
    /// What the chain offers to somebody who wants a licence of this kind.
    pub async fn of(chain: &Chain, asset: Asset, licence: LicenceKind) -> Result<Self> {
        match asset {
            Asset::Dataset(id) => {
                let record = dataset::record_of(chain, id).await?;
                let price = match record.state {
                    _ if record.condemned => Err(format!("the package of dataset {id} was proved bad")),
                    DatasetState::Active if !record.terms.uses.download => {
                        Err(format!("copies of dataset {id} are not sold"))
                    }
                    DatasetState::Active => Ok(record.terms.copy_price),
                    state => Err(format!("dataset {id} is {}, not for sale", describe::dataset_state_name(&state))),
                };
                let (uris, condemned) = (record.uris.into_inner(), record.condemned);
                let commitment = Commitment::Table(Box::new(record.commitment));
                Ok(Self { asset, seller: record.owner, condemned, commitment, uris, price })
            }
            Asset::Model(id) => {
                let record = model::record_of(chain, id).await?;
                let listing = chain.model_listing(id).await?;
                let listing = listing.with_context(|| format!("model {id} is not for sale, and never was"))?;
                let price = match listing.state {
                    _ if listing.condemned => Err(format!("the sealed file of model {id} was proved bad")),
                    ListingState::Delisted { .. } => Err(format!("model {id} is delisted, not for sale")),
                    ListingState::Listed => price_of(&listing.terms, licence),
                };
                let commitment = Commitment::File {
                    package: listing.package,
                    model: record.result.model,
                    bytes: record.result.model_bytes,
                };
                let (uris, condemned) = (listing.uris.into_inner(), listing.condemned);
                Ok(Self { asset, seller: record.owner, condemned, commitment, uris, price })
            }
        }
    }

    /// The price, unless it is above `max_price`.
    pub fn price_within(&self, max_price: Balance) -> Result<Balance> {
        let price = self.price.clone().map_err(anyhow::Error::msg)?;
        let show = neurodata_chain::amount::format_nrc;
        ensure!(price <= max_price, "it costs {} now, more than --max-price {}", show(price), show(max_price));
        Ok(price)
    }

    /// What a complaint about it is judged by.
    pub fn package_commitment(&self) -> Result<PackageCommitment> {
        match &self.commitment {
            Commitment::Table(commitment) => Ok(PackageCommitment::from(&**commitment)),
            Commitment::File { package, model, bytes } => package
                .commitment(*model, *bytes)
                .context("the chain's record of the model has an impossible length"),
        }
    }

    /// Fetch the sealed package from where the seller says it is, and check all that can be checked without the key: that it
    /// is the one that the chain knows, so that whatever is wrong inside can be proved.
    pub async fn fetch(&self, context: &Context) -> Result<Goods> {
        let (store, uris, commitment) = (context.store()?, self.uris.clone(), self.commitment.clone());
        let what = describe::asset(self.asset);
        let waiting = spinner(format!("fetching and checking the sealed package of {what}"));
        let fetched = blocking(move || {
            let mut problems = Vec::new();
            for location in &uris {
                let location = String::from_utf8_lossy(location);
                match Goods::read(&store, &location, &commitment) {
                    Ok(goods) => return Ok(goods),
                    Err(error) => problems.push(format!("{location}: {error:#}")),
                }
            }
            bail!(
                "no location has it: {}",
                if problems.is_empty() { "none is named".into() } else { problems.join("; ") }
            )
        });
        let fetched = fetched.await?;
        waiting.finish_and_clear();
        fetched.with_context(|| format!("the sealed package of {what} cannot be had; nothing was paid for it now"))
    }
}

fn price_of(terms: &ModelTerms, licence: LicenceKind) -> Result<Balance, String> {
    let offer = terms.licences.iter().find(|offer| offer.kind == licence);
    let offered = || {
        let kinds: Vec<_> = terms.licences.iter().map(|offer| describe::licence_name(offer.kind)).collect();
        format!("no {} licence is offered, only: {}", describe::licence_name(licence), kinds.join(", "))
    };
    offer.map(|offer| offer.price).ok_or_else(offered)
}

/// A sealed package that is the one that the chain knows.
pub enum Goods {
    /// A dataset.
    Table(Package),
    /// A model file.
    File {
        /// The sealed file.
        sealed: SealedModel,
        /// What the file must be.
        model: ModelDigest,
    },
}

impl Goods {
    fn read(store: &DirectoryStore, location: &str, commitment: &Commitment) -> Result<Self> {
        let cid = uri::parse(location)?;
        let limit = match commitment {
            Commitment::Table(_) => MAX_PACKAGE_BYTES,
            Commitment::File { .. } => MAX_SEALED_MODEL_BYTES,
        };
        let source = manifest::read(store, &cid, limit)?;
        match commitment {
            Commitment::Table(commitment) => {
                let package = Package::read(source, &cid.to_string())?;
                package.matches(commitment)?;
                Ok(Self::Table(package))
            }
            Commitment::File { package, model, bytes } => {
                let sealed = SealedModel::read(source, &cid.to_string())?;
                sealed.matches(package, *model, *bytes)?;
                Ok(Self::File { sealed, model: *model })
            }
        }
    }

    /// What is wrong with the package under the key that was delivered.
    pub fn examine(&self, key: &ContentKey) -> Option<Fault> {
        match self {
            Self::Table(package) => package.examine(key),
            Self::File { sealed, .. } => sealed.examine(key),
        }
    }

    /// What proves the fault.
    pub fn evidence(&self, fault: Fault) -> Claim {
        match self {
            Self::Table(package) => package.evidence(fault),
            Self::File { sealed, .. } => sealed.evidence(fault),
        }
    }

    /// Decrypt, check and write the content to `out`; says what it is.
    pub fn write(&self, key: &ContentKey, out: &Path) -> Result<String> {
        match self {
            Self::Table(package) => {
                let progress = bar(u64::from(package.commitment().chunks), "checking chunks");
                let unlocked = package.unlock(key, &|done, _| progress.set_position(u64::from(done)));
                progress.finish_and_clear();
                let dataset = unlocked?.into_dataset();
                write_file(out, |file| dataset.write_csv(file))?;
                Ok(format!("{} rows of {} columns", dataset.rows(), dataset.columns()))
            }
            Self::File { sealed, model } => {
                let bytes = sealed.unlock(key)?;
                let found = file_digest(&bytes);
                ensure!(found == *model, "the model file has digest {found}, the chain knows {model}");
                write_file(out, |file| file.write_all(&bytes))?;
                Ok(format!("a model file of {} bytes", bytes.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_chain::LicenceOffer;
    use neurodata_primitives::{DatasetId, LicenceDigest, NRC};

    fn terms() -> ModelTerms {
        let offer = |kind, price| LicenceOffer { kind, price, duration: None };
        let licences = vec![offer(LicenceKind::Personal, NRC), offer(LicenceKind::Derive, 9 * NRC)];
        let licences = licences.try_into().unwrap();
        ModelTerms { licences, allowed: None, licence_text: LicenceDigest::default(), expires_at: None }
    }

    #[test]
    fn the_price_is_that_of_the_wanted_licence() {
        assert_eq!(price_of(&terms(), LicenceKind::Derive), Ok(9 * NRC));
        let error = price_of(&terms(), LicenceKind::Commercial).unwrap_err();
        assert_eq!(error, "no commercial licence is offered, only: personal, derive");
    }

    #[test]
    fn nothing_is_bought_above_the_highest_price() {
        let offer = |price| Offer {
            asset: Asset::Dataset(DatasetId::new(1)),
            seller: AccountId([1; 32]),
            condemned: false,
            commitment: Commitment::File {
                package: ModelPackage { cipher_root: Default::default(), key_commitment: Default::default() },
                model: ModelDigest::default(),
                bytes: 4_097,
            },
            uris: vec![],
            price,
        };
        assert_eq!(offer(Ok(NRC)).price_within(NRC).unwrap(), NRC);
        let error = offer(Ok(NRC + 1)).price_within(NRC).unwrap_err();
        assert!(error.to_string().contains("1.000000000001 NRC"), "{error}");
        assert!(offer(Err("delisted".into())).price_within(NRC).is_err());
        assert_eq!(offer(Ok(0)).package_commitment().unwrap().chunks, 3);
    }
}
