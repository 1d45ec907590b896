//! The loop that every role runs in: connect, follow blocks, act, try again.

use crate::{
    error::{Error, Kind},
    journal::{Identity, Journal},
    options::CommonOptions,
};
use futures::{FutureExt, StreamExt};
use neurodata_chain::{account_of, AccountId, BlockNumber, BlockStream, Call, Chain, Keypair, Refusal};
use std::{
    collections::{HashMap, HashSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{watch, Notify};

/// First pause between two attempts to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest time for one attempt to connect.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest pause between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Without a block for this long, a worker looks by itself: ten block times.
const BLOCK_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest pause, in blocks, before a call that was refused is tried again.
const LONGEST_BACKOFF: BlockNumber = 32;

/// Calls that are submitted before the first of them is in a block.
const SIDE_BY_SIDE: usize = 16;

/// How the client names errors of what an account has: too little of it, or frozen.
const TOKEN_ERROR: &str = "Token error";

/// Becomes true when the worker has to end.
pub type Shutdown = watch::Receiver<bool>;

/// What every role has.
pub struct Worker {
    /// The connection to the node.
    pub chain: Chain,
    /// The account of the worker.
    pub account: AccountId,
    /// The journal.
    pub journal: Arc<Journal>,
    /// Notified when work on a thread of its own ends, so that the next step need not wait for a block.
    pub task_ended: Arc<Notify>,
    signer: Keypair,
    url: String,
    /// Whether everything that an earlier connection submitted is in a block, or gone.
    caught_up: bool,
    backoff: Backoff,
    said: HashSet<String>,
    jobs_left: Option<u32>,
}

/// What became of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is in a block, and did what it is for.
    Done,
    /// The chain said no.
    Refused(Refusal),
    /// It was refused a short time ago, and not tried again yet.
    NotYet,
}

impl Outcome {
    /// Whether it did what it is for.
    pub fn is_done(&self) -> bool {
        *self == Self::Done
    }

    /// Whether the account could pay the fee but not what the call puts on hold.
    pub fn is_unaffordable(&self) -> bool {
        match self {
            // The errors of holds are no pallet's.
            Self::Refused(Refusal::Dispatch(reason)) => reason.starts_with(TOKEN_ERROR),
            Self::Refused(Refusal::Pallet { pallet, .. }) => pallet == "Balances",
            Self::Refused(Refusal::Invalid(_)) | Self::Done | Self::NotYet => false,
        }
    }
}

/// One role's part of the loop.
pub trait Steps {
    /// Look at the chain's state after the best block `now`, and do what it asks for.
    ///
    /// It may be dropped at any await point, so that it must leave the journal in a state from which the next step
    /// goes on.
    fn step(&mut self, worker: &mut Worker, now: BlockNumber) -> impl Future<Output = Result<(), Error>>;

    /// End work in progress; what the journal holds goes on after the next start.
    fn stop(self) -> impl Future<Output = ()>;
}

/// Calls that were refused, and when to try them again.
#[derive(Default, Debug)]
struct Backoff(HashMap<String, (BlockNumber, BlockNumber)>);

impl Backoff {
    fn is_ready(&self, what: &str, now: BlockNumber) -> bool {
        self.0.get(what).is_none_or(|(ready_at, _)| now >= *ready_at)
    }

    /// Wait for 1, 2, 4, ... blocks.
    fn failed(&mut self, what: &str, now: BlockNumber) {
        let pause = self.0.get(what).map_or(1, |(_, pause)| pause.saturating_mul(2).min(LONGEST_BACKOFF));
        // What nobody has tried for a long time is forgotten.
        self.0.retain(|_, (ready_at, _)| *ready_at + 8 * LONGEST_BACKOFF > now);
        self.0.insert(what.into(), (now + pause, pause));
    }

    fn succeeded(&mut self, what: &str) {
        self.0.remove(what);
    }
}

impl Worker {
    /// Open the journal, connect, and check that both belong together. `Ok(None)` if the shutdown came first.
    pub async fn start(role: &str, options: &CommonOptions, shutdown: &mut Shutdown) -> Result<Option<Self>, Error> {
        let signer = options.signer()?;
        let account = account_of(&signer);
        let journal = Arc::new(Journal::open(&options.base_path)?);
        let connected = tokio::select! {
            chain = connect(&options.url, None, options.connect_timeout()) => chain?,
            () = ended(shutdown) => return Ok(None),
        };
        let genesis = hex::encode(connected.genesis());
        journal.claim(&Identity { genesis: genesis.clone(), role: role.into(), account: account.to_string() })?;
        tracing::info!(role, %account, url = %options.url, genesis = %format!("0x{genesis}"), "connected");
        Ok(Some(Self {
            chain: connected,
            account,
            journal,
            task_ended: Arc::default(),
            signer,
            url: options.url.clone(),
            caught_up: false,
            backoff: Backoff::default(),
            said: HashSet::new(),
            jobs_left: options.max_jobs,
        }))
    }

    /// Submit `call` for the purpose `what`, unless it was refused a short time ago. Says what became of it.
    ///
    /// A refusal is logged and no error: the state of the chain decides what comes next.
    pub async fn act(&mut self, now: BlockNumber, what: &str, call: Call) -> Result<Outcome, Error> {
        let outcomes = self.act_all(now, vec![(what.to_owned(), call)]).await?;
        Ok(outcomes.into_iter().next().unwrap_or(Outcome::NotYet))
    }

    /// As [`Self::act`] for several calls that do not depend on each other: they are submitted side by side. Says for
    /// each what became of it.
    pub async fn act_all(&mut self, now: BlockNumber, calls: Vec<(String, Call)>) -> Result<Vec<Outcome>, Error> {
        let submissions = calls.into_iter().map(|(what, call)| {
            let ready = self.backoff.is_ready(&what, now);
            let (chain, signer) = (&self.chain, &self.signer);
            async move {
                let outcome = if ready { Some(chain.submit(signer, call).await) } else { None };
                (what, outcome)
            }
        });
        // In the order of the calls, and at most as many at a time as a pool takes from one account without complaint.
        let outcomes: Vec<_> = futures::stream::iter(submissions).buffered(SIDE_BY_SIDE).collect().await;
        let (mut done, mut failure) = (Vec::new(), None);
        for (what, outcome) in outcomes {
            match outcome {
                None => done.push(Outcome::NotYet),
                Some(Ok(receipt)) => {
                    tracing::info!(block = receipt.block_number, fee = %receipt.fee, "{what}: done");
                    self.backoff.succeeded(&what);
                    done.push(Outcome::Done);
                }
                Some(Err(error)) => {
                    if let neurodata_chain::Error::Refused { refusal, .. } = &error {
                        tracing::warn!("{what}: {error}");
                        self.backoff.failed(&what, now);
                        done.push(Outcome::Refused(refusal.clone()));
                    } else {
                        failure = Some(error);
                    }
                }
            }
        }
        failure.map_or(Ok(done), |error| Err(error.into()))
    }

    /// Whether nothing that this account submitted over an earlier connection waits to be included: what it does is not
    /// in the chain's state yet, and would be done twice.
    async fn is_caught_up(&mut self) -> Result<bool, Error> {
        if !self.caught_up {
            self.caught_up = !self.chain.has_pending(&self.account).await?;
            if !self.caught_up {
                tracing::info!("waiting for what was submitted before to be included");
            }
        }
        Ok(self.caught_up)
    }

    /// Whether `what`, which failed before, may be tried again.
    pub fn may_retry(&self, now: BlockNumber, what: &str) -> bool {
        self.backoff.is_ready(what, now)
    }

    /// Note that `what` failed and is to be tried again later.
    pub fn note_failure(&mut self, now: BlockNumber, what: &str) {
        self.backoff.failed(what, now);
    }

    /// Whether `message` is said for the first time; it need not be said at every block.
    pub fn is_new(&mut self, message: &str) -> bool {
        self.said.insert(message.to_owned())
    }

    /// Count a job that is over.
    pub fn finish_job(&mut self) {
        self.jobs_left = self.jobs_left.map(|left| left.saturating_sub(1));
    }

    fn is_done(&self) -> bool {
        self.jobs_left == Some(0)
    }

    /// Connect again, to the same chain.
    async fn reconnect(&mut self) -> Result<(), Error> {
        self.chain = connect(&self.url, Some(self.chain.genesis()), None).await?;
        self.caught_up = false;
        Ok(())
    }
}

/// Run `steps` until the shutdown, the last job, or an error that only a person can mend.
pub async fn run(mut worker: Worker, mut steps: impl Steps, mut shutdown: Shutdown) -> Result<(), Error> {
    let outcome = tokio::select! {
        outcome = follow(&mut worker, &mut steps) => outcome,
        () = ended(&mut shutdown) => {
            tracing::info!("stopping");
            Ok(())
        }
    };
    steps.stop().await;
    outcome
}

async fn follow(worker: &mut Worker, steps: &mut impl Steps) -> Result<(), Error> {
    loop {
        match follow_connected(worker, steps).await {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == Kind::Retryable => {
                tracing::warn!("{error}; trying again");
                tokio::time::sleep(FIRST_PAUSE).await;
                worker.reconnect().await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Follow blocks until the connection breaks.
async fn follow_connected(worker: &mut Worker, steps: &mut impl Steps) -> Result<(), Error> {
    let mut blocks = worker.chain.blocks().await?;
    loop {
        let now = tokio::select! {
            block = tokio::time::timeout(BLOCK_TIMEOUT, newest(&mut blocks)) => match block {
                Ok(Some(block)) => block?,
                // A subscription may end or fall silent with the connection under it.
                Ok(None) | Err(_) => {
                    blocks = worker.chain.blocks().await?;
                    worker.chain.best_block().await?.number
                }
            },
            () = worker.task_ended.notified() => worker.chain.best_block().await?.number,
        };
        if !worker.is_caught_up().await? {
            continue;
        }
        steps.step(worker, now).await?;
        if worker.is_done() {
            tracing::info!("the last job is over");
            return Ok(());
        }
    }
}

/// Wait for a block; of several that are there already, take the newest.
async fn newest(blocks: &mut BlockStream) -> Option<Result<BlockNumber, Error>> {
    let mut newest = blocks.next().await?;
    while let Some(Some(next)) = blocks.next().now_or_never() {
        newest = next;
    }
    Some(newest.map(|block| block.number).map_err(Error::from))
}

/// Connect to the node at `url`, to the chain with this genesis if it is given; keep trying until `timeout`.
async fn connect(url: &str, genesis: Option<[u8; 32]>, timeout: Option<Duration>) -> Result<Chain, Error> {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let left = timeout.map(|timeout| timeout.saturating_sub(started.elapsed()));
        match connect_once(url, genesis, left.unwrap_or(ATTEMPT_TIMEOUT).min(ATTEMPT_TIMEOUT)).await {
            Ok(chain) => return Ok(chain),
            Err(error) if !error.is_retryable() => return Err(error.into()),
            Err(error) if left.is_some_and(|left| left <= pause) => return Err(error.into()),
            Err(error) => tracing::warn!("{error} Trying again in {} ms", pause.as_millis()),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One attempt. The client below tries again by itself for minutes, silently, so it is cut short here.
async fn connect_once(
    url: &str,
    genesis: Option<[u8; 32]>,
    patience: Duration,
) -> Result<Chain, neurodata_chain::Error> {
    let attempt = async {
        match genesis {
            Some(genesis) => Chain::connect_to(url, genesis).await,
            None => Chain::connect(url).await,
        }
    };
    tokio::time::timeout(patience, attempt).await.unwrap_or_else(|_| {
        let reason = format!("no answer within {} ms", patience.as_millis());
        Err(neurodata_chain::Error::Unreachable { url: url.into(), reason })
    })
}

async fn ended(shutdown: &mut Shutdown) {
    // An error means that the sender is gone, and with it everybody who could want the worker to go on.
    let _ = shutdown.wait_for(|ended| *ended).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_waits_longer_each_time() {
        let mut backoff = Backoff::default();
        assert!(backoff.is_ready("x", 10));
        let mut now = 10;
        for pause in [1, 2, 4, 8, 16, 32, 32] {
            backoff.failed("x", now);
            assert!(!backoff.is_ready("x", now + pause - 1));
            assert!(backoff.is_ready("x", now + pause));
            assert!(backoff.is_ready("y", now));
            now += pause;
        }
        backoff.succeeded("x");
        backoff.failed("x", now);
        assert!(backoff.is_ready("x", now + 1));
    }

    #[test]
    fn what_is_not_tried_any_more_is_forgotten() {
        let mut backoff = Backoff::default();
        backoff.failed("x", 10);
        backoff.failed("y", 1_000);
        assert_eq!(backoff.0.len(), 1);
    }

    #[test]
    fn a_lack_of_funds_is_told_from_other_refusals() {
        let unaffordable = |refusal| Outcome::Refused(refusal).is_unaffordable();
        assert!(unaffordable(Refusal::Dispatch("Token error: Funds are unavailable.".into())));
        let pallet = |pallet: &str| Refusal::Pallet {
            pallet: pallet.into(),
            error: "InsufficientBalance".into(),
            docs: String::new(),
            reasons: Vec::new(),
        };
        assert!(unaffordable(pallet("Balances")) && !unaffordable(pallet("Sales")));
        // Who cannot pay a fee cannot decline either.
        assert!(!unaffordable(Refusal::Invalid("inability to pay some fees".into())));
        assert!(!unaffordable(Refusal::Dispatch("BadOrigin".into())));
        assert!(!Outcome::Done.is_unaffordable() && !Outcome::NotYet.is_unaffordable());
    }

    #[tokio::test]
    async fn of_several_blocks_the_newest_counts() {
        let block = |number| Ok(neurodata_chain::Block { number, hash: [0; 32] });
        let mut blocks: BlockStream = Box::pin(futures::stream::iter([block(1), block(2), block(3)]));
        assert_eq!(newest(&mut blocks).await.unwrap().unwrap(), 3);
        assert!(newest(&mut blocks).await.is_none());
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_given_up_after_the_timeout() {
        let error = connect("ws://127.0.0.1:1", None, Some(Duration::from_millis(700))).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Retryable);
        assert!(error.to_string().contains("ws://127.0.0.1:1"), "{error}");
    }
}
