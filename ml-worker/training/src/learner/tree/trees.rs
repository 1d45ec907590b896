//! Grown trees: what the model file and a checkpoint hold of them, and what they say of rows.
//!
//! Nodes of a tree stand breadth-first: level by level, those of a level in the order of their parents, a left child
//! right before its sibling. Trees stand one after another.
//!
//! ```text
//! forest.roots      u32, shape (trees)       index of each root
//! tree.column       u16, shape (nodes)       column that a node splits by; 0 in a leaf
//! tree.threshold    u16, shape (nodes)       see the split's definition; 0 in a leaf
//! tree.left         u32, shape (nodes)       index of the left child, the right one is the next; 0 in a leaf
//! leaves.end        u32, shape (leaves)      classes: where a leaf's entries end; leaves in the order of nodes
//! leaves.class      u16, shape (entries)     classes: a class that the leaf has, ascending in a leaf
//! leaves.count      u32, shape (entries)     classes: training rows of that class
//! leaves.count      u32, shape (leaves)      numbers: training rows of the leaf
//! leaves.sum        f64, shape (leaves)      numbers: sum of their targets, an integer below 2^48
//! ```

use super::data::{codes_of, goes_left};
use crate::{
    learner::{Inputs, Predictor},
    model::file::{StoredTensor, TensorFile},
    Column, ColumnKind, Error, ModelFileError,
};
use codec::{Decode, Encode};
use neurodata_definition::elementary::ln;
use rayon::prelude::*;

/// Most nodes of a model.
pub(super) const MAX_NODES: usize = 1 << 28;
/// The share that stands for a class which no tree knows, and for any smaller one: 2^-20. A logit is finite, and the
/// shares that the softmax makes of logits sum to 1 again.
const LEAST_SHARE: f64 = 1.0 / 1_048_576.0;
/// Rows that one thread takes at a time.
const ROWS_AT_ONCE: usize = 256;

const ROOTS: &str = "forest.roots";
const COLUMN: &str = "tree.column";
const THRESHOLD: &str = "tree.threshold";
const LEFT: &str = "tree.left";
const END: &str = "leaves.end";
const CLASS: &str = "leaves.class";
const COUNT: &str = "leaves.count";
const SUM: &str = "leaves.sum";

/// What the rows of a leaf have as targets.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Leaf {
    /// Classes, ascending, with their rows.
    Classes(Vec<(u16, u32)>),
    /// Rows and the sum of their numbers.
    Numbers(u32, u64),
}

/// The leaves of trees.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub(super) enum Leaves {
    Classes { ends: Vec<u32>, classes: Vec<u16>, counts: Vec<u32> },
    Numbers { counts: Vec<u32>, sums: Vec<u64> },
}

/// A node: a split, or a leaf if `left` is 0.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Node {
    pub column: u16,
    pub threshold: u16,
    pub left: u32,
}

/// Trees, each breadth-first.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub(super) struct Trees {
    pub roots: Vec<u32>,
    pub columns: Vec<u16>,
    pub thresholds: Vec<u16>,
    pub lefts: Vec<u32>,
    pub leaves: Leaves,
}

/// What trees have to fit.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Columns of the inputs.
    pub columns: Vec<Column>,
    /// Levels below a root at most.
    pub depth: u8,
    /// Classes of the target; `None` if it is a number.
    pub classes: Option<u16>,
    /// Largest number of the target.
    pub largest: u16,
}

/// What is wrong with trees.
#[derive(Debug)]
pub(super) struct Flaw {
    tensor: &'static str,
    reason: String,
}

fn ensure(holds: bool, tensor: &'static str, reason: impl FnOnce() -> String) -> Result<(), Flaw> {
    if holds {
        Ok(())
    } else {
        Err(Flaw { tensor, reason: reason() })
    }
}

impl From<Flaw> for ModelFileError {
    fn from(flaw: Flaw) -> Self {
        Self::Content { name: flaw.tensor.into(), reason: flaw.reason }
    }
}

impl Leaves {
    fn new(frame: &Frame) -> Self {
        match frame.classes {
            Some(_) => Self::Classes { ends: Vec::new(), classes: Vec::new(), counts: Vec::new() },
            None => Self::Numbers { counts: Vec::new(), sums: Vec::new() },
        }
    }

    fn push(&mut self, leaf: &Leaf) {
        match (self, leaf) {
            (Self::Classes { ends, classes, counts }, Leaf::Classes(entries)) => {
                classes.extend(entries.iter().map(|(class, _)| class));
                counts.extend(entries.iter().map(|(_, count)| count));
                ends.push(counts.len() as u32);
            }
            (Self::Numbers { counts, sums }, Leaf::Numbers(count, sum)) => {
                counts.push(*count);
                sums.push(*sum);
            }
            _ => unreachable!("leaves of a run are all of classes or all of numbers"),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Classes { ends, .. } => ends.len(),
            Self::Numbers { counts, .. } => counts.len(),
        }
    }

    /// Training rows of a leaf.
    fn rows(&self, leaf: usize) -> u64 {
        match self {
            Self::Classes { ends, counts, .. } => {
                let start = leaf.checked_sub(1).map_or(0, |before| ends[before] as usize);
                counts[start..ends[leaf] as usize].iter().map(|count| u64::from(*count)).sum()
            }
            Self::Numbers { counts, .. } => counts[leaf].into(),
        }
    }

    fn check(&self, frame: &Frame) -> Result<(), Flaw> {
        match (self, frame.classes) {
            (Self::Classes { ends, classes, counts }, Some(known)) => {
                let last = ends.last().map_or(0, |end| *end as usize);
                ensure(classes.len() == last, CLASS, || format!("{} entries instead of {last}", classes.len()))?;
                ensure(counts.len() == last, COUNT, || format!("{} entries instead of {last}", counts.len()))?;
                let mut start = 0;
                for (leaf, end) in ends.iter().enumerate() {
                    let end = *end as usize;
                    ensure(start < end && end <= last, END, || format!("leaf {leaf} ends at {end}"))?;
                    let (classes, counts) = (&classes[start..end], &counts[start..end]);
                    let ascend = classes.is_sorted_by(|class, next| class < next);
                    let exist = classes.iter().all(|class| *class < known);
                    ensure(ascend && exist, CLASS, || format!("leaf {leaf} has classes out of order or unknown ones"))?;
                    let rows: u64 = counts.iter().map(|count| u64::from(*count)).sum();
                    let counted = counts.iter().all(|count| *count > 0) && rows <= u64::from(u32::MAX);
                    ensure(counted, COUNT, || format!("leaf {leaf} has a class without rows or too many rows"))?;
                    start = end;
                }
                Ok(())
            }
            (Self::Numbers { counts, sums }, None) => {
                ensure(counts.len() == sums.len(), SUM, || format!("{} sums of {} leaves", sums.len(), counts.len()))?;
                for (leaf, (count, sum)) in counts.iter().zip(sums).enumerate() {
                    ensure(*count > 0, COUNT, || format!("leaf {leaf} has no rows"))?;
                    let most = u64::from(*count) * u64::from(frame.largest);
                    ensure(*sum <= most, SUM, || format!("leaf {leaf} sums up to {sum}, above {most}"))?;
                }
                Ok(())
            }
            (_, classes) => ensure(false, COUNT, || format!("leaves don't fit a target of {classes:?} classes")),
        }
    }
}

impl Trees {
    /// No trees.
    pub fn new(frame: &Frame) -> Self {
        let (roots, columns, thresholds, lefts) = Default::default();
        Self { roots, columns, thresholds, lefts, leaves: Leaves::new(frame) }
    }

    /// Add a tree with the root at 0. Fails if there would be more than [`MAX_NODES`].
    pub fn push(&mut self, nodes: &[Node], leaves: impl IntoIterator<Item = Leaf>) -> Result<(), Error> {
        let start = self.columns.len();
        ensure_nodes(start + nodes.len())?;
        self.roots.push(start as u32);
        for node in nodes {
            self.columns.push(node.column);
            self.thresholds.push(node.threshold);
            self.lefts.push(if node.left == 0 { 0 } else { node.left + start as u32 });
        }
        leaves.into_iter().for_each(|leaf| self.leaves.push(&leaf));
        Ok(())
    }

    /// The nodes of the first tree of several, or of the only one.
    pub fn first_nodes(&self) -> Vec<Node> {
        let end = self.roots.get(1).map_or(self.columns.len(), |root| *root as usize);
        let nodes = self.columns.iter().zip(&self.thresholds).zip(&self.lefts).take(end);
        nodes.map(|((column, threshold), left)| Node { column: *column, threshold: *threshold, left: *left }).collect()
    }

    /// Refuse trees that don't fit `frame`, or that are not `count` trees in the documented form. Whatever passes is
    /// walked from any root to a leaf in `frame.depth` steps at most.
    pub fn check(&self, frame: &Frame, count: usize) -> Result<(), Flaw> {
        let nodes = self.columns.len();
        ensure(nodes <= MAX_NODES, COLUMN, || format!("{nodes} nodes are more than {MAX_NODES}"))?;
        ensure(self.thresholds.len() == nodes, THRESHOLD, || "another number of nodes".into())?;
        ensure(self.lefts.len() == nodes, LEFT, || "another number of nodes".into())?;
        ensure(self.roots.len() == count, ROOTS, || format!("{} trees instead of {count}", self.roots.len()))?;
        let ends = self.roots.iter().skip(1).map(|root| *root as usize).chain([nodes]);
        let mut start = 0;
        for (root, end) in self.roots.iter().zip(ends) {
            ensure(*root as usize == start && start < end && end <= nodes, ROOTS, || format!("a root at {root}"))?;
            self.check_tree(frame, start, end)?;
            start = end;
        }
        ensure(start == nodes, ROOTS, || "nodes without a tree".into())?;
        let leaves = self.lefts.iter().filter(|left| **left == 0).count();
        ensure(self.leaves.len() == leaves, END, || format!("{} leaves instead of {leaves}", self.leaves.len()))?;
        self.leaves.check(frame)
    }

    /// Refuse trees that passed [`Self::check`] if one of them was not grown on so many `rows`, with `leaf_rows` at least
    /// in each leaf unless the root is one.
    pub fn check_rows(&self, rows: u64, leaf_rows: u64) -> Result<(), Flaw> {
        let ends = self.roots.iter().skip(1).map(|root| *root as usize).chain([self.lefts.len()]);
        let mut first = 0;
        for (root, end) in self.roots.iter().zip(ends) {
            let lefts = &self.lefts[*root as usize..end];
            let next = first + lefts.iter().filter(|left| **left == 0).count();
            let least = if lefts.len() == 1 { 1 } else { leaf_rows };
            let mut all: u64 = 0;
            for leaf in first..next {
                let found = self.leaves.rows(leaf);
                ensure(found >= least, COUNT, || format!("leaf {leaf} has {found} rows, below {least}"))?;
                all = all.saturating_add(found);
            }
            ensure(all == rows, COUNT, || format!("the tree at {root} has {all} rows instead of {rows}"))?;
            first = next;
        }
        Ok(())
    }

    /// Check the nodes from `start` to `end`, excluded: the children of each are the first two that have no parent yet.
    fn check_tree(&self, frame: &Frame, start: usize, end: usize) -> Result<(), Flaw> {
        let (mut next, mut depth, mut level_end) = (start + 1, 0, start + 1);
        for node in start..end {
            if node == level_end {
                (depth, level_end) = (depth + 1, next);
            }
            ensure(node < next, LEFT, || format!("node {node} has no parent"))?;
            let (column, threshold, left) = (self.columns[node], self.thresholds[node], self.lefts[node] as usize);
            if left == 0 {
                ensure(column == 0 && threshold == 0, COLUMN, || format!("leaf {node} splits"))?;
                continue;
            }
            ensure(depth < frame.depth, LEFT, || format!("node {node} has children below depth {}", frame.depth))?;
            ensure(left == next && left + 1 < end, LEFT, || format!("node {node} has its children at {left}"))?;
            let bound = frame.columns.get(usize::from(column)).map(|column| match column.kind {
                ColumnKind::Numeric => column.bound.checked_sub(1),
                ColumnKind::Category => Some(column.bound),
            });
            let bound =
                bound.ok_or_else(|| Flaw { tensor: COLUMN, reason: format!("node {node}: column {column}") })?;
            let splits = bound.is_some_and(|bound| threshold <= bound);
            ensure(splits, THRESHOLD, || format!("node {node} splits column {column} at {threshold}"))?;
            next += 2;
        }
        ensure(next == end, LEFT, || format!("nodes from {next} to {end} have no parent"))
    }
}

/// Refuse more than [`MAX_NODES`] nodes.
pub(super) fn ensure_nodes(nodes: usize) -> Result<(), Error> {
    if nodes > MAX_NODES {
        return Err(Error::TooManyParameters { parameters: nodes as u64, limit: MAX_NODES as u64 });
    }
    Ok(())
}

/// Trees that answer.
pub(super) struct TreePredictor {
    trees: Trees,
    frame: Frame,
    /// Index of the leaf of each node that is one.
    leaf_of: Vec<u32>,
}

impl TreePredictor {
    /// The predictor of trees that passed [`Trees::check`] or were grown.
    pub fn new(trees: Trees, frame: Frame) -> Self {
        let mut leaves = 0;
        let leaf_of = trees.lefts.iter().map(|left| {
            leaves += u32::from(*left == 0);
            leaves.saturating_sub(1)
        });
        Self { leaf_of: leaf_of.collect(), trees, frame }
    }

    /// The predictor of `count` trees in a model file.
    pub fn read(file: &TensorFile<'_>, frame: Frame, count: usize) -> Result<Self, ModelFileError> {
        let words = |name| file.words_u32(name, &[file.len(name)?]);
        let codes = |name| file.codes_u16(name, &[file.len(name)?]);
        let leaves = match frame.classes {
            Some(_) => Leaves::Classes { ends: words(END)?, classes: codes(CLASS)?, counts: words(COUNT)? },
            None => {
                let sums = file.doubles(SUM, &[file.len(SUM)?])?.into_iter().enumerate().map(|(leaf, sum)| {
                    let integer = sum as u64;
                    let same = (integer as f64).to_bits() == sum.to_bits();
                    same.then_some(integer)
                        .ok_or_else(|| Flaw { tensor: SUM, reason: format!("leaf {leaf}: {sum} is no sum of codes") })
                });
                Leaves::Numbers { counts: words(COUNT)?, sums: sums.collect::<Result<_, _>>()? }
            }
        };
        let (columns, thresholds, lefts) = (codes(COLUMN)?, codes(THRESHOLD)?, words(LEFT)?);
        let trees = Trees { roots: words(ROOTS)?, columns, thresholds, lefts, leaves };
        trees.check(&frame, count)?;
        Ok(Self::new(trees, frame))
    }

    /// Index of the leaf that a row of codes comes to.
    fn leaf(&self, root: u32, row: &[u16]) -> usize {
        let mut node = root as usize;
        while self.trees.lefts[node] != 0 {
            let column = usize::from(self.trees.columns[node]);
            let is_left = goes_left(self.frame.columns[column].kind, row[column], self.trees.thresholds[node]);
            node = self.trees.lefts[node] as usize + usize::from(!is_left);
        }
        self.leaf_of[node] as usize
    }

    /// What the trees say of a row.
    ///
    /// ```text
    /// numbers    f32((fold over trees from +0 of + of sum / count) / trees)
    /// classes    share_k = (fold over trees from +0 of + of count_k / count) / trees
    ///            logit_k = f32(ln(max(share_k, 2^-20)))
    /// ```
    fn answer(&self, row: &[u16], answer: &mut [f32]) {
        let trees = self.trees.roots.len().max(1) as f64;
        match &self.trees.leaves {
            Leaves::Numbers { counts, sums } => {
                let total = self.trees.roots.iter().fold(0.0, |total, root| {
                    let leaf = self.leaf(*root, row);
                    total + sums[leaf] as f64 / f64::from(counts[leaf])
                });
                answer[0] = (total / trees) as f32;
            }
            Leaves::Classes { ends, classes, counts } => {
                let mut shares = vec![0.0; answer.len()];
                for root in &self.trees.roots {
                    let leaf = self.leaf(*root, row);
                    let start = leaf.checked_sub(1).map_or(0, |before| ends[before] as usize);
                    let entries = start..ends[leaf] as usize;
                    let all: u64 = counts[entries.clone()].iter().map(|count| u64::from(*count)).sum();
                    for (class, count) in classes[entries.clone()].iter().zip(&counts[entries]) {
                        shares[usize::from(*class)] += f64::from(*count) / all as f64;
                    }
                }
                for (logit, share) in answer.iter_mut().zip(shares) {
                    *logit = ln((share / trees).max(LEAST_SHARE)) as f32;
                }
            }
        }
    }
}

impl Predictor for TreePredictor {
    fn tensors(&self) -> Result<Vec<StoredTensor>, Error> {
        let trees = &self.trees;
        let words = |name: &str, values: &[u32]| StoredTensor::words_u32(name, &[values.len()], values);
        let codes = |name: &str, values: &[u16]| StoredTensor::codes_u16(name, &[values.len()], values);
        let mut tensors = vec![
            words(ROOTS, &trees.roots),
            codes(COLUMN, &trees.columns),
            codes(THRESHOLD, &trees.thresholds),
            words(LEFT, &trees.lefts),
        ];
        match &trees.leaves {
            Leaves::Classes { ends, classes, counts } => {
                tensors.extend([words(END, ends), codes(CLASS, classes), words(COUNT, counts)]);
            }
            Leaves::Numbers { counts, sums } => {
                // Below 2^48, so that the conversion is exact.
                let sums: Vec<f64> = sums.iter().map(|sum| *sum as f64).collect();
                tensors.extend([words(COUNT, counts), StoredTensor::doubles(SUM, &[sums.len()], &sums)]);
            }
        }
        Ok(tensors)
    }

    fn outputs(&self, inputs: &Inputs) -> Result<Vec<f32>, Error> {
        let width = self.frame.columns.len();
        let codes = codes_of(inputs, width)?;
        let outputs = self.frame.classes.map_or(1, usize::from);
        let mut answers = vec![0.0; codes.len() / width * outputs];
        let chunks = answers.par_chunks_mut(ROWS_AT_ONCE * outputs).zip(codes.par_chunks(ROWS_AT_ONCE * width));
        chunks.for_each(|(answers, rows)| {
            let rows = answers.chunks_exact_mut(outputs).zip(rows.chunks_exact(width));
            rows.for_each(|(answer, row)| self.answer(row, answer));
        });
        Ok(answers)
    }
}
