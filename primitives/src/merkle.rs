//! The binary BLAKE2b-256 tree of encrypted chunks and of training traces.
//!
//! ```text
//! leaf(x)    = BLAKE2b-256(0x00 || x)
//! node(l, r) = BLAKE2b-256(0x01 || l || r)
//! ```
//!
//! Leaves are padded with 32 zero bytes to a power of two. A path lists the siblings from the leaf upwards.

use alloc::vec::Vec;
use sp_crypto_hashing::blake2_256;

/// A node of the tree.
pub type Node = [u8; 32];

/// The padding leaf: not the digest of anything known.
pub const PADDING: Node = [0; 32];

/// The leaf of `bytes`.
pub fn leaf(bytes: &[u8]) -> Node {
    let mut input = Vec::with_capacity(bytes.len().saturating_add(1));
    input.push(0);
    input.extend_from_slice(bytes);
    blake2_256(&input)
}

fn node(left: &Node, right: &Node) -> Node {
    let mut input = [1u8; 65];
    let (_, children) = input.split_at_mut(1);
    let (into_left, into_right) = children.split_at_mut(32);
    into_left.copy_from_slice(left);
    into_right.copy_from_slice(right);
    blake2_256(&input)
}

fn parents(level: &[Node]) -> Vec<Node> {
    level.chunks(2).map(|pair| match pair {
        [left, right] => node(left, right),
        [left] => node(left, &PADDING),
        _ => PADDING,
    }).collect()
}

fn padded(leaves: &[Node]) -> Vec<Node> {
    let mut level = leaves.to_vec();
    level.resize(leaves.len().max(1).next_power_of_two(), PADDING);
    level
}

/// The root over `leaves`; over none, the padding leaf.
pub fn root(leaves: &[Node]) -> Node {
    let mut level = padded(leaves);
    while level.len() > 1 {
        level = parents(&level);
    }
    level.first().copied().unwrap_or(PADDING)
}

/// Siblings of the leaf at `index`, from the leaf upwards; `None` if there is no such leaf.
pub fn path(leaves: &[Node], index: usize) -> Option<Vec<Node>> {
    (index < leaves.len()).then_some(())?;
    let (mut level, mut at, mut siblings) = (padded(leaves), index, Vec::new());
    while level.len() > 1 {
        siblings.push(*level.get(at ^ 1)?);
        level = parents(&level);
        at /= 2;
    }
    Some(siblings)
}

/// The root that `leaf` at `index` and `path` lead to; `None` if the index doesn't fit the path.
pub fn root_from_path(leaf: Node, index: u32, path: &[Node]) -> Option<Node> {
    let mut at = index;
    let mut current = leaf;
    for sibling in path {
        current = if at & 1 == 0 { node(&current, sibling) } else { node(sibling, &current) };
        at >>= 1;
    }
    (at == 0).then_some(current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_is_proved_and_no_other_index_or_leaf_is() {
        for count in 1..=9u8 {
            let leaves: Vec<Node> = (0..count).map(|index| leaf(&[index])).collect();
            for index in 0..leaves.len() {
                let siblings = path(&leaves, index).unwrap();
                assert_eq!(root_from_path(leaves[index], index as u32, &siblings), Some(root(&leaves)));
                assert_ne!(root_from_path(leaf(b"x"), index as u32, &siblings), Some(root(&leaves)));
                let beyond = 1u32 << siblings.len();
                assert_eq!(root_from_path(leaves[index], index as u32 + beyond, &siblings), None);
            }
            assert_eq!(path(&leaves, leaves.len()), None);
        }
    }
}
