//! How the seats of a committee make a decision. Pure.

use alloc::vec::Vec;
use neurodata_primitives::{Decision, Seat, SeatState, Verdict};

/// Seats that decide: two thirds of `seats`, rounded up.
pub const fn quorum(seats: usize) -> usize {
    seats.saturating_mul(2).div_ceil(3)
}

/// Seats to which the compute provider delivered the content key.
pub fn keyed<AccountId>(seats: &[Seat<AccountId>]) -> usize {
    seats.iter().filter(|seat| seat.state != SeatState::AwaitingKey).count()
}

/// Whether a seat owes the opening of its seal.
pub fn is_sealed<AccountId>(seat: &Seat<AccountId>) -> bool {
    matches!(seat.state, SeatState::Sealed { .. })
}

/// What `seats` decide as they stand.
///
/// ```text
/// no seats            -> Undecided
/// keyed < quorum      -> Rejected
/// accepted >= quorum  -> Accepted { median score of the accepting }
/// rejected >= quorum  -> Rejected        rejected = opened with Reject + without a key
/// otherwise           -> Undecided
/// ```
pub fn decide<AccountId>(seats: &[Seat<AccountId>]) -> Decision {
    let quorum = quorum(seats.len());
    if seats.is_empty() {
        return Decision::Undecided;
    }
    if keyed(seats) < quorum {
        return Decision::Rejected;
    }
    let scores: Vec<u8> = seats
        .iter()
        .filter_map(|seat| match seat.state {
            SeatState::Revealed { verdict: Verdict::Accept, score } => Some(score),
            _ => None,
        })
        .collect();
    let rejected = seats
        .iter()
        .filter(|seat| {
            matches!(seat.state, SeatState::AwaitingKey | SeatState::Revealed { verdict: Verdict::Reject, .. })
        })
        .count();
    if scores.len() >= quorum {
        Decision::Accepted { score: median(scores) }
    } else if rejected >= quorum {
        Decision::Rejected
    } else {
        Decision::Undecided
    }
}

/// The accounts that opened a verdict with `decision`, in the order of their seats; nobody for an undecided round.
pub fn majority<AccountId: Clone>(seats: &[Seat<AccountId>], decision: Decision) -> Vec<AccountId> {
    let winning = match decision {
        Decision::Accepted { .. } => Verdict::Accept,
        Decision::Rejected => Verdict::Reject,
        Decision::Undecided => return Vec::new(),
    };
    seats
        .iter()
        .filter(|seat| matches!(seat.state, SeatState::Revealed { verdict, .. } if verdict == winning))
        .map(|seat| seat.evaluator.clone())
        .collect()
}

/// The median, rounded down between two middle values; 0 of nothing.
fn median(mut scores: Vec<u8>) -> u8 {
    scores.sort_unstable();
    let lower = scores.get(scores.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    let upper = scores.get(scores.len() / 2).copied().unwrap_or_default();
    // The lower of two sorted values plus half their distance: no overflow.
    lower.saturating_add(upper.saturating_sub(lower) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{RecipientKey, VerdictSeal, WrappedKey};

    const ACCEPT: SeatState = SeatState::Revealed { verdict: Verdict::Accept, score: 80 };
    const REJECT: SeatState = SeatState::Revealed { verdict: Verdict::Reject, score: 1 };
    const SEALED: SeatState = SeatState::Sealed { seal: VerdictSeal::new([1; 32]) };

    fn evaluating() -> SeatState {
        SeatState::Evaluating { key: WrappedKey { ephemeral_key: RecipientKey::new([1; 32]), sealed_key: [2; 48] } }
    }

    fn seats(states: impl IntoIterator<Item = SeatState>) -> Vec<Seat<u64>> {
        states.into_iter().zip(0..).map(|(state, evaluator)| Seat { evaluator, state }).collect()
    }

    fn accepting(scores: &[u8]) -> Vec<Seat<u64>> {
        seats(scores.iter().map(|score| SeatState::Revealed { verdict: Verdict::Accept, score: *score }))
    }

    #[test]
    fn a_quorum_is_two_thirds_rounded_up() {
        let quorums: Vec<usize> = (1..=9).map(quorum).collect();
        assert_eq!(quorums, [1, 2, 2, 3, 4, 4, 5, 6, 6]);
    }

    #[test]
    fn two_of_three_decide() {
        assert_eq!(decide(&seats([ACCEPT, ACCEPT, REJECT])), Decision::Accepted { score: 80 });
        assert_eq!(decide(&seats([ACCEPT, REJECT, REJECT])), Decision::Rejected);
        assert_eq!(decide(&seats([ACCEPT, REJECT, SEALED])), Decision::Undecided);
        assert_eq!(decide(&seats([ACCEPT, evaluating(), evaluating()])), Decision::Undecided);
        assert_eq!(decide(&seats([SEALED, SEALED, SEALED])), Decision::Undecided);
        assert_eq!(decide(&seats([])), Decision::Undecided);
    }

    #[test]
    fn a_seat_without_a_key_counts_as_a_rejection() {
        let awaiting = || SeatState::AwaitingKey;
        assert_eq!(decide(&seats([ACCEPT, ACCEPT, awaiting()])), Decision::Accepted { score: 80 });
        assert_eq!(decide(&seats([ACCEPT, REJECT, awaiting()])), Decision::Rejected);
        assert_eq!(decide(&seats([ACCEPT, awaiting(), awaiting()])), Decision::Rejected);
        assert_eq!(decide(&seats([SEALED, awaiting(), awaiting()])), Decision::Rejected);
        // Five of nine have a key, one fewer than the quorum of six.
        let five = [ACCEPT, ACCEPT, ACCEPT, ACCEPT, ACCEPT];
        assert_eq!(decide(&seats(five.into_iter().chain((0..4).map(|_| awaiting())))), Decision::Rejected);
    }

    #[test]
    fn the_score_is_the_median_rounded_down() {
        assert_eq!(decide(&accepting(&[90, 10, 50])), Decision::Accepted { score: 50 });
        assert_eq!(decide(&accepting(&[51, 52])), Decision::Accepted { score: 51 });
        assert_eq!(decide(&accepting(&[100, 1, 100, 1])), Decision::Accepted { score: 50 });
        assert_eq!(decide(&accepting(&[100, 100])), Decision::Accepted { score: 100 });
    }

    #[test]
    fn the_majority_opened_with_the_decision() {
        let mixed = seats([ACCEPT, REJECT, ACCEPT, SEALED]);
        assert_eq!(majority(&mixed, Decision::Accepted { score: 80 }), [0, 2]);
        assert_eq!(majority(&mixed, Decision::Rejected), [1]);
        assert!(majority(&mixed, Decision::Undecided).is_empty());
    }

    #[test]
    fn every_committee_decides_by_a_quorum_of_all_its_seats() {
        let outcomes: [fn() -> SeatState; 5] = [|| ACCEPT, || REJECT, || SEALED, || SeatState::AwaitingKey, evaluating];
        for size in 1..=6u32 {
            for number in 0..5usize.pow(size) {
                let states = (0..size).map(|place| outcomes[number / 5usize.pow(place) % 5]());
                let committee = seats(states);
                let needed = quorum(committee.len());
                let count = |wanted: fn(&SeatState) -> bool| {
                    committee.iter().filter(|seat| wanted(&seat.state)).count()
                };
                let accepted = count(|state| *state == ACCEPT);
                let rejected = count(|state| *state == REJECT || *state == SeatState::AwaitingKey);
                match decide(&committee) {
                    Decision::Accepted { score } => assert!(accepted >= needed && score == 80),
                    Decision::Rejected => assert!(rejected >= needed || keyed(&committee) < needed),
                    Decision::Undecided => assert!(accepted < needed && rejected < needed),
                }
            }
        }
    }
}
