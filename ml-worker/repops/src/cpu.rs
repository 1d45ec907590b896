//! The processor: which instructions the loops are compiled for, and how work is spread over threads.

use std::{
    mem::MaybeUninit,
    str::FromStr,
    sync::{
        atomic::{AtomicU8, Ordering},
        Mutex, OnceLock, PoisonError,
    },
};

use rayon::prelude::*;

/// The environment variable that lowers the choice: `portable`, `avx2` or `avx512`; another value is ignored.
pub const VARIABLE: &str = "NEURODATA_ISA";

/// An instruction set that loops are compiled for. Results are the same bits under each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Isa {
    /// What every processor of the target has.
    Portable,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 (F, BW, CD, DQ, VL), AVX2 and FMA.
    Avx512,
}

/// What [`Isa::with`] asks for: 0 for nothing, else the set's position in [`Isa::ALL`] plus 1.
static OVERRIDE: AtomicU8 = AtomicU8::new(0);
/// Held while [`OVERRIDE`] is in force.
static OVERRIDING: Mutex<()> = Mutex::new(());

impl Isa {
    /// Every instruction set, the simplest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The set in use: the best of this processor, lowered by [`VARIABLE`], or what [`Self::with`] asks for.
    pub fn current() -> Self {
        match usize::from(OVERRIDE.load(Ordering::Relaxed)).checked_sub(1).and_then(|chosen| Self::ALL.get(chosen)) {
            Some(chosen) => *chosen,
            None => Self::chosen(),
        }
    }

    /// The best set that this processor has.
    pub fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") {
                let foundation = has!("avx512f") && has!("avx512bw") && has!("avx512cd");
                return if foundation && has!("avx512dq") && has!("avx512vl") { Self::Avx512 } else { Self::Avx2 };
            }
        }
        Self::Portable
    }

    /// The sets that this processor has, the simplest first.
    pub fn available() -> impl Iterator<Item = Self> {
        let best = Self::detected();
        Self::ALL.into_iter().filter(move |isa| *isa <= best)
    }

    /// The result of `f`, with every operation of every thread using `isa` meanwhile, or the best set below it that
    /// this processor has.
    ///
    /// For tests and measurements. One call at a time: another thread's waits, and `f` must not call it again.
    pub fn with<T>(isa: Self, f: impl FnOnce() -> T) -> T {
        struct Restore;
        impl Drop for Restore {
            fn drop(&mut self) {
                OVERRIDE.store(0, Ordering::Relaxed);
            }
        }
        let _alone = OVERRIDING.lock().unwrap_or_else(PoisonError::into_inner);
        OVERRIDE.store(isa.min(Self::detected()) as u8 + 1, Ordering::Relaxed);
        let _restore = Restore;
        f()
    }

    /// The set chosen at the first use: the best of this processor, lowered by [`VARIABLE`].
    fn chosen() -> Self {
        static CHOSEN: OnceLock<Isa> = OnceLock::new();
        *CHOSEN.get_or_init(|| {
            let wanted = std::env::var(VARIABLE).ok().and_then(|name| name.parse().ok());
            Self::detected().min(wanted.unwrap_or(Self::Avx512))
        })
    }
}

impl FromStr for Isa {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "portable" => Ok(Self::Portable),
            "avx2" => Ok(Self::Avx2),
            "avx512" => Ok(Self::Avx512),
            other => Err(format!("expected portable, avx2 or avx512, found {other}")),
        }
    }
}

/// A loop that is compiled once for each instruction set.
pub trait Work {
    /// What the loop gives.
    type Output;
    /// Runs the loop. Implementations are `#[inline(always)]`, and so is all that they call, or else they are compiled
    /// for the portable set alone.
    fn run(self) -> Self::Output;
}

/// The result of `work`, compiled for `isa`.
#[inline]
pub fn run<W: Work>(isa: Isa, work: W) -> W::Output {
    match isa.min(Isa::detected()) {
        // SAFETY: the processor has what it was found to have.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { run_avx512(work) },
        // SAFETY: the processor has what it was found to have.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { run_avx2(work) },
        _ => work.run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
fn run_avx512<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<W: Work>(work: W) -> W::Output {
    work.run()
}

/// How many of `length` items one thread takes at a time, a multiple of `multiple`: all of them where the work is not
/// worth a second thread, at `grain` items for each.
pub(crate) fn part(length: usize, grain: usize, multiple: usize) -> usize {
    let threads = rayon::current_num_threads();
    if threads == 1 || length < grain.saturating_mul(2) {
        return length.max(1);
    }
    // Four parts for each thread, so that a thread that is late costs little.
    grain.max(length.div_ceil(4 * threads)).max(1).next_multiple_of(multiple)
}

/// Calls `work` on every task; on the caller's thread if there is only one.
pub(crate) fn each<T: Send>(tasks: impl Iterator<Item = T>, work: impl Fn(T) + Send + Sync) {
    let mut tasks: Vec<T> = tasks.collect();
    if tasks.len() > 1 {
        tasks.into_par_iter().for_each(work);
    } else if let Some(task) = tasks.pop() {
        work(task);
    }
}

/// Vectors of `length` elements that `fill` writes.
///
/// # Safety
/// `fill` must write every element of every slice.
pub(crate) unsafe fn filled<T: Copy, const VECTORS: usize>(
    length: usize,
    fill: impl FnOnce([&mut [MaybeUninit<T>]; VECTORS]),
) -> [Vec<T>; VECTORS] {
    let mut vectors: [Vec<T>; VECTORS] = std::array::from_fn(|_| Vec::with_capacity(length));
    fill(vectors.each_mut().map(|vector| &mut vector.spare_capacity_mut()[..length]));
    for vector in &mut vectors {
        // SAFETY: the capacity is at least `length`, and the caller has written that many elements.
        unsafe { vector.set_len(length) };
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_holds_on_every_thread_until_its_end() {
        let before = Isa::chosen();
        let inside = Isa::with(Isa::Portable, || std::thread::spawn(Isa::current).join().unwrap());
        assert_eq!(inside, Isa::Portable);
        let _alone = OVERRIDING.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(Isa::current(), before);
    }

    #[test]
    fn an_override_ends_with_a_panic_and_asks_for_no_more_than_the_processor_has() {
        std::panic::catch_unwind(|| Isa::with(Isa::Portable, || panic!("on purpose"))).unwrap_err();
        assert_eq!(Isa::with(Isa::Avx512, Isa::current), Isa::detected());
        assert_eq!(Isa::available().last(), Some(Isa::detected()));
    }

    #[test]
    fn instruction_sets_have_names() {
        assert_eq!(["portable", "avx2", "avx512"].map(|name| name.parse()), Isa::ALL.map(Ok));
        assert_eq!("sse9".parse::<Isa>(), Err("expected portable, avx2 or avx512, found sse9".to_owned()));
    }

    #[test]
    fn work_is_split_only_where_it_is_worth_a_thread() {
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool(1).install(|| part(1_000_000, 10, 8)), 1_000_000);
        assert_eq!(pool(2).install(|| part(19, 10, 8)), 19);
        assert_eq!(pool(2).install(|| part(20, 10, 8)), 16);
        assert_eq!(pool(2).install(|| part(1_000_000, 10, 8)), 125_000);
        assert_eq!(part(0, 10, 8), 1);
    }
}
