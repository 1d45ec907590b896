//! A tree that grows level by level.

use super::{
    choice::Choice,
    data::{Row, TreeData},
    measure::Measure,
    split::{best_split, Candidate, Scratch},
    trees::{ensure_nodes, Node},
};
use crate::{CheckpointError, Error};
use rayon::prelude::*;
use sp_crypto_hashing::blake2_256;
use std::{cmp::Ordering, ops::Range, sync::Arc};

/// Rows of a node from which on its columns are spread over threads.
const PARALLEL_ROWS: usize = 4_096;
/// Nodes that columns are drawn for and that are judged at a time. It bounds memory and changes no bit.
const NODES_AT_ONCE: usize = 4_096;

/// A node of the lowest level.
struct Open<Word> {
    node: usize,
    rows: Range<usize>,
    sums: Vec<Word>,
}

/// A tree up to some level.
pub(super) struct Growth<M: Measure> {
    measure: M,
    leaf_rows: u64,
    nodes: Vec<Node>,
    /// Sums of the leaves above the lowest level, in the order of nodes.
    closed: Vec<Vec<M::Word>>,
    /// Nodes of the lowest level.
    open: Vec<Open<M::Word>>,
    /// Rows of the open nodes, ascending in each.
    rows: Vec<Row>,
}

/// What a level did.
pub(super) struct Level {
    /// Whether any node was split.
    pub has_grown: bool,
    /// For each node that could be split the digest over the best split of each column, in the order of nodes.
    pub found: Vec<u8>,
}

/// What is kept of a node that could be split.
struct Judged {
    /// Index among the open nodes.
    open: usize,
    best: Option<(u16, Candidate)>,
    /// Digest over what was found of the node.
    found: [u8; 32],
}

/// A node that none of the columns so far divides.
struct Pending {
    /// Index among the nodes that could be split.
    at: usize,
    /// The columns that were tried, as the course covers them.
    found: Vec<u8>,
    /// What [`Choice`] has drawn for it.
    drawn: Vec<u16>,
}

impl<M: Measure> Growth<M> {
    /// A root that holds `rows`.
    pub fn new(measure: M, leaf_rows: u16, rows: Vec<Row>) -> Self {
        let sums = sums(measure, &rows);
        let open = vec![Open { node: 0, rows: 0..rows.len(), sums }];
        Self { measure, leaf_rows: leaf_rows.into(), nodes: vec![Node::default()], closed: Vec::new(), open, rows }
    }

    /// The tree of these nodes, which form one, as it was after `depth` steps, each of which added a level.
    pub fn resume(
        measure: M,
        leaf_rows: u16,
        data: &TreeData,
        rows: &[Row],
        nodes: Vec<Node>,
        depth: u64,
    ) -> Result<Self, CheckpointError> {
        let mut depth_of = vec![0u64; nodes.len()];
        for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.left != 0) {
            let children = node.left as usize..node.left as usize + 2;
            let depth = depth_of[index] + 1;
            depth_of.get_mut(children).ok_or(CheckpointError::Damaged)?.fill(depth);
        }
        // The last node is among the deepest.
        if depth_of.last() != Some(&depth) {
            return Err(CheckpointError::Damaged);
        }
        let mut held: Vec<Vec<Row>> = vec![Vec::new(); nodes.len()];
        let words = |node: &Node| if node.left == 0 { measure.words() } else { 0 };
        let mut total: Vec<_> = nodes.iter().map(|node| vec![M::Word::default(); words(node)]).collect();
        for row in rows {
            let mut index = 0;
            while nodes[index].left != 0 {
                let node = nodes[index];
                let is_left = data.is_left(row.index, node.column, node.threshold);
                index = node.left as usize + usize::from(!is_left);
            }
            measure.add(&mut total[index], row.target, row.weight);
            if depth_of[index] == depth {
                held[index].push(*row);
            }
        }
        let (mut closed, mut open, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let leaves = total.into_iter().zip(held).enumerate().filter(|(node, _)| nodes[*node].left == 0);
        for (node, (sums, held)) in leaves {
            if depth_of[node] == depth {
                let start = rows.len();
                rows.extend(held);
                open.push(Open { node, rows: start..rows.len(), sums });
            } else {
                closed.push(sums);
            }
        }
        Ok(Self { measure, leaf_rows: leaf_rows.into(), nodes, closed, open, rows })
    }

    /// All nodes, breadth-first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Sums of the leaves, in the order of nodes.
    pub fn leaves(&self) -> impl Iterator<Item = &[M::Word]> {
        self.closed.iter().chain(self.open.iter().map(|open| &open.sums)).map(Vec::as_slice)
    }

    /// Split the nodes of the lowest level. A tree that has not grown is as before.
    pub fn level(&mut self, data: &TreeData, choice: &mut Choice) -> Result<Level, Error> {
        let judged = self.judge(data, choice, NODES_AT_ONCE);
        let splits = judged.iter().filter(|judged| judged.best.is_some()).count();
        let found = judged.iter().flat_map(|judged| judged.found).collect();
        ensure_nodes(self.nodes.len() + 2 * splits)?;
        if splits > 0 {
            self.split(data, &judged);
        }
        Ok(Level { has_grown: splits > 0, found })
    }

    /// Whether a node may be split: it has rows for two leaves, and they differ in their targets.
    fn is_divisible(&self, open: &Open<M::Word>) -> bool {
        let rows = &self.rows[open.rows.clone()];
        let is_pure = rows.windows(2).all(|pair| pair[0].target == pair[1].target);
        !is_pure && self.measure.rows(&open.sums) >= 2 * self.leaf_rows
    }

    /// Find the best split of each open node that may be split: the largest score, then the smallest column, then the
    /// smallest threshold. So many nodes `at_once` have their candidates in memory.
    fn judge(&self, data: &TreeData, choice: &mut Choice, at_once: usize) -> Vec<Judged> {
        let divisible = (0..self.open.len()).filter(|open| self.is_divisible(&self.open[*open]));
        let mut judged: Vec<Judged> = divisible.map(|open| Judged { open, best: None, found: [0; 32] }).collect();
        let all = 0..judged.len();
        let all = all.map(|at| Pending { at, found: Vec::new(), drawn: Vec::new() });
        // All nodes have their first columns drawn before any has more, whatever is judged at once.
        let mut pending = self.judge_once(data, choice, all, at_once, &mut judged);
        while !pending.is_empty() {
            pending = self.judge_once(data, choice, pending.into_iter(), at_once, &mut judged);
        }
        judged
    }

    /// Try the next columns for each of `nodes`; returns those that none divides while columns are left.
    fn judge_once(
        &self,
        data: &TreeData,
        choice: &mut Choice,
        nodes: impl Iterator<Item = Pending>,
        at_once: usize,
        judged: &mut [Judged],
    ) -> Vec<Pending> {
        let (mut nodes, mut pending) = (nodes.peekable(), Vec::new());
        while nodes.peek().is_some() {
            let mut some: Vec<Pending> = nodes.by_ref().take(at_once).collect();
            let columns: Vec<_> = some.iter_mut().map(|node| choice.draw(&mut node.drawn)).collect();
            let choice = &*choice;
            let judge = |scratch: &mut Scratch<M::Word>, (node, columns): (&mut Pending, &Arc<[u16]>)| {
                let candidates = self.candidates(data, &self.open[judged[node.at].open], columns, scratch);
                let best = consider(columns, &candidates, &mut node.found);
                let found = blake2_256(&node.found);
                let is_pending = best.is_none() && choice.has_more(&node.drawn);
                if !is_pending {
                    (node.found, node.drawn) = (Vec::new(), Vec::new());
                }
                (best, found, is_pending)
            };
            let of_each: Vec<_> = some.par_iter_mut().zip(&columns).map_init(Scratch::new, judge).collect();
            for (node, (best, found, is_pending)) in some.into_iter().zip(of_each) {
                (judged[node.at].best, judged[node.at].found) = (best, found);
                if is_pending {
                    pending.push(node);
                }
            }
        }
        pending
    }

    /// The best split of a node by each of `columns`.
    fn candidates(
        &self,
        data: &TreeData,
        open: &Open<M::Word>,
        columns: &[u16],
        scratch: &mut Scratch<M::Word>,
    ) -> Vec<Option<Candidate>> {
        let rows = &self.rows[open.rows.clone()];
        let best = |scratch: &mut Scratch<M::Word>, column: &u16| {
            let column = usize::from(*column);
            let (definition, codes) = (&data.columns[column], &data.codes[column]);
            best_split(self.measure, definition, codes, rows, &open.sums, self.leaf_rows, scratch)
        };
        if rows.len() < PARALLEL_ROWS {
            columns.iter().map(|column| best(scratch, column)).collect()
        } else {
            columns.par_iter().map_init(Scratch::new, best).collect()
        }
    }

    /// Split open nodes at the best that was found; the others become leaves.
    fn split(&mut self, data: &TreeData, judged: &[Judged]) {
        let mut splits = judged.iter().filter_map(|judged| Some((judged.open, judged.best?))).peekable();
        let (mut below, mut rows) = (Vec::new(), Vec::with_capacity(self.rows.len()));
        for (index, open) in std::mem::take(&mut self.open).into_iter().enumerate() {
            let Some((_, (column, Candidate { threshold, .. }))) = splits.next_if(|(open, _)| *open == index) else {
                self.closed.push(open.sums);
                continue;
            };
            let left = self.nodes.len();
            // At most MAX_NODES, which fits 32 bits.
            self.nodes[open.node] = Node { column, threshold, left: left as u32 };
            let held = &self.rows[open.rows];
            for (node, on_left) in [(left, true), (left + 1, false)] {
                let start = rows.len();
                let side = held.iter().filter(|row| data.is_left(row.index, column, threshold) == on_left);
                rows.extend(side.copied());
                let sums = sums(self.measure, &rows[start..]);
                self.nodes.push(Node::default());
                below.push(Open { node, rows: start..rows.len(), sums });
            }
        }
        (self.open, self.rows) = (below, rows);
    }
}

/// The best of the candidates of `columns`; what the course covers of them is appended to `found`.
fn consider(columns: &[u16], candidates: &[Option<Candidate>], found: &mut Vec<u8>) -> Option<(u16, Candidate)> {
    let mut best: Option<(u16, Candidate)> = None;
    for (column, candidate) in columns.iter().zip(candidates) {
        found.extend_from_slice(&column.to_le_bytes());
        let Some(candidate) = candidate else { continue };
        candidate.score.append_to(found);
        found.extend_from_slice(&candidate.threshold.to_le_bytes());
        let is_better = best.is_none_or(|(best_column, best)| match candidate.score.order(&best.score) {
            Ordering::Greater => true,
            Ordering::Equal => *column < best_column,
            Ordering::Less => false,
        });
        if is_better {
            best = Some((*column, *candidate));
        }
    }
    best
}

fn sums<M: Measure>(measure: M, rows: &[Row]) -> Vec<M::Word> {
    let mut sums = vec![M::Word::default(); measure.words()];
    rows.iter().for_each(|row| measure.add(&mut sums, row.target, row.weight));
    sums
}

#[cfg(test)]
mod tests {
    use super::{
        super::{data::Codes, measure::Gini},
        *,
    };
    use crate::{Column, ColumnKind};
    use neurodata_repops::{Purpose, Stream};

    #[test]
    fn what_is_judged_at_once_changes_nothing() {
        let mut stream = Stream::new([4; 32], Purpose::new(2_101));
        let mut draw = |end| -> Vec<u16> { (0..600).map(|_| stream.below(end) as u16).collect() };
        // The second column tells nothing; the last ones divide hardly a node.
        let ends = [40, 1, 30, 2, 2];
        let codes: Vec<Codes> = ends.into_iter().map(|end| Codes::Wide(draw(end))).collect();
        let column = |end: u32| Column { bound: end as u16, nullable: false, kind: ColumnKind::Numeric };
        let data = TreeData { columns: ends.into_iter().map(column).collect(), codes, targets: draw(3) };
        let mut growth = Growth::new(Gini { classes: 3 }, 2, data.rows());
        for _ in 0..4 {
            growth.level(&data, &mut Choice::all(ends.len())).unwrap();
        }
        let judged = |at_once| {
            let mut choice = Choice::drawn(ends.len(), 1, Stream::at([4; 32], Purpose::FOREST_COLUMNS, 0));
            let judged = growth.judge(&data, &mut choice, at_once);
            let of = |judged: Judged| {
                let best = judged.best.map(|(column, Candidate { score, threshold })| {
                    (column, score.numerator, score.denominator, threshold)
                });
                (judged.open, best, judged.found)
            };
            (judged.into_iter().map(of).collect::<Vec<_>>(), choice.draw(&mut Vec::new()))
        };
        let all = judged(usize::MAX);
        assert!(all.0.len() > 8 && all.0.iter().all(|(_, best, _)| best.is_some()));
        for at_once in [1, 2, 3, 7] {
            assert!(judged(at_once) == all, "{at_once} at once");
        }
    }
}
