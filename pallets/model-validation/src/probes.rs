//! Known-answer tasks from their commitment to the opening. Owns [`Probes`].
//!
//! A compute provider whose lot is drawn ([`neurodata_primitives::probe`]) submits a planted trace. While members open
//! their seals it opens its secret, and with it the links of the true trace:
//!
//! ```text
//! secret opened, no links                  the round goes on; a provider that was drawn pays the job's penalty
//! secret opened, links of another trace    only if drawn, and if the submitted one is planted from them: the round is a
//!                                          known-answer task, whatever its verdicts are
//! secret not opened by `reveal_by`         as if drawn: the provider pays the job's penalty; the verdicts decide
//! ```
//!
//! A run that ended before its first step has no course to plant anything in: its links show that.
//!
//! Planting is a duty: who skips it is reported with `OnDecision::probe_skipped`, once, before the decision is passed on, and
//! the compute market takes the penalty. The secret can be opened until `reveal_by`, however early members open their seals.
//!
//! The rate is the one of the block in which the round was opened, so that a change of the parameter makes nobody's plant
//! a forgery. If nobody sealed, there was no time for opening, and the secret waits for the second committee.

use crate::*;
use frame_support::pallet_prelude::*;
use neurodata_primitives::{
    probe,
    seams::{EvaluationRequest, OnDecision},
    trace, RoundState,
};
use sp_runtime::Permill;

/// What the chain keeps of a round's known-answer task beside its commitment.
#[derive(
    Clone, PartialEq, Eq, Debug, codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen,
    scale_info::TypeInfo,
)]
pub enum Probe {
    /// The provider owes its secret. Left by `open_probe`, and by the end of the round.
    #[codec(index = 0)]
    Closed {
        /// Share of results that are drawn.
        rate: Permill,
    },
    /// The trace under evaluation was planted. Left by the end of the round.
    #[codec(index = 1)]
    Planted {
        /// The provider's secret: part of the evidence.
        secret: [u8; 32],
    },
}

impl<T: Config> Pallet<T> {
    /// Fix the rate of a new round that has a commitment.
    pub(crate) fn begin_probe(job: JobId, request: &EvaluationRequest<T::AccountId>) {
        if request.probe.is_some() {
            Probes::<T>::insert(job, Probe::Closed { rate: T::ProbeRate::get() });
        }
    }

    /// Returns whether the round is over.
    pub(crate) fn do_open_probe(
        provider: T::AccountId,
        job: JobId,
        secret: [u8; 32],
        links: Option<TraceLinks>,
    ) -> Result<bool, DispatchError> {
        let mut round = Self::round(job)?;
        ensure!(round.provider == provider, Error::<T>::NotAuthorized);
        let RoundState::Revealing { reveal_by } = round.state else {
            return Err(Error::<T>::WrongState.into());
        };
        ensure!(frame_system::Pallet::<T>::block_number() <= reveal_by, Error::<T>::Expired);
        let commitment = round.probe.ok_or(Error::<T>::NoProbe)?;
        let Some(Probe::Closed { rate }) = Probes::<T>::get(job) else {
            return Err(Error::<T>::NoProbe.into());
        };
        ensure!(probe::commitment(job, &provider, &secret) == commitment, Error::<T>::SecretMismatch);
        let is_drawn = probe::is_drawn(&secret, &round.seed, rate);
        let has_nothing_to_plant = links.as_ref().is_some_and(|links| {
            trace::root(links) == round.trace && probe::plant(links, &secret).as_slice() == links.as_slice()
        });
        let planted = links.as_ref().map(|links| trace::root(links)).filter(|trace| *trace != round.trace);
        if let Some(links) = links.filter(|_| planted.is_some()) {
            ensure!(is_drawn, Error::<T>::ProbeNotDrawn);
            ensure!(trace::root(&probe::plant(&links, &secret)) == round.trace, Error::<T>::PlantMismatch);
        }

        round.probe = None;
        round.planted = planted;
        Rounds::<T>::insert(job, &round);
        Self::deposit_event(Event::ProbeOpened { job, secret, planted });
        if planted.is_some() {
            Probes::<T>::insert(job, Probe::Planted { secret });
        } else {
            Probes::<T>::remove(job);
            if is_drawn && !has_nothing_to_plant {
                T::OnDecision::probe_skipped(job)?;
            }
        }
        Ok(Self::try_conclude(job, round))
    }
}
