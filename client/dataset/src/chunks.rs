//! Encrypted chunks with the leaves of their content: what packages of datasets and sealed models have in common.
//!
//! ```text
//! bytes   content
//! 32*n    for each of the n chunks, the leaf of its content
//! 32*n    for each of the n chunks, its leaf in the tree of the cipher root, over the two others
//! 2048*n  the encrypted chunks
//! ```

use crate::{ContentKey, PackageError};
use neurodata_primitives::{layout::CHUNK_BYTES, merkle, sale::cipher_leaf, CipherRoot, FieldBytes, OpenedChunk};
use neurodata_sealing::apply_cipher;
use rayon::prelude::*;
use std::{
    io::{self, Read, Write},
    sync::atomic::{AtomicU32, Ordering},
};

/// Bytes of a chunk.
pub(crate) const CHUNK_LENGTH: usize = CHUNK_BYTES as usize;
/// Bytes that a package spends on one chunk.
pub(crate) const BYTES_PER_CHUNK: u64 = 32 + 32 + CHUNK_LENGTH as u64;

/// Told how many chunks of how many are done. Called from several threads.
pub type Progress<'a> = &'a (dyn Fn(u32, u32) + Sync);

/// For callers that show no progress.
pub fn silent(_: u32, _: u32) {}

/// Encrypted chunks that belong to their cipher leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SealedChunks {
    leaves: Vec<FieldBytes>,
    tree: merkle::Tree,
    bytes: Vec<u8>,
}

impl SealedChunks {
    /// Seal the chunks whose listed leaf and content `content` tells.
    pub fn seal(
        key: &ContentKey,
        chunks: u32,
        progress: Progress,
        content: impl Fn(u32) -> (FieldBytes, Vec<u8>) + Sync,
    ) -> Self {
        let done = Counter::new(chunks, progress);
        let sealed: Vec<_> = (0..chunks)
            .into_par_iter()
            .map(|chunk| {
                let (leaf, mut bytes) = content(chunk);
                bytes.resize(CHUNK_LENGTH, 0);
                apply_cipher(key.as_bytes(), &mut bytes, chunk);
                done.one();
                (leaf, cipher_leaf(&bytes, &leaf), bytes)
            })
            .collect();
        let leaves = sealed.iter().map(|(leaf, ..)| *leaf).collect();
        let nodes: Vec<_> = sealed.iter().map(|(_, node, _)| *node).collect();
        let bytes = sealed.into_iter().flat_map(|(.., bytes)| bytes).collect();
        Self { leaves, tree: merkle::Tree::new(&nodes), bytes }
    }

    /// Read cipher leaves and chunks, up to the end of the source; `leaves` came before them.
    pub fn read(
        source: &mut Source<'_, impl Read>,
        leaves: Vec<FieldBytes>,
        cipher_root: &CipherRoot,
    ) -> Result<Self, PackageError> {
        let tree = merkle::Tree::new(&source.nodes(leaves.len(), "its list of cipher leaves")?);
        if tree.root() != *cipher_root.as_bytes() {
            let problem = "its list of cipher leaves does not belong to its cipher root".into();
            return Err(PackageError::Header { problem });
        }
        let mut bytes = Vec::new();
        for (index, (leaf, node)) in leaves.iter().zip(tree.leaves()).enumerate() {
            let chunk = source.take(CHUNK_LENGTH as u64, &format!("chunk {index} of {}", leaves.len()))?;
            if cipher_leaf(&chunk, leaf) != *node {
                return Err(PackageError::AlteredChunk { chunk: index as u32, chunks: leaves.len() as u32 });
            }
            bytes.extend_from_slice(&chunk);
        }
        if source.take(1, "nothing").is_ok() {
            return Err(PackageError::TooLong);
        }
        Ok(Self { leaves, tree, bytes })
    }

    pub fn write(&self, into: &mut impl Write) -> io::Result<()> {
        for leaf in &self.leaves {
            into.write_all(leaf.as_bytes())?;
        }
        for node in self.tree.leaves() {
            into.write_all(node)?;
        }
        into.write_all(&self.bytes)?;
        into.flush()
    }

    pub fn cipher_root(&self) -> CipherRoot {
        CipherRoot::new(self.tree.root())
    }

    /// The leaf of each chunk's content, as listed.
    pub fn leaves(&self) -> &[FieldBytes] {
        &self.leaves
    }

    /// One encrypted chunk. Panics if there is no such chunk.
    pub fn encrypted(&self, chunk: u32) -> &[u8] {
        &self.bytes[chunk as usize * CHUNK_LENGTH..][..CHUNK_LENGTH]
    }

    /// The content of one chunk. Panics if there is no such chunk.
    pub fn decrypted(&self, key: &ContentKey, chunk: u32) -> Vec<u8> {
        let mut bytes = self.encrypted(chunk).to_vec();
        apply_cipher(key.as_bytes(), &mut bytes, chunk);
        bytes
    }

    /// One chunk as evidence. Panics if there is no such chunk.
    pub fn opened(&self, chunk: u32) -> OpenedChunk {
        let path = self.tree.path(chunk as usize).unwrap_or_else(|| panic!("there is no chunk {chunk}"));
        let path: Vec<_> = path.into_iter().map(FieldBytes::new).collect();
        OpenedChunk {
            index: chunk,
            cipher: self.encrypted(chunk).to_vec().try_into().expect("a chunk has 2,048 bytes; qed"),
            leaf: self.leaves[chunk as usize],
            path: path.try_into().expect("a package has at most 2^20 chunks; qed"),
        }
    }
}

/// A package being read.
pub(crate) struct Source<'a, R> {
    pub source: R,
    pub location: &'a str,
}

impl<R: Read> Source<'_, R> {
    /// Exactly this many bytes, which belong to `part`. Memory grows with what is read, not with what is asked for.
    pub fn take(&mut self, bytes: u64, part: &str) -> Result<Vec<u8>, PackageError> {
        let mut into = Vec::new();
        let read = self.source.by_ref().take(bytes).read_to_end(&mut into);
        read.map_err(|source| PackageError::Io { location: self.location.into(), source })?;
        if into.len() as u64 != bytes {
            return Err(PackageError::Truncated { part: part.into() });
        }
        Ok(into)
    }

    /// The name and version of a format: `magic`, the version in its last byte, of what is called `expected` in errors.
    pub fn magic(&mut self, magic: &[u8; 8], expected: &'static str) -> Result<(), PackageError> {
        let found = self.take(8, "its first line").map_err(|error| match error {
            PackageError::Truncated { .. } => PackageError::NotAPackage { expected },
            error => error,
        })?;
        match found.as_slice() {
            found if found == magic => Ok(()),
            [name @ .., found] if *name == magic[..7] => {
                Err(PackageError::Version { found: *found, expected: magic[7] })
            }
            _ => Err(PackageError::NotAPackage { expected }),
        }
    }

    /// The listed leaves of the content of this many chunks.
    pub fn leaves(&mut self, chunks: u32) -> Result<Vec<FieldBytes>, PackageError> {
        let nodes = self.nodes(chunks as usize, "its list of leaves")?;
        Ok(nodes.into_iter().map(FieldBytes::new).collect())
    }

    fn nodes(&mut self, count: usize, part: &str) -> Result<Vec<merkle::Node>, PackageError> {
        let bytes = self.take(32 * count as u64, part)?;
        Ok(bytes.chunks_exact(32).map(|node| node.try_into().expect("32; qed")).collect())
    }
}

/// Counts finished chunks over several threads.
pub(crate) struct Counter<'a> {
    done: AtomicU32,
    total: u32,
    progress: Progress<'a>,
}

impl<'a> Counter<'a> {
    pub fn new(total: u32, progress: Progress<'a>) -> Self {
        Self { done: Default::default(), total, progress }
    }

    pub fn one(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        (self.progress)(done, self.total);
    }
}
