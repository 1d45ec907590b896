//! Who can be drawn, and in which order. Pure.
//!
//! An evaluator draws with up to [`MAX_TICKETS`] lots, one for each [`Config::EvaluatorBond`](crate::Config) in its bond.
//! Each lot has a hash, and the evaluator's rank is the lowest of its own:
//!
//! ```text
//! tickets(evaluator) = min(8, bond / EvaluatorBond)                                             rounded down
//! rank(evaluator)    = min over 0 <= ticket < tickets of derive(seed, domain, (subject, evaluator, ticket))
//! ```
//!
//! The lowest ranks take the seats. That is a draw of lots without replacement in which all lots of a drawn evaluator
//! leave the urn: the first seat goes to an evaluator with probability `tickets / all tickets`, the next one in the same
//! way among those left (Efraimidis and Spirakis, Weighted random sampling with a reservoir, 2006). So a bond that is
//! spread over several accounts has the same chance of the first seat. For the further seats it gains a little, because
//! an account takes one seat only and its spare lots are void: see `spreading_a_bond_gains_little`.
//!
//! Lots that were added at or after the block in which a draw was asked for do not count for it: its seed is nearly known
//! then. Lots that were taken away never count.

use alloc::vec::Vec;
use neurodata_primitives::{validation::MAX_TICKETS, Seed};
use sp_runtime::{
    traits::{AtLeast32BitUnsigned, Saturating},
    SaturatedConversion,
};

/// An active evaluator as a draw sees it.
#[derive(
    Clone, PartialEq, Eq, Debug, codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen,
    scale_info::TypeInfo,
)]
pub struct Candidate<AccountId, BlockNumber> {
    /// The evaluator.
    pub evaluator: AccountId,
    /// Lots that it has now, 0 to [`MAX_TICKETS`] inclusive.
    pub tickets: u8,
    /// Lots that it had before `raised_at`, and that count for draws that were asked for by then.
    pub earlier_tickets: u8,
    /// Block in which `tickets` last rose.
    pub raised_at: BlockNumber,
}

/// Lots that a bond gives; rounds down.
pub fn tickets_of<Balance: AtLeast32BitUnsigned + Copy>(bond: Balance, evaluator_bond: Balance) -> u8 {
    let lots = bond.checked_div(&evaluator_bond).unwrap_or_else(Balance::zero);
    lots.min(u32::from(MAX_TICKETS).into()).saturated_into()
}

impl<AccountId, BlockNumber: Copy + PartialOrd + Saturating> Candidate<AccountId, BlockNumber> {
    /// An evaluator that registers `now`.
    pub const fn new(evaluator: AccountId, tickets: u8, now: BlockNumber) -> Self {
        Self { evaluator, tickets, earlier_tickets: 0, raised_at: now }
    }

    /// Lots that count for a draw that was asked for at `before`.
    pub fn tickets_before(&self, before: BlockNumber) -> u8 {
        if self.raised_at < before {
            self.tickets
        } else {
            self.earlier_tickets.min(self.tickets)
        }
    }

    /// Change the lots to `tickets`, from `now` on.
    ///
    /// `draw_window` are the blocks in which whatever was asked for is drawn. Within it, a second rise leaves the lots from
    /// before the first one in force: a draw may have been asked for earlier than both. That can only count too few.
    pub fn set_tickets(&mut self, tickets: u8, now: BlockNumber, draw_window: BlockNumber) {
        if tickets > self.tickets {
            let is_settled = self.raised_at.saturating_add(draw_window) < now;
            self.earlier_tickets = if is_settled { self.tickets } else { self.earlier_tickets.min(self.tickets) };
            self.raised_at = now;
        }
        self.tickets = tickets;
    }
}

/// The evaluators among `candidates` that have a lot in a draw that was asked for at `before`, lowest rank first; `lot` is
/// the hash of one.
pub fn rank<AccountId: Ord, BlockNumber: Copy + PartialOrd + Saturating>(
    candidates: impl IntoIterator<Item = Candidate<AccountId, BlockNumber>>,
    before: BlockNumber,
    lot: impl Fn(&AccountId, u8) -> Seed,
) -> Vec<AccountId> {
    let mut ranked: Vec<(Seed, AccountId)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let lots = (0..candidate.tickets_before(before)).map(|ticket| lot(&candidate.evaluator, ticket));
            Some((lots.min()?, candidate.evaluator))
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, evaluator)| evaluator).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::draw;
    use std::collections::BTreeMap;

    const WINDOW: u64 = 20;
    const SEEDS: u32 = 10_000;

    /// Evaluators, numbered from 0, with these lots.
    fn candidates(tickets: &[u8]) -> Vec<Candidate<u32, u64>> {
        (0..).zip(tickets).map(|(evaluator, tickets)| Candidate::new(evaluator, *tickets, 0)).collect()
    }

    /// How often each is among the first `seats`, in [`SEEDS`] draws.
    fn seats_of(candidates: &[Candidate<u32, u64>], seats: usize) -> BTreeMap<u32, u32> {
        let mut counts = BTreeMap::new();
        for number in 0..SEEDS {
            let seed = draw::derive(&Seed::new([0; 32]), draw::COMMITTEE_DOMAIN, &number);
            let lot = |evaluator: &u32, ticket| draw::derive(&seed, draw::COMMITTEE_DOMAIN, &(evaluator, ticket));
            for evaluator in rank(candidates.iter().cloned(), 1, lot).into_iter().take(seats) {
                *counts.entry(evaluator).or_default() += 1;
            }
        }
        counts
    }

    /// Within five standard errors of a binomial count.
    fn assert_share(count: u32, share: f64) {
        let expected = f64::from(SEEDS) * share;
        let error = (expected * (1.0 - share)).sqrt();
        assert!((f64::from(count) - expected).abs() < 5.0 * error, "{count}, where {expected} +- {error} is expected");
    }

    #[test]
    fn lots_are_whole_minimum_bonds_up_to_eight() {
        let tickets = |bond: u128| tickets_of(bond, 1_000);
        assert_eq!([999, 1_000, 1_999, 2_000, 8_000, 8_999, 9_000, u128::MAX].map(tickets), [0, 1, 1, 2, 8, 8, 8, 8]);
        assert_eq!(tickets_of(5u128, 0), 0);
    }

    #[test]
    fn seats_are_proportional_to_capped_stake() {
        let tickets = [1, 2, 3, 4, 6, 8, 8];
        let counts = seats_of(&candidates(&tickets), 1);
        for (evaluator, tickets) in (0..).zip(tickets) {
            assert_share(counts[&evaluator], f64::from(tickets) / 32.0);
        }
        // Without replacement: the second seat is proportional among those that the first one left.
        let both = seats_of(&candidates(&[1, 2, 5]), 2);
        let (one, two, five) = (1.0 / 8.0, 2.0 / 8.0, 5.0 / 8.0);
        assert_share(both[&0], one + two * (1.0 / 6.0) + five * (1.0 / 3.0));
        assert_share(both[&1], two + one * (2.0 / 7.0) + five * (2.0 / 3.0));
        assert_share(both[&2], five + one * (5.0 / 7.0) + two * (5.0 / 6.0));
    }

    #[test]
    fn evaluators_with_equal_lots_sit_equally_often() {
        let counts = seats_of(&candidates(&[3; 10]), 3);
        counts.values().for_each(|count| assert_share(*count, 0.3));
    }

    #[test]
    fn spreading_a_bond_gains_little() {
        // Twelve others with four lots each, and a bond of four lots in one account or in four.
        let others = [4; 12];
        let whole = candidates(&[&[4][..], &others].concat());
        let spread = candidates(&[&[1; 4][..], &others].concat());
        let own = |counts: BTreeMap<u32, u32>, accounts| (0..accounts).filter_map(|own| counts.get(&own)).sum::<u32>();
        let share = 4.0 / 52.0;
        assert_share(own(seats_of(&whole, 1), 1), share);
        assert_share(own(seats_of(&spread, 1), 4), share);
        // Three seats: less than a tenth more, in a pool as small as this one.
        let (one, four) = (own(seats_of(&whole, 3), 1), own(seats_of(&spread, 3), 4));
        assert_share(one, 3.0 / 13.0);
        assert!(four < one + one / 10, "{four} seats with four accounts, {one} with one");
    }

    #[test]
    fn the_cap_leaves_the_largest_bond_one_part_in_the_number_of_others_and_eight() {
        let counts = seats_of(&candidates(&[&[8][..], &[1; 24]].concat()), 1);
        assert_share(counts[&0], 8.0 / 32.0);
    }

    #[test]
    fn lots_count_from_the_block_after_their_rise() {
        let mut candidate = Candidate::new((), 1, 10u64);
        assert_eq!([9, 10, 11].map(|before| candidate.tickets_before(before)), [0, 0, 1]);
        candidate.set_tickets(3, 100, WINDOW);
        assert_eq!([99, 100, 101].map(|before| candidate.tickets_before(before)), [1, 1, 3]);
        candidate.set_tickets(2, 105, WINDOW);
        assert_eq!([99, 100, 101].map(|before| candidate.tickets_before(before)), [1, 1, 2], "a loss counts at once");
        candidate.set_tickets(0, 106, WINDOW);
        assert_eq!([99, 101, 200].map(|before| candidate.tickets_before(before)), [0, 0, 0]);
    }

    #[test]
    fn rises_in_turn_smuggle_no_lot_into_a_draw_that_was_asked_for_before_them() {
        let mut candidate = Candidate::new((), 1, 0u64);
        candidate.set_tickets(7, 100, WINDOW);
        candidate.set_tickets(8, 101, WINDOW);
        assert_eq!(candidate.tickets_before(100), 1, "one rise would have hidden the other");
        assert_eq!((candidate.tickets_before(101), candidate.tickets_before(102)), (1, 8));
        // A loss in between hides nothing either.
        candidate.set_tickets(1, 102, WINDOW);
        candidate.set_tickets(8, 103, WINDOW);
        assert_eq!((candidate.tickets_before(100), candidate.tickets_before(104)), (1, 8));
        // Long afterwards everything asked for in between is drawn.
        candidate.set_tickets(5, 200, WINDOW);
        candidate.set_tickets(6, 201, WINDOW);
        assert_eq!((candidate.tickets_before(201), candidate.tickets_before(202)), (5, 6));
    }

    #[test]
    fn who_has_no_lot_has_no_rank() {
        let ranked = rank(candidates(&[0, 1, 0, 8]), 1, |evaluator, _| Seed::new([*evaluator as u8; 32]));
        assert_eq!(ranked, [1, 3]);
        assert!(rank(candidates(&[1, 8]), 0, |_, _| Seed::new([0; 32])).is_empty());
    }
}
