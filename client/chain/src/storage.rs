//! Keys and values of storage, read without generated code.

use crate::{work::answer_or_refusal, Chain, Error};
use codec::{Decode, Encode};
use sp_crypto_hashing::{blake2_128, twox_128, twox_64};

/// Entries asked for in one request.
const PAGE: u32 = 256;

/// How a map hashes its keys.
#[derive(Clone, Copy)]
pub(crate) enum Hasher {
    /// For keys that the chain hands out.
    Twox64Concat,
    /// For keys that users choose.
    Blake2_128Concat,
}

impl Hasher {
    /// Bytes before the key itself.
    const fn bytes(self) -> usize {
        match self {
            Self::Twox64Concat => 8,
            Self::Blake2_128Concat => 16,
        }
    }

    /// The hash of an encoded key, and the key.
    fn hashed(self, encoded: &[u8]) -> Vec<u8> {
        match self {
            Self::Twox64Concat => [&twox_64(encoded), encoded].concat(),
            Self::Blake2_128Concat => [&blake2_128(encoded), encoded].concat(),
        }
    }
}

/// A storage item of a pallet with two keys.
#[derive(Clone, Copy)]
pub(crate) struct DoubleItem {
    pub pallet: &'static str,
    pub name: &'static str,
    pub hashers: [Hasher; 2],
}

impl DoubleItem {
    /// The map under the first key, whose keys are the second.
    fn under(self, first: &impl Encode) -> (Item, Vec<u8>) {
        let [of_first, of_second] = self.hashers;
        let item = Item { pallet: self.pallet, name: self.name, hasher: of_second };
        let prefix = [item.prefix(), of_first.hashed(&first.encode())].concat();
        (item, prefix)
    }
}

/// A storage item of a pallet.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub pallet: &'static str,
    pub name: &'static str,
    pub hasher: Hasher,
}

impl Item {
    /// A map whose keys the chain hands out.
    pub const fn by_id(pallet: &'static str, name: &'static str) -> Self {
        Self { pallet, name, hasher: Hasher::Twox64Concat }
    }

    /// A map whose keys are accounts or digests.
    pub const fn by_digest(pallet: &'static str, name: &'static str) -> Self {
        Self { pallet, name, hasher: Hasher::Blake2_128Concat }
    }

    /// Prefix of all keys of the item.
    pub fn prefix(&self) -> Vec<u8> {
        [twox_128(self.pallet.as_bytes()), twox_128(self.name.as_bytes())].concat()
    }

    /// Key of the entry at `key`.
    pub fn key(&self, key: &impl Encode) -> Vec<u8> {
        [self.prefix(), self.hasher.hashed(&key.encode())].concat()
    }

    /// The map key that follows `prefix` in a full storage key.
    fn map_key<K: Decode>(&self, prefix: &[u8], full: &[u8]) -> Result<K, Error> {
        self.decode(full.get(prefix.len() + self.hasher.bytes()..).unwrap_or_default())
    }

    fn decode<T: Decode>(&self, bytes: &[u8]) -> Result<T, Error> {
        codec::DecodeAll::decode_all(&mut &*bytes).map_err(|error: codec::Error| Error::Incompatible {
            what: format!("storage {}.{}", self.pallet, self.name),
            reason: error.to_string(),
        })
    }
}

impl Chain {
    /// The entry of `item` at `key`, at `block` or the best block.
    pub(crate) async fn entry<V: Decode>(
        &self,
        item: Item,
        key: &impl Encode,
        block: Option<[u8; 32]>,
    ) -> Result<Option<V>, Error> {
        self.raw(item.key(key), block).await?.map(|bytes| item.decode(&bytes)).transpose()
    }

    /// All entries of `item` as they stand at one block: `block`, or the best one.
    pub(crate) async fn entries<K: Decode + Ord, V: Decode>(
        &self,
        item: Item,
        block: Option<[u8; 32]>,
    ) -> Result<Vec<(K, V)>, Error> {
        self.entries_under(item, &item.prefix(), block).await
    }

    /// The entry of `item` at two keys, at the best block.
    pub(crate) async fn double_entry<V: Decode>(
        &self,
        item: DoubleItem,
        first: &impl Encode,
        second: &impl Encode,
    ) -> Result<Option<V>, Error> {
        let (item, prefix) = item.under(first);
        let key = [prefix, item.hasher.hashed(&second.encode())].concat();
        self.raw(key, None).await?.map(|bytes| item.decode(&bytes)).transpose()
    }

    /// All entries of `item` at the first key, by the second.
    pub(crate) async fn double_entries<K: Decode + Ord, V: Decode>(
        &self,
        item: DoubleItem,
        first: &impl Encode,
    ) -> Result<Vec<(K, V)>, Error> {
        let (item, prefix) = item.under(first);
        self.entries_under(item, &prefix, None).await
    }

    async fn entries_under<K: Decode + Ord, V: Decode>(
        &self,
        item: Item,
        prefix: &[u8],
        block: Option<[u8; 32]>,
    ) -> Result<Vec<(K, V)>, Error> {
        let block = match block {
            Some(block) => block,
            None => self.best_block().await?.hash,
        };
        let at = Some(block.into());
        let (mut entries, mut start) = (Vec::new(), None::<Vec<u8>>);
        loop {
            let keys = self
                .legacy()
                .state_get_keys_paged(prefix, PAGE, start.as_deref(), at)
                .await
                .map_err(|error| self.unreachable(error))?;
            let Some(last) = keys.last().cloned() else { break };
            let full_page = keys.len() == PAGE as usize;
            let sets = self
                .legacy()
                .state_query_storage_at(keys.iter().map(Vec::as_slice), at)
                .await
                .map_err(|error| self.unreachable(error))?;
            for (key, value) in sets.into_iter().flat_map(|set| set.changes) {
                if let Some(value) = value {
                    entries.push((item.map_key(prefix, &key.0)?, item.decode(&value.0)?));
                }
            }
            if !full_page {
                break;
            }
            start = Some(last);
        }
        entries.sort_by(|(left, _), (right, _): &(K, V)| left.cmp(right));
        Ok(entries)
    }

    /// The answer of a runtime API at the best block; `arguments` as a tuple, or alone if there is one.
    pub async fn runtime_api<R: Decode>(&self, function: &'static str, arguments: &impl Encode) -> Result<R, Error> {
        let answer = self.state_call(function, arguments).await?;
        codec::DecodeAll::decode_all(&mut answer.as_slice()).map_err(|error| no_answer(function, error))
    }

    /// As [`Chain::runtime_api`], for an API that may answer with a dispatch error: a refusal of `call`.
    pub(crate) async fn fallible_api<R: Decode>(
        &self,
        function: &'static str,
        arguments: &impl Encode,
        call: &str,
    ) -> Result<R, Error> {
        let answer = self.state_call(function, arguments).await?;
        match answer_or_refusal(&answer).map_err(|error| no_answer(function, error))? {
            Ok(value) => Ok(value),
            Err(error) => Err(self.refused(call, &error).await?),
        }
    }

    async fn state_call(&self, function: &'static str, arguments: &impl Encode) -> Result<Vec<u8>, Error> {
        let answer = self.legacy().state_call(function, Some(&arguments.encode()), None).await;
        answer.map_err(|error| self.unreachable(error))
    }

    async fn raw(&self, key: Vec<u8>, block: Option<[u8; 32]>) -> Result<Option<Vec<u8>>, Error> {
        let stored = self.legacy().state_get_storage(&key, block.map(Into::into)).await;
        stored.map_err(|error| self.unreachable(error))
    }
}

fn no_answer(function: &'static str, error: codec::Error) -> Error {
    Error::Incompatible { what: function.into(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_an_account_is_the_well_known_one() {
        let account = Item::by_digest("System", "Account");
        assert_eq!(hex::encode(account.prefix()), "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9");
        let key = account.key(&[1u8; 32]);
        assert_eq!(key.len(), 32 + 16 + 32);
        assert_eq!(account.map_key::<[u8; 32]>(&account.prefix(), &key).unwrap(), [1u8; 32]);
    }

    #[test]
    fn the_second_of_two_keys_follows_the_first() {
        let hashers = [Hasher::Twox64Concat, Hasher::Blake2_128Concat];
        let licences = DoubleItem { pallet: "Sales", name: "Licences", hashers };
        let (item, prefix) = licences.under(&(0u8, 7u64));
        assert_eq!(prefix.len(), 32 + 8 + 9);
        let key = [prefix.clone(), item.hasher.hashed(&[5; 32])].concat();
        assert_eq!(key.len(), prefix.len() + 16 + 32);
        assert_eq!(item.map_key::<[u8; 32]>(&prefix, &key).unwrap(), [5; 32]);
    }
}
