//! How the seats of a committee make a decision, and who shares in it. Pure.
//!
//! ```text
//! quorum             = two thirds of the seats, rounded up
//!
//! no seats           -> Undecided
//! keyed < quorum     -> Withheld: the compute provider kept the key from more than a third
//! accepted >= quorum -> Accepted { score: median score of the accepting, rounded down }
//! rejected >= quorum -> Rejected        rejected = opened with Reject + without a key
//! otherwise          -> Undecided
//! ```
//!
//! A seat without a key in a round that is keyed otherwise counts as a rejection: by withholding keys a compute provider can
//! choose who repeats its run, but never gets accepted with fewer votes. Withholding more of them is a breach of its own, and
//! pays those that sealed a verdict all the same.
//!
//! Who opened [`Verdict::Unavailable`] could not get the data. That says nothing about the run: it counts neither way, is paid by
//! no decision and outvoted by none. So data that are kept from committees cost their job a decision and nobody a bond.
//!
//! Members of a first committee repeat random segments of a long run, each its own. Whoever finds one that does not repeat has
//! found the run out, however many drew others: it is accepted only if nobody rejects it, else a second committee repeats
//! the whole.
//!
//! The verdicts of a first committee are not counted with those of the second: they may have been sealed by those who
//! made the first one fail. Who found there what the second one decides is paid all the same.

use alloc::vec::Vec;
use core::cmp::Ordering;
use neurodata_primitives::{Decision, EarlierVerdict, Instance, RoundRecord, Seat, SeatState, Verdict};

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

/// Whether nothing is left to open in a round that reveals: no seal, and no secret.
pub fn is_open<AccountId, BlockNumber>(round: &RoundRecord<AccountId, BlockNumber>) -> bool {
    round.probe.is_none() && !round.seats.iter().any(is_sealed)
}

/// What the member of a seat opened; `None` if it did not.
pub fn verdict<AccountId>(seat: &Seat<AccountId>) -> Option<Verdict> {
    match seat.state {
        SeatState::Revealed { verdict, .. } => Some(verdict),
        SeatState::AwaitingKey | SeatState::Evaluating { .. } | SeatState::Sealed { .. } => None,
    }
}

/// The members that opened `wanted`, in the order of their seats.
pub fn members_with<AccountId>(seats: &[Seat<AccountId>], wanted: Verdict) -> impl Iterator<Item = &AccountId> {
    seats.iter().filter(move |seat| verdict(seat) == Some(wanted)).map(|seat| &seat.evaluator)
}

/// What `seats` decide as they stand.
pub fn decide<AccountId>(seats: &[Seat<AccountId>]) -> Decision {
    let quorum = quorum(seats.len());
    if seats.is_empty() {
        return Decision::Undecided;
    }
    if keyed(seats) < quorum {
        return Decision::Withheld;
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

/// What `round` decides as it stands: what its seats decide; but a first committee that repeated random segments accepts nothing
/// that one of them rejected.
pub fn decide_round<AccountId, BlockNumber>(round: &RoundRecord<AccountId, BlockNumber>) -> Decision {
    let decision = decide(&round.seats);
    let is_sample = round.sampled && round.instance == Instance::First;
    let is_rejected = || members_with(&round.seats, Verdict::Reject).next().is_some();
    if is_sample && matches!(decision, Decision::Accepted { .. }) && is_rejected() {
        Decision::Undecided
    } else {
        decision
    }
}

/// The verdicts of a first committee that a second one can outvote: if its members repeated random segments, rejections alone,
/// since an error may lie in segments that who accepted did not draw.
pub fn opinions_to_account_for<AccountId: Clone, BlockNumber>(
    round: &RoundRecord<AccountId, BlockNumber>,
) -> Vec<EarlierVerdict<AccountId>> {
    let counts = |given: &&EarlierVerdict<AccountId>| !round.sampled || given.verdict == Some(Verdict::Reject);
    round.earlier.iter().filter(counts).cloned().collect()
}

/// The verdict that `decision` follows, and the other one; `None` if it follows none.
const fn sides(decision: Decision) -> Option<(Verdict, Verdict)> {
    match decision {
        Decision::Accepted { .. } => Some((Verdict::Accept, Verdict::Reject)),
        Decision::Rejected => Some((Verdict::Reject, Verdict::Accept)),
        Decision::Undecided | Decision::Withheld => None,
    }
}

/// Who opened `wanted`, first those of an earlier committee, then those of this one.
fn all_with<AccountId: Clone>(
    earlier: &[EarlierVerdict<AccountId>],
    seats: &[Seat<AccountId>],
    wanted: Verdict,
) -> Vec<AccountId> {
    let before = earlier.iter().filter(|given| given.verdict == Some(wanted)).map(|given| &given.evaluator);
    before.chain(members_with(seats, wanted)).cloned().collect()
}

/// Whether a verdict says something about the run.
const fn is_opinion(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Accept | Verdict::Reject => true,
        Verdict::Unavailable => false,
    }
}

/// Who of both committees did the work, first those of an earlier committee: they opened an opinion there, or sealed or opened
/// one here.
fn all_that_worked<AccountId: Clone>(
    earlier: &[EarlierVerdict<AccountId>],
    seats: &[Seat<AccountId>],
) -> Vec<AccountId> {
    let before = earlier.iter().filter(|given| given.verdict.is_some_and(is_opinion)).map(|given| &given.evaluator);
    let has_worked = |seat: &&Seat<AccountId>| is_sealed(seat) || verdict(seat).is_some_and(is_opinion);
    let here = seats.iter().filter(has_worked).map(|seat| &seat.evaluator);
    before.chain(here).cloned().collect()
}

/// The members of `seats` that opened what fewer of them opened than the other verdict; nobody if as many opened each.
fn minority<AccountId: Clone>(seats: &[Seat<AccountId>]) -> Vec<AccountId> {
    let with = |wanted| members_with(seats, wanted).cloned().collect::<Vec<_>>();
    let (accepting, rejecting) = (with(Verdict::Accept), with(Verdict::Reject));
    match accepting.len().cmp(&rejecting.len()) {
        Ordering::Less => accepting,
        Ordering::Equal => Vec::new(),
        Ordering::Greater => rejecting,
    }
}

/// Who of both committees found what `decision` says: nobody for an undecided round. If the keys were withheld, those that
/// sealed a verdict all the same.
pub fn majority<AccountId: Clone>(
    earlier: &[EarlierVerdict<AccountId>],
    seats: &[Seat<AccountId>],
    decision: Decision,
) -> Vec<AccountId> {
    if decision == Decision::Withheld {
        return all_that_worked(earlier, seats);
    }
    sides(decision).map_or_else(Vec::new, |(winning, _)| all_with(earlier, seats, winning))
}

/// Who of both committees found the opposite of what a quorum of `seats` found. If `seats` are undecided and there is no other
/// committee to come, those of them on the smaller side: who undoes a job by its vote loses reputation.
///
/// Nobody, if it took seats without a key to reject: those speak against the compute provider, not against a verdict.
pub fn outvoted<AccountId: Clone>(
    earlier: &[EarlierVerdict<AccountId>],
    seats: &[Seat<AccountId>],
    decision: Decision,
) -> Vec<AccountId> {
    match sides(decision) {
        Some((winning, losing)) if members_with(seats, winning).count() >= quorum(seats.len()) => {
            all_with(earlier, seats, losing)
        },
        None if decision == Decision::Undecided => minority(seats),
        _ => Vec::new(),
    }
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
    use neurodata_primitives::{RecipientKey, RoundState, Seed, TraceRoot, VerdictSeal, WrappedKey};

    const ACCEPT: SeatState = SeatState::Revealed { verdict: Verdict::Accept, score: 80 };
    const REJECT: SeatState = SeatState::Revealed { verdict: Verdict::Reject, score: 1 };
    const UNAVAILABLE: SeatState = SeatState::Revealed { verdict: Verdict::Unavailable, score: 1 };
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
    }

    #[test]
    fn fewer_keys_than_a_quorum_are_withheld() {
        let awaiting = || SeatState::AwaitingKey;
        assert_eq!(decide(&seats([awaiting(), awaiting(), awaiting()])), Decision::Withheld);
        assert_eq!(decide(&seats([evaluating(), awaiting(), awaiting()])), Decision::Withheld);
        assert_eq!(decide(&seats([SEALED, awaiting(), awaiting()])), Decision::Withheld);
        // Five of nine have a key, one fewer than the quorum of six.
        let of_nine = |keyed: usize| seats((0..9).map(|seat| if seat < keyed { SEALED } else { awaiting() }));
        assert_eq!(decide(&of_nine(5)), Decision::Withheld);
        assert_eq!(decide(&of_nine(6)), Decision::Undecided);
    }

    #[test]
    fn who_sealed_all_the_same_has_worked_and_nobody_is_outvoted_by_withheld_keys() {
        let before = earlier([Some(Verdict::Accept), None, Some(Verdict::Reject)]);
        let withheld = seats([SeatState::AwaitingKey, SEALED, evaluating(), SeatState::AwaitingKey]);
        assert_eq!(decide(&withheld), Decision::Withheld);
        assert_eq!(majority(&[], &withheld, Decision::Withheld), [1]);
        assert_eq!(majority(&before, &withheld, Decision::Withheld), [100, 102, 1]);
        assert!(outvoted(&before, &withheld, Decision::Withheld).is_empty());
    }

    #[test]
    fn the_smaller_side_of_an_undecided_committee_is_outvoted() {
        let before = earlier([Some(Verdict::Accept), Some(Verdict::Reject), None]);
        let outvoted = |states: Vec<SeatState>| {
            let committee = seats(states);
            assert_eq!(decide(&committee), Decision::Undecided);
            outvoted(&before, &committee, Decision::Undecided)
        };
        assert_eq!(outvoted(vec![ACCEPT, REJECT, ACCEPT, REJECT, ACCEPT]), [1, 3]);
        assert_eq!(outvoted(vec![REJECT, REJECT, ACCEPT, SEALED]), [2]);
        // A closed seal or a missing key is on no side.
        assert_eq!(outvoted(vec![REJECT, ACCEPT, ACCEPT, SeatState::AwaitingKey, SEALED]), [0]);
        assert!(outvoted(vec![REJECT, ACCEPT, SEALED]).is_empty());
        assert!(outvoted(vec![ACCEPT, SEALED, SEALED]).is_empty(), "nobody was against");
        assert!(outvoted(vec![]).is_empty());
    }

    #[test]
    fn data_that_cannot_be_had_speaks_neither_for_nor_against_a_result() {
        assert_eq!(decide(&seats([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE])), Decision::Undecided);
        assert_eq!(decide(&seats([UNAVAILABLE, UNAVAILABLE, REJECT])), Decision::Undecided);
        assert_eq!(decide(&seats([UNAVAILABLE, UNAVAILABLE, SeatState::AwaitingKey])), Decision::Undecided);
        assert_eq!(decide(&seats([ACCEPT, UNAVAILABLE, ACCEPT])), Decision::Accepted { score: 80 });
        assert_eq!(decide(&seats([REJECT, UNAVAILABLE, REJECT])), Decision::Rejected);
    }

    #[test]
    fn who_found_no_data_is_neither_paid_nor_outvoted() {
        let before = earlier([Some(Verdict::Unavailable), Some(Verdict::Accept), Some(Verdict::Reject)]);
        let committees = [
            (seats([UNAVAILABLE, ACCEPT, ACCEPT]), vec![101, 1, 2], vec![102]),
            (seats([UNAVAILABLE, REJECT, REJECT]), vec![102, 1, 2], vec![101]),
            // Undecided: the smaller side are those that rejected.
            (seats([ACCEPT, ACCEPT, REJECT, UNAVAILABLE, UNAVAILABLE]), vec![], vec![2]),
            (seats([UNAVAILABLE, UNAVAILABLE, ACCEPT]), vec![], vec![]),
            // Withheld: only who had an opinion, or may have one, did the work.
            (seats([SEALED, SeatState::AwaitingKey, SeatState::AwaitingKey]), vec![101, 102, 0], vec![]),
        ];
        for (committee, paid, blamed) in committees {
            let decision = decide(&committee);
            assert_eq!(majority(&before, &committee, decision), paid, "{decision:?}");
            assert_eq!(outvoted(&before, &committee, decision), blamed, "{decision:?}");
        }
    }

    #[test]
    fn the_score_is_the_median_rounded_down() {
        assert_eq!(decide(&accepting(&[90, 10, 50])), Decision::Accepted { score: 50 });
        assert_eq!(decide(&accepting(&[51, 52])), Decision::Accepted { score: 51 });
        assert_eq!(decide(&accepting(&[100, 1, 100, 1])), Decision::Accepted { score: 50 });
        assert_eq!(decide(&accepting(&[100, 100])), Decision::Accepted { score: 100 });
    }

    fn earlier(verdicts: [Option<Verdict>; 3]) -> Vec<EarlierVerdict<u64>> {
        verdicts.into_iter().zip(100..).map(|(verdict, evaluator)| EarlierVerdict { evaluator, verdict }).collect()
    }

    #[test]
    fn the_majority_opened_with_the_decision() {
        let mixed = seats([ACCEPT, REJECT, ACCEPT, SEALED]);
        assert_eq!(majority(&[], &mixed, Decision::Accepted { score: 80 }), [0, 2]);
        assert_eq!(majority(&[], &mixed, Decision::Rejected), [1]);
        assert!(majority(&[], &mixed, Decision::Undecided).is_empty());
    }

    #[test]
    fn an_earlier_committee_shares_in_the_decision_and_makes_none() {
        let before = earlier([Some(Verdict::Accept), Some(Verdict::Reject), None]);
        let accepted = seats([ACCEPT, ACCEPT, REJECT]);
        assert_eq!(majority(&before, &accepted, decide(&accepted)), [100, 0, 1]);
        assert_eq!(outvoted(&before, &accepted, decide(&accepted)), [101, 2]);
        // One more acceptance would be a quorum, were the earlier one counted.
        let undecided = seats([ACCEPT, SEALED, REJECT]);
        assert_eq!(decide(&undecided), Decision::Undecided);
        assert!(majority(&before, &undecided, Decision::Undecided).is_empty());
        assert!(outvoted(&before, &undecided, Decision::Undecided).is_empty());
    }

    #[test]
    fn a_rejection_by_missing_keys_outvotes_nobody() {
        let before = earlier([Some(Verdict::Accept), None, Some(Verdict::Reject)]);
        let keyless = seats([ACCEPT, REJECT, SeatState::AwaitingKey]);
        assert_eq!(decide(&keyless), Decision::Rejected);
        assert_eq!(majority(&before, &keyless, Decision::Rejected), [102, 1]);
        assert!(outvoted(&before, &keyless, Decision::Rejected).is_empty());
        let rejected = seats([ACCEPT, REJECT, REJECT]);
        assert_eq!(outvoted(&before, &rejected, Decision::Rejected), [100, 0]);
    }

    #[test]
    fn every_committee_decides_by_a_quorum_of_all_its_seats() {
        let outcomes: [fn() -> SeatState; 6] =
            [|| ACCEPT, || REJECT, || UNAVAILABLE, || SEALED, || SeatState::AwaitingKey, evaluating];
        for size in 1..=6u32 {
            for number in 0..6usize.pow(size) {
                let states = (0..size).map(|place| outcomes[number / 6usize.pow(place) % 6]());
                let committee = seats(states);
                let needed = quorum(committee.len());
                let count = |wanted: fn(&SeatState) -> bool| {
                    committee.iter().filter(|seat| wanted(&seat.state)).count()
                };
                let accepted = count(|state| *state == ACCEPT);
                let rejected = count(|state| *state == REJECT || *state == SeatState::AwaitingKey);
                match decide(&committee) {
                    Decision::Accepted { score } => assert!(accepted >= needed && score == 80),
                    Decision::Rejected => assert!(rejected >= needed && keyed(&committee) >= needed),
                    Decision::Undecided => assert!(accepted < needed && rejected < needed),
                    Decision::Withheld => assert!(keyed(&committee) < needed && accepted < needed),
                }
            }
        }
    }

    fn round(sampled: bool, instance: Instance, states: Vec<SeatState>) -> RoundRecord<u64, u32> {
        RoundRecord {
            job_owner: 200,
            data_provider: 201,
            provider: 202,
            work_units: 1,
            seed: Seed::new([0; 32]),
            trace: TraceRoot::new([0; 32]),
            probe: None,
            planted: None,
            sampled,
            instance,
            earlier: earlier([Some(Verdict::Accept), Some(Verdict::Reject), None]).try_into().unwrap(),
            seats: seats(states).try_into().unwrap(),
            state: RoundState::Revealing { reveal_by: 9 },
        }
    }

    #[test]
    fn one_member_that_found_a_bad_segment_stops_the_acceptance_of_a_sampled_run() {
        let of = |sampled, instance, states| decide_round(&round(sampled, instance, states));
        let mixed = || vec![ACCEPT, ACCEPT, REJECT];
        assert_eq!(of(true, Instance::First, mixed()), Decision::Undecided);
        assert_eq!(of(false, Instance::First, mixed()), Decision::Accepted { score: 80 });
        assert_eq!(of(true, Instance::Second, mixed()), Decision::Accepted { score: 80 });
        assert_eq!(of(true, Instance::First, vec![ACCEPT, ACCEPT, SEALED]), Decision::Accepted { score: 80 });
        assert_eq!(of(true, Instance::First, vec![ACCEPT, REJECT, REJECT]), Decision::Rejected);
    }

    #[test]
    fn who_drew_other_segments_is_not_outvoted() {
        let states = || vec![REJECT, REJECT, REJECT];
        let sampled = opinions_to_account_for(&round(true, Instance::Second, states()));
        assert_eq!(sampled.iter().map(|given| given.evaluator).collect::<Vec<_>>(), [101], "who rejected without cause is");
        assert_eq!(opinions_to_account_for(&round(false, Instance::Second, states())).len(), 3);
    }
}
