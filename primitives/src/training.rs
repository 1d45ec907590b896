//! What is trained: algorithms with all their hyper-parameters, the work they cost, and the metrics of what came of it.
//!
//! Every number has limits, which [`TrainingSpec::validate`] holds. Shares and rates are integers of millionths.

use crate::*;
use sp_runtime::{traits::ConstU32, BoundedVec};

/// Most hidden layers of a network.
pub const MAX_HIDDEN_LAYERS: u32 = 4;
/// Widest hidden layer, in units.
pub const MAX_LAYER_UNITS: u16 = 1_024;
/// Most convolutions of a network.
pub const MAX_CONVOLUTIONS: u32 = 4;
/// Most filters of a convolution.
pub const MAX_FILTERS: u16 = 256;
/// Most numbers that a token is embedded in.
pub const MAX_EMBEDDING: u16 = 512;
/// Most target classes.
pub const MAX_CLASSES: u16 = 256;
/// Most training epochs.
pub const MAX_EPOCHS: u16 = 1_000;
/// Largest batch, in rows.
pub const MAX_BATCH_ROWS: u16 = 4_096;
/// Deepest tree, in levels below its root.
pub const MAX_TREE_DEPTH: u8 = 24;
/// Most trees of a forest.
pub const MAX_TREES: u16 = 1_000;
/// Most clusters.
pub const MAX_CLUSTERS: u16 = 256;
/// Most iterations of k-means.
pub const MAX_ITERATIONS: u16 = 1_000;
/// Largest penalty of a ridge regression, in millionths: 1,000.
pub const MAX_RIDGE_PENALTY: u32 = 1_000 * MICRO;
/// Fixed-point denominator of hyper-parameters: 1,000,000 stands for 1.0.
pub const MICRO: u32 = 1_000_000;
/// Denominator of Adam's epsilon: 10^12.
pub const PICO: u64 = 1_000_000_000_000;
/// Thousandths in a whole, the denominator of the holdout share.
pub const PERMILLE: u16 = 1_000;
/// Rows that one step of a linear regression takes in.
pub const LEAST_SQUARES_ROWS: u32 = 1_024;
/// Segments, from one checkpoint to the next, that a run has at most.
pub const MAX_SEGMENTS: u32 = 64;
/// Checkpoints of a trace at most: one before the first segment and one after each.
pub const MAX_CHECKPOINTS: u32 = MAX_SEGMENTS + 1;
/// Work units from which on a first committee repeats random segments of a run instead of the whole.
pub const SAMPLED_UNITS: u64 = 10_000_000;
/// Segments below which a run is repeated as a whole, whatever its work.
pub const MIN_SAMPLED_SEGMENTS: u32 = 20;
/// One in so many segments is repeated, rounded down, where they are sampled: below 10 % of the training, with what comes on top.
pub const SAMPLED_SEGMENTS: u32 = 12;
/// Multiply-accumulates of the forward pass in one work unit.
pub const MULTIPLY_ACCUMULATES_PER_UNIT: u64 = 1_000;

/// Units of hidden layers, the one after the input first.
pub type HiddenUnits = BoundedVec<u16, ConstU32<MAX_HIDDEN_LAYERS>>;
/// Filters of convolutions, the one after the image first.
pub type Filters = BoundedVec<u16, ConstU32<MAX_CONVOLUTIONS>>;

scale! {
    /// Families by which data terms allow algorithms.
    #[derive(Copy)]
    pub enum AlgorithmFamily {
        /// Linear models: logistic, linear and ridge regression.
        #[codec(index = 0)]
        Linear,
        /// Neural networks.
        #[codec(index = 1)]
        NeuralNetwork,
        /// Decision trees and forests.
        #[codec(index = 2)]
        Tree,
        /// Clusterings.
        #[codec(index = 3)]
        Clustering,
    }

    /// What a model is to tell.
    #[derive(Copy)]
    pub enum Objective {
        /// The class of a row: the value of a category.
        #[codec(index = 0)]
        Classification {
            /// Classes of the target, 2 to 256 inclusive.
            classes: u16,
        },
        /// A number of a row: the value of a numeric column.
        #[codec(index = 1)]
        Regression,
        /// The cluster of a row; there is no target.
        #[codec(index = 2)]
        Clustering,
    }

    /// How gradients become steps.
    #[derive(Copy)]
    pub enum Optimiser {
        /// Stochastic gradient descent with momentum; the penalty of `weight_decay` is part of the gradient.
        #[codec(index = 0)]
        Sgd {
            /// Momentum in millionths, 0 to 999,999 inclusive.
            momentum: u32,
        },
        /// Adam with decoupled weight decay (AdamW). Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
        #[codec(index = 1)]
        Adam {
            /// Decay of the mean of gradients in millionths, 0 to 999,999 inclusive.
            beta_1: u32,
            /// Decay of the mean of squared gradients in millionths, 0 to 999,999 inclusive.
            beta_2: u32,
            /// What keeps the divisor above 0, in units of 10^-12, 1 to 10^9 inclusive.
            epsilon: u32,
        },
    }

    /// When training ends before its last epoch: the parameters of the best epoch become the model.
    #[derive(Copy)]
    pub struct EarlyStopping {
        /// Share of the training rows that are kept back to judge epochs by, in thousandths, 50 to 500 inclusive.
        pub validation: u16,
        /// Epochs without an improvement after which training ends, 1 to 1,000 inclusive.
        pub patience: u16,
        /// By how much the mean loss on the validation rows has to fall to be an improvement, in millionths, 0 to 1,000,000
        /// inclusive.
        pub min_improvement: u32,
    }

    /// Training by gradient descent on batches.
    #[derive(Copy)]
    pub struct Descent {
        /// How gradients become steps.
        pub optimiser: Optimiser,
        /// Passes over the training rows, 1 to 1,000 inclusive.
        pub epochs: u16,
        /// Rows of a batch, 1 to 4,096 inclusive.
        pub batch_rows: u16,
        /// Step size in millionths, 1 to 1,000,000 inclusive.
        pub learning_rate: u32,
        /// Decay of weights (not of biases) in millionths, 0 to 1,000,000 inclusive.
        pub weight_decay: u32,
        /// When training ends early; `None` means after the last epoch.
        pub early_stopping: Option<EarlyStopping>,
    }

    /// What stands between the layers of a perceptron.
    #[derive(Copy)]
    pub enum Activation {
        /// The larger of the number and 0.
        #[codec(index = 0)]
        Relu,
        /// The hyperbolic tangent.
        #[codec(index = 1)]
        Tanh,
        /// The logistic function.
        #[codec(index = 2)]
        Sigmoid,
    }

    /// How the columns without the target are an image: pixel by pixel in rows from the top, channels of a pixel side by side.
    #[derive(Copy)]
    pub struct Image {
        /// Rows of pixels, at least 1.
        pub height: u16,
        /// Pixels of a row, at least 1.
        pub width: u16,
        /// Numbers of a pixel, at least 1.
        pub channels: u16,
    }

    /// The limits of a decision tree.
    #[derive(Copy)]
    pub struct TreeLimits {
        /// Levels below the root, 1 to 24 inclusive.
        pub depth: u8,
        /// Training rows that each side of a split has at least, 1 to 65,535 inclusive.
        pub leaf_rows: u16,
    }

    /// What is trained.
    pub enum Algorithm {
        /// Multinomial logistic regression: softmax over one linear layer.
        #[codec(index = 0)]
        LogisticRegression {
            /// How it is trained.
            descent: Descent,
        },
        /// Fully connected layers.
        #[codec(index = 1)]
        MultilayerPerceptron {
            /// Units of each hidden layer, 1 to 1,024 each; at least one layer.
            hidden: HiddenUnits,
            /// What follows each hidden layer.
            activation: Activation,
            /// Whether each hidden layer is normalised before its activation.
            layer_norm: bool,
            /// How it is trained.
            descent: Descent,
        },
        /// Convolutions of 3 by 3 pixels, each followed by ReLU and a maximum over 2 by 2 pixels, then fully connected layers with
        /// ReLU between them.
        #[codec(index = 2)]
        ConvolutionalNetwork {
            /// How a row is an image.
            image: Image,
            /// Filters of each convolution, 1 to 256 each; at least one, and no more than the image can be halved.
            filters: Filters,
            /// Units of each hidden layer, 1 to 1,024 each; there may be none.
            hidden: HiddenUnits,
            /// How it is trained.
            descent: Descent,
        },
        /// The mean of embedded tokens, then fully connected layers with ReLU between them. All columns but the target are positions
        /// of a text and hold numbers of tokens; 0 is padding.
        #[codec(index = 3)]
        TextClassifier {
            /// Numbers that a token is embedded in, 1 to 512 inclusive.
            embedding: u16,
            /// Units of each hidden layer, 1 to 1,024 each; there may be none.
            hidden: HiddenUnits,
            /// How it is trained.
            descent: Descent,
        },
        /// Ordinary least squares, solved exactly.
        #[codec(index = 4)]
        LinearRegression,
        /// Least squares with an L2 penalty on the weights, solved exactly.
        #[codec(index = 5)]
        RidgeRegression {
            /// The penalty in millionths, 1 to 1,000,000,000 inclusive: what is added to the diagonal of the features' squares.
            penalty: u32,
        },
        /// A decision tree.
        #[codec(index = 6)]
        DecisionTree {
            /// Its limits.
            limits: TreeLimits,
        },
        /// Trees on rows drawn with replacement, each split among columns drawn anew.
        #[codec(index = 7)]
        RandomForest {
            /// Trees, 1 to 1,000 inclusive.
            trees: u16,
            /// Limits of each.
            limits: TreeLimits,
            /// Columns that a split chooses from, at least 1; `None` means the square root of their number for classes, a third for numbers.
            split_columns: Option<u16>,
        },
        /// Centres by Lloyd's iterations from k-means++.
        #[codec(index = 8)]
        KMeans {
            /// Clusters, 2 to 256 inclusive.
            clusters: u16,
            /// Iterations at most, 1 to 1,000 inclusive.
            iterations: u16,
        },
    }

    /// A training run, up to its dataset and seed: the same spec, data and seed give the same bits.
    pub struct TrainingSpec {
        /// What is trained.
        pub algorithm: Algorithm,
        /// What the model is to tell.
        pub objective: Objective,
        /// Index of the target column, from 0; `None` for a clustering, and for nothing else.
        pub target: Option<u16>,
        /// Share of rows kept for the holdout, in thousandths, 50 to 500 inclusive.
        pub holdout: u16,
    }

    /// How good a model is on the holdout. Shares are millionths, rounded down.
    #[derive(Copy)]
    pub enum Quality {
        /// Of a classifier.
        #[codec(index = 0)]
        Classification {
            /// Rows classified correctly.
            correct: u32,
            /// Rows that always answering the commonest training class gets right.
            majority_correct: u32,
            /// Mean cross-entropy in millionths of a nat, rounded down, saturating.
            log_loss: u64,
            /// Mean over the classes of the holdout of F1, in millionths.
            f1: u32,
            /// Area under the ROC curve in millionths: of class 1 with two classes, else the mean of one class against the rest over
            /// the classes for which the holdout has both; 500,000 if there is none.
            roc_auc: u32,
        },
        /// Of a regression.
        #[codec(index = 1)]
        Regression {
            /// Root of the mean squared error in millionths of the target's step, rounded down, saturating.
            rmse: u64,
            /// 1 less the squared error over that of the holdout's mean, in millionths, rounded down, saturating; 0 if the target is
            /// constant on the holdout.
            r_squared: i64,
        },
        /// Of a clustering.
        #[codec(index = 2)]
        Clustering {
            /// Mean squared distance to the nearest centre in millionths of a squared feature, rounded down, saturating.
            inertia: u64,
            /// 1 less the inertia over that around the one mean of the training rows, in millionths; 0 if it is negative.
            explained: u32,
        },
    }

    /// Counts and quality on the holdout, exact.
    #[derive(Copy)]
    pub struct TrainingMetrics {
        /// Rows that are not in the holdout.
        pub training_rows: u32,
        /// Rows of the holdout.
        pub holdout_rows: u32,
        /// How good the model is there.
        pub quality: Quality,
    }
}

/// Why a training spec is refused. The numbers in the text are the limits, ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpecError {
    /// Classes are not within 2 to 256.
    Classes,
    /// The algorithm cannot do what the objective says.
    Objective,
    /// Epochs are not within 1 to 1,000.
    Epochs,
    /// Rows of a batch are not within 1 to 4,096.
    BatchRows,
    /// The learning rate is not within 1 to 1,000,000 millionths.
    LearningRate,
    /// The momentum, or a decay of Adam, is not within 0 to 999,999 millionths.
    Momentum,
    /// Adam's epsilon is not within 1 to 10^9 units of 10^-12.
    Epsilon,
    /// The weight decay is not within 0 to 1,000,000 millionths.
    WeightDecay,
    /// Early stopping: patience not within 1 to 1,000, validation share not within 50 to 500 thousandths, improvement above
    /// 1,000,000 millionths, or no row on one side.
    EarlyStopping,
    /// The holdout is not within 50 to 500 thousandths, or leaves no row on one side.
    Holdout,
    /// A hidden layer is missing or not within 1 to 1,024 units.
    Hidden,
    /// The image has other numbers than the dataset has columns beside the target, or a side of 0.
    Image,
    /// A convolution is missing, has not 1 to 256 filters, or the image cannot be halved so often.
    Filters,
    /// Numbers of an embedding are not within 1 to 512.
    Embedding,
    /// The penalty is not within 1 to 1,000,000,000 millionths.
    Penalty,
    /// A tree's depth is not within 1 to 24, or a leaf needs no row.
    Tree,
    /// Trees are not within 1 to 1,000, or a split chooses from no column or more than there are.
    Forest,
    /// Clusters are not within 2 to 256, or more than training rows.
    Clusters,
    /// Iterations are not within 1 to 1,000.
    Iterations,
    /// The target is not a column of the dataset, there is no other column, or a clustering has a target.
    Target,
    /// The work does not fit 64 bits.
    Overflow,
}

impl core::fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Classes => "classes must be 2 to 256",
            Self::Objective => "the algorithm cannot be trained for this objective",
            Self::Epochs => "epochs must be 1 to 1000",
            Self::BatchRows => "rows of a batch must be 1 to 4096",
            Self::LearningRate => "the learning rate must be 0.000001 to 1",
            Self::Momentum => "the momentum, and Adam's decays, must be 0 to 0.999999",
            Self::Epsilon => "Adam's epsilon must be 1e-12 to 0.001",
            Self::WeightDecay => "the weight decay must be 0 to 1",
            Self::EarlyStopping => {
                "early stopping needs a patience of 1 to 1000 epochs, a validation share of 5 to 50 percent that leaves rows on \
                 both sides, and an improvement of at most 1"
            },
            Self::Holdout => "the holdout must be 5 to 50 percent and leave rows on both sides",
            Self::Hidden => "a network has up to 4 hidden layers of 1 to 1024 units, a perceptron at least one",
            Self::Image => "height times width times channels must be the columns beside the target",
            Self::Filters => "a convolutional network needs 1 to 4 convolutions of 1 to 256 filters, and an image that can be halved so often",
            Self::Embedding => "an embedding must have 1 to 512 numbers",
            Self::Penalty => "the penalty must be 0.000001 to 1000",
            Self::Tree => "a tree must have a depth of 1 to 24 and at least 1 row in a leaf",
            Self::Forest => "a forest must have 1 to 1000 trees that split by 1 to all columns beside the target",
            Self::Clusters => "clusters must be 2 to 256 and no more than the training rows",
            Self::Iterations => "iterations must be 1 to 1000",
            Self::Target => "the target must be a column of the dataset beside at least one other; a clustering has none",
            Self::Overflow => "the work is too large to be counted",
        })
    }
}

fn ensure(ok: bool, error: SpecError) -> Result<(), SpecError> {
    if ok {
        Ok(())
    } else {
        Err(error)
    }
}

/// Rows in a share of `rows`, in thousandths: rounded down, at least 1.
fn share_of_rows(rows: u32, share: u16) -> u32 {
    let share = u64::from(rows).saturating_mul(u64::from(share)) / u64::from(PERMILLE);
    u32::try_from(share).unwrap_or(u32::MAX).max(1)
}

impl AlgorithmFamily {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Linear, Self::NeuralNetwork, Self::Tree, Self::Clustering];

    /// The bit that stands for the family in an [`AlgorithmSet`].
    pub const fn bit(self) -> u32 {
        match self {
            Self::Linear => 1,
            Self::NeuralNetwork => 2,
            Self::Tree => 4,
            Self::Clustering => 8,
        }
    }
}

impl Descent {
    fn validate(&self) -> Result<(), SpecError> {
        ensure((1..=MAX_EPOCHS).contains(&self.epochs), SpecError::Epochs)?;
        ensure((1..=MAX_BATCH_ROWS).contains(&self.batch_rows), SpecError::BatchRows)?;
        ensure((1..=MICRO).contains(&self.learning_rate), SpecError::LearningRate)?;
        ensure(self.weight_decay <= MICRO, SpecError::WeightDecay)?;
        match self.optimiser {
            Optimiser::Sgd { momentum } => ensure(momentum < MICRO, SpecError::Momentum)?,
            Optimiser::Adam { beta_1, beta_2, epsilon } => {
                ensure(beta_1 < MICRO && beta_2 < MICRO, SpecError::Momentum)?;
                ensure((1..=1_000_000_000).contains(&epsilon), SpecError::Epsilon)?;
            },
        }
        if let Some(stopping) = self.early_stopping {
            let in_range = (50..=500).contains(&stopping.validation)
                && (1..=MAX_EPOCHS).contains(&stopping.patience)
                && stopping.min_improvement <= MICRO;
            ensure(in_range, SpecError::EarlyStopping)?;
        }
        Ok(())
    }

    /// Validation rows among `training_rows`: 0 without early stopping, else the share rounded down, at least 1.
    pub fn validation_rows(&self, training_rows: u32) -> u32 {
        self.early_stopping.map_or(0, |stopping| share_of_rows(training_rows, stopping.validation))
    }

    /// Batches of one epoch over `rows`.
    pub fn batches(&self, rows: u32) -> u32 {
        rows.div_ceil(u32::from(self.batch_rows.max(1)))
    }
}

impl TreeLimits {
    fn validate(&self) -> Result<(), SpecError> {
        ensure((1..=MAX_TREE_DEPTH).contains(&self.depth) && self.leaf_rows > 0, SpecError::Tree)
    }
}

fn validate_hidden(hidden: &HiddenUnits, least: usize) -> Result<(), SpecError> {
    let in_range = hidden.iter().all(|units| (1..=MAX_LAYER_UNITS).contains(units));
    ensure(hidden.len() >= least && in_range, SpecError::Hidden)
}

/// Multiply-accumulates of fully connected layers: the sum of (inputs * outputs).
fn dense_products(inputs: u64, hidden: &HiddenUnits, outputs: u64) -> u64 {
    let units = hidden.iter().map(|units| u64::from(*units)).chain(core::iter::once(outputs));
    let (_, products) = units.fold((inputs, 0u64), |(inputs, products), units| {
        (units, products.saturating_add(inputs.saturating_mul(units)))
    });
    products
}

impl Image {
    /// Numbers of an image.
    pub fn numbers(&self) -> u64 {
        u64::from(self.height).saturating_mul(self.width.into()).saturating_mul(self.channels.into())
    }
}

impl Algorithm {
    /// The family that data terms know it by.
    pub const fn family(&self) -> AlgorithmFamily {
        match self {
            Self::LogisticRegression { .. } | Self::LinearRegression | Self::RidgeRegression { .. } => {
                AlgorithmFamily::Linear
            },
            Self::MultilayerPerceptron { .. } | Self::ConvolutionalNetwork { .. } | Self::TextClassifier { .. } => {
                AlgorithmFamily::NeuralNetwork
            },
            Self::DecisionTree { .. } | Self::RandomForest { .. } => AlgorithmFamily::Tree,
            Self::KMeans { .. } => AlgorithmFamily::Clustering,
        }
    }

    /// How it is trained, if by gradient descent.
    pub const fn descent(&self) -> Option<&Descent> {
        match self {
            Self::LogisticRegression { descent }
            | Self::MultilayerPerceptron { descent, .. }
            | Self::ConvolutionalNetwork { descent, .. }
            | Self::TextClassifier { descent, .. } => Some(descent),
            Self::LinearRegression
            | Self::RidgeRegression { .. }
            | Self::DecisionTree { .. }
            | Self::RandomForest { .. }
            | Self::KMeans { .. } => None,
        }
    }

    /// Whether training by this algorithm can start from a model of `other`: both are networks of the same shape, however they are
    /// trained.
    pub fn continues(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::LogisticRegression { .. }, Self::LogisticRegression { .. }) => true,
            (
                Self::MultilayerPerceptron { hidden, activation, layer_norm, .. },
                Self::MultilayerPerceptron { hidden: units, activation: other, layer_norm: normalised, .. },
            ) => hidden == units && activation == other && layer_norm == normalised,
            (
                Self::ConvolutionalNetwork { image, filters, hidden, .. },
                Self::ConvolutionalNetwork { image: other, filters: of, hidden: units, .. },
            ) => image == other && filters == of && hidden == units,
            (
                Self::TextClassifier { embedding, hidden, .. },
                Self::TextClassifier { embedding: other, hidden: units, .. },
            ) => embedding == other && hidden == units,
            _ => false,
        }
    }

    fn serves(&self, objective: &Objective) -> bool {
        match self {
            Self::LogisticRegression { .. } | Self::TextClassifier { .. } => {
                matches!(objective, Objective::Classification { .. })
            },
            Self::LinearRegression | Self::RidgeRegression { .. } => matches!(objective, Objective::Regression),
            Self::MultilayerPerceptron { .. }
            | Self::ConvolutionalNetwork { .. }
            | Self::DecisionTree { .. }
            | Self::RandomForest { .. } => !matches!(objective, Objective::Clustering),
            Self::KMeans { .. } => matches!(objective, Objective::Clustering),
        }
    }

    fn validate(&self) -> Result<(), SpecError> {
        if let Some(descent) = self.descent() {
            descent.validate()?;
        }
        match self {
            Self::LogisticRegression { .. } | Self::LinearRegression => Ok(()),
            Self::MultilayerPerceptron { hidden, .. } => validate_hidden(hidden, 1),
            Self::ConvolutionalNetwork { image, filters, hidden, .. } => {
                let Image { height, width, channels } = *image;
                ensure(height > 0 && width > 0 && channels > 0, SpecError::Image)?;
                let halved = |side: u16| filters.iter().fold(side, |side, _| side / 2);
                let in_range = filters.iter().all(|filters| (1..=MAX_FILTERS).contains(filters));
                ensure(!filters.is_empty() && in_range, SpecError::Filters)?;
                ensure(halved(height) > 0 && halved(width) > 0, SpecError::Filters)?;
                validate_hidden(hidden, 0)
            },
            Self::TextClassifier { embedding, hidden, .. } => {
                ensure((1..=MAX_EMBEDDING).contains(embedding), SpecError::Embedding)?;
                validate_hidden(hidden, 0)
            },
            Self::RidgeRegression { penalty } => ensure((1..=MAX_RIDGE_PENALTY).contains(penalty), SpecError::Penalty),
            Self::DecisionTree { limits } => limits.validate(),
            Self::RandomForest { trees, limits, split_columns } => {
                ensure((1..=MAX_TREES).contains(trees) && *split_columns != Some(0), SpecError::Forest)?;
                limits.validate()
            },
            Self::KMeans { clusters, iterations } => {
                ensure((2..=MAX_CLUSTERS).contains(clusters), SpecError::Clusters)?;
                ensure((1..=MAX_ITERATIONS).contains(iterations), SpecError::Iterations)
            },
        }
    }

    /// Multiply-accumulates of one training row over the whole run, forward only, with `inputs` columns beside the target.
    fn products(&self, inputs: u64, outputs: u64) -> u64 {
        let epochs = self.descent().map_or(1, |descent| u64::from(descent.epochs));
        let once = match self {
            Self::LogisticRegression { .. } => inputs.saturating_mul(outputs),
            Self::MultilayerPerceptron { hidden, .. } => dense_products(inputs, hidden, outputs),
            Self::ConvolutionalNetwork { image, filters, hidden, .. } => {
                let mut side = (u64::from(image.height), u64::from(image.width));
                let (mut channels, mut products) = (u64::from(image.channels), 0u64);
                for filters in filters {
                    let filters = u64::from(*filters);
                    let pixels = side.0.saturating_mul(side.1);
                    let convolution = pixels.saturating_mul(9).saturating_mul(channels).saturating_mul(filters);
                    products = products.saturating_add(convolution);
                    (side, channels) = ((side.0 / 2, side.1 / 2), filters);
                }
                let flat = side.0.saturating_mul(side.1).saturating_mul(channels);
                products.saturating_add(dense_products(flat, hidden, outputs))
            },
            Self::TextClassifier { embedding, hidden, .. } => {
                let embedding = u64::from(*embedding);
                inputs.saturating_mul(embedding).saturating_add(dense_products(embedding, hidden, outputs))
            },
            Self::LinearRegression | Self::RidgeRegression { .. } => inputs.saturating_mul(inputs),
            Self::DecisionTree { limits } => inputs.saturating_mul(limits.depth.into()),
            Self::RandomForest { trees, limits, .. } => {
                inputs.saturating_mul(limits.depth.into()).saturating_mul(u64::from(*trees))
            },
            Self::KMeans { clusters, iterations } => {
                let passes = u64::from(*iterations).saturating_add(2).saturating_add(clusters.checked_ilog2().unwrap_or(0).into());
                inputs.saturating_mul(u64::from(*clusters)).saturating_mul(passes)
            },
        };
        once.saturating_mul(epochs)
    }
}

impl TrainingSpec {
    /// Refuse a spec whose numbers are out of range, whatever the dataset.
    pub fn validate(&self) -> Result<(), SpecError> {
        if let Objective::Classification { classes } = self.objective {
            ensure((2..=MAX_CLASSES).contains(&classes), SpecError::Classes)?;
        }
        ensure((50..=500).contains(&self.holdout), SpecError::Holdout)?;
        ensure(self.target.is_none() == matches!(self.objective, Objective::Clustering), SpecError::Target)?;
        ensure(self.algorithm.serves(&self.objective), SpecError::Objective)?;
        self.algorithm.validate()
    }

    /// Refuse a spec that a table of `rows` and `columns` does not fit.
    pub fn validate_for(&self, rows: u32, columns: u32) -> Result<(), SpecError> {
        self.validate()?;
        if let Some(target) = self.target {
            ensure(u32::from(target) < columns && columns >= 2, SpecError::Target)?;
        }
        let inputs = self.inputs(columns);
        ensure(inputs > 0, SpecError::Target)?;
        let training_rows = self.training_rows(rows);
        ensure(training_rows > 0, SpecError::Holdout)?;
        match &self.algorithm {
            Algorithm::ConvolutionalNetwork { image, .. } => ensure(image.numbers() == inputs, SpecError::Image)?,
            Algorithm::RandomForest { split_columns: Some(columns), .. } => {
                ensure(u64::from(*columns) <= inputs, SpecError::Forest)?
            },
            Algorithm::KMeans { clusters, .. } => {
                ensure(u32::from(*clusters) <= training_rows, SpecError::Clusters)?
            },
            _ => {},
        }
        if let Some(descent) = self.algorithm.descent() {
            ensure(descent.validation_rows(training_rows) < training_rows, SpecError::EarlyStopping)?;
        }
        Ok(())
    }

    /// Columns of a table of `columns` that are not the target.
    fn inputs(&self, columns: u32) -> u64 {
        u64::from(columns.saturating_sub(u32::from(self.target.is_some())))
    }

    /// Outputs of a network: one for each class, or one number.
    pub const fn outputs(&self) -> u16 {
        match self.objective {
            Objective::Classification { classes } => classes,
            Objective::Regression | Objective::Clustering => 1,
        }
    }

    /// Classes of the target; `None` if it has none.
    pub const fn classes(&self) -> Option<u16> {
        match self.objective {
            Objective::Classification { classes } => Some(classes),
            Objective::Regression | Objective::Clustering => None,
        }
    }

    /// Rows of the holdout in a table of `rows`: the share rounded down, at least 1.
    pub fn holdout_rows(&self, rows: u32) -> u32 {
        share_of_rows(rows, self.holdout)
    }

    /// Rows of a table of `rows` that are not in the holdout.
    pub fn training_rows(&self, rows: u32) -> u32 {
        rows.saturating_sub(self.holdout_rows(rows))
    }

    /// Steps of the run on a table of `rows`, at least 1. A run may come to its end before: its state then stays.
    ///
    /// ```text
    /// by descent          epochs * ceil(rows that are trained on / batch_rows)
    /// linear, ridge       ceil(training rows / 1,024) + 1       sums over rows, then the solution
    /// tree                depth                                 a level each
    /// forest              trees                                 a tree each
    /// k-means             iterations
    /// ```
    pub fn steps(&self, rows: u32) -> u64 {
        let training_rows = self.training_rows(rows);
        let steps = match &self.algorithm {
            Algorithm::LogisticRegression { descent }
            | Algorithm::MultilayerPerceptron { descent, .. }
            | Algorithm::ConvolutionalNetwork { descent, .. }
            | Algorithm::TextClassifier { descent, .. } => {
                let fitted = training_rows.saturating_sub(descent.validation_rows(training_rows));
                u64::from(descent.epochs).saturating_mul(descent.batches(fitted).into())
            },
            Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } => {
                u64::from(training_rows.div_ceil(LEAST_SQUARES_ROWS)).saturating_add(1)
            },
            Algorithm::DecisionTree { limits } => limits.depth.into(),
            Algorithm::RandomForest { trees, .. } => (*trees).into(),
            Algorithm::KMeans { iterations, .. } => (*iterations).into(),
        };
        steps.max(1)
    }

    /// Segments of the run on a table of `rows`, 1 to [`MAX_SEGMENTS`] inclusive: one for each step as long as there are no more.
    pub fn segments(&self, rows: u32) -> u32 {
        u32::try_from(self.steps(rows)).unwrap_or(MAX_SEGMENTS).clamp(1, MAX_SEGMENTS)
    }

    /// Checkpoints of the trace on a table of `rows`: the initial state and the end of each segment; 2 to [`MAX_CHECKPOINTS`]
    /// inclusive.
    pub fn checkpoints(&self, rows: u32) -> u32 {
        self.segments(rows).saturating_add(1)
    }

    /// Steps taken at the checkpoint with this `position`, from 0 for the initial state: `floor(position * steps / segments)`, so
    /// that segments differ by a step at most.
    pub fn steps_at(&self, rows: u32, position: u32) -> u64 {
        let (steps, segments) = (self.steps(rows), self.segments(rows));
        let product = u128::from(steps).saturating_mul(position.min(segments).into());
        u64::try_from(product / u128::from(segments)).unwrap_or(steps)
    }

    /// Whether a first committee repeats random segments of a run of `work_units` instead of the whole.
    ///
    /// Never of least squares, whose course follows from their states, which would be published, nor of a single tree, of which a
    /// forged level can make the others cheap.
    pub fn is_sampled(&self, rows: u32, work_units: u64) -> bool {
        let can_be = !matches!(
            self.algorithm,
            Algorithm::LinearRegression | Algorithm::RidgeRegression { .. } | Algorithm::DecisionTree { .. }
        );
        can_be && work_units >= SAMPLED_UNITS && self.segments(rows) >= MIN_SAMPLED_SEGMENTS
    }

    /// Segments that a member repeats where they are sampled, at least 1.
    pub fn sampled_segments(&self, rows: u32) -> u32 {
        (self.segments(rows) / SAMPLED_SEGMENTS).max(1)
    }

    /// Work units of this spec on a table of `rows` and `columns`, at least 1.
    ///
    /// ```text
    /// units = ceil(training rows * products / 1,000)
    ///
    /// products of a row, with c columns beside the target and o outputs:
    /// logistic             epochs * c * o
    /// perceptron           epochs * sum over layers (inputs * outputs)
    /// convolutional        epochs * (sum over convolutions (pixels * 9 * channels * filters) + dense layers)
    /// text                 epochs * (c * embedding + dense layers)
    /// linear, ridge        c^2
    /// tree, forest         c * depth * trees
    /// k-means              c * clusters * (iterations + 2 + log2 clusters)      the first centres are chosen from as many candidates
    /// ```
    ///
    /// Fails on a spec that the table does not fit.
    pub fn work_units(&self, rows: u32, columns: u32) -> Result<u64, SpecError> {
        self.validate_for(rows, columns)?;
        let products = self.algorithm.products(self.inputs(columns), self.outputs().into());
        let total = u64::from(self.training_rows(rows)).checked_mul(products).ok_or(SpecError::Overflow)?;
        Ok(total.div_ceil(MULTIPLY_ACCUMULATES_PER_UNIT).max(1))
    }
}

impl Default for Quality {
    fn default() -> Self {
        Self::Classification { correct: 0, majority_correct: 0, log_loss: 0, f1: 0, roc_auc: 0 }
    }
}

impl Default for TrainingMetrics {
    fn default() -> Self {
        Self { training_rows: 0, holdout_rows: 0, quality: Quality::default() }
    }
}

impl TrainingMetrics {
    /// What models of a task are compared by, in millionths, rounded down, 0 to 1,000,000 inclusive: accuracy, R2 or the
    /// explained share, 0 if it is negative.
    pub fn value(&self) -> u32 {
        match self.quality {
            Quality::Classification { correct, .. } => Self::share(correct, self.holdout_rows),
            Quality::Regression { r_squared, .. } => u32::try_from(r_squared.max(0)).unwrap_or(MICRO).min(MICRO),
            Quality::Clustering { explained, .. } => explained.min(MICRO),
        }
    }

    /// The same of a model that learnt nothing: of always answering the commonest training class; 0 where that is the measure.
    pub fn reference(&self) -> u32 {
        match self.quality {
            Quality::Classification { majority_correct, .. } => Self::share(majority_correct, self.holdout_rows),
            Quality::Regression { .. } | Quality::Clustering { .. } => 0,
        }
    }

    /// What the value is.
    pub const fn metric(&self) -> Metric {
        match self.quality {
            Quality::Classification { .. } => Metric::Accuracy,
            Quality::Regression { .. } => Metric::RSquared,
            Quality::Clustering { .. } => Metric::Explained,
        }
    }

    /// Rows of the holdout that count as right on a leaderboard: those classified correctly, else the value's share of them, rounded
    /// down.
    pub fn right_rows(&self) -> u32 {
        match self.quality {
            Quality::Classification { correct, .. } => correct,
            Quality::Regression { .. } | Quality::Clustering { .. } => {
                let rows = u64::from(self.value()).saturating_mul(self.holdout_rows.into()) / u64::from(MICRO);
                u32::try_from(rows).unwrap_or(u32::MAX).min(self.holdout_rows)
            },
        }
    }

    /// Whether the numbers can be those of a model for `objective`: no count above the rows, no share above the whole.
    pub fn is_possible(&self, objective: &Objective) -> bool {
        match (self.quality, objective) {
            (
                Quality::Classification { correct, majority_correct, f1, roc_auc, .. },
                Objective::Classification { .. },
            ) => correct.max(majority_correct) <= self.holdout_rows && f1.max(roc_auc) <= MICRO,
            (Quality::Regression { r_squared, .. }, Objective::Regression) => r_squared <= i64::from(MICRO),
            (Quality::Clustering { explained, .. }, Objective::Clustering) => explained <= MICRO,
            _ => false,
        }
    }

    /// The score that evaluators give an honest result: the value in percent, rounded down, from 1 to 100.
    pub fn score(&self) -> u8 {
        u8::try_from(self.value() / (MICRO / 100)).unwrap_or(100).clamp(1, 100)
    }

    fn share(part: u32, whole: u32) -> u32 {
        let millionths = u64::from(part).saturating_mul(u64::from(MICRO)).checked_div(u64::from(whole)).unwrap_or(0);
        u32::try_from(millionths).unwrap_or(MICRO).min(MICRO)
    }
}

#[cfg(test)]
mod tests;
