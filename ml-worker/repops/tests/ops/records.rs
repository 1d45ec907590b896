use neurodata_repops::ops::{self, record, NAMES};

use crate::support::{indices, numbers, tensor};

#[test]
fn a_record_lists_what_was_applied() {
    let (a, b) = (tensor(numbers(6, 60), &[2, 3]), tensor(numbers(6, 61), &[3, 2]));
    let (loss, names) = record(|| {
        let logits = ops::tanh(&ops::matmul(&a, &b).unwrap()).unwrap();
        ops::softmax_cross_entropy(&logits, &indices(vec![0, 1], &[2])).unwrap().0
    });
    assert_eq!(loss.shape(), [2]);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["matmul", "softmax_cross_entropy", "tanh"]);
}

#[test]
fn an_outer_record_lists_what_an_inner_one_lists() {
    let x = tensor(numbers(4, 62), &[4]);
    let ((_, inner), outer) = record(|| {
        ops::exp(&x).unwrap();
        record(|| ops::neg(&x).unwrap())
    });
    assert_eq!(inner.into_iter().collect::<Vec<_>>(), ["neg"]);
    assert_eq!(outer.into_iter().collect::<Vec<_>>(), ["exp", "neg"]);
    assert!(record(|| ()).1.is_empty());
}

#[test]
fn refused_operations_are_not_listed() {
    let (_, names) = record(|| ops::add(&tensor(vec![1.0], &[1]), &tensor(vec![], &[0])).unwrap_err());
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn other_threads_and_panics_leave_a_record_alone() {
    let x = tensor(numbers(4, 63), &[4]);
    let (_, names) = record(|| {
        std::thread::scope(|scope| scope.spawn(|| ops::exp(&x).unwrap()).join().unwrap());
        let panicked = std::panic::catch_unwind(|| record(|| panic!("on purpose")));
        assert!(panicked.is_err());
        ops::ln(&x).unwrap()
    });
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["ln"]);
}

#[test]
fn names_are_in_order_and_without_repetition() {
    assert!(NAMES.is_sorted_by(|a, b| a < b));
    assert_eq!(NAMES.len(), 41);
}
