//! What the pallet tells the world.

/// The events, which `lib.rs` imports into the pallet.
#[frame_support::pallet_macros::pallet_section]
mod events {
    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An evaluator registered and its bond was placed on hold.
        EvaluatorRegistered {
            /// The evaluator.
            evaluator: T::AccountId,
            /// Bond on hold, in plancks.
            bond: BalanceOf<T>,
        },
        /// An evaluator changed the key under which content keys are wrapped for it.
        RecipientKeySet {
            /// The evaluator.
            evaluator: T::AccountId,
        },
        /// An evaluator gets no new seats from now on: by its own wish, or because its bond was slashed away.
        EvaluatorRetired {
            /// The evaluator.
            evaluator: T::AccountId,
            /// First block at which the bond can be withdrawn.
            retires_at: BlockNumberFor<T>,
        },
        /// An evaluator added to its bond.
        BondAdded {
            /// The evaluator.
            evaluator: T::AccountId,
            /// Amount added, in plancks.
            amount: BalanceOf<T>,
            /// Bond on hold from now on, in plancks.
            bond: BalanceOf<T>,
        },
        /// A retired evaluator got its bond back and was removed.
        BondWithdrawn {
            /// The evaluator.
            evaluator: T::AccountId,
            /// Amount released, in plancks.
            bond: BalanceOf<T>,
        },
        /// A round was opened for a job's result, or went on to a second committee.
        RoundOpened {
            /// The job.
            job: JobId,
            /// Which committee is drawn.
            instance: Instance,
            /// Block whose seed draws the committee.
            draw_at: BlockNumberFor<T>,
            /// Last block, inclusive, for the draw.
            draw_by: BlockNumberFor<T>,
        },
        /// A committee was drawn.
        CommitteeDrawn {
            /// The job.
            job: JobId,
            /// The members, by rank.
            committee: Vec<T::AccountId>,
            /// Last block, inclusive, for keys.
            keys_by: BlockNumberFor<T>,
            /// Last block, inclusive, for seals.
            seal_by: BlockNumberFor<T>,
        },
        /// The compute provider delivered content keys to members.
        EvaluationKeysDelivered {
            /// The job.
            job: JobId,
            /// Who got a key.
            members: Vec<T::AccountId>,
        },
        /// A member sealed its verdict.
        VerdictSealed {
            /// The job.
            job: JobId,
            /// The member.
            evaluator: T::AccountId,
        },
        /// Sealing is over; members may open their seals, and the compute provider its secret.
        RevealingStarted {
            /// The job.
            job: JobId,
            /// Last block, inclusive, for openings.
            reveal_by: BlockNumberFor<T>,
        },
        /// A member opened its seal.
        VerdictRevealed {
            /// The job.
            job: JobId,
            /// The member.
            evaluator: T::AccountId,
            /// What it found.
            verdict: Verdict,
            /// Its score, 1 to 100 inclusive.
            score: u8,
        },
        /// The compute provider opened its secret.
        ProbeOpened {
            /// The job.
            job: JobId,
            /// The secret.
            secret: [u8; 32],
            /// The true trace, if the one that the committee checks was planted.
            planted: Option<TraceRoot>,
        },
        /// A member had the key and did not seal, or sealed and did not open, or accepted a planted trace; or an
        /// inspector was silent, or attested what was proved wrong.
        EvaluatorSlashed {
            /// The job; `None` for an inspector.
            job: Option<JobId>,
            /// The evaluator.
            evaluator: T::AccountId,
            /// Amount taken from its bond, in plancks.
            amount: BalanceOf<T>,
            /// Why, with the evidence.
            cause: PenaltyCause,
        },
        /// A round was decided and removed.
        RoundClosed {
            /// The job.
            job: JobId,
            /// What was decided.
            decision: Decision,
        },
        /// A round was a known-answer task and was removed; the true trace goes to a new one.
        RoundProbed {
            /// The job.
            job: JobId,
            /// The true trace.
            trace: TraceRoot,
            /// The members that found the planted one out.
            found_by: Vec<T::AccountId>,
        },
        /// Everything is open but the decision could not be passed on. The round stays; `close_round` tries again.
        DecisionDeferred {
            /// The job.
            job: JobId,
            /// Why.
            error: DispatchError,
        },
        /// A model is the new best of its task.
        LeaderChanged {
            /// The task.
            task: Task,
            /// The model.
            model: ModelId,
            /// Holdout rows that it classified correctly.
            correct: u32,
            /// Rows of the holdout.
            rows: u32,
        },
    }
}
