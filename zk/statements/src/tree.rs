//! The binary Poseidon tree over the leaves of a dataset.
//!
//! ```text
//! node(l, r) = Poseidon_3(NODE, l, r)
//! ```
//!
//! Leaves are padded with zero elements to a power of two. A path lists the siblings from the leaf upwards; bit `k` of
//! the index, lowest first, says whether the node at level `k` is the right child. One permutation a level.

use crate::{domain, field, poseidon::WIDTH_3, StatementError};
use alloc::vec::Vec;
use ark_bls12_381::Fr;
use ark_ff::AdditiveGroup;
use neurodata_primitives::{DataRoot, FieldBytes};

const NODE_DOMAIN: Fr = domain::element(&domain::NODE);

/// The padding leaf: the zero element, not the digest of anything known.
const PADDING: Fr = Fr::ZERO;

fn parent(left: Fr, right: Fr) -> Fr {
    WIDTH_3.digest(NODE_DOMAIN, &[left, right])
}

fn parents(level: &[Fr]) -> Vec<Fr> {
    let of_pair = |pair: &[Fr]| match pair {
        [left, right] => parent(*left, *right),
        [left] => parent(*left, PADDING),
        _ => PADDING,
    };
    level.chunks(2).map(of_pair).collect()
}

fn padded(leaves: &[FieldBytes]) -> Result<Vec<Fr>, StatementError> {
    let mut level = field::decode_all(leaves)?;
    level.resize(leaves.len().max(1).next_power_of_two(), PADDING);
    Ok(level)
}

fn to_root(element: Fr) -> DataRoot {
    DataRoot::new(*field::encode(element).as_bytes())
}

/// The parent of two nodes.
pub fn node(left: &FieldBytes, right: &FieldBytes) -> Result<FieldBytes, StatementError> {
    Ok(field::encode(parent(field::decode(left)?, field::decode(right)?)))
}

/// The root over `leaves`; over none, the padding leaf.
pub fn data_root(leaves: &[FieldBytes]) -> Result<DataRoot, StatementError> {
    let mut level = padded(leaves)?;
    while level.len() > 1 {
        level = parents(&level);
    }
    Ok(to_root(level.first().copied().unwrap_or(PADDING)))
}

/// Siblings of the leaf at `index`, from the leaf upwards. For several paths: [`Tree`].
///
/// ## Errors
/// - [`StatementError::NonCanonical`]: a leaf is no field element.
/// - [`StatementError::IndexOutsideTree`]: there is no such leaf.
pub fn path(leaves: &[FieldBytes], index: u32) -> Result<Vec<FieldBytes>, StatementError> {
    Tree::new(leaves)?.path(index)
}

/// All levels of a tree, for many paths from it. Twice as large as its leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// Leaves before padding.
    leaves: usize,
    /// From the padded leaves to the root.
    levels: Vec<Vec<Fr>>,
}

impl Tree {
    /// The tree over `leaves`.
    ///
    /// ## Errors
    /// - [`StatementError::NonCanonical`]: a leaf is no field element.
    pub fn new(leaves: &[FieldBytes]) -> Result<Self, StatementError> {
        let (mut level, mut levels) = (padded(leaves)?, Vec::new());
        while level.len() > 1 {
            let next = parents(&level);
            levels.push(core::mem::replace(&mut level, next));
        }
        levels.push(level);
        Ok(Self { leaves: leaves.len(), levels })
    }

    /// The root; over no leaves, the padding leaf.
    pub fn root(&self) -> DataRoot {
        to_root(self.levels.last().and_then(|level| level.first()).copied().unwrap_or(PADDING))
    }

    /// Siblings of the leaf at `index`, from the leaf upwards.
    ///
    /// ## Errors
    /// - [`StatementError::IndexOutsideTree`]: there is no such leaf.
    pub fn path(&self, index: u32) -> Result<Vec<FieldBytes>, StatementError> {
        let outside = StatementError::IndexOutsideTree;
        let mut at = usize::try_from(index).ok().filter(|at| *at < self.leaves).ok_or(outside)?;
        let (_, below) = self.levels.split_last().ok_or(outside)?;
        let siblings = below.iter().map(|level| {
            let sibling = level.get(at ^ 1).copied().map(field::encode).ok_or(outside);
            at /= 2;
            sibling
        });
        siblings.collect()
    }
}

/// The root that `leaf` at `index` and `path` lead to.
///
/// The caller compares the length of the path with the depth of the tree.
///
/// ## Errors
/// - [`StatementError::NonCanonical`]: the leaf or a sibling is no field element.
/// - [`StatementError::IndexOutsideTree`]: a tree as deep as the path has no leaf with this index.
pub fn root_from_path(leaf: &FieldBytes, index: u32, path: &[FieldBytes]) -> Result<DataRoot, StatementError> {
    let (mut at, mut current) = (index, field::decode(leaf)?);
    for sibling in path {
        let sibling = field::decode(sibling)?;
        current = if at & 1 == 0 { parent(current, sibling) } else { parent(sibling, current) };
        at >>= 1;
    }
    if at == 0 {
        Ok(to_root(current))
    } else {
        Err(StatementError::IndexOutsideTree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<FieldBytes> {
        (1..=count).map(field::from_number).collect()
    }

    #[test]
    fn every_leaf_is_proved_and_no_other_index_or_leaf_is() {
        for count in 1..=9u32 {
            let leaves = leaves(count.into());
            let root = data_root(&leaves);
            for index in 0..count {
                let siblings = path(&leaves, index).unwrap();
                let leaf = &leaves[index as usize];
                assert_eq!(root_from_path(leaf, index, &siblings), root);
                assert_ne!(root_from_path(&field::from_number(99), index, &siblings), root);
                for other in (0..1u32 << siblings.len()).filter(|other| *other != index) {
                    assert_ne!(root_from_path(leaf, other, &siblings), root);
                }
                let beyond = index + (1 << siblings.len());
                assert_eq!(root_from_path(leaf, beyond, &siblings), Err(StatementError::IndexOutsideTree));
            }
            assert_eq!(path(&leaves, count), Err(StatementError::IndexOutsideTree));
        }
    }

    #[test]
    fn a_tree_has_the_root_and_the_paths_of_its_leaves() {
        for count in 0..=9u32 {
            let leaves = leaves(count.into());
            let tree = Tree::new(&leaves).unwrap();
            assert_eq!(Ok(tree.root()), data_root(&leaves));
            for index in 0..count {
                assert_eq!(tree.path(index), path(&leaves, index));
            }
            assert_eq!(tree.path(count), Err(StatementError::IndexOutsideTree));
        }
        assert_eq!(Tree::new(&[FieldBytes::new([0xff; 32])]), Err(StatementError::NonCanonical));
    }

    #[test]
    fn one_leaf_is_its_own_root() {
        let leaf = field::from_number(5);
        assert_eq!(data_root(&[leaf]).map(FieldBytes::from), Ok(leaf));
        assert_eq!(data_root(&[]).map(FieldBytes::from), Ok(field::from_number(0)));
    }

    #[test]
    fn what_is_no_field_element_is_refused() {
        let bad = FieldBytes::new([0xff; 32]);
        let good = field::from_number(1);
        assert_eq!(node(&bad, &good), Err(StatementError::NonCanonical));
        assert_eq!(node(&good, &bad), Err(StatementError::NonCanonical));
        assert_eq!(data_root(&[good, bad]), Err(StatementError::NonCanonical));
        assert_eq!(path(&[good, bad], 0), Err(StatementError::NonCanonical));
        assert_eq!(root_from_path(&bad, 0, &[]), Err(StatementError::NonCanonical));
        assert_eq!(root_from_path(&good, 0, &[bad]), Err(StatementError::NonCanonical));
    }

    #[test]
    fn golden_root() {
        let expected = node(
            &node(&field::from_number(1), &field::from_number(2)).unwrap(),
            &node(&field::from_number(3), &field::from_number(0)).unwrap(),
        );
        assert_eq!(data_root(&leaves(3)).map(FieldBytes::from), expected);
        assert_eq!(
            hex::encode(data_root(&leaves(3)).unwrap().as_bytes()),
            "0f8ca7064f1cfa700ae7c0a110413822a75c8868dba502382f6b1559b9b3fb12"
        );
    }
}
