//! The calls of the market; what they do stands in the modules beside this one.

use frame_support::pallet_macros::pallet_section;

/// The calls of the pallet.
#[pallet_section]
mod calls {
    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Become a compute provider and put `bond` on hold until `withdraw_bond`.
        ///
        /// ## Dispatch Origin
        /// Signed by an account that is no provider.
        ///
        /// ## Errors
        /// - [`Error::AlreadyExists`]: the account is a provider; a retired one withdraws its bond first.
        /// - [`Error::BondTooLow`]: `bond` is below [`Config::ProviderBond`].
        /// - Errors of the currency if the account cannot hold the bond out of money that is not locked.
        ///
        /// ## Events
        /// [`Event::ProviderRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_provider())]
        pub fn register_provider(origin: OriginFor<T>, bond: BalanceOf<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_register_provider(provider, bond)
        }

        /// Offer a machine with `capability` at `unit_price` (plancks per work unit) for `slots` jobs side by side.
        ///
        /// A provider may make several offers. An offer counts as the highest machine class that its machine reaches, and takes
        /// jobs of that class and those below it on the same device; see [`machine`].
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: register first.
        /// - [`Error::Retired`]: a retired provider makes no offers.
        /// - [`Error::InvalidOffer`]: no slots, a machine below the lowest class, or a price below [`Config::MinUnitPrice`].
        /// - [`Error::MaxOffersExceeded`]: withdraw or update another offer.
        /// - [`Error::BondTooLow`]: the bond does not cover one least breach for each offer; see `add_bond`.
        ///
        /// ## Events
        /// [`Event::OfferAdded`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::add_offer())]
        pub fn add_offer(
            origin: OriginFor<T>,
            capability: Capability,
            unit_price: BalanceOf<T>,
            slots: u32,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_add_offer(provider, capability, unit_price, slots)
        }

        /// Withdraw an offer; jobs that were matched with it go on.
        ///
        /// ## Dispatch Origin
        /// Signed by the compute provider that made it.
        ///
        /// ## Errors
        /// - [`Error::OfferNotFound`]: there is no such offer.
        /// - [`Error::NotAuthorized`]: it is somebody else's.
        ///
        /// ## Events
        /// [`Event::OfferWithdrawn`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::withdraw_offer())]
        pub fn withdraw_offer(origin: OriginFor<T>, offer: OfferId) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_withdraw_offer(provider, offer)
        }

        /// Take no more jobs and start the retirement period, at whose end the bond can be withdrawn.
        ///
        /// Withdraws all offers. Jobs that the provider holds must be finished; their breaches still reach the bond.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: the account is no provider.
        /// - [`Error::Retired`]: it has retired already.
        ///
        /// ## Events
        /// [`Event::ProviderRetired`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::retire_provider(T::MaxOffersPerProvider::get()))]
        pub fn retire_provider(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
            let provider = ensure_signed(origin)?;
            let offers = Self::do_retire_provider(provider)?;
            Ok(Some(T::WeightInfo::retire_provider(offers)).into())
        }

        /// Get back what is left of the bond and stop being a provider.
        ///
        /// ## Dispatch Origin
        /// Signed by a retired compute provider.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: the account is no provider.
        /// - [`Error::NotRetired`]: retire first.
        /// - [`Error::TooEarly`]: before [`ProviderRecord::retires_at`].
        /// - [`Error::JobsOpen`]: finish or release the jobs first.
        ///
        /// ## Events
        /// [`Event::BondWithdrawn`].
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::withdraw_bond())]
        pub fn withdraw_bond(origin: OriginFor<T>) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_withdraw_bond(provider)
        }

        /// Post a job and move its escrow out of the signer's account; it is matched at once if an offer fits, else
        /// queued.
        ///
        /// ```text
        /// escrow = work units * max_unit_price + training price
        /// ```
        ///
        /// [`Config::JobDeposit`] is put on hold beside it and comes back with `prune_job`.
        ///
        /// ## Dispatch Origin
        /// Signed by whoever pays and will own the model.
        ///
        /// ## Errors
        /// - [`Error::InvalidRequest`]: requirements, highest price, delivery time or baseline are out of range.
        /// - Errors of the model registry: the signer may not derive such a model from the parent.
        /// - Errors of the dataset's terms: the dataset is not active, or not sold to this owner for this algorithm.
        /// - [`Error::TrainingPriceTooHigh`]: the training use costs more than `max_training_price`.
        /// - [`Error::InvalidSpec`]: the spec is out of range or does not fit the dataset.
        /// - [`Error::MaxOpenJobsExceeded`], [`Error::MaxOpenJobsPerOwnerExceeded`]: no offer fits, and so many jobs wait already.
        /// - [`ArithmeticError::Overflow`](sp_runtime::ArithmeticError): the escrow exceeds what a balance can express.
        /// - Errors of the currency if the account cannot pay the escrow out of money that is not locked, or cannot
        ///   hold the deposit.
        ///
        /// ## Events
        /// [`Event::JobPosted`], then [`Event::JobMatched`] if an offer fits.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::post_job(MAX_HEADS, MAX_LOOKS, MAX_SKIPS))]
        pub fn post_job(
            origin: OriginFor<T>,
            request: JobRequest<BalanceOf<T>, BlockNumberFor<T>>,
        ) -> DispatchResultWithPostInfo {
            let owner = ensure_signed(origin)?;
            let Effort { heads, looks, skips } = Self::do_post_job(owner, request)?;
            Ok(Some(T::WeightInfo::post_job(heads, looks, skips)).into())
        }

        /// Take a job back.
        ///
        /// Before it is accepted that costs nothing: the escrow is refunded, the deposit comes with `prune_job`, and a provider
        /// that the job is reserved for goes free. A job that awaits its key is not cancelled: a cancellation that overtook the
        /// delivery would leave the wrapped key readable in the transaction pool, unpaid. Delivery or its expiry end that state
        /// soon. Once the job runs the data provider is paid the training price, and the provider may prove with
        /// `submit_progress`, for [`Config::ProgressPeriod`] blocks, how far it came: that part of the price is paid if a
        /// committee accepts it. The rest is refunded then.
        ///
        /// ## Dispatch Origin
        /// Signed by the job owner.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::NotAuthorized`]: the job is somebody else's.
        /// - [`Error::InvalidState`]: it awaits its key, was cancelled already, its result is under evaluation, or it is over.
        ///
        /// ## Events
        /// [`Event::JobClosed`], or [`Event::JobStopping`] for a job that runs.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::cancel_job())]
        pub fn cancel_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_cancel_job(owner, job)
        }

        /// Assign an open job to the best offer that fits, or close it if the terms of its data no longer permit it.
        ///
        /// The terms are those of now: expired ones, a buyer or an algorithm that they no longer name, or a condemned
        /// dataset close the job as expired, and the owner is refunded. A delisted dataset still serves, at the agreed
        /// price.
        ///
        /// An offer fits whose class is that of the job or a higher one on the same device, whose unit price is within the
        /// owner's maximum and that has a free slot. Its provider's bond must cover what this job could cost it beside the jobs
        /// that it holds; the provider has not failed or declined this job, and is neither the job owner nor the data
        /// provider. Best is the lowest price adjusted by reputation ([`machine::adjusted_price`]), among equals the offer with
        /// the lower id. The search ends after [`MAX_LOOKS`] offers, of providers that cannot have the job counting the first
        /// alone, and after [`MAX_SKIPS`] further ones of these; then the offer that the signer names as `hint` is taken if
        /// it fits. A hint's machine needs only what the job requires, not the job's class.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not open.
        /// - [`Error::Expired`]: its time to be matched is over; `expire_job` closes it.
        /// - [`Error::NoEligibleOffer`]: no offer fits, nor does the hint.
        ///
        /// ## Events
        /// [`Event::JobMatched`] or [`Event::JobClosed`].
        #[pallet::call_index(7)]
        #[pallet::weight(
            T::WeightInfo::match_job(MAX_HEADS, MAX_LOOKS.saturating_add(1), MAX_SKIPS)
                .max(T::WeightInfo::close_open_job())
        )]
        pub fn match_job(origin: OriginFor<T>, job: JobId, hint: Option<OfferId>) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let turn = Self::do_match_job(job, hint)?;
            Ok(Some(turn.weight_of_call::<T::WeightInfo>()).into())
        }

        /// Accept a matched job and open the training use; the data provider wraps the key for `recipient_key`.
        ///
        /// `probe` binds the secret by which the chain decides whether this job's result carries a known-answer task; see
        /// [`probe`](neurodata_primitives::probe).
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that the job is matched with.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not matched.
        /// - [`Error::NotAuthorized`]: it is matched with another provider.
        /// - [`Error::Expired`]: the last block for accepting, inclusive, has passed.
        /// - [`Error::UnusableKey`]: make a fresh recipient key.
        /// - Errors of the dataset registry.
        ///
        /// ## Events
        /// [`Event::JobAccepted`].
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::accept_job())]
        pub fn accept_job(
            origin: OriginFor<T>,
            job: JobId,
            recipient_key: RecipientKey,
            probe: ProbeCommitment,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_accept_job(provider, job, recipient_key, probe)
        }

        /// Give a job back that runs; it is queued for somebody else, or closed after the last attempt.
        ///
        /// This is a breach: it costs a part of the bond, of which the job owner gets 20 %, and reputation, and the data
        /// provider is paid the training price out of the bond as well. The provider gets no second try at the job. A job
        /// that awaits its key is not given back, for the reason told at `cancel_job`. Against a key that is late or wrong
        /// there is `expire_delivery` and `complain_training_key` of the dataset registry, which cost the provider nothing;
        /// before accepting there is `decline_job`.
        ///
        /// A job that its owner cancelled while it ran is given back without any loss; it closes.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it neither runs nor stops; before accepting there is `decline_job`.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        ///
        /// ## Events
        /// [`Event::JobReleased`], for a breach [`Event::DamagesPaid`] and [`Event::BondSlashed`], then
        /// [`Event::JobQueuedAgain`] or [`Event::JobClosed`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::release_job())]
        pub fn release_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_release_job(provider, job)
        }

        /// Report that the run has reached the checkpoint at index `position`, whose digest is `checkpoint`, and get time for
        /// the next heartbeat.
        ///
        /// Index 0 are the initial parameters: nothing beyond them is reached yet. While nothing new is reached the last report
        /// is repeated. The committee compares the digest with its own run, so a forged one is a rejected result.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it does not run.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        /// - [`Error::Expired`]: the last block for this heartbeat, inclusive, has passed.
        /// - [`Error::InvalidPosition`]: behind the last position, beyond the spec's last checkpoint, or another digest for the
        ///   same position.
        ///
        /// ## Events
        /// [`Event::HeartbeatReceived`].
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::heartbeat())]
        pub fn heartbeat(
            origin: OriginFor<T>,
            job: JobId,
            position: u32,
            checkpoint: CheckpointDigest,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_heartbeat(provider, job, Progress { position, checkpoint })
        }

        /// Commit to the result of a training run, with a proof of the chunk that was drawn; its evaluation begins.
        ///
        /// The proof shows that the key was right, so the data provider is paid the training price now.
        ///
        /// A late heartbeat does not matter here as long as nobody reported it.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it does not run.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        /// - [`Error::Expired`]: the last block for the result, inclusive, has passed.
        /// - [`Error::InvalidResult`]: the result contradicts the spec or itself.
        /// - [`Error::WrongChunk`]: prove the challenged chunk.
        /// - Errors of the dataset registry for a proof that does not hold, and of model validation.
        ///
        /// ## Events
        /// [`Event::ResultSubmitted`].
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::submit_result())]
        pub fn submit_result(
            origin: OriginFor<T>,
            job: JobId,
            result: ResultCommitment,
            proof: AuditProof,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_submit_result(provider, job, result, proof)
        }

        /// End what missed its deadline: an open job closes, a provider in breach loses the job and a part of its bond, a job
        /// that its owner cancelled while it ran closes without progress.
        ///
        /// If the job ran, the data provider is paid the training price out of the bond as well. The reporter gets 10 % of the
        /// penalty; [`Config::DeadlineGrace`] blocks later the hook ends the deadline, and that part is burned. Where there is no
        /// penalty the reporter pays no fee; a call that is refused costs one.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::TooEarly`]: no deadline has passed.
        /// - [`Error::ExitElsewhere`]: a job that awaits its key is left by `expire_delivery`, one under evaluation by
        ///   `close_round`.
        /// - [`Error::InvalidState`]: the job is over; `prune_job` removes it.
        ///
        /// ## Events
        /// [`Event::JobClosed`] for an open or cancelled job; for a breach [`Event::DamagesPaid`] if the job ran, and
        /// [`Event::BondSlashed`], then [`Event::JobQueuedAgain`] or [`Event::JobClosed`].
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::expire_job())]
        pub fn expire_job(origin: OriginFor<T>, job: JobId) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            let was_breach = Self::do_expire_job(reporter, job)?;
            Ok(if was_breach { Pays::Yes } else { Pays::No }.into())
        }

        /// Remove the record of a job that has been over for long enough, and give its owner the deposit back.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not over.
        /// - [`Error::TooEarly`]: before the block named in its state.
        ///
        /// ## Events
        /// [`Event::JobPruned`].
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::prune_job())]
        pub fn prune_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_prune_job(job)
        }

        /// Refuse a job before accepting it; it is queued for somebody else.
        ///
        /// This costs nothing of the bond and no reputation, and is no attempt; the job may be matched for as many blocks more as
        /// were left when it was matched. The provider is not matched with the job again as long as
        /// it is among the last sixteen that failed or declined it.
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that the job is matched with.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it is not matched; a job that runs is given back by `release_job`.
        /// - [`Error::NotAuthorized`]: it is matched with another provider.
        /// - [`Error::Expired`]: the last block for accepting, inclusive, has passed: silence is a breach.
        ///
        /// ## Events
        /// [`Event::JobDeclined`], then [`Event::JobQueuedAgain`].
        #[pallet::call_index(14)]
        #[pallet::weight(T::WeightInfo::decline_job())]
        pub fn decline_job(origin: OriginFor<T>, job: JobId) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_decline_job(provider, job)
        }

        /// Add `amount` to the signer's bond, so that it covers more jobs, or again what a slash took from it.
        ///
        /// ## Dispatch Origin
        /// Signed by a compute provider that has not retired.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: register first.
        /// - [`Error::Retired`]: withdraw the bond and register again.
        /// - [`ArithmeticError::Overflow`](sp_runtime::ArithmeticError): no balance can express the sum.
        /// - Errors of the currency if the account cannot hold the amount out of money that is not locked.
        ///
        /// ## Events
        /// [`Event::BondAdded`].
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::add_bond(T::MaxOffersPerProvider::get()))]
        pub fn add_bond(origin: OriginFor<T>, amount: BalanceOf<T>) -> DispatchResultWithPostInfo {
            let provider = ensure_signed(origin)?;
            let offers = Self::do_add_bond(provider, amount)?;
            Ok(Some(T::WeightInfo::add_bond(offers)).into())
        }

        /// Change an offer; jobs that were matched with it keep their price and their slots.
        ///
        /// After that there may be more slots taken than there are; the offer takes new jobs when one is free again.
        ///
        /// ## Dispatch Origin
        /// Signed by the compute provider that made it.
        ///
        /// ## Errors
        /// - [`Error::OfferNotFound`]: there is no such offer.
        /// - [`Error::NotAuthorized`]: it is somebody else's.
        /// - [`Error::InvalidOffer`]: no slots, a machine below the lowest class, or a price below [`Config::MinUnitPrice`].
        ///
        /// ## Events
        /// [`Event::OfferUpdated`].
        #[pallet::call_index(16)]
        #[pallet::weight(T::WeightInfo::update_offer())]
        pub fn update_offer(
            origin: OriginFor<T>,
            offer: OfferId,
            capability: Capability,
            unit_price: BalanceOf<T>,
            slots: u32,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_update_offer(provider, offer, capability, unit_price, slots)
        }

        /// Commit to the first `checkpoints` checkpoints of a run that its owner cancelled, with a proof of the chunk that was
        /// drawn; their evaluation begins.
        ///
        /// Accepted, they earn `floor(price * (checkpoints - 1) / (all checkpoints - 1))`. The initial parameters are the first
        /// checkpoint. At most one lies beyond the last heartbeat, so that nothing is earned by computing on after the
        /// cancellation:
        ///
        /// ```text
        /// max(2, position + 1) <= checkpoints <= position + 2          position: of the last heartbeat, 0 without one
        /// ```
        ///
        /// ## Dispatch Origin
        /// Signed by the provider that holds the job.
        ///
        /// ## Errors
        /// - [`Error::JobNotFound`]: there is no such job.
        /// - [`Error::InvalidState`]: it was not cancelled while it ran.
        /// - [`Error::NotAuthorized`]: another provider holds it.
        /// - [`Error::Expired`]: the last block for the proof of progress, inclusive, has passed.
        /// - [`Error::InvalidResult`]: fewer checkpoints than two or than the last heartbeat said, more than one beyond it, or
        ///   more than the spec has.
        /// - [`Error::WrongChunk`]: prove the challenged chunk.
        /// - Errors of the dataset registry for a proof that does not hold, and of model validation.
        ///
        /// ## Events
        /// [`Event::ProgressSubmitted`].
        #[pallet::call_index(17)]
        #[pallet::weight(T::WeightInfo::submit_progress())]
        pub fn submit_progress(
            origin: OriginFor<T>,
            job: JobId,
            checkpoints: u32,
            trace: TraceRoot,
            proof: AuditProof,
        ) -> DispatchResult {
            let provider = ensure_signed(origin)?;
            Self::do_submit_progress(provider, job, checkpoints, trace, proof)
        }

        /// Put the offers of `provider` where they belong in the index: by its reputation as it is now, and in or out by what
        /// its bond covers at today's parameters.
        ///
        /// ## Dispatch Origin
        /// Signed by anyone.
        ///
        /// ## Errors
        /// - [`Error::ProviderNotFound`]: the account is no provider.
        #[pallet::call_index(18)]
        #[pallet::weight(T::WeightInfo::refresh_offers(T::MaxOffersPerProvider::get()))]
        pub fn refresh_offers(origin: OriginFor<T>, provider: T::AccountId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let offers = Self::do_refresh_offers(provider)?;
            Ok(Some(T::WeightInfo::refresh_offers(offers)).into())
        }
    }
}
