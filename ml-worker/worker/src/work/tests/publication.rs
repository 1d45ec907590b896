//! What is published of a long run, by a worker that is killed anywhere.

use super::*;
use neurodata_primitives::CourseDigest;
use neurodata_training::{Checkpoint, TraceIndex};
use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

/// A store that takes so many more blobs; then the worker is as good as killed.
struct Mortal {
    store: DirectoryStore,
    puts: AtomicU32,
}

impl BlobStore for Mortal {
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError> {
        let spent = self.puts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |puts| puts.checked_sub(1));
        match spent {
            Ok(_) => self.store.put(bytes),
            Err(_) => Err(StoreError::Missing { cid: Cid::of(bytes), location: "another life".into() }),
        }
    }

    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        self.store.get(cid)
    }

    fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
        self.store.has(cid)
    }

    fn remove(&self, cid: &Cid) -> Result<bool, StoreError> {
        self.store.remove(cid)
    }
}

/// A worker that dies after so many blobs.
fn mortal(world: &World, puts: u32) -> Workshop {
    let journal = Arc::new(Journal::open(&world.folder.path().join("mortal")).unwrap());
    let store = Mortal { store: world.store(), puts: AtomicU32::new(puts) };
    let keys = world.folder.path().join("keys");
    Workshop::new(store, journal, Devices::open([]).unwrap(), GENESIS, PROVIDER, keys)
}

/// All that is in the store, as text.
fn texts(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let text = |path: std::path::PathBuf| {
        if path.is_dir() {
            texts(&path)
        } else {
            vec![String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()]
        }
    };
    entries.flat_map(text).collect()
}

/// The published trace of a result.
fn shown(world: &World, claimed: &ResultCommitment) -> TraceIndex {
    let index = ModelIndex::from_bytes(&world.store().get(&Cid::from(claimed.manifest)).unwrap()).unwrap();
    let trace = manifest::read_to_vec(&world.store(), &index.trace.unwrap().parse().unwrap(), 1 << 16).unwrap();
    TraceIndex::from_bytes(&trace).unwrap()
}

#[test]
fn a_long_run_is_published_with_its_states_and_the_trace_that_is_shown() {
    let world = World::long();
    let prepared = world.prepared();
    let (honest, plant) = (Trace::new(prepared.links.to_vec()), Trace::new(prepared.links.to_vec()).planted(&SECRET));
    for (planted, own, other) in [(false, &honest, &plant), (true, &plant, &honest), (false, &honest, &plant)] {
        let claimed = world.submitted(&prepared, planted);
        assert_eq!(claimed.trace, own.root());
        let published = shown(&world, &claimed);
        assert_eq!(published.links, own.links());
        for (link, cid) in published.links.iter().zip(&published.checkpoints) {
            let state = manifest::read_to_vec(&world.store(), &cid.parse().unwrap(), 1 << 20).unwrap();
            let told = Checkpoint::from_bytes(&state).unwrap().link();
            assert_eq!((told.state, told.course), (link.state, CourseDigest::default()), "a state tells no course");
        }
        // Nothing in the store tells the courses that are not shown.
        let texts = texts(&world.folder.path().join("store"));
        for link in other.links().iter().skip(1) {
            let course = hex::encode(link.course.as_bytes());
            assert!(texts.iter().all(|text| !text.contains(&course)));
        }
    }
}

#[test]
fn a_short_run_publishes_no_state() {
    let world = World::new();
    let prepared = world.prepared();
    assert_eq!(prepared.publication.states, Vec::<String>::new());
    let [honest, planted] = [false, true].map(|planted| world.submitted(&prepared, planted));
    assert_eq!(honest.manifest, planted.manifest);
}

#[test]
fn a_worker_that_is_killed_while_it_publishes_submits_the_same() {
    let world = World::long();
    let expected = world.prepared();
    let mut puts = 0;
    loop {
        match world.prepare(&mortal(&world, puts)) {
            Ok(prepared) => break assert_eq!(prepared, expected),
            Err(error) => assert!(matches!(error, WorkError::Later(_)), "{error}"),
        }
        puts += 1;
    }
    assert!(puts >= 2 * expected.commitment.checkpoints, "each state is a file of at least two blobs");
    for planted in [false, true] {
        let claimed = world.submitted(&expected, planted);
        for puts in 0..3 {
            assert!(mortal(&world, puts).show(&expected, &SECRET, planted).is_err());
        }
        assert_eq!(mortal(&world, 3).show(&expected, &SECRET, planted).unwrap(), claimed);
        assert_eq!(shown(&world, &claimed).links.len(), expected.links.len());
    }
}

#[test]
fn a_worker_that_is_killed_while_it_trains_lacks_no_state() {
    let world = World::long();
    let expected = world.prepared();
    let assignment = world.assignment(&RecipientSecret::new([7; 32]), &training_use_context(&GENESIS, USE));
    let Assignment { spec, seed, .. } = &assignment;
    let table = world.table();
    for last in [0, 1, 2, 51, 128] {
        let workshop = world.workshop("killed", PROVIDER);
        let pulse = Pulse::default();
        let ended: Result<_, WorkError> = workshop.advance(&assignment, Keep::States, &pulse, |resume, on_progress| {
            run_from(None, &table, spec, seed, &Device::Cpu, resume, &mut |progress| {
                if progress.steps >= last {
                    pulse.stop();
                }
                on_progress(progress)
            })
        });
        assert!(matches!(ended, Err(WorkError::Stopped)));
        // It had already written the next state when it was killed, and not yet that it can go on from there.
        let reached = workshop.checkpoints(JOB).unwrap();
        workshop.journal.store_state(JOB, reached, b"the next state").unwrap();
        drop(workshop);
        let workshop = world.workshop("killed", PROVIDER);
        assert_eq!(world.prepare(&workshop).unwrap(), expected, "{last}");
        workshop.journal.forget(JOB).unwrap();
    }
}

#[test]
fn states_that_are_lost_are_trained_again() {
    let world = World::long();
    let expected = world.prepared();
    let workshop = world.workshop("forgetful", PROVIDER);
    assert_eq!(world.prepare(&workshop).unwrap(), expected);
    let states = world.folder.path().join("forgetful/states").join(JOB.to_string());
    std::fs::remove_file(states.join("17")).unwrap();
    assert_eq!(world.prepare(&workshop).unwrap(), expected);
    // A state that is damaged, or that of another position, is noticed before anything points to it.
    let other = workshop.journal.state(JOB, 18).unwrap().unwrap();
    for damaged in [b"damaged".to_vec(), other] {
        workshop.journal.store_state(JOB, 17, &damaged).unwrap();
        let error = world.prepare(&workshop).unwrap_err();
        assert!(matches!(&error, WorkError::Later(reason) if reason.contains("state 17")), "{error}");
        assert_eq!(world.prepare(&workshop).unwrap(), expected);
    }
}

#[test]
fn states_that_are_too_large_are_not_published() {
    let world = World::long();
    let workshop = world.workshop("large", PROVIDER);
    world.prepare(&workshop).unwrap();
    // As the journal has it of a state that is too large.
    workshop.journal.store_state(JOB, 30, b"").unwrap();
    let prepared = world.prepare(&workshop).unwrap();
    assert_eq!(prepared.publication.states, Vec::<String>::new());
}
