//! Parameters before the first step.
//!
//! ```text
//! weight before ReLU     uniform within +- sqrt(6 / inputs)                    K. He and others, 2015
//! any other weight       uniform within +- sqrt(6 / (inputs + outputs))        X. Glorot, Y. Bengio, 2010
//! embedding              uniform within +- sqrt(3 / dimension): rows of length 1; row 0, the padding, is 0
//! bias                   0
//! gain of a norm         1
//! ```
//!
//! A convolution has 9 inputs for each channel and 9 outputs for each filter. The n-th weight or embedding of the
//! network, from 0, is drawn from index n of [`Purpose::INITIAL_PARAMETERS`], in the order of the model file. Sources:
//! "Delving Deep into Rectifiers"; "Understanding the difficulty of training deep feedforward neural networks".

use super::architecture::Parameter;
use neurodata_repops::{Purpose, Stream};

/// What a parameter is before the first step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Start {
    /// All 0.
    Zero,
    /// All 1.
    One,
    /// Uniform within `+- limit`, from the stream of this index.
    Uniform { stream: u32, limit: f32 },
    /// The same, but all 0 in the first row.
    Tokens { stream: u32, limit: f32 },
}

impl Start {
    /// The start of a weight with so many inputs for each output and outputs for each input.
    pub fn weight(stream: u32, inputs: usize, outputs: usize, relu_follows: bool) -> Self {
        let units = if relu_follows { inputs } else { inputs + outputs };
        Self::Uniform { stream, limit: (6.0 / units as f64).sqrt() as f32 }
    }

    /// The start of an embedding.
    pub fn tokens(stream: u32, dimension: usize) -> Self {
        Self::Tokens { stream, limit: (3.0 / dimension as f64).sqrt() as f32 }
    }
}

impl Parameter {
    /// Its numbers before the first step, in the order of computation.
    pub fn initial(&self, seed: [u8; 32]) -> Vec<f32> {
        let numbers = self.numbers();
        match self.start {
            Start::Zero => vec![0.0; numbers],
            Start::One => vec![1.0; numbers],
            Start::Uniform { stream, limit } => self.from_stored(drawn(seed, stream, limit, numbers)),
            Start::Tokens { stream, limit } => {
                let mut drawn = drawn(seed, stream, limit, numbers);
                let dimension = self.shape.last().copied().unwrap_or(0);
                drawn.iter_mut().take(dimension).for_each(|number| *number = 0.0);
                self.from_stored(drawn)
            }
        }
    }
}

fn drawn(seed: [u8; 32], stream: u32, limit: f32, numbers: usize) -> Vec<f32> {
    let mut stream = Stream::at(seed, Purpose::INITIAL_PARAMETERS, stream);
    (0..numbers).map(|_| (stream.uniform() * 2.0 - 1.0) * limit).collect()
}
