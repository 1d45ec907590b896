//! The integer arithmetic against the processor's, bit for bit.

use neurodata_definition::{
    elementary,
    soft::{Soft32, Soft64},
    Binary32, Binary64, Float,
};

/// Operand triples per operation and kind.
const CASES: usize = 400_000;

/// SplitMix64. Source: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014.
struct Draw(u64);

impl Draw {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// A random sign.
    fn sign(&mut self) -> u64 {
        self.bits() & 1
    }
}

macro_rules! format_tests {
    ($module:ident, $number:ident, $bits:ident, $soft:ident, $trait:ident, $exponent:literal, $fraction:literal) => {
        mod $module {
            use super::*;

            const FIELDS: u64 = 1 << $exponent;
            const BIAS: u64 = FIELDS / 2 - 1;

            fn number(sign: u64, field: u64, fraction: u64) -> $bits {
                let bits = sign << ($exponent + $fraction) | field << $fraction | fraction & ((1 << $fraction) - 1);
                $bits::try_from(bits).unwrap()
            }

            /// A fraction with a random number of zeros at the end, or of ones, so that ties and carries are frequent.
            fn fraction(draw: &mut Draw) -> u64 {
                let tail = (1 << draw.below($fraction + 1)) - 1;
                let bits = draw.bits();
                match draw.below(3) {
                    0 => bits,
                    1 => bits | tail,
                    _ => bits & !tail,
                }
            }

            fn near(draw: &mut Draw, field: u64, distance: u64) -> $bits {
                let field = (field + draw.below(2 * distance + 1)).saturating_sub(distance).min(FIELDS - 1);
                number(draw.sign(), field, fraction(draw))
            }

            fn border(draw: &mut Draw) -> $bits {
                let sizes = [0, 1, 2, (1 << $fraction) - 1, 1 << $fraction, (1 << $fraction) + 1];
                let sizes = sizes.into_iter().chain([
                    number(0, FIELDS - 1, 0) - 1,
                    number(0, FIELDS - 1, 0),
                    number(0, FIELDS - 1, 1),
                    number(0, FIELDS - 1, 1 << ($fraction - 1)),
                    number(0, BIAS, 0),
                    number(0, BIAS, 1),
                    number(0, BIAS - 1, u64::MAX),
                    number(0, BIAS - 1, 0),
                    number(0, BIAS + 1, 0),
                ]);
                let sizes: Vec<$bits> = sizes.collect();
                sizes[draw.below(sizes.len() as u64) as usize] | number(draw.sign(), 0, 0)
            }

            type Kind = (&'static str, fn(&mut Draw) -> [$bits; 3]);

            const KINDS: [Kind; 8] = [
                ("uniform bits", |draw| [draw.bits() as $bits, draw.bits() as $bits, draw.bits() as $bits]),
                ("borders", |draw| [border(draw), border(draw), border(draw)]),
                ("borders and others", |draw| [border(draw), near(draw, BIAS, 2), near(draw, BIAS, BIAS)]),
                ("close exponents", |draw| {
                    let field = draw.below(FIELDS);
                    [near(draw, field, 2), near(draw, BIAS, 2), near(draw, field, $fraction + 4)]
                }),
                ("results near the subnormal border", |draw| {
                    let field = draw.below(BIAS);
                    [near(draw, field, 2), near(draw, BIAS - field, $fraction + 3), near(draw, 1, $fraction)]
                }),
                ("results near the overflow border", |draw| {
                    let field = BIAS + draw.below(BIAS);
                    [near(draw, field, 1), near(draw, FIELDS - 2 + BIAS - field, 2), near(draw, FIELDS - 2, 2)]
                }),
                ("cancellation of a product", |draw| {
                    let (a, b) = (near(draw, BIAS, BIAS / 2), near(draw, BIAS, BIAS / 2));
                    let product = ($number::from_bits(a) * $number::from_bits(b)).to_bits();
                    let moved = product.wrapping_add(draw.below(5) as $bits).wrapping_sub(2);
                    [a, b, moved ^ number(1, 0, 0)]
                }),
                ("next to a square", |draw| {
                    let root = $number::from_bits(near(draw, BIAS, BIAS / 2 - 1));
                    let moved = (root * root).to_bits() + draw.below(5) as $bits - 2;
                    [moved, root.to_bits(), border(draw)]
                }),
            ];

            fn soft(bits: $bits) -> $soft {
                <$soft as $trait>::from_bits(bits)
            }

            /// Compares `found` with `expected` on every kind of operands; NaN equals NaN.
            fn compare(found: fn([$soft; 3]) -> $soft, expected: fn([$number; 3]) -> $number) {
                for (seed, (kind, operands)) in KINDS.into_iter().enumerate() {
                    let mut draw = Draw(seed as u64);
                    for _ in 0..CASES {
                        let operands = operands(&mut draw);
                        let (found, expected) = (found(operands.map(soft)), expected(operands.map($number::from_bits)));
                        let same = $trait::to_bits(found) == expected.to_bits()
                            || expected.is_nan()
                                && $trait::to_bits(found) == number(0, FIELDS - 1, 1 << ($fraction - 1));
                        assert!(same, "{kind}: {operands:x?} gave {found:?}, expected {:#x}", expected.to_bits());
                    }
                }
            }

            #[test]
            fn sums_equal_those_of_the_processor() {
                compare(|[a, b, _]| a.add(b), |[a, b, _]| a + b);
                compare(|[a, _, c]| a.add(c), |[a, _, c]| a + c);
            }

            #[test]
            fn differences_equal_those_of_the_processor() {
                compare(|[a, b, _]| a.sub(b), |[a, b, _]| a - b);
                compare(|[a, _, c]| a.sub(c), |[a, _, c]| a - c);
            }

            #[test]
            fn products_equal_those_of_the_processor() {
                compare(|[a, b, _]| a.mul(b), |[a, b, _]| a * b);
            }

            #[test]
            fn quotients_equal_those_of_the_processor() {
                compare(|[a, b, _]| a.div(b), |[a, b, _]| a / b);
                compare(|[a, _, c]| a.div(c), |[a, _, c]| a / c);
            }

            #[test]
            fn fused_products_equal_those_of_the_processor() {
                compare(|[a, b, c]| a.fma(b, c), |[a, b, c]| a.mul_add(b, c));
            }

            #[test]
            fn square_roots_equal_those_of_the_processor() {
                compare(|[a, _, _]| a.sqrt(), |[a, _, _]| a.sqrt());
                compare(|[a, _, _]| a.mul(a).sqrt(), |[a, _, _]| (a * a).sqrt());
            }

            #[test]
            fn signs_change_as_in_the_processor() {
                for (seed, (_, operands)) in KINDS.into_iter().enumerate() {
                    let mut draw = Draw(seed as u64);
                    for bits in operands(&mut draw) {
                        let x = $number::from_bits(bits);
                        assert_eq!($trait::to_bits(soft(bits).neg()), (-x).to_bits());
                        assert_eq!($trait::to_bits(soft(bits).abs()), x.abs().to_bits());
                    }
                }
            }

            #[test]
            fn comparisons_equal_those_of_the_processor() {
                for (seed, (kind, operands)) in KINDS.into_iter().enumerate() {
                    let mut draw = Draw(seed as u64);
                    for _ in 0..CASES {
                        let [a, b, c] = operands(&mut draw);
                        for (a, b) in [(a, b), (a, c), (a, a)] {
                            let (x, y) = ($number::from_bits(a), $number::from_bits(b));
                            assert_eq!(soft(a).partial_cmp(&soft(b)), x.partial_cmp(&y), "{kind}: {a:x} {b:x}");
                            assert_eq!(soft(a) == soft(b), x == y);
                        }
                        assert_eq!(soft(a).is_finite(), $number::from_bits(a).is_finite());
                    }
                }
            }

            #[test]
            fn small_integers_equal_those_of_the_processor() {
                assert_eq!($trait::to_bits($soft::ZERO), 0);
                assert_eq!($trait::to_bits($soft::ONE), (1.0 as $number).to_bits());
                for integer in (0..1 << 24).step_by(1_009).chain([1 << 24, (1 << 24) - 1]) {
                    assert_eq!($trait::to_bits($soft::small(integer)), (integer as $number).to_bits());
                }
            }

            pub(super) fn operands(kind: usize, draw: &mut Draw) -> [$bits; 3] {
                KINDS[kind % KINDS.len()].1(draw)
            }
        }
    };
}

format_tests!(single, f32, u32, Soft32, Binary32, 8, 23);
format_tests!(double, f64, u64, Soft64, Binary64, 11, 52);

fn same64(found: Soft64, expected: f64, input: u64) {
    let same =
        Binary64::to_bits(found) == expected.to_bits() || found.partial_cmp(&found).is_none() && expected.is_nan();
    assert!(same, "{input:#x} gave {found:?}, expected {:#x}", expected.to_bits());
}

#[test]
fn widening_equals_that_of_the_processor() {
    let mut draw = Draw(1);
    for case in 0..CASES {
        for bits in single::operands(case, &mut draw) {
            same64(<Soft32 as Binary32>::from_bits(bits).widen(), f64::from(f32::from_bits(bits)), u64::from(bits));
        }
    }
}

#[test]
fn narrowing_equals_that_of_the_processor() {
    let mut draw = Draw(2);
    for case in 0..CASES {
        for bits in double::operands(case, &mut draw) {
            // Each as it is, and brought next to a binary32 number or a tie of two.
            let single = f64::from(f32::from_bits(bits as u32)).to_bits();
            let tie = single | 1 << 28;
            let steps = (bits >> 40) % 5;
            for bits in [bits, single.wrapping_add(steps).wrapping_sub(2), tie.wrapping_add(steps).wrapping_sub(2)] {
                let found = <Soft64 as Binary64>::from_bits(bits).narrow();
                let expected = f64::from_bits(bits) as f32;
                let same = Binary32::to_bits(found) == expected.to_bits()
                    || found.partial_cmp(&found).is_none() && expected.is_nan();
                assert!(same, "{bits:#x} gave {found:?}, expected {:#x}", expected.to_bits());
            }
        }
    }
}

#[test]
fn rounding_to_integers_equals_that_of_the_processor() {
    let mut draw = Draw(3);
    for case in 0..CASES {
        for bits in double::operands(case, &mut draw) {
            same64(<Soft64 as Binary64>::from_bits(bits).round(), f64::from_bits(bits).round_ties_even(), bits);
            let half = (draw.below(1 << 20) as f64 - 5e5) / 2.0;
            same64(<Soft64 as Binary64>::from_bits(half.to_bits()).round(), half.round_ties_even(), half.to_bits());
        }
    }
}

#[test]
fn elementary_functions_equal_those_over_the_processor() {
    let mut draw = Draw(4);
    for case in 0..CASES / 4 {
        let [any, near_one, _] = double::operands(case, &mut draw);
        let ordinary = ((draw.bits() >> 11) as f64 * 2f64.powi(-53) * 1_500.0 - 750.0).to_bits();
        for bits in [any, near_one, ordinary] {
            let (soft, native) = (<Soft64 as Binary64>::from_bits(bits), f64::from_bits(bits));
            same64(elementary::exp(soft), elementary::exp(native), bits);
            same64(elementary::ln(soft), elementary::ln(native), bits);
            same64(elementary::tanh(soft), elementary::tanh(native), bits);
            same64(elementary::sigmoid(soft), elementary::sigmoid(native), bits);
        }
    }
}

#[test]
fn the_integer_arithmetic_names_no_float() {
    let sources = [
        include_str!("../src/soft/mod.rs"),
        include_str!("../src/soft/format.rs"),
        include_str!("../src/soft/arithmetic.rs"),
    ];
    let words = |source: &'static str| source.split(|character: char| !character.is_alphanumeric() && character != '_');
    assert!(sources.into_iter().flat_map(words).all(|word| !word.ends_with("f32") && !word.ends_with("f64")));
}
