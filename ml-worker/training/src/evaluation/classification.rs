//! Accuracy, F1, ROC, log loss and confusion of a classifier.
//!
//! ```text
//! probability of a class   exp(logit - largest) / tree(exp(logits - largest)), binary64
//! predicted class          of the largest logit, the first of several
//! F1 of a class            2 tp / (2 tp + fp + fn)
//! area of a class          (2 * pairs in order + tied pairs) / (2 * positives * negatives), over all pairs of a row of
//!                          the class and another one, in order if the class is more probable in the former
//! log loss                 tree(-ln(probability of the row's class)) / rows, as ln(tree(..)) - (logit - largest)
//! ```

use super::{millionths, share};
use neurodata_definition::elementary;
use neurodata_primitives::training::{Quality, MICRO};
use neurodata_repops::sum::pairwise_sum;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Most points of a ROC curve.
const MAX_ROC_POINTS: usize = 200;
/// Parts that a mean of shares is taken in: 10^12.
const PICO: u64 = 1_000_000_000_000;

/// How good a classifier is on the holdout.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassificationEvaluation {
    /// Rows classified correctly.
    pub correct: u32,
    /// Rows that always answering the commonest training class gets right.
    pub majority_correct: u32,
    /// Share of rows classified correctly, in millionths.
    pub accuracy: u32,
    /// The same of always answering the commonest training class, in millionths.
    pub majority_accuracy: u32,
    /// Mean cross-entropy, in millionths of a nat.
    pub log_loss: u64,
    /// Mean of F1 over the classes that the holdout has, in millionths.
    pub f1: u32,
    /// Area under the ROC curve, in millionths: of class 1 with two classes, else the mean over the classes for which
    /// the holdout has both; 500,000 if there is none.
    pub roc_auc: u32,
    /// Class by class, from 0.
    pub classes: Vec<ClassEvaluation>,
    /// Rows by true class, then by predicted class.
    pub confusion: Vec<Vec<u32>>,
    /// The ROC curve of class 1 with two classes, from none to all rows: at most 200 points, one for each distinct
    /// probability or evenly chosen among them. Empty with more classes and where the holdout has one class only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roc: Vec<RocPoint>,
}

/// How good a classifier is on one class. Shares are in millionths, 0 where they are undefined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassEvaluation {
    /// Rows of the class.
    pub support: u32,
    /// Share of the rows predicted to be of the class that are.
    pub precision: u32,
    /// Share of the rows of the class that are predicted to be.
    pub recall: u32,
    /// Harmonic mean of both.
    pub f1: u32,
    /// Area under the ROC curve of the class against the rest; `None` if the holdout has only one of them.
    pub roc_auc: Option<u32>,
}

/// A point of a ROC curve: rows whose probability is at least some bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RocPoint {
    /// Rows of another class among them.
    pub false_positives: u32,
    /// Rows of the class among them.
    pub true_positives: u32,
}

impl ClassificationEvaluation {
    /// What of it goes on the chain.
    pub(super) fn quality(&self) -> Quality {
        let Self { correct, majority_correct, log_loss, f1, roc_auc, .. } = *self;
        Quality::Classification { correct, majority_correct, log_loss, f1, roc_auc }
    }
}

/// What the probabilities of one row are told by, in f64.
struct Softmax {
    /// The largest logit.
    largest: f64,
    /// The sum of `exp(logit - largest)`.
    sum: f64,
}

impl Softmax {
    fn new(logits: &[f32]) -> Self {
        let largest = f64::from(logits[argmax(logits)]);
        let exponentials: Vec<f64> = logits.iter().map(|logit| elementary::exp(f64::from(*logit) - largest)).collect();
        Self { largest, sum: pairwise_sum(&exponentials) }
    }

    /// Probability of the class with this logit.
    fn probability(&self, logit: f32) -> f64 {
        elementary::exp(f64::from(logit) - self.largest) / self.sum
    }

    /// Cross-entropy of a row of the class with this logit.
    fn loss(&self, logit: f32) -> f64 {
        elementary::ln(self.sum) - (f64::from(logit) - self.largest)
    }
}

/// Probabilities of one row: `exp(logit - largest) / sum`, in f64.
pub(crate) fn probabilities(logits: &[f32]) -> Vec<f64> {
    let softmax = Softmax::new(logits);
    logits.iter().map(|logit| softmax.probability(*logit)).collect()
}

/// Index of the largest number, the first of several.
pub(crate) fn argmax(numbers: &[f32]) -> usize {
    (1..numbers.len()).fold(0, |best, index| if numbers[index] > numbers[best] { index } else { best })
}

/// Evaluate `logits`, `outputs` for each row of the holdout, whose classes are `holdout`; `trained` are those of the
/// training rows. Classes are judged one after another, so that only one of them has its curve in memory.
pub(super) fn evaluate(logits: &[f32], outputs: usize, trained: &[u16], holdout: &[u16]) -> ClassificationEvaluation {
    let mut counts = vec![0u32; outputs];
    trained.iter().for_each(|class| counts[usize::from(*class)] += 1);
    let majority = (1..outputs).fold(0, |best, class| if counts[class] > counts[best] { class } else { best });
    let mut confusion = vec![vec![0u32; outputs]; outputs];
    let softmaxes: Vec<Softmax> = logits.par_chunks_exact(outputs).map(Softmax::new).collect();
    let mut losses = Vec::with_capacity(holdout.len());
    for ((logits, softmax), class) in logits.chunks_exact(outputs).zip(&softmaxes).zip(holdout) {
        let class = usize::from(*class);
        confusion[class][argmax(logits)] += 1;
        losses.push(softmax.loss(logits[class]));
    }
    let curve = |class: usize| {
        let rows = logits.par_chunks_exact(outputs).zip(&softmaxes);
        let scores = rows.map(|(logits, softmax)| softmax.probability(logits[class]));
        Curve::new(scores, holdout, class as u16)
    };
    let areas: Vec<Option<u64>> = (0..outputs).map(|class| curve(class).area()).collect();
    let classes: Vec<ClassEvaluation> = (0..outputs).map(|class| of_class(class, &confusion, areas[class])).collect();
    let correct = (0..outputs).map(|class| confusion[class][class]).sum();
    let rows = holdout.len() as u64;
    let majority_correct = holdout.iter().filter(|class| usize::from(**class) == majority).count() as u32;
    let present = (0..outputs).filter(|class| classes[*class].support > 0);
    let areas: Vec<u64> = match outputs {
        2 => areas[1].into_iter().collect(),
        _ => areas.into_iter().flatten().collect(),
    };
    ClassificationEvaluation {
        correct,
        majority_correct,
        accuracy: share(correct.into(), rows),
        majority_accuracy: share(majority_correct.into(), rows),
        log_loss: millionths(pairwise_sum(&losses) / rows.max(1) as f64),
        f1: mean(&present.map(|class| f1(class, &confusion, PICO)).collect::<Vec<_>>()).unwrap_or(0),
        roc_auc: mean(&areas).unwrap_or(MICRO / 2),
        classes,
        roc: if outputs == 2 { curve(1).sampled() } else { Vec::new() },
        confusion,
    }
}

/// Mean of shares in parts of 10^12, in millionths, rounded down.
fn mean(shares: &[u64]) -> Option<u32> {
    let mean = shares.iter().sum::<u64>().checked_div(shares.len() as u64)?;
    u32::try_from(mean / (PICO / u64::from(MICRO))).ok()
}

fn predicted(class: usize, confusion: &[Vec<u32>]) -> u64 {
    confusion.iter().map(|row| u64::from(row[class])).sum()
}

fn support(class: usize, confusion: &[Vec<u32>]) -> u64 {
    confusion[class].iter().map(|rows| u64::from(*rows)).sum()
}

/// F1 of a class as parts of `whole`, rounded down.
fn f1(class: usize, confusion: &[Vec<u32>], whole: u64) -> u64 {
    let twice = 2 * u128::from(confusion[class][class]);
    let all = u128::from(predicted(class, confusion)) + u128::from(support(class, confusion));
    (twice * u128::from(whole)).checked_div(all).unwrap_or(0) as u64
}

fn of_class(class: usize, confusion: &[Vec<u32>], area: Option<u64>) -> ClassEvaluation {
    let (right, support) = (u64::from(confusion[class][class]), support(class, confusion));
    ClassEvaluation {
        support: support as u32,
        precision: share(right, predicted(class, confusion)),
        recall: share(right, support),
        f1: f1(class, confusion, MICRO.into()) as u32,
        roc_auc: area.and_then(|area| mean(&[area])),
    }
}

/// The probability of a class and whether it is the row's, row by row, the most probable first.
struct Curve(Vec<(f64, bool)>);

impl Curve {
    fn new(scores: impl IndexedParallelIterator<Item = f64>, classes: &[u16], class: u16) -> Self {
        // What is undefined ranks last, whatever its bits.
        let score = |score: f64| if score.is_nan() { -1.0 } else { score };
        let mut rows: Vec<(f64, bool)> =
            scores.zip(classes).map(|(number, of)| (score(number), *of == class)).collect();
        // Rows that are tied are counted together, so that their order does not matter.
        rows.par_sort_unstable_by(|left, right| right.0.total_cmp(&left.0));
        Self(rows)
    }

    /// Rows of the class and others, from none to all, for each distinct probability of the class.
    fn points(&self) -> impl Iterator<Item = RocPoint> + '_ {
        let none = RocPoint { false_positives: 0, true_positives: 0 };
        let points = self.0.chunk_by(|left, right| left.0 == right.0).scan(none, |last, tied| {
            let positives = tied.iter().filter(|(_, positive)| *positive).count() as u32;
            last.false_positives += tied.len() as u32 - positives;
            last.true_positives += positives;
            Some(*last)
        });
        std::iter::once(none).chain(points)
    }

    /// The area under it in parts of 10^12, rounded down; `None` if there are no rows of the class or no others.
    fn area(&self) -> Option<u64> {
        let (mut last, mut area) = (RocPoint { false_positives: 0, true_positives: 0 }, 0);
        for point in self.points() {
            let width = u128::from(point.false_positives - last.false_positives);
            area += width * (u128::from(last.true_positives) + u128::from(point.true_positives));
            last = point;
        }
        let whole = 2 * u128::from(last.false_positives) * u128::from(last.true_positives);
        Some((area * u128::from(PICO)).checked_div(whole)? as u64)
    }

    /// At most [`MAX_ROC_POINTS`] of its points, the first and the last among them; none without an area.
    fn sampled(&self) -> Vec<RocPoint> {
        let points = self.points().count();
        if self.area().is_none() {
            return Vec::new();
        }
        if points <= MAX_ROC_POINTS {
            return self.points().collect();
        }
        let mut chosen = (0..MAX_ROC_POINTS).map(|index| index * (points - 1) / (MAX_ROC_POINTS - 1)).peekable();
        let points = self.points().enumerate().filter(|(index, _)| chosen.next_if_eq(index).is_some());
        points.map(|(_, point)| point).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_survives_large_logits() {
        assert_eq!(probabilities(&[1e30, 1e30]), [0.5, 0.5]);
        assert_eq!(probabilities(&[0.0, -1e30]), [1.0, 0.0]);
        assert_eq!((probabilities(&[1e30, 0.0]), Softmax::new(&[1e30, 0.0]).loss(1e30)), (vec![1.0, 0.0], 0.0));
        assert_eq!((argmax(&[1.0, 3.0, 3.0]), argmax(&[2.0])), (1, 0));
    }

    #[test]
    fn tied_pairs_count_half() {
        let tied = evaluate(&[0.0; 8], 2, &[0, 1], &[0, 1, 1, 0]);
        assert_eq!((tied.roc_auc, tied.correct, tied.majority_correct), (500_000, 2, 2));
        assert_eq!(tied.log_loss, 693_147);
        let points =
            [(0, 0), (2, 2)].map(|(false_positives, true_positives)| RocPoint { false_positives, true_positives });
        assert_eq!(tied.roc, points);
    }

    #[test]
    fn a_class_without_rows_has_no_part_in_the_means() {
        let found = evaluate(&[9.0, 0.0, 0.0, 0.0, 9.0, 0.0], 3, &[0, 1, 2], &[0, 1]);
        assert_eq!((found.f1, found.roc_auc), (1_000_000, 1_000_000));
        assert_eq!((found.classes[2].support, found.classes[2].roc_auc, found.classes[2].f1), (0, None, 0));
        let single = evaluate(&[9.0, 0.0, 9.0, 0.0], 2, &[0, 1], &[0, 0]);
        assert_eq!((single.roc_auc, single.roc, single.accuracy), (500_000, vec![], 1_000_000));
    }

    #[test]
    fn what_is_not_finite_is_the_worst() {
        let found = evaluate(&[f32::NAN, 0.0, f32::INFINITY, 0.0], 2, &[0, 1], &[1, 0]);
        assert_eq!(found.log_loss, u64::MAX);
        assert_eq!(found.confusion, [[1, 0], [1, 0]]);
    }

    #[test]
    fn a_long_curve_keeps_its_ends() {
        let rows = 1_000u16;
        let logits: Vec<f32> = (0..rows).flat_map(|row| [0.0, f32::from(row) / 100.0]).collect();
        let classes: Vec<u16> = (0..rows).map(|row| u16::from(row % 3 == 0)).collect();
        let found = evaluate(&logits, 2, &classes, &classes);
        assert_eq!(found.roc.len(), 200);
        assert_eq!(found.roc[0], RocPoint { false_positives: 0, true_positives: 0 });
        assert_eq!(found.roc[199], RocPoint { false_positives: 666, true_positives: 334 });
    }
}
