//! Files of any size as lists of blobs.
//!
//! ```text
//! {"format":"neurodata/manifest/1","bytes":1048600,"blocks":[
//!   {"cid":"bafkrei...","bytes":1048576},{"cid":"bafkrei...","bytes":24}]}
//! ```
//!
//! A manifest is written without white space and with its keys in this order, so that equal files have equal manifests.
//! Every block but the last has [`MAX_BLOB_BYTES`]; an empty file has no blocks. A manifest is itself one blob, which
//! limits a file to about 11,000 blocks (11 GiB).

use crate::{BlobStore, Cid, StoreError, MAX_BLOB_BYTES};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// What a manifest's `format` says.
pub const FORMAT: &str = "neurodata/manifest/1";

/// A file as a list of blocks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    bytes: u64,
    blocks: Vec<Block>,
}

/// One block of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its address.
    pub cid: Cid,
    /// Its length in bytes, 1 to [`MAX_BLOB_BYTES`] inclusive.
    pub bytes: u32,
}

/// Why a file could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file that was to be stored could not be read.
    #[error("cannot read {location}")]
    Source {
        /// The file.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The blob is no manifest.
    #[error("blob {cid} is not a manifest: {problem}")]
    Malformed {
        /// The blob.
        cid: Cid,
        /// What is wrong with it.
        problem: String,
    },
    /// The file has more bytes than the reader accepts.
    #[error("the file {cid} has {bytes} bytes, more than the {limit} that are accepted here")]
    OverLimit {
        /// The manifest.
        cid: Cid,
        /// Bytes of the file.
        bytes: u64,
        /// Most bytes that the reader accepts.
        limit: u64,
    },
    /// The file is too large to be listed by one manifest.
    #[error("{blocks} blocks are too many for one manifest; split the file")]
    TooManyBlocks {
        /// Blocks of the file.
        blocks: usize,
    },
}

impl Manifest {
    /// The manifest at `cid`.
    pub fn get(store: &dyn BlobStore, cid: &Cid) -> Result<Self, ManifestError> {
        let bytes = store.get(cid)?;
        Self::parse(&bytes).map_err(|problem| ManifestError::Malformed { cid: *cid, problem })
    }

    /// Bytes of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The blocks of the file, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.format != FORMAT {
            return Err(format!("its format is {:?} instead of {FORMAT:?}", manifest.format));
        }
        let full = MAX_BLOB_BYTES as u64;
        let last = manifest.blocks.len().saturating_sub(1);
        for (index, block) in manifest.blocks.iter().enumerate() {
            let bytes = u64::from(block.bytes);
            if bytes == 0 || bytes > full || (index < last && bytes != full) {
                return Err(format!("block {index} cannot have {bytes} bytes"));
            }
        }
        let sum: u64 = manifest.blocks.iter().map(|block| u64::from(block.bytes)).sum();
        if sum != manifest.bytes {
            return Err(format!("its blocks have {sum} bytes, the file {}", manifest.bytes));
        }
        Ok(manifest)
    }

    fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest has only strings and numbers; qed")
    }
}

/// Store what `source` yields and return the CID of its manifest. Blocks are stored before the manifest that lists
/// them.
///
/// `location` names the source in errors.
pub fn put(store: &dyn BlobStore, mut source: impl Read, location: &str) -> Result<Cid, ManifestError> {
    let mut manifest = Manifest { format: FORMAT.into(), bytes: 0, blocks: Vec::new() };
    let mut block = Vec::with_capacity(MAX_BLOB_BYTES);
    loop {
        block.clear();
        source
            .by_ref()
            .take(MAX_BLOB_BYTES as u64)
            .read_to_end(&mut block)
            .map_err(|source| ManifestError::Source { location: location.into(), source })?;
        if block.is_empty() {
            break;
        }
        let bytes = block.len() as u32;
        manifest.blocks.push(Block { cid: store.put(&block)?, bytes });
        manifest.bytes += u64::from(bytes);
    }
    let encoded = manifest.encode();
    if encoded.len() > MAX_BLOB_BYTES {
        return Err(ManifestError::TooManyBlocks { blocks: manifest.blocks.len() });
    }
    Ok(store.put(&encoded)?)
}

/// Store `bytes` as a file and return the CID of its manifest.
pub fn put_bytes(store: &dyn BlobStore, bytes: &[u8]) -> Result<Cid, ManifestError> {
    put(store, bytes, "memory")
}

/// Store the file at `path` and return the CID of its manifest.
pub fn put_file(store: &dyn BlobStore, path: &Path) -> Result<Cid, ManifestError> {
    let location = path.display().to_string();
    let file = File::open(path).map_err(|source| ManifestError::Source { location: location.clone(), source })?;
    put(store, file, &location)
}

/// Open the file whose manifest is at `cid`, if it has at most `limit` bytes.
pub fn read<'a>(store: &'a dyn BlobStore, cid: &Cid, limit: u64) -> Result<BlobReader<'a>, ManifestError> {
    let manifest = Manifest::get(store, cid)?;
    if manifest.bytes > limit {
        return Err(ManifestError::OverLimit { cid: *cid, bytes: manifest.bytes, limit });
    }
    Ok(BlobReader { store, manifest, next: 0, block: Vec::new(), position: 0 })
}

/// The whole file whose manifest is at `cid`, if it has at most `limit` bytes.
pub fn read_to_vec(store: &dyn BlobStore, cid: &Cid, limit: u64) -> Result<Vec<u8>, ManifestError> {
    let mut reader = read(store, cid, limit)?;
    let mut bytes = Vec::new();
    while reader.fill()? {
        bytes.extend_from_slice(&reader.block);
    }
    Ok(bytes)
}

/// Reads a file block by block; each block is verified before a byte of it is handed out.
///
/// As a [`Read`] it reports a store's failure as an [`io::Error`] whose source is the [`ManifestError`].
pub struct BlobReader<'a> {
    store: &'a dyn BlobStore,
    manifest: Manifest,
    next: usize,
    block: Vec<u8>,
    position: usize,
}

impl BlobReader<'_> {
    /// The manifest of the file.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Load the next block; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, ManifestError> {
        let Some(block) = self.manifest.blocks.get(self.next) else { return Ok(false) };
        let bytes = self.store.get(&block.cid)?;
        if bytes.len() as u64 != u64::from(block.bytes) {
            let problem = format!("it says {} bytes of a block that has {}", block.bytes, bytes.len());
            return Err(ManifestError::Malformed { cid: Cid::of(&self.manifest.encode()), problem });
        }
        self.block = bytes;
        self.position = 0;
        self.next += 1;
        Ok(true)
    }
}

impl Read for BlobReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position == self.block.len() && !self.fill().map_err(io::Error::other)? {
            return Ok(0);
        }
        let mut rest = &self.block[self.position..];
        let count = rest.read(buffer)?;
        self.position += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DirectoryStore;

    fn store() -> (tempfile::TempDir, DirectoryStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(folder.path()).unwrap();
        (folder, store)
    }

    fn numbered(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|index| (index / 7) as u8).collect()
    }

    fn put_manifest(store: &DirectoryStore, text: &str) -> Cid {
        store.put(text.as_bytes()).unwrap()
    }

    #[test]
    fn files_of_every_shape_come_back() {
        let (folder, store) = store();
        for bytes in [0, 1, MAX_BLOB_BYTES - 1, MAX_BLOB_BYTES, MAX_BLOB_BYTES + 1, 3 * MAX_BLOB_BYTES + 17] {
            let content = numbered(bytes);
            let cid = put_bytes(&store, &content).unwrap();
            assert_eq!(read_to_vec(&store, &cid, bytes as u64).unwrap(), content);
            let mut streamed = Vec::new();
            let mut reader = read(&store, &cid, bytes as u64).unwrap();
            assert_eq!(reader.manifest().blocks().len(), bytes.div_ceil(MAX_BLOB_BYTES));
            reader.read_to_end(&mut streamed).unwrap();
            assert_eq!(streamed, content);
            let path = folder.path().join("file");
            std::fs::write(&path, &content).unwrap();
            assert_eq!(put_file(&store, &path).unwrap(), cid);
        }
    }

    #[test]
    fn the_manifest_is_this_text() {
        let (_folder, store) = store();
        let cid = put_bytes(&store, b"hello world").unwrap();
        let expected = concat!(
            r#"{"format":"neurodata/manifest/1","bytes":11,"blocks":[{"cid":"#,
            r#""bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e","bytes":11}]}"#,
        );
        assert_eq!(store.get(&cid).unwrap(), expected.as_bytes());
    }

    #[test]
    fn a_file_over_the_limit_is_refused_before_a_block_is_read() {
        let (_folder, store) = store();
        let cid = put_bytes(&store, &numbered(1_000)).unwrap();
        let block = Manifest::get(&store, &cid).unwrap().blocks()[0];
        store.remove(&block.cid).unwrap();
        assert!(matches!(
            read(&store, &cid, 999).map(|_| ()),
            Err(ManifestError::OverLimit { bytes: 1_000, limit: 999, .. })
        ));
    }

    #[test]
    fn a_missing_block_is_named() {
        let (_folder, store) = store();
        let cid = put_bytes(&store, &numbered(2 * MAX_BLOB_BYTES)).unwrap();
        let block = Manifest::get(&store, &cid).unwrap().blocks()[1];
        store.remove(&block.cid).unwrap();
        let error = read_to_vec(&store, &cid, u64::MAX).unwrap_err();
        assert!(matches!(&error, ManifestError::Store(StoreError::Missing { cid, .. }) if *cid == block.cid));
        let error = read(&store, &cid, u64::MAX).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains(&block.cid.to_string()), "{error}");
    }

    #[test]
    fn a_flipped_bit_in_a_block_is_noticed() {
        let (_folder, store) = store();
        let cid = put_bytes(&store, &numbered(100)).unwrap();
        let block = Manifest::get(&store, &cid).unwrap().blocks()[0];
        let mut bytes = store.get(&block.cid).unwrap();
        bytes[99] ^= 0x80;
        std::fs::write(store.path(&block.cid), bytes).unwrap();
        let error = read_to_vec(&store, &cid, u64::MAX).unwrap_err();
        assert!(matches!(error, ManifestError::Store(StoreError::Corrupt { cid, .. }) if cid == block.cid));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        let (_folder, store) = store();
        let block = store.put(b"abc").unwrap();
        let short = format!(r#"{{"cid":"{block}","bytes":3}}"#);
        let refused = [
            "not json".into(),
            r#"{"format":"neurodata/manifest/2","bytes":0,"blocks":[]}"#.into(),
            r#"{"format":"neurodata/manifest/1","bytes":0,"blocks":[],"more":1}"#.into(),
            r#"{"format":"neurodata/manifest/1","bytes":1,"blocks":[]}"#.into(),
            format!(r#"{{"format":"neurodata/manifest/1","bytes":0,"blocks":[{{"cid":"{block}","bytes":0}}]}}"#),
            format!(r#"{{"format":"neurodata/manifest/1","bytes":4,"blocks":[{{"cid":"{block}","bytes":3}}]}}"#),
            format!(r#"{{"format":"neurodata/manifest/1","bytes":6,"blocks":[{short},{short}]}}"#),
            r#"{"format":"neurodata/manifest/1","bytes":3,"blocks":[{"cid":"../../etc/passwd","bytes":3}]}"#.into(),
        ];
        for text in refused {
            let cid = put_manifest(&store, &text);
            let error = read_to_vec(&store, &cid, u64::MAX).unwrap_err();
            assert!(matches!(error, ManifestError::Malformed { .. }), "{text}: {error}");
        }
    }

    #[test]
    fn a_block_of_another_length_than_listed_is_refused() {
        let (_folder, store) = store();
        let block = store.put(b"abc").unwrap();
        let text = format!(r#"{{"format":"neurodata/manifest/1","bytes":4,"blocks":[{{"cid":"{block}","bytes":4}}]}}"#);
        let cid = put_manifest(&store, &text);
        assert!(matches!(
            read_to_vec(&store, &cid, u64::MAX),
            Err(ManifestError::Malformed { cid: named, .. }) if named == cid
        ));
    }
}
