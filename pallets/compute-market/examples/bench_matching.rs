//! Times the market as it grows, as JSON lines: a match among many offers and jobs over one among few, and the hook of a
//! block when a hundred thousand jobs are open and all their deadlines have passed.
//!
//! A match is timed as a node runs it: on committed state, over the node's shared trie cache, which holds already what
//! blocks before have read, and with a local cache that is new, as at the beginning of a block. Without any cache each
//! access goes down the whole trie, which is deeper the more there is in it; so it is timed as well. What a run changes is
//! thrown away. Runs of both sizes take turns, since the machine has other things to do; reported are medians.

use frame_support::weights::Weight;
use pallet_compute_market as market;
use sp_core::Blake2Hasher;
use sp_externalities::set_and_run_with_externalities;
use sp_state_machine::{Backend, Ext, OverlayedChanges, TrieBackendBuilder};
use sp_trie::cache::{CacheSize, SharedTrieCache};
use std::time::Instant;

mod world;

/// Runs of each size.
const RUNS: u64 = 1_001;
/// Runs of the hook.
const HOOKS: usize = 21;
/// Open jobs, each with a deadline, for the hook.
const RECORDS: u32 = 100_000;
/// Jobs of the small and of the large world, of which matches are timed.
const JOBS: (u32, u32) = (100, 1_000);
/// Bytes of the node's shared trie cache: the default of `--trie-cache-size`.
const CACHE_BYTES: usize = 1024 * 1024 * 1024;

fn main() {
    let small = Chain::new(world::chain(100, JOBS.0));
    let large = Chain::new(world::chain(10_000, JOBS.1));
    let matching = |job: u64| move || world::match_job(job);
    for job in 0..u64::from(JOBS.0) {
        small.seconds_cached(matching(job));
    }
    for job in 0..u64::from(JOBS.1) {
        large.seconds_cached(matching(job));
    }
    compare("", |job| small.seconds_cached(matching(job)), |job| large.seconds_cached(matching(job)));
    compare("_uncached", |job| small.seconds(matching(job)), |job| large.seconds(matching(job)));

    let mut crowded = world::chain(0, RECORDS);
    crowded.execute_with(|| world::pass(world::MATCH_PERIOD));
    crowded.commit_all().expect("no transaction is open");
    let crowded = Chain::new(crowded);
    let hook = || {
        world::hook(Weight::MAX);
    };
    let uncached = (0..HOOKS).map(|_| crowded.seconds(hook)).collect();
    report("hook_100000_records_ms", median(uncached) * 1e3, "ms");
}

/// The committed state of a chain, and the cache through which its node reads it.
struct Chain {
    state: sp_io::TestExternalities,
    cache: SharedTrieCache<Blake2Hasher>,
}

impl Chain {
    fn new(state: sp_io::TestExternalities) -> Self {
        Self { state, cache: SharedTrieCache::new(CacheSize::new(CACHE_BYTES), None) }
    }

    /// Seconds that `work` takes in a node.
    fn seconds_cached(&self, work: impl FnOnce()) -> f64 {
        let local = self.cache.local_cache_trusted();
        timed(&TrieBackendBuilder::wrap(&self.state.backend).with_cache(local).build(), work)
    }

    /// Seconds that `work` takes without any cache.
    fn seconds(&self, work: impl FnOnce()) -> f64 {
        timed(&self.state.backend, work)
    }
}

/// Seconds that `work` takes on the state of `backend`, which stays as it is.
fn timed(backend: &impl Backend<Blake2Hasher>, work: impl FnOnce()) -> f64 {
    let mut overlay = OverlayedChanges::default();
    set_and_run_with_externalities(&mut Ext::new(&mut overlay, backend, None), || {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    })
}

/// Report what a match takes in the small and in the large world, and the ratio.
fn compare(suffix: &str, small: impl Fn(u64) -> f64, large: impl Fn(u64) -> f64) {
    let pairs = (0..RUNS).map(|run| (small(run % u64::from(JOBS.0)), large(run % u64::from(JOBS.1))));
    let (few, many) = pairs.unzip();
    let (few, many) = (median(few), median(many));
    report(&format!("match_100_offers{suffix}_us"), few * 1e6, "us");
    report(&format!("match_10000_offers{suffix}_us"), many * 1e6, "us");
    report(&format!("match_ratio_10000_offers{suffix}"), many / few, "ratio");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(name: &str, value: f64, unit: &str) {
    println!(r#"{{"name":"work.{name}","value":{value:.3},"unit":"{unit}"}}"#);
}
