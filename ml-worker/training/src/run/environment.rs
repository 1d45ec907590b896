//! Whether this process computes as the definition of arithmetic says.
//!
//! A processor can be told, thread by thread, to take subnormal numbers for 0 or to round otherwise, and some libraries
//! do so for speed. No bit of a run could then be repeated.

use crate::Error;
use std::hint::black_box;

/// Refuse to compute where the calling thread, or a worker of the thread pool that it would use, does not round as the
/// definition says.
pub(super) fn ensure_exact() -> Result<(), Error> {
    check()?;
    rayon::broadcast(|_| check()).into_iter().collect()
}

/// Check the thread that calls.
fn check() -> Result<(), Error> {
    let subnormal = black_box(1e-30f32) * black_box(1e-10f32);
    let normal = black_box(f32::from_bits(0x0001_16c2)) * black_box(16_777_216.0);
    if subnormal == 0.0 || normal == 0.0 {
        return Err(Error::SubnormalsOff);
    }
    // 97 * 172,961 is 2^24 + 1, so that the sum is 1 + 2^-24 + 2^-60: just above the middle of two numbers. Rounded in
    // binary64 first, or down, it is 1.
    let factor = 172_961.0 / 16_777_216.0;
    let least = 1.0 / (1u64 << 60) as f32;
    let fused = black_box(97.0f32).mul_add(black_box(factor), black_box(least));
    if [subnormal, normal, fused].map(f32::to_bits) != [0x0001_16c2, 0x090b_6100, 0x3f80_0001] {
        return Err(Error::Rounding);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_exact_unless_told_otherwise() {
        ensure_exact().unwrap();
    }

    /// Set bits of the control register of the calling thread's vector unit.
    #[cfg(target_arch = "x86_64")]
    fn set_control(bits: u32) {
        let mut control = 0u32;
        // SAFETY: the pointer is to four bytes of this frame, and the thread ends with the test.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &mut control, options(nostack));
            control |= bits;
            std::arch::asm!("ldmxcsr [{}]", in(reg) &control, options(nostack));
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn a_thread_that_flushes_subnormals_or_rounds_otherwise_is_refused() {
        const FLUSH_RESULTS: u32 = 1 << 15;
        const FLUSH_OPERANDS: u32 = 1 << 6;
        const ROUND_TO_ZERO: u32 = 3 << 13;
        let told = |bits| std::thread::spawn(move || (set_control(bits), ensure_exact()).1).join().unwrap();
        assert!(matches!(told(FLUSH_RESULTS), Err(Error::SubnormalsOff)));
        assert!(matches!(told(FLUSH_OPERANDS), Err(Error::SubnormalsOff)));
        assert!(matches!(told(ROUND_TO_ZERO), Err(Error::Rounding)));
        // A worker alone.
        let spoil = |index| {
            if index == 1 {
                set_control(FLUSH_RESULTS)
            }
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).start_handler(spoil).build().unwrap();
        assert!(matches!(pool.install(ensure_exact), Err(Error::SubnormalsOff)));
    }
}
