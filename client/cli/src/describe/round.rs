//! Evaluators, committees and duties in words.

use super::{contributor::contributor, market::working, Description};
use crate::output::lines;
use neurodata_chain::{
    amount::format_nrc, AccountId, BlockNumber, ContributorView, EvaluatorRecord, MarketRules, RoundRecord,
};
use neurodata_primitives::{validation::MAX_TICKETS, Instance, JobId, RoundState, SeatState};
use serde_json::{json, Value};

/// How far a committee has come. Two that are equal show the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Committee {
    instance: Instance,
    state: &'static str,
    /// Last block, inclusive, of that state.
    until: BlockNumber,
    seats: usize,
    /// Seats that have the key, sealed or not.
    with_key: usize,
    /// Seats that sealed a verdict, opened or not.
    sealed: usize,
    revealed: usize,
    /// Whether its members repeat random segments of the run instead of the whole.
    sampled: bool,
    /// Whether the trace under evaluation was shown to be planted.
    planted: bool,
}

impl Committee {
    /// The committee of a round.
    pub fn of(round: &RoundRecord) -> Self {
        let (state, until) = match &round.state {
            RoundState::Drawing { draw_by, .. } => ("drawing", *draw_by),
            RoundState::Sealing { seal_by, .. } => ("sealing", *seal_by),
            RoundState::Revealing { reveal_by } => ("revealing", *reveal_by),
        };
        let count = |is: fn(&SeatState) -> bool| round.seats.iter().filter(|seat| is(&seat.state)).count();
        Self {
            instance: round.instance,
            state,
            until,
            seats: round.seats.len(),
            with_key: count(|state| !matches!(state, SeatState::AwaitingKey)),
            sealed: count(|state| matches!(state, SeatState::Sealed { .. } | SeatState::Revealed { .. })),
            revealed: count(|state| matches!(state, SeatState::Revealed { .. })),
            sampled: round.sampled && round.instance == Instance::First,
            planted: round.planted.is_some(),
        }
    }

    /// Last block, inclusive, of what the committee does now.
    pub const fn until(&self) -> BlockNumber {
        self.until
    }

    /// The committee in both forms.
    pub fn describe(&self) -> Description {
        let Self { instance, state, until, seats, with_key, sealed, revealed, sampled, planted } = self;
        let which = match instance {
            Instance::First => "first committee",
            Instance::Second => "second committee",
        };
        let mut text = match *state {
            "drawing" => format!("{which}: to be drawn by block {until}"),
            _ => format!("{which}, {state}: {with_key} of {seats} have the key, {sealed} sealed, {revealed} opened"),
        };
        if *sampled {
            text.push_str("; each repeats random segments of the run");
        }
        if *planted {
            text.push_str("; the trace was planted to test the committee, the true one gets a round of its own");
        }
        let value = json!({
            "instance": match instance { Instance::First => 1, Instance::Second => 2 },
            "state": state,
            "until": until,
            "seats": seats,
            "with_key": with_key,
            "sealed": sealed,
            "revealed": revealed,
            "sampled": sampled,
            "known_answer": planted,
        });
        Description { text, value }
    }
}

/// Header of the rows of [`duty`].
pub const DUTY_HEADER: [&str; 4] = ["job", "committee", "seat", "owed"];

/// What `evaluator` owes the round of `job` at block `now`, as a row and for programs.
pub fn duty(job: JobId, round: &RoundRecord, evaluator: &AccountId, now: BlockNumber) -> (Vec<String>, Value) {
    let seat = round.seats.iter().find(|seat| seat.evaluator == *evaluator);
    let name = seat.map_or("none", |seat| match &seat.state {
        SeatState::AwaitingKey => "awaiting-key",
        SeatState::Evaluating { .. } => "evaluating",
        SeatState::Sealed { .. } => "sealed",
        SeatState::Revealed { .. } => "revealed",
    });
    let owed = seat.and_then(|seat| match (&round.state, &seat.state) {
        (RoundState::Sealing { seal_by, .. }, SeatState::Evaluating { .. }) => Some(("a sealed verdict", *seal_by)),
        (RoundState::Revealing { reveal_by }, SeatState::Sealed { .. }) => {
            Some(("the opening of its seal", *reveal_by))
        }
        _ => None,
    });
    let owed_text = match (owed, &round.state) {
        (Some((what, by)), _) => format!("{what} by block {by}, {}", super::remaining(by, now)),
        (None, RoundState::Sealing { keys_by, .. }) if name == "awaiting-key" => {
            format!("nothing: its key is due by block {keys_by}")
        }
        (None, _) => "nothing now".into(),
    };
    let committee = Committee::of(round).describe();
    let value = json!({
        "job": job,
        "seat": name,
        "owed": owed.map(|(what, by)| json!({ "what": what, "by": by, "blocks_left": i64::from(by) - i64::from(now) })),
        "committee": committee.value,
    });
    (vec![job.to_string(), committee.text, name.into(), owed_text], value)
}

/// Lots of an evaluator in a draw: how often its bond holds the least bond, at most [`MAX_TICKETS`].
pub fn tickets(record: &EvaluatorRecord, rules: &MarketRules) -> u8 {
    if record.retires_at.is_some() {
        return 0;
    }
    let lots = record.bond.checked_div(rules.evaluator_bond).unwrap_or(0).min(MAX_TICKETS.into());
    u8::try_from(lots).unwrap_or(MAX_TICKETS)
}

/// Header of the rows of [`evaluator_row`].
pub const EVALUATOR_HEADER: [&str; 5] = ["evaluator", "bond", "tickets", "open seats", "state"];

/// An evaluator, as a row and for programs.
pub fn evaluator_row(account: &AccountId, record: &EvaluatorRecord, rules: &MarketRules) -> (Vec<String>, Value) {
    let EvaluatorRecord { bond, recipient_key, open_seats, retires_at, registered_at } = record;
    let tickets = tickets(record, rules);
    let row =
        vec![account.to_string(), format_nrc(*bond), tickets.to_string(), open_seats.to_string(), working(*retires_at)];
    let value = json!({
        "account": account.to_string(),
        "bond": bond.to_string(),
        "tickets": tickets,
        "open_seats": open_seats,
        "recipient_key": recipient_key,
        "registered_at": registered_at,
        "retires_at": retires_at,
    });
    (row, value)
}

/// An evaluator with its duties at block `now`.
pub fn evaluator(
    account: &AccountId,
    record: &EvaluatorRecord,
    rules: &MarketRules,
    duties: &[(JobId, RoundRecord)],
    view: &ContributorView,
    now: BlockNumber,
) -> Description {
    let (_, mut value) = evaluator_row(account, record, rules);
    let of_all = format!(
        "{} of at most {MAX_TICKETS}, one for each {}",
        tickets(record, rules),
        format_nrc(rules.evaluator_bond)
    );
    let mut pairs = vec![
        ("evaluator", account.to_string()),
        ("bond", format_nrc(record.bond)),
        ("tickets in a draw", of_all),
        ("state", working(record.retires_at)),
        ("open seats", record.open_seats.to_string()),
        ("lost by a missed duty", format_nrc(rules.seat_penalty)),
        ("recipient key", record.recipient_key.to_string()),
    ];
    for (job, round) in duties {
        let (row, _) = duty(*job, round, account, now);
        pairs.push(("duty", format!("job {job}, {}: owes {}", row[1], row[3])));
    }
    let (contributions, contributed) = contributor(view);
    pairs.extend(contributions);
    value["duties"] = duties.iter().map(|(job, round)| duty(*job, round, account, now).1).collect();
    value["contributions"] = contributed;
    Description { text: lines(&pairs), value }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::describe::contributor;
    use neurodata_primitives::{RecipientKey, Seat, Seed, TraceRoot, Verdict, VerdictSeal, WrappedKey};

    const EVALUATOR: AccountId = AccountId([9; 32]);

    /// A round in which the seat of an evaluator is in each state once.
    pub fn round(state: RoundState<BlockNumber>) -> RoundRecord {
        let key = WrappedKey { ephemeral_key: RecipientKey::new([1; 32]), sealed_key: [0; 48] };
        let states = [
            SeatState::AwaitingKey,
            SeatState::Evaluating { key },
            SeatState::Sealed { seal: VerdictSeal::new([2; 32]) },
            SeatState::Revealed { verdict: Verdict::Accept, score: 80 },
        ];
        let seats = (6..).zip(states).map(|(byte, state)| Seat { evaluator: AccountId([byte; 32]), state });
        RoundRecord {
            job_owner: AccountId([1; 32]),
            data_provider: AccountId([2; 32]),
            provider: AccountId([3; 32]),
            work_units: 4,
            seed: Seed::new([5; 32]),
            trace: TraceRoot::new([6; 32]),
            probe: None,
            planted: None,
            sampled: false,
            instance: Instance::First,
            earlier: Default::default(),
            seats: seats.collect::<Vec<_>>().try_into().unwrap(),
            state,
        }
    }

    pub fn rules() -> MarketRules {
        MarketRules {
            min_unit_price: 1_000,
            provider_bond: 500,
            least_penalty: 50,
            price_liability: Default::default(),
            max_deliver_within: 10_000,
            evaluator_bond: 200,
            seat_penalty: 40,
            committee_size: 3,
            probe_rate: Default::default(),
        }
    }

    fn record(bond: u128, retires_at: Option<BlockNumber>) -> EvaluatorRecord {
        let recipient_key = RecipientKey::new([4; 32]);
        EvaluatorRecord { bond, recipient_key, open_seats: 2, retires_at, registered_at: 1 }
    }

    #[test]
    fn a_committee_counts_its_seats() {
        let sealing = round(RoundState::Sealing { keys_by: 10, seal_by: 20 });
        let Description { text, value } = Committee::of(&sealing).describe();
        assert_eq!(text, "first committee, sealing: 3 of 4 have the key, 2 sealed, 1 opened");
        assert_eq!(
            (&value["until"], &value["instance"], &value["known_answer"]),
            (&json!(20), &json!(1), &json!(false))
        );
        let sampled = RoundRecord { sampled: true, ..sealing };
        assert!(Committee::of(&sampled).describe().text.ends_with("each repeats random segments of the run"));
        let planted = RoundRecord {
            planted: Some(TraceRoot::new([7; 32])),
            instance: Instance::Second,
            ..round(RoundState::Revealing { reveal_by: 30 })
        };
        let Description { text, value } = Committee::of(&planted).describe();
        assert!(text.starts_with("second committee, revealing") && text.contains("planted"), "{text}");
        assert_eq!((&value["until"], &value["known_answer"]), (&json!(30), &json!(true)));
        let drawing = round(RoundState::Drawing { opened_at: 1, draw_at: 2, draw_by: 40 });
        assert_eq!(Committee::of(&drawing).describe().text, "first committee: to be drawn by block 40");
    }

    #[test]
    fn a_duty_says_what_is_owed_and_how_long_there_is() {
        let owed = |state: RoundState<BlockNumber>, account: u8| {
            let (row, value) = duty(JobId::new(1), &round(state), &AccountId([account; 32]), 15);
            (row[3].clone(), value["owed"].clone())
        };
        let sealing = || RoundState::Sealing { keys_by: 10, seal_by: 20 };
        assert_eq!(owed(sealing(), 6).0, "nothing: its key is due by block 10");
        let (text, value) = owed(sealing(), 7);
        assert!(text.starts_with("a sealed verdict by block 20"), "{text}");
        assert_eq!(value, json!({ "what": "a sealed verdict", "by": 20, "blocks_left": 5 }));
        assert_eq!(owed(sealing(), 8).1, Value::Null);
        let (text, value) = owed(RoundState::Revealing { reveal_by: 14 }, 8);
        assert!(text.contains("opening") && text.contains("past"), "{text}");
        assert_eq!(value["blocks_left"], -1);
        assert_eq!(owed(RoundState::Revealing { reveal_by: 14 }, 9).1, Value::Null, "it is done");
        assert_eq!(owed(sealing(), 5).1, Value::Null, "it has no seat");
    }

    #[test]
    fn tickets_are_whole_bonds_up_to_eight_and_none_after_retiring() {
        let of = |bond, retires_at| tickets(&record(bond, retires_at), &rules());
        assert_eq!([of(199, None), of(200, None), of(799, None), of(u128::MAX, None)], [0, 1, 3, 8]);
        assert_eq!(of(800, Some(9)), 0);
        assert_eq!(tickets(&record(800, None), &MarketRules { evaluator_bond: 0, ..rules() }), 0);
    }

    #[test]
    fn an_evaluator_shows_its_tickets_and_duties() {
        let duties = [(JobId::new(1), round(RoundState::Sealing { keys_by: 10, seal_by: 20 }))];
        let view = contributor::tests::view();
        let Description { text, value } = evaluator(&EVALUATOR, &record(400, None), &rules(), &duties, &view, 15);
        assert_eq!(
            (&value["tickets"], &value["bond"], &value["duties"][0]["seat"]),
            (&json!(2), &json!("400"), &json!("revealed"))
        );
        assert!(text.contains("2 of at most 8") && text.contains("job 1"), "{text}");
    }
}
