//! Judging a complaint about a delivered key or package, from the evidence alone.

use crate::{
    content::{apply_cipher, cells, content_leaf, key_commitment, CHUNK_LENGTH},
    wrap::{open_key, public_key},
};
use alloc::vec::Vec;
use neurodata_primitives::{
    dataset::MAX_TREE_DEPTH,
    layout::{tree_depth, CellBound},
    merkle, sale, Claim, Complaint, ContentCommitment, Dismissal, Fault, OpenedChunk, PackageCommitment, RecipientKey,
    WrappedKey,
};
use neurodata_zk_statements::layout_digest;

/// Decide `complaint` about the `wrapped` key that was delivered to `recipient` for the package that `package` binds.
///
/// `context` is what the key had to be wrapped with; see [`context`](crate::context). In this order:
///
/// 1. The revealed secret is that of the recipient key, else [`Dismissal::ForeignSecret`].
/// 2. The wrap opens and holds the committed key, else [`Fault::WrongKey`], whatever was claimed.
/// 3. *Wrong key*: dismissed as [`Dismissal::KeyIsRight`].
/// 4. *Bad chunk*: the chunk and its listed leaf lead to the cipher root, else [`Dismissal::ForeignChunk`]; the leaf of
///    the decrypted chunk is another than the listed one, else [`Dismissal::ChunkIsRight`].
/// 5. *Out of schema*, for tables, else [`Dismissal::NotApplicable`]: the chunk leads to the cipher root as before; the
///    bounds lead to the layout digest of this chunk, else [`Dismissal::ForeignBounds`]; a cell is above its bound,
///    else [`Dismissal::WithinSchema`]. The fault names the first such cell.
pub fn judge(
    package: &PackageCommitment,
    recipient: &RecipientKey,
    wrapped: &WrappedKey,
    context: &[u8],
    complaint: &Complaint,
) -> Result<Fault, Dismissal> {
    if public_key(&complaint.secret) != *recipient {
        return Err(Dismissal::ForeignSecret);
    }
    let key = open_key(wrapped, &complaint.secret, context)
        .filter(|key| key_commitment(key, &package.content) == package.key_commitment);
    let Some(key) = key else { return Ok(Fault::WrongKey) };
    match &complaint.claim {
        Claim::WrongKey => Err(Dismissal::KeyIsRight),
        Claim::BadChunk(opened) => judge_chunk(package, &key, opened),
        Claim::OutOfSchema { chunk, bounds } => judge_schema(package, &key, chunk, bounds),
    }
}

fn judge_chunk(package: &PackageCommitment, key: &[u8; 32], opened: &OpenedChunk) -> Result<Fault, Dismissal> {
    let plain = open_chunk(package, key, opened)?;
    let leaf = content_leaf(key, &package.content, opened.index, &plain).ok_or(Dismissal::ForeignChunk)?;
    if leaf == opened.leaf {
        return Err(Dismissal::ChunkIsRight);
    }
    Ok(Fault::BadChunk { chunk: opened.index })
}

fn judge_schema(
    package: &PackageCommitment,
    key: &[u8; 32],
    opened: &OpenedChunk,
    bounds: &[CellBound],
) -> Result<Fault, Dismissal> {
    let ContentCommitment::Table { layout, last_layout, .. } = package.content else {
        return Err(Dismissal::NotApplicable);
    };
    let cells = cells(&open_chunk(package, key, opened)?).ok_or(Dismissal::ForeignChunk)?;
    let is_last = opened.index.checked_add(1) == Some(package.chunks);
    let committed = if is_last { last_layout } else { layout };
    if layout_digest(bounds) != Ok(committed) {
        return Err(Dismissal::ForeignBounds);
    }
    let cell = cells.iter().zip(bounds).position(|(code, cell)| *code > cell.bound).ok_or(Dismissal::WithinSchema)?;
    // A chunk has 1,024 cells; qed
    let cell = u32::try_from(cell).unwrap_or(u32::MAX);
    Ok(Fault::OutOfSchema { chunk: opened.index, cell })
}

/// The content of a chunk that `package` binds.
fn open_chunk(package: &PackageCommitment, key: &[u8; 32], opened: &OpenedChunk) -> Result<Vec<u8>, Dismissal> {
    let OpenedChunk { index, cipher, leaf, path } = opened;
    let possible = package.chunks <= 1 << MAX_TREE_DEPTH && *index < package.chunks && cipher.len() == CHUNK_LENGTH;
    if !possible || u32::try_from(path.len()) != Ok(tree_depth(package.chunks)) {
        return Err(Dismissal::ForeignChunk);
    }
    let path: Vec<merkle::Node> = path.iter().map(|sibling| *sibling.as_bytes()).collect();
    let root = merkle::root_from_path(sale::cipher_leaf(cipher, leaf), *index, &path);
    if root.as_ref() != Some(package.cipher_root.as_bytes()) {
        return Err(Dismissal::ForeignChunk);
    }
    let mut plain = cipher.to_vec();
    apply_cipher(key, &mut plain, *index);
    Ok(plain)
}
