//! A run takes no more memory than is estimated.
//!
//! The only test of its process: memory is counted for all threads together.

mod common;

use common::*;
use neurodata_primitives::{
    training::{Activation, Algorithm, Descent, Objective, TreeLimits},
    TrainingSpec,
};
use neurodata_training::{memory_bytes, run, Device, Progress, Resume, TrainingTable};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// The system's memory, counted.
struct Counted;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        System.dealloc(pointer, layout)
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

/// What does not grow with the run: threads and their buffers.
const FIXED: usize = 1 << 20;

#[test]
fn a_run_takes_no_more_memory_than_is_estimated() {
    let epoch = Descent { epochs: 1, batch_rows: 4_096, ..SGD };
    let codes = (0..60_000).flat_map(|row| [row % 1_000, row * 7 % 256].map(|code| code as u16)).collect();
    let column = TrainingTable::new(vec![numeric(999), category(255)], codes).unwrap();
    // A class that nothing tells: each row has a leaf of its own.
    let mut draws = stream(6);
    let codes = (0..30_000).flat_map(|_| [draws.below(1_000), draws.below(1_000), draws.below(1_000), draws.below(2)]);
    let columns = vec![numeric(999), numeric(999), numeric(999), category(1)];
    let noisy = TrainingTable::new(columns, codes.map(|code| code as u16).collect()).unwrap();
    let classes = Objective::Classification { classes: 256 };
    let many = TrainingSpec { objective: classes, target: Some(1), holdout: 500, ..logistic(epoch) };
    let limits = TreeLimits { depth: 24, leaf_rows: 1 };
    let deep = Algorithm::RandomForest { trees: 10, limits, split_columns: Some(2) };
    let mut cases = vec![
        ("deep forest", noisy, of(deep.clone())),
        ("deep forest for numbers", measured(30_000), regression(deep)),
        ("256 classes", column, many),
        ("perceptron", mixed(30_000), perceptron(&[64], Activation::Relu, false, epoch)),
    ];
    for (name, _, spec) in all().into_iter().filter(|(_, _, spec)| spec.algorithm.descent().is_none()) {
        let (table, spec) = match spec.objective {
            Objective::Classification { .. } => (mixed(30_000), spec),
            Objective::Regression => (measured(30_000), spec),
            Objective::Clustering => (clouds(30_000), clustering(256, 2)),
        };
        cases.push((name, table, TrainingSpec { holdout: 500, ..spec }));
    }
    // Threads are started before.
    rayon::broadcast(|_| ());
    for (name, table, spec) in cases {
        let before = HELD.load(Relaxed);
        MOST.store(before, Relaxed);
        let stored = &mut |progress: Progress<'_>| {
            progress.resume.map(Resume::to_bytes);
            on()
        };
        run(&table, &spec, &SEED, &Device::Cpu, None, stored).unwrap();
        let most = MOST.load(Relaxed) - before;
        let estimated = memory_bytes(table.columns(), table.rows(), &spec) as usize;
        println!("{name}: {} of {} KiB", most >> 10, estimated >> 10);
        assert!(most <= estimated + FIXED, "{name}: {most} of {estimated}");
    }
}
