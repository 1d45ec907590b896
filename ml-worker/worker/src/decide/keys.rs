//! The key server: which training uses get their key now.

use neurodata_chain::{AccountId, BlockNumber, DatasetRecord, JobRecord, JobState, TrainingUse};
use neurodata_primitives::TrainingUseState;

/// What to do about one training use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// It is another data provider's, or its key is delivered.
    Ignore,
    /// The job's seed is not known yet, so a delivery would be refused.
    Wait,
    /// Wrap the content key and deliver it.
    Deliver,
    /// The deadline passed; the job owner or anybody else ends the use.
    Late,
}

/// Decide about `training_use` of `dataset` for `job` at the best block `now`.
pub fn decide(
    now: BlockNumber,
    account: &AccountId,
    training_use: &TrainingUse,
    dataset: &DatasetRecord,
    job: Option<&JobRecord>,
) -> Action {
    let TrainingUseState::AwaitingKey { deliver_by } = training_use.state else { return Action::Ignore };
    if dataset.owner != *account {
        return Action::Ignore;
    }
    if now >= deliver_by {
        // A transaction lands in the next block at the earliest.
        return Action::Late;
    }
    match job.map(|job| &job.state) {
        Some(JobState::AwaitingKey { accepted_at, .. }) if now > *accepted_at => Action::Deliver,
        _ => Action::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::fixtures::*;
    use neurodata_primitives::{DatasetId, RecipientKey};

    fn training_use(state: TrainingUseState<BlockNumber>) -> TrainingUse {
        TrainingUse {
            dataset: DatasetId::new(1),
            job: JOB,
            provider: PROVIDER,
            recipient_key: RecipientKey::new([1; 32]),
            price: 1,
            state,
        }
    }

    fn awaiting(accepted_at: BlockNumber) -> JobRecord {
        job(accepted(accepted_at))
    }

    const AWAITING: TrainingUseState<BlockNumber> = TrainingUseState::AwaitingKey { deliver_by: NOW + 5 };

    #[test]
    fn a_key_is_delivered_once_the_seed_can_be_known() {
        let open = training_use(AWAITING);
        assert_eq!(decide(NOW, &DATA_PROVIDER, &open, &dataset(), Some(&awaiting(NOW - 1))), Action::Deliver);
        assert_eq!(decide(NOW, &DATA_PROVIDER, &open, &dataset(), Some(&awaiting(NOW))), Action::Wait);
        assert_eq!(decide(NOW, &DATA_PROVIDER, &open, &dataset(), None), Action::Wait);
    }

    #[test]
    fn a_key_is_never_delivered_twice_or_for_somebody_else() {
        let delivered = training_use(TrainingUseState::Delivered { key: wrapped() });
        assert_eq!(decide(NOW, &DATA_PROVIDER, &delivered, &dataset(), Some(&awaiting(1))), Action::Ignore);
        assert_eq!(decide(NOW, &OTHER, &training_use(AWAITING), &dataset(), Some(&awaiting(1))), Action::Ignore);
    }

    #[test]
    fn a_late_key_is_not_delivered() {
        let late = training_use(TrainingUseState::AwaitingKey { deliver_by: NOW });
        assert_eq!(decide(NOW, &DATA_PROVIDER, &late, &dataset(), Some(&awaiting(1))), Action::Late);
    }
}
