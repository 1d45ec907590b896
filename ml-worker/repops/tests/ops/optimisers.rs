use neurodata_definition::element;
use neurodata_repops::ops::{self, Adam, Sgd};

use crate::support::{awkward_numbers, bits, everywhere, tensor};

const LENGTHS: [usize; 8] = [0, 1, 127, 128, 129, 1_000, 16_385, 33_000];
const SGD: Sgd = Sgd { rate: 0.1, momentum: 0.9, decay: 1e-4 };

/// Adam's settings with usual hyper-parameters at step `t`.
fn adam_at(t: i32) -> Adam {
    Adam {
        rate: 1e-3,
        beta_1: 0.9,
        beta_2: 0.999,
        one_minus_beta_1: (1.0 - 0.9f64) as f32,
        one_minus_beta_2: (1.0 - 0.999f64) as f32,
        epsilon: 1e-8,
        decay_rate: 1e-5,
        correction_1: (1.0 - 0.9f64.powi(t)) as f32,
        correction_2: (1.0 - 0.999f64.powi(t)) as f32,
    }
}

#[test]
fn stochastic_gradient_descent_follows_its_definition() {
    for length in LENGTHS {
        let [p, v, g] = [40, 41, 42].map(|purpose| awkward_numbers(length, purpose));
        let step = |index: usize| element::sgd(p[index], v[index], g[index], &SGD);
        let (new_p, new_v): (Vec<f32>, Vec<f32>) = (0..length).map(step).unzip();
        let [p, v, g] = [&p, &v, &g].map(|values| tensor(values.clone(), &[length]));
        everywhere(|| {
            let found = ops::sgd(&p, &v, &g, &SGD).unwrap();
            assert_eq!(bits(&found.0.to_vec().unwrap()), bits(&new_p));
            assert_eq!(bits(&found.1.to_vec().unwrap()), bits(&new_v));
        });
    }
}

#[test]
fn adam_follows_its_definition() {
    for (length, t) in LENGTHS.into_iter().zip([1, 2, 3, 10, 100, 1_000, 10_000, 1]) {
        let settings = adam_at(t);
        let [p, m, v, g] = [43, 44, 45, 46].map(|purpose| awkward_numbers(length, purpose));
        let step = |index: usize| element::adam(p[index], m[index], v[index], g[index], &settings);
        let expected: Vec<(f32, f32, f32)> = (0..length).map(step).collect();
        let [p, m, v, g] = [&p, &m, &v, &g].map(|values| tensor(values.clone(), &[length]));
        everywhere(|| {
            let found = ops::adam(&p, &m, &v, &g, &settings).unwrap();
            let [p, m, v] = [&found.0, &found.1, &found.2].map(|found| bits(&found.to_vec().unwrap()));
            assert_eq!(p, bits(&expected.iter().map(|step| step.0).collect::<Vec<_>>()));
            assert_eq!(m, bits(&expected.iter().map(|step| step.1).collect::<Vec<_>>()));
            assert_eq!(v, bits(&expected.iter().map(|step| step.2).collect::<Vec<_>>()));
        });
    }
}

#[test]
fn a_step_of_each_optimiser_goes_down_the_gradient() {
    let [p, zero, g] = [1.0, 0.0, 0.5].map(|number| tensor(vec![number], &[1]));
    let plain = Sgd { rate: 0.1, momentum: 0.0, decay: 0.0 };
    assert_eq!(ops::sgd(&p, &zero, &g, &plain).unwrap().0.to_vec().unwrap(), [0.95]);
    let adam = Adam { decay_rate: 0.0, ..adam_at(1) };
    let first = ops::adam(&p, &zero, &zero, &g, &adam).unwrap().0.to_vec().unwrap();
    // Adam's first step is the learning rate, whatever the size of the gradient.
    assert!((first[0] - 0.999).abs() < 1e-6, "{first:?}");
}
