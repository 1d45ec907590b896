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
    level
        .chunks(2)
        .map(|pair| match pair {
            [left, right] => node(left, right),
            [left] => node(left, &PADDING),
            _ => PADDING,
        })
        .collect()
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

/// Siblings of the leaf at `index`, from the leaf upwards; `None` if there is no such leaf. For several paths:
/// [`Tree`].
pub fn path(leaves: &[Node], index: usize) -> Option<Vec<Node>> {
    Tree::new(leaves).path(index)
}

/// All levels of a tree, for many paths from it. Twice as large as its leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// Leaves before padding.
    leaves: usize,
    /// From the padded leaves to the root.
    levels: Vec<Vec<Node>>,
}

impl Tree {
    /// The tree over `leaves`.
    pub fn new(leaves: &[Node]) -> Self {
        let (mut level, mut levels) = (padded(leaves), Vec::new());
        while level.len() > 1 {
            let next = parents(&level);
            levels.push(core::mem::replace(&mut level, next));
        }
        levels.push(level);
        Self { leaves: leaves.len(), levels }
    }

    /// The leaves, without padding.
    pub fn leaves(&self) -> &[Node] {
        self.levels.first().and_then(|level| level.get(..self.leaves)).unwrap_or_default()
    }

    /// The root; over no leaves, the padding leaf.
    pub fn root(&self) -> Node {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or(PADDING)
    }

    /// Siblings of the leaf at `index`, from the leaf upwards; `None` if there is no such leaf.
    pub fn path(&self, index: usize) -> Option<Vec<Node>> {
        (index < self.leaves).then_some(())?;
        let (_, below) = self.levels.split_last()?;
        let mut at = index;
        let siblings = below.iter().map(|level| {
            let sibling = level.get(at ^ 1).copied();
            at /= 2;
            sibling
        });
        siblings.collect()
    }
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

    #[test]
    fn a_tree_has_the_root_and_leaves_it_was_made_of() {
        for count in 0..=9u8 {
            let leaves: Vec<Node> = (0..count).map(|index| leaf(&[index])).collect();
            let tree = Tree::new(&leaves);
            assert_eq!((tree.root(), tree.leaves()), (root(&leaves), &leaves[..]));
            assert_eq!(tree.path(leaves.len()), None);
        }
    }
}
