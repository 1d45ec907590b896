//! When training ends early.
//!
//! ```text
//! an epoch is an improvement if   best - loss > least improvement, in binary64; the best begins at infinity
//! then                            best = loss, epochs without = 0
//! else                            epochs without += 1; training is over when they have come to the patience
//! ```
//!
//! A loss that is not a number, or infinite, is no improvement.

use super::bytes;
use neurodata_primitives::{training::MICRO, EarlyStopping};

/// The best epoch so far, by the mean loss on the validation rows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Best {
    /// Its loss; infinite before there is one.
    pub loss: f64,
    /// Epochs since it.
    pub epochs_since: u32,
}

impl Default for Best {
    fn default() -> Self {
        Self { loss: f64::INFINITY, epochs_since: 0 }
    }
}

impl Best {
    /// Judge the next epoch by its loss: whether it is an improvement.
    pub fn judge(&mut self, rule: &EarlyStopping, loss: f64) -> bool {
        let improved = self.loss - loss > f64::from(rule.min_improvement) / f64::from(MICRO);
        if improved && loss.is_finite() {
            *self = Self { loss, epochs_since: 0 };
            return true;
        }
        self.epochs_since = self.epochs_since.saturating_add(1);
        false
    }

    /// Whether training is over.
    pub fn is_over(&self, rule: &EarlyStopping) -> bool {
        self.epochs_since >= u32::from(rule.patience)
    }

    /// Whether there is a best epoch.
    pub fn exists(&self) -> bool {
        self.loss.is_finite()
    }

    /// Append the loss's bits, u64, and the epochs since, u32.
    pub fn write(&self, into: &mut Vec<u8>) {
        into.extend(self.loss.to_bits().to_le_bytes());
        into.extend(self.epochs_since.to_le_bytes());
    }

    /// What [`Self::write`] wrote before `step`, with epochs of so many `batches`, taken off `bytes`; `None` if that is
    /// something else.
    pub fn read(rule: &EarlyStopping, step: u64, batches: u64, bytes: &mut &[u8]) -> Option<Self> {
        let (loss, epochs_since) = (f64::from_bits(bytes::read_u64(bytes)?), bytes::read_u32(bytes)?);
        let best = Self { loss, epochs_since };
        best.is_possible(rule, step, batches).then_some(best)
    }

    /// Whether it may be so before `step`: each epoch so far was judged, and no step follows on the end.
    fn is_possible(&self, rule: &EarlyStopping, step: u64, batches: u64) -> bool {
        let (epochs, batch) = (step / batches.max(1), step % batches.max(1));
        let since = u64::from(self.epochs_since);
        let are_judged = if self.exists() { since < epochs } else { since == epochs };
        let is_at_an_end = batch == 0 && self.epochs_since == u32::from(rule.patience);
        // Not so of what is no number.
        self.loss >= 0.0 && are_judged && (is_at_an_end || !self.is_over(rule))
    }
}
