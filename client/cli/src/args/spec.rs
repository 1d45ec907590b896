//! What is to be trained, on the command line.

use clap::{Args, ValueEnum};
use neurodata_chain::amount::{parse_millionths, parse_thousandths};
use neurodata_primitives::{training::PICO, Image};

/// What is trained.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlgorithmName {
    /// Multinomial logistic regression.
    Logistic,
    /// Multilayer perceptron.
    Mlp,
    /// Convolutional network.
    Cnn,
    /// Text classifier by the mean of embedded tokens.
    Text,
    /// Linear regression by least squares.
    Linear,
    /// Ridge regression.
    Ridge,
    /// Decision tree.
    Tree,
    /// Random forest.
    Forest,
    /// K-means clustering.
    Kmeans,
}

/// How gradients become steps.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptimiserName {
    /// Stochastic gradient descent with momentum.
    Sgd,
    /// Adam with decoupled weight decay.
    Adam,
}

/// What follows a hidden layer.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActivationName {
    /// The larger of the number and 0.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
}

/// What is to be trained. An option that does not belong to the algorithm is refused.
#[derive(Args, Debug)]
pub struct SpecArguments {
    /// What is trained. A target with names is classified, one with numbers is fitted.
    #[arg(long, value_enum)]
    pub algorithm: AlgorithmName,
    /// Column to predict [default: the schema's target]; kmeans has none.
    #[arg(long, value_name = "COLUMN")]
    pub target: Option<String>,
    /// Share of rows kept for the holdout.
    #[arg(long, default_value = "0.2", value_parser = parse_thousandths)]
    pub holdout: u16,

    /// Units of each hidden layer; an mlp needs at least one, cnn and text may have some.
    #[arg(long, value_delimiter = ',', value_name = "UNITS,..", help_heading = "Networks")]
    pub hidden: Vec<u16>,
    /// What follows each hidden layer of an mlp [default: relu].
    #[arg(long, value_enum, help_heading = "Networks")]
    pub activation: Option<ActivationName>,
    /// Normalise each hidden layer of an mlp.
    #[arg(long, help_heading = "Networks")]
    pub layer_norm: bool,
    /// Shape of the image that the columns are, for cnn: height x width, and channels of a pixel if there are several.
    #[arg(long, value_name = "HxW[xC]", value_parser = parse_image, help_heading = "Networks")]
    pub image: Option<Image>,
    /// Filters of each convolution of a cnn.
    #[arg(long, value_delimiter = ',', value_name = "FILTERS,..", help_heading = "Networks")]
    pub filters: Vec<u16>,
    /// Numbers that a token is embedded in, for text [default: 32].
    #[arg(long, value_name = "NUMBERS", help_heading = "Networks")]
    pub embedding: Option<u16>,

    /// Passes over the training rows [default: 100].
    #[arg(long, help_heading = "Gradient descent")]
    pub epochs: Option<u16>,
    /// Rows of a batch [default: 32].
    #[arg(long, value_name = "ROWS", help_heading = "Gradient descent")]
    pub batch_rows: Option<u16>,
    /// How gradients become steps [default: sgd].
    #[arg(long, value_enum, help_heading = "Gradient descent")]
    pub optimiser: Option<OptimiserName>,
    /// Step size [default: 0.1 with sgd, 0.001 with adam].
    #[arg(long, value_parser = parse_millionths, help_heading = "Gradient descent")]
    pub learning_rate: Option<u32>,
    /// Momentum of sgd [default: 0.9].
    #[arg(long, value_parser = parse_millionths, help_heading = "Gradient descent")]
    pub momentum: Option<u32>,
    /// Decay of adam's mean of gradients [default: 0.9].
    #[arg(long, value_parser = parse_millionths, value_name = "DECAY", help_heading = "Gradient descent")]
    pub beta_1: Option<u32>,
    /// Decay of adam's mean of squared gradients [default: 0.999].
    #[arg(long, value_parser = parse_millionths, value_name = "DECAY", help_heading = "Gradient descent")]
    pub beta_2: Option<u32>,
    /// What keeps adam's divisor above 0, such as 1e-8 [default: 1e-8].
    #[arg(long, value_parser = parse_epsilon, help_heading = "Gradient descent")]
    pub epsilon: Option<u32>,
    /// Weight decay: with sgd an L2 penalty, with adam decoupled [default: 0.0001].
    #[arg(long, value_parser = parse_millionths, help_heading = "Gradient descent")]
    pub weight_decay: Option<u32>,
    /// End training after so many epochs without an improvement on validation rows, which are not trained on.
    #[arg(long, value_name = "EPOCHS", help_heading = "Gradient descent")]
    pub early_stopping: Option<u16>,
    /// Share of the training rows that are validation rows [default: 0.1].
    #[arg(
        long, value_name = "SHARE", value_parser = parse_thousandths, requires = "early_stopping",
        help_heading = "Gradient descent"
    )]
    pub validation: Option<u16>,
    /// By how much the validation loss has to fall to be an improvement [default: 0].
    #[arg(
        long, value_name = "LOSS", value_parser = parse_millionths, requires = "early_stopping",
        help_heading = "Gradient descent"
    )]
    pub min_improvement: Option<u32>,

    /// Penalty of a ridge regression [default: 1].
    #[arg(long, value_parser = parse_millionths, help_heading = "Other algorithms")]
    pub penalty: Option<u32>,
    /// Levels of a tree below its root [default: 8 for a tree, 16 for a forest].
    #[arg(long, value_name = "LEVELS", help_heading = "Other algorithms")]
    pub depth: Option<u8>,
    /// Training rows that each side of a split has at least [default: 1].
    #[arg(long, value_name = "ROWS", help_heading = "Other algorithms")]
    pub leaf_rows: Option<u16>,
    /// Trees of a forest [default: 100].
    #[arg(long, help_heading = "Other algorithms")]
    pub trees: Option<u16>,
    /// Columns that a split of a forest chooses from [default: the square root of their number for classes, a third for
    /// numbers].
    #[arg(long, value_name = "COLUMNS", help_heading = "Other algorithms")]
    pub split_columns: Option<u16>,
    /// Clusters of kmeans.
    #[arg(long, help_heading = "Other algorithms")]
    pub clusters: Option<u16>,
    /// Iterations of kmeans at most [default: 100].
    #[arg(long, help_heading = "Other algorithms")]
    pub iterations: Option<u16>,
}

/// A shape such as 28x28 or 32x32x3.
fn parse_image(text: &str) -> Result<Image, String> {
    let sides: Result<Vec<u16>, _> = text.split('x').map(str::parse).collect();
    match sides.as_deref() {
        Ok([height, width]) => Ok(Image { height: *height, width: *width, channels: 1 }),
        Ok([height, width, channels]) => Ok(Image { height: *height, width: *width, channels: *channels }),
        _ => Err("an image is HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS, such as 28x28".into()),
    }
}

/// A small number such as 1e-8 or 0.00000001, in units of 10^-12.
fn parse_epsilon(text: &str) -> Result<u32, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is no number such as 1e-8"))?;
    let units = (number * PICO as f64).round();
    if (1.0..=1e9).contains(&units) {
        Ok(units as u32)
    } else {
        Err("epsilon must be 1e-12 to 0.001".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_two_or_three_sides() {
        assert_eq!(parse_image("28x20"), Ok(Image { height: 28, width: 20, channels: 1 }));
        assert_eq!(parse_image("32x32x3"), Ok(Image { height: 32, width: 32, channels: 3 }));
        for text in ["28", "28x", "axb", "1x2x3x4", "70000x1"] {
            assert!(parse_image(text).is_err(), "{text}");
        }
    }

    #[test]
    fn epsilon_is_counted_in_trillionths() {
        assert_eq!((parse_epsilon("1e-8"), parse_epsilon("0.001")), (Ok(10_000), Ok(1_000_000_000)));
        for text in ["0", "1e-13", "0.1", "-1e-8", "nan", "x"] {
            assert!(parse_epsilon(text).is_err(), "{text}");
        }
    }
}
