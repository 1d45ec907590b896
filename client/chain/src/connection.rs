//! The connection to a node: blocks, signing, submission.

use crate::{
    account_of, error::Reason, AccountId, Balance, BlockNumber, Call, ChainEvent, Error, Keypair, Receipt, Refusal,
};
use futures::{Stream, StreamExt};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef, Variant};
use std::{pin::Pin, sync::Arc, time::Duration};
use subxt::{
    backend::LegacyBackend,
    config::{polkadot::PolkadotExtrinsicParamsBuilder, Hasher as _, Header as _, RpcConfigFor},
    error::DispatchError,
    rpcs::{
        client::{reconnecting_rpc_client::ExponentialBackoff, ReconnectingRpcClient, RpcClient},
        methods::legacy::{LegacyRpcMethods, TransactionStatus},
    },
    OnlineClient, PolkadotConfig,
};
use tokio::sync::Mutex;

/// Longest wait for a transaction to be included, before it is given up: its mortality of 64 blocks, with room.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(300);
/// Blocks for which a transaction stays valid.
const MORTALITY_BLOCKS: u64 = 64;
/// Longest wait for one answer of the node.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest pause between two attempts to reconnect.
const MAX_RECONNECT_PAUSE: Duration = Duration::from_secs(10);
/// Attempts to reconnect before a request fails; together about two minutes.
const RECONNECT_ATTEMPTS: usize = 15;
/// Attempts to find a nonce that no other program signing for the same account has taken.
const NONCE_ATTEMPTS: usize = 8;
/// Pause after a nonce was taken, for the pool to settle.
const NONCE_PAUSE: Duration = Duration::from_millis(700);

/// A block as a client follows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Height.
    pub number: BlockNumber,
    /// Hash.
    pub hash: [u8; 32],
}

/// Blocks as they come.
pub type BlockStream = Pin<Box<dyn Stream<Item = Result<Block, Error>> + Send>>;

pub(crate) type Client = OnlineClient<PolkadotConfig>;

/// A connection to a node. Cloning shares it.
#[derive(Clone)]
pub struct Chain {
    url: Arc<str>,
    client: Client,
    legacy: LegacyRpcMethods<RpcConfigFor<PolkadotConfig>>,
    genesis: [u8; 32],
    /// Held from choosing a nonce to handing the transaction to the pool, so that two never share one.
    submission: Arc<Mutex<()>>,
}

impl Chain {
    /// Connect to the node at `url`, e.g. `ws://127.0.0.1:9944`. Fails at once if it cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let unreachable = |reason: String| Error::Unreachable { url: url.into(), reason };
        // The reconnecting client would keep trying a wrong address for minutes.
        RpcClient::from_insecure_url(url).await.map_err(|error| unreachable(error.to_string()))?;
        let rpc = ReconnectingRpcClient::builder()
            .retry_policy(ExponentialBackoff::from_millis(200).max_delay(MAX_RECONNECT_PAUSE).take(RECONNECT_ATTEMPTS))
            .request_timeout(REQUEST_TIMEOUT)
            .build(url.to_owned())
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let rpc = RpcClient::new(rpc);
        let legacy = LegacyRpcMethods::new(rpc.clone());
        let backend = LegacyBackend::builder().build(rpc);
        let config = PolkadotConfig::builder().use_historic_types(false).build();
        let client = Client::from_backend_with_config(config, Arc::new(backend))
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let genesis = client.genesis_hash().0;
        Ok(Self { url: url.into(), client, legacy, genesis, submission: Arc::default() })
    }

    /// Connect to the node at `url` and refuse it unless its genesis is `genesis`.
    pub async fn connect_to(url: &str, genesis: [u8; 32]) -> Result<Self, Error> {
        let chain = Self::connect(url).await?;
        if chain.genesis != genesis {
            return Err(Error::WrongChain {
                url: url.into(),
                expected: hex::encode(genesis),
                found: hex::encode(chain.genesis),
            });
        }
        Ok(chain)
    }

    /// Address of the node.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Hash of the chain's first block.
    pub fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    pub(crate) fn legacy(&self) -> &LegacyRpcMethods<RpcConfigFor<PolkadotConfig>> {
        &self.legacy
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn unreachable(&self, error: impl ToString) -> Error {
        Error::Unreachable { url: self.url.to_string(), reason: error.to_string() }
    }

    /// The best block.
    pub async fn best_block(&self) -> Result<Block, Error> {
        let hash = self.legacy.chain_get_block_hash(None).await.map_err(|error| self.unreachable(error))?;
        let hash = hash.ok_or_else(|| self.unreachable("the node has no best block"))?;
        self.block(hash.0).await
    }

    /// The last finalised block.
    pub async fn finalised_block(&self) -> Result<Block, Error> {
        let hash = self.legacy.chain_get_finalized_head().await.map_err(|error| self.unreachable(error))?;
        self.block(hash.0).await
    }

    async fn block(&self, hash: [u8; 32]) -> Result<Block, Error> {
        let header = self.legacy.chain_get_header(Some(hash.into())).await.map_err(|error| self.unreachable(error))?;
        let header = header.ok_or_else(|| self.unreachable("the node does not know its own block"))?;
        Ok(Block { number: height(header.number()), hash })
    }

    /// New best blocks as they come; the stream goes on over reconnections and may skip blocks.
    pub async fn blocks(&self) -> Result<BlockStream, Error> {
        let blocks = self.client.stream_best_blocks().await.map_err(|error| self.unreachable(error))?;
        let url = self.url.clone();
        Ok(Box::pin(blocks.map(move |block| {
            block
                .map(|block| Block { number: height(block.number()), hash: block.hash().0 })
                .map_err(|error| Error::Unreachable { url: url.to_string(), reason: error.to_string() })
        })))
    }

    /// Sign `call`, submit it and wait until it is in a best block.
    ///
    /// A call that the chain executed and refused is an [`Error::Refused`]; its fee is paid all the same.
    pub async fn submit(&self, signer: &Keypair, call: Call) -> Result<Receipt, Error> {
        self.submit_until(signer, call, false).await
    }

    /// As [`Chain::submit`], but wait until the block is finalised.
    pub async fn submit_finalised(&self, signer: &Keypair, call: Call) -> Result<Receipt, Error> {
        self.submit_until(signer, call, true).await
    }

    /// The fee that `call` would cost `signer` now, in plancks.
    pub async fn fee(&self, signer: &Keypair, call: &Call) -> Result<Balance, Error> {
        self.sign(signer, call).await?.partial_fee_estimate().await.map_err(|error| self.unreachable(error))
    }

    async fn sign(
        &self,
        signer: &Keypair,
        call: &Call,
    ) -> Result<
        subxt::tx::SubmittableTransaction<PolkadotConfig, subxt::client::OnlineClientAtBlockImpl<PolkadotConfig>>,
        Error,
    > {
        let at = self
            .client
            .at_block(subxt::utils::H256(self.best_block().await?.hash))
            .await
            .map_err(|error| self.unreachable(error))?;
        let mut transactions = at.transactions();
        let payload = transactions
            .from_call_data_bytes(&call_data(call, &at.metadata())?)
            .map_err(|error| incompatible(call, error))?;
        let nonce = self
            .legacy
            .system_account_next_index(&account_of(signer))
            .await
            .map_err(|error| self.unreachable(error))?;
        let params = PolkadotExtrinsicParamsBuilder::new().nonce(nonce).mortal(MORTALITY_BLOCKS).build();
        transactions.create_signed(&payload, signer, params).await.map_err(|error| incompatible(call, error))
    }

    async fn submit_until(&self, signer: &Keypair, call: Call, finalised: bool) -> Result<Receipt, Error> {
        let mut attempt = 1;
        loop {
            match self.submit_once(signer, &call, finalised).await {
                Err(Failure::NonceTaken(_)) if attempt < NONCE_ATTEMPTS => {
                    attempt += 1;
                    tokio::time::sleep(NONCE_PAUSE).await;
                }
                Err(Failure::NonceTaken(error) | Failure::Other(error)) => return Err(error),
                Ok(receipt) => return Ok(receipt),
            }
        }
    }

    async fn submit_once(&self, signer: &Keypair, call: &Call, finalised: bool) -> Result<Receipt, Failure> {
        let name = format!("{}.{}", call.pallet, call.name);
        let (mut statuses, extrinsic_hash) = {
            let _nonce_is_ours = self.submission.lock().await;
            let transaction = self.sign(signer, call).await?;
            let statuses = self.legacy.author_submit_and_watch_extrinsic(transaction.encoded()).await;
            (statuses.map_err(|error| self.pool_error(&name, error))?, transaction.hash().0)
        };
        let not_included = |reason: &str| Error::NotIncluded { call: name.clone(), reason: reason.into() };
        let included = async {
            while let Some(status) = statuses.next().await {
                match status.map_err(|error| self.unreachable(error))? {
                    TransactionStatus::InBlock(hash) if !finalised => return Ok(hash),
                    TransactionStatus::Finalized(hash) => return Ok(hash),
                    TransactionStatus::Dropped => return Err(not_included("the pool dropped it").into()),
                    TransactionStatus::Usurped(_) => {
                        return Err(Failure::NonceTaken(not_included("another with its nonce replaced it")));
                    }
                    TransactionStatus::FinalityTimeout(_) => {
                        return Err(not_included("its block was not finalised").into());
                    }
                    TransactionStatus::Invalid => return Err(not_included("it became invalid").into()),
                    _ => continue,
                }
            }
            Err(Failure::Other(not_included("the connection was lost")))
        };
        let block = tokio::time::timeout(INCLUSION_TIMEOUT, included)
            .await
            .map_err(|_| not_included("no block took it within five minutes"))??;
        Ok(self.receipt(&name, account_of(signer), block.0, extrinsic_hash).await?)
    }

    /// What the extrinsic with this hash did in this block.
    async fn receipt(
        &self,
        call: &str,
        signer: AccountId,
        block_hash: [u8; 32],
        extrinsic_hash: [u8; 32],
    ) -> Result<Receipt, Error> {
        let at = self.client.at_block(subxt::utils::H256(block_hash)).await.map_err(|error| self.unreachable(error))?;
        let metadata = at.metadata();
        let block = self
            .legacy
            .chain_get_block(Some(block_hash.into()))
            .await
            .map_err(|error| self.unreachable(error))?
            .ok_or_else(|| self.unreachable("the node forgot the block"))?;
        let hasher = <PolkadotConfig as subxt::Config>::Hasher::new(&metadata);
        let index = block
            .block
            .extrinsics
            .iter()
            .position(|extrinsic| hasher.hash(&extrinsic.0).0 == extrinsic_hash)
            .ok_or_else(|| Error::NotIncluded {
            call: call.into(),
            reason: "its block does not contain it".into(),
        })?;
        let all = at.events().fetch().await.map_err(|error| self.unreachable(error))?;
        let (mut events, mut fee) = (Vec::new(), 0);
        for event in all.iter() {
            let event =
                event.map_err(|error| Error::Incompatible { what: "events".into(), reason: error.to_string() })?;
            if event.phase() != subxt::events::Phase::ApplyExtrinsic(index as u32) {
                continue;
            }
            if (event.pallet_name(), event.event_name()) == ("System", "ExtrinsicFailed") {
                return Err(refused(call, event.field_bytes(), &metadata)?);
            }
            events.push(ChainEvent {
                pallet: event.pallet_name().into(),
                name: event.event_name().into(),
                fields: event.field_bytes().to_vec(),
            });
        }
        if let Some(paid) = events.iter().find(|event| event.name == "TransactionFeePaid") {
            let (payer, actual, _tip): (AccountId, Balance, Balance) = paid.decode()?;
            fee = if payer == signer { actual } else { 0 };
        }
        let block_number = height(block.block.header.number());
        Ok(Receipt { block_hash, block_number, extrinsic_hash, fee, events })
    }

    /// The refusal of `call` with this encoded dispatch error, named by the node's metadata of now.
    pub(crate) async fn refused(&self, call: &str, error: &[u8]) -> Result<Error, Error> {
        let at = self
            .client
            .at_block(subxt::utils::H256(self.best_block().await?.hash))
            .await
            .map_err(|error| self.unreachable(error))?;
        refused(call, error, &at.metadata())
    }

    fn pool_error(&self, call: &str, error: subxt::rpcs::Error) -> Failure {
        /// JSON-RPC codes of the transaction pool (sc-rpc-api, author): invalid or unknown validity, and a place in the
        /// pool that another transaction has.
        const INVALID: i32 = 1010;
        const UNKNOWN: i32 = 1011;
        const TOO_LOW_PRIORITY: i32 = 1014;
        let subxt::rpcs::Error::User(user) = &error else { return self.unreachable(error).into() };
        let details = user.data.as_ref().map(|data| data.get().trim_matches('"').to_owned()).unwrap_or_default();
        let reason = format!("{}: {details}", user.message);
        let not_included = Error::NotIncluded { call: call.into(), reason: reason.clone() };
        match user.code {
            // The nonce was used between asking for it and submitting: no verdict on the call.
            TOO_LOW_PRIORITY => Failure::NonceTaken(not_included),
            INVALID if details.contains("outdated") => Failure::NonceTaken(not_included),
            INVALID if details.contains("ancient birth block") => Failure::NonceTaken(not_included),
            INVALID | UNKNOWN => Error::Refused { call: call.into(), refusal: Refusal::Invalid(reason) }.into(),
            _ => not_included.into(),
        }
    }
}

/// Why one attempt to submit failed.
enum Failure {
    /// Another transaction of the same account took the nonce; the next attempt takes another.
    NonceTaken(Error),
    /// Anything else.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

fn height(number: impl Into<u64>) -> BlockNumber {
    BlockNumber::try_from(number.into()).unwrap_or(BlockNumber::MAX)
}

fn incompatible(call: &Call, error: impl ToString) -> Error {
    Error::Incompatible { what: format!("call {}.{}", call.pallet, call.name), reason: error.to_string() }
}

/// The call as the runtime encodes it: indices of pallet and call, then the arguments.
fn call_data(call: &Call, metadata: &subxt::Metadata) -> Result<Vec<u8>, Error> {
    let pallet = metadata.pallet_by_name(call.pallet).ok_or_else(|| incompatible(call, "there is no such pallet"))?;
    let variant = pallet.call_variant_by_name(call.name).ok_or_else(|| incompatible(call, "there is no such call"))?;
    let mut data = vec![pallet.call_index(), variant.index];
    data.extend_from_slice(&call.arguments);
    Ok(data)
}

/// The refusal of `call` with this encoded dispatch error.
fn refused(call: &str, error: &[u8], metadata: &subxt::ArcMetadata) -> Result<Error, Error> {
    let error = DispatchError::decode_from(error, metadata.clone())
        .map_err(|error| Error::Incompatible { what: "a dispatch error".into(), reason: error.to_string() })?;
    Ok(Error::Refused { call: call.into(), refusal: refusal(error, metadata.types()) })
}

fn refusal(error: DispatchError, types: &PortableRegistry) -> Refusal {
    match error {
        DispatchError::Module(module) => match module.details() {
            Ok(details) => {
                let [_, _, inner @ ..] = module.bytes();
                Refusal::Pallet {
                    pallet: details.pallet.name().into(),
                    error: details.variant.name.clone(),
                    docs: docs(&details.variant.docs),
                    reasons: nested(details.variant, &inner, types),
                }
            }
            Err(_) => Refusal::Dispatch(module.to_string()),
        },
        other => Refusal::Dispatch(other.to_string()),
    }
}

fn docs(lines: &[String]) -> String {
    lines.join(" ").trim().to_owned()
}

/// The variants inside an error's variant, outermost first: each is the only field of the one before it, and `bytes` are
/// their indices.
fn nested(variant: &Variant<PortableForm>, bytes: &[u8], types: &PortableRegistry) -> Vec<Reason> {
    let inner = || {
        let ([field], [index, rest @ ..]) = (variant.fields.as_slice(), bytes) else { return None };
        let TypeDef::Variant(inner) = &types.resolve(field.ty.id)?.type_def else { return None };
        Some((inner.variants.iter().find(|variant| variant.index == *index)?, rest))
    };
    let Some((inner, rest)) = inner() else { return Vec::new() };
    let mut reasons = vec![Reason { name: inner.name.clone(), docs: docs(&inner.docs) }];
    reasons.extend(nested(inner, rest, types));
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale_info::{meta_type, Registry, TypeInfo};

    /// Why a buyer is refused.
    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    #[allow(dead_code)]
    enum NotForSale {
        /// The terms expired.
        #[codec(index = 0)]
        Expired,
        /// The buyer is not on the list.
        #[codec(index = 4)]
        Buyer,
    }

    #[derive(TypeInfo)]
    #[scale_info(capture_docs = "always")]
    #[allow(dead_code)]
    enum PalletError {
        /// Nothing has this id.
        #[codec(index = 0)]
        NotFound,
        /// It is not sold to this account.
        #[codec(index = 1)]
        NotForSale(NotForSale),
    }

    #[test]
    fn a_nested_error_is_named_with_what_its_documentation_says() {
        let mut registry = Registry::new();
        let id = registry.register_type(&meta_type::<PalletError>()).id;
        let types = PortableRegistry::from(registry);
        let TypeDef::Variant(outer) = &types.resolve(id).unwrap().type_def else { panic!("no enum") };
        let reasons = nested(&outer.variants[1], &[4, 0, 0], &types);
        assert_eq!(reasons, [Reason { name: "Buyer".into(), docs: "The buyer is not on the list.".into() }]);
        assert!(nested(&outer.variants[1], &[9, 0, 0], &types).is_empty(), "an unknown index");
        assert!(nested(&outer.variants[0], &[0, 0, 0], &types).is_empty());
    }
}
