//! What the market knows of a compute provider, and how it is brought in order.

use super::ComputeProvider;
use crate::{
    decide::{
        compute::{Standing, MAX_JOBS},
        offers::{decide_offers, decide_registration, is_misplaced, Change, Offer, Registration},
    },
    service::Worker,
    Error,
};
use neurodata_chain::{
    amount::format_nrc, calls, AccountId, BlockNumber, JobRecord, JobState, MarketRules, OfferRecord, ProviderRecord,
};
use neurodata_primitives::{Capability, DeviceClass, JobId, OfferId};
use std::collections::BTreeMap;

/// Open jobs of each own machine class that are looked at in a block, the best paying: the market matches by itself
/// what can be matched.
const LOOKS_PER_CLASS: u32 = 16;
/// Fewest blocks between two calls that move the offers to the present reputation.
const REFRESH_BLOCKS: BlockNumber = 100;

/// What the chain says of this provider at one block.
pub(super) struct Market {
    account: AccountId,
    provider: Option<ProviderRecord>,
    offers: Vec<(OfferId, OfferRecord)>,
    devices: Vec<DeviceClass>,
    rules: MarketRules,
}

impl Market {
    pub(super) fn standing(&self) -> Standing<'_> {
        Standing {
            account: &self.account,
            provider: self.provider.as_ref(),
            offers: &self.offers,
            devices: &self.devices,
            rules: &self.rules,
        }
    }

    /// Note that the market was asked for a job with this offer: it is left alone for the rest of the step, since what
    /// the chain says of it is no longer known.
    pub(super) fn note_match(&mut self, offer: OfferId) {
        self.offers.retain(|(id, _)| *id != offer);
        if let Some(provider) = &mut self.provider {
            provider.open_jobs = provider.open_jobs.saturating_add(1);
        }
    }

    /// Memory in bytes that the offer of a job has, or the largest if the offer is gone.
    pub(super) fn memory_of(&self, job: &JobRecord, wanted: &[Offer]) -> u64 {
        let assigned = match &job.state {
            JobState::Matched { assignment, .. } => self.offers.iter().find(|(id, _)| *id == assignment.offer),
            _ => None,
        };
        let largest = || wanted.iter().map(|offer| offer.capability.memory_mib).max().unwrap_or(0);
        u64::from(assigned.map_or_else(largest, |(_, offer)| offer.capability.memory_mib)) << 20
    }
}

impl ComputeProvider {
    /// Read what the market knows of this provider.
    pub(super) async fn market(&mut self, worker: &Worker) -> Result<Market, Error> {
        let rules = worker.chain.market_rules().await?;
        let provider = worker.chain.provider(&worker.account).await?;
        let offers = self.own_offers(worker, provider.as_ref()).await?;
        let devices = self.workshop.devices.classes();
        Ok(Market { account: worker.account.clone(), provider, offers, devices, rules })
    }

    /// Register, and bring bond and offers in order, as far as that is needed.
    pub(super) async fn take_part(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        market: &Market,
    ) -> Result<(), Error> {
        let Market { provider, offers, rules, .. } = market;
        match decide_registration(provider.as_ref(), &self.wanted, rules, &self.limits) {
            Registration::Ready => self.change_offers(worker, now, provider.as_ref(), offers, rules).await?,
            Registration::Register { bond } => {
                let what = format!("register as a compute provider with a bond of {}", format_nrc(bond));
                worker.act(now, &what, calls::register_provider(bond)).await?;
            }
            Registration::AddBond { amount } => {
                let what = format!("add {} to the bond", format_nrc(amount));
                worker.act(now, &what, calls::add_provider_bond(amount)).await?;
            }
            Registration::Short { needed } => {
                let message = format!(
                    "the bond is too low: offers, slots and jobs need {}; --max-bond allows it to be raised",
                    format_nrc(needed)
                );
                if worker.is_new(&message) {
                    tracing::warn!("{message}");
                }
                self.change_offers(worker, now, provider.as_ref(), offers, rules).await?;
            }
            Registration::Retired => {
                if worker.is_new("retired") {
                    tracing::warn!(
                        "the account retired as a compute provider: open jobs are finished, new ones do not come"
                    );
                }
            }
        }
        Ok(())
    }

    /// The provider's offers. They are listed only when some of them are not known.
    async fn own_offers(
        &mut self,
        worker: &Worker,
        provider: Option<&ProviderRecord>,
    ) -> Result<Vec<(OfferId, OfferRecord)>, Error> {
        let Some(provider) = provider else { return Ok(Vec::new()) };
        let mut offers = Vec::new();
        for id in &self.offers {
            offers.extend(worker.chain.offer(*id).await?.map(|offer| (*id, offer)));
        }
        if u64::from(provider.offers) != offers.len() as u64 {
            offers = worker.chain.all_offers(Some(&worker.account)).await?;
        }
        self.offers = offers.iter().map(|(id, _)| *id).collect();
        Ok(offers)
    }

    /// Make the offers on chain the wanted ones, and have them ranked by the present reputation.
    async fn change_offers(
        &mut self,
        worker: &mut Worker,
        now: BlockNumber,
        provider: Option<&ProviderRecord>,
        offers: &[(OfferId, OfferRecord)],
        rules: &MarketRules,
    ) -> Result<(), Error> {
        let Some(provider) = provider else { return Ok(()) };
        let changes = decide_offers(provider, offers, &self.wanted, rules);
        for change in &changes {
            let (what, call) = match *change {
                Change::Withdraw(id) => (format!("withdraw offer {id}"), calls::withdraw_offer(id)),
                Change::Update(id, Offer { capability, unit_price, slots }) => {
                    (format!("change offer {id}"), calls::update_offer(id, capability, unit_price, slots))
                }
                Change::Add(Offer { capability, unit_price, slots }) => (
                    format!("offer {slots} slots at {} a work unit", format_nrc(unit_price)),
                    calls::add_offer(capability, unit_price, slots),
                ),
            };
            worker.act(now, &what, call).await?;
        }
        if changes.is_empty() && !offers.is_empty() && now >= self.refresh_at {
            let reputation = worker.chain.contributor_view(&worker.account).await?.reputation;
            if is_misplaced(offers, reputation) {
                let what = format!("have the offers ranked by a reputation of {reputation}");
                let call = calls::refresh_offers(worker.account.clone());
                if worker.act(now, &what, call).await?.is_done() {
                    self.refresh_at = now.saturating_add(REFRESH_BLOCKS);
                }
            }
        }
        Ok(())
    }

    /// Open jobs that own offers may fit, the best paying of each class.
    pub(super) async fn open_jobs(
        &self,
        worker: &Worker,
        market: &Market,
    ) -> Result<BTreeMap<JobId, JobRecord>, Error> {
        let mut capabilities: BTreeMap<_, Capability> = BTreeMap::new();
        if market.provider.as_ref().is_none_or(|provider| provider.open_jobs >= MAX_JOBS) {
            return Ok(BTreeMap::new());
        }
        for (_, offer) in market.offers.iter().filter(|(_, offer)| offer.slots_taken < offer.slots) {
            capabilities.extend(offer.capability.offered_class().map(|class| (class, offer.capability)));
        }
        let mut open = BTreeMap::new();
        for capability in capabilities.into_values() {
            open.extend(worker.chain.open_jobs(capability, None, LOOKS_PER_CLASS).await?.0);
        }
        Ok(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::compute::{decide_besides, Action, JobView, Local};
    use crate::decide::fixtures::{job, machine, matched, offer, provider, rules, NOW, OFFER, PROVIDER};

    fn market() -> Market {
        let second = OfferRecord { capability: machine(4, 8_192), ..offer() };
        Market {
            account: PROVIDER,
            provider: Some(provider(1_000)),
            offers: vec![(OFFER, offer()), (OfferId::new(9), second)],
            devices: vec![DeviceClass::Cpu],
            rules: rules(),
        }
    }

    fn decided(id: u64, market: &Market) -> Action {
        let job = job(JobState::Open { match_by: NOW + 5 });
        let id = JobId::new(id);
        let view = JobView { now: NOW, standing: market.standing(), id, job: &job, training_use: None, round: None };
        decide_besides(&view, &Local::default())
    }

    #[test]
    fn an_offer_is_named_once_in_a_step() {
        let mut market = market();
        let mut named = Vec::new();
        for id in 1..9 {
            if let Action::Match { offer } = decided(id, &market) {
                market.note_match(offer);
                named.push(offer);
            }
        }
        assert_eq!(named, [OFFER, OfferId::new(9)]);
    }

    #[test]
    fn what_was_asked_for_in_a_step_counts_among_the_jobs_that_are_held() {
        let mut market = market();
        market.provider = Some(ProviderRecord { open_jobs: MAX_JOBS - 1, ..provider(1_000) });
        assert_eq!(decided(1, &market), Action::Match { offer: OFFER });
        market.note_match(OFFER);
        assert_eq!(decided(2, &market), Action::Ignore);
    }

    #[test]
    fn a_job_has_the_memory_of_its_offer() {
        let market = market();
        let wanted = [Offer { capability: machine(8, 3), unit_price: 1, slots: 1 }];
        assert_eq!(market.memory_of(&job(matched(NOW)), &wanted), 2_048 << 20);
        let gone = Market { offers: Vec::new(), ..market };
        assert_eq!(gone.memory_of(&job(matched(NOW)), &wanted), 3 << 20);
    }
}
