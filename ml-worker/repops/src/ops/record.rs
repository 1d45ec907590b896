//! Which operations a piece of code applied.

use std::{cell::RefCell, collections::BTreeSet};

/// The name of every operation of [`crate::ops`], in alphabetical order.
pub const NAMES: &[&str] = &[
    "adam",
    "add",
    "add_bias",
    "avg_pool",
    "avg_pool_grad",
    "col2im",
    "conv2d",
    "conv2d_input_grad",
    "conv2d_weight_grad",
    "div",
    "embedding",
    "embedding_grad",
    "embedding_mean",
    "embedding_mean_grad",
    "exp",
    "first_not_finite",
    "im2col",
    "layer_norm",
    "layer_norm_grad",
    "ln",
    "matmul",
    "matmul_nt",
    "matmul_tn",
    "max_pool",
    "max_pool_grad",
    "mul",
    "neg",
    "relu",
    "relu_grad",
    "scale",
    "sgd",
    "sigmoid",
    "sigmoid_grad",
    "softmax_cross_entropy",
    "sqrt",
    "squared_error",
    "sub",
    "sum",
    "sum_rows",
    "tanh",
    "tanh_grad",
];

thread_local! {
    /// The records under way on this thread, the innermost last.
    static UNDER_WAY: RefCell<Vec<BTreeSet<&'static str>>> = const { RefCell::new(Vec::new()) };
}

/// The result of `f`, and the names of the operations that it applied on this thread.
///
/// Records nest: what an inner one lists, the outer one lists as well. An operation that is refused for its inputs
/// counts as not applied; one that calls others to do its work (a convolution) lists itself alone.
pub fn record<T>(f: impl FnOnce() -> T) -> (T, BTreeSet<&'static str>) {
    let open = Open::new();
    let result = f();
    (result, open.close())
}

/// Adds an operation to the records under way on this thread.
pub(crate) fn note(operation: &'static str) {
    UNDER_WAY.with_borrow_mut(|records| {
        for names in records {
            names.insert(operation);
        }
    });
}

/// A record under way; ends with its value, so that a panic in between leaves no record behind.
struct Open;

impl Open {
    fn new() -> Self {
        UNDER_WAY.with_borrow_mut(|records| records.push(BTreeSet::new()));
        Self
    }

    fn close(self) -> BTreeSet<&'static str> {
        UNDER_WAY.with_borrow_mut(|records| records.last_mut().map(std::mem::take).unwrap_or_default())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        UNDER_WAY.with_borrow_mut(Vec::pop);
    }
}
