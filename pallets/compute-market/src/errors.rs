//! Why calls are refused.

use frame_support::pallet_macros::pallet_section;

/// The errors of the pallet.
#[pallet_section]
mod errors {
    /// Why a call is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such job; it may have been pruned.
        JobNotFound,
        /// The account is no compute provider.
        ProviderNotFound,
        /// There is no such offer; it may have been withdrawn.
        OfferNotFound,
        /// The account is a compute provider already, perhaps a retired one that has not withdrawn its bond.
        AlreadyExists,
        /// The job or the offer belongs to another account, or the job is assigned to another provider.
        NotAuthorized,
        /// The job's state does not allow this call.
        InvalidState,
        /// The block from which this is possible has not come yet.
        TooEarly,
        /// The last block for this call has passed.
        Expired,
        /// The bond is below the minimum, or does not cover one least breach for each offer.
        BondTooLow,
        /// The provider has retired.
        Retired,
        /// The provider has not retired.
        NotRetired,
        /// The provider still holds jobs.
        JobsOpen,
        /// The provider has as many offers as it may.
        MaxOffersExceeded,
        /// There is no room for another open job; try again when some were matched.
        MaxOpenJobsExceeded,
        /// The owner has as many open jobs as it may; try again when some were matched.
        MaxOpenJobsPerOwnerExceeded,
        /// An offer needs a slot, a machine that reaches the lowest class, and a unit price that is not below the floor.
        InvalidOffer,
        /// The training spec is out of range or does not fit the dataset.
        InvalidSpec(SpecIssue),
        /// The job asks for something out of range.
        InvalidRequest(RequestIssue),
        /// The training use costs more than the owner allows.
        TrainingPriceTooHigh,
        /// No offer fits the job now.
        NoEligibleOffer,
        /// Heartbeats count checkpoints upwards, to the last one of the spec, and never change what one of them said.
        InvalidPosition,
        /// The result contradicts the spec or itself.
        InvalidResult(ResultIssue),
        /// The proof is of another chunk than the one that was drawn.
        WrongChunk,
        /// The randomness that fixes the seed is no longer remembered.
        SeedForgotten,
        /// This state is left by a call of another pallet.
        ExitElsewhere(ExitCall),
        /// Nobody can wrap a key for a recipient key of small order; make a fresh X25519 key.
        UnusableKey,
    }
}
