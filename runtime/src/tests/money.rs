//! Where NRC comes from and where fees go, through the pallets of the SDK.

use frame_support::{
    assert_ok,
    traits::{
        fungible::{Balanced, Inspect},
        tokens::{Fortitude, Precision, Preservation},
        Hooks, OnUnbalanced,
    },
};
use neurodata_primitives::money::NRC;
use pallet_authorship::EventHandler;
use pallet_nrc_token::FeeSplit;
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_runtime::{DigestItem, Permill};
use sp_staking::EraIndex;

use super::{support::*, *};
use params::{groups::token, RuntimeParameters};
use world::*;

fn alice() -> AccountId {
    sp_keyring::Sr25519Keyring::Alice.to_account_id()
}

fn active_era() -> EraIndex {
    pallet_staking::ActiveEra::<Runtime>::get().map_or(0, |era| era.index)
}

/// End sessions until an era ends in which Alice authored all blocks.
fn end_era() {
    let era = active_era();
    pallet_timestamp::Now::<Runtime>::put(1_000);
    Staking::on_finalize(System::block_number());
    <Staking as EventHandler<AccountId, BlockNumber>>::note_author(alice());
    // BABE expects to know the author when a session ends.
    pallet_babe::Initialized::<Runtime>::put(None::<PreDigest>);
    for _ in 0..3 * constants::SESSIONS_PER_ERA {
        if active_era() != era {
            return;
        }
        Session::rotate_session();
    }
    panic!("no era ended");
}

#[test]
fn an_era_reaches_validators_pool_stakers_and_treasury() {
    on_chain(|| {
        let staker = funded(70);
        assert_ok!(Rewards::stake(signed(&staker), 100 * NRC));
        let (treasury, pool) = (adapters::TreasuryAccount::get(), Rewards::pool_status());
        let (had, issuance) = (Balances::free_balance(&treasury), Balances::total_issuance());
        let alice_had = Balances::total_balance(&alice());
        end_era();

        // 500 NRC: 70 % for stakers when they ask, 20 % for the pool, the rest for the treasury.
        assert_eq!(Balances::free_balance(&treasury), had + 50 * NRC);
        let now = Rewards::pool_status();
        let income = now.available + now.owed_to_stakers - pool.available - pool.owed_to_stakers;
        assert_eq!(income, 100 * NRC);
        assert!((24 * NRC..=25 * NRC).contains(&now.owed_to_stakers), "a quarter is for stakes: {now:?}");
        assert_eq!(Rewards::contributor(&staker).stake_reward, now.owed_to_stakers);
        assert_eq!(Balances::total_issuance(), issuance + 150 * NRC);
        assert_eq!(NrcToken::outstanding(), 350 * NRC);

        assert_ok!(Staking::payout_stakers(signed(&funded(71)), alice(), 0));
        assert_eq!(Balances::total_balance(&alice()), alice_had + 350 * NRC);
        assert_eq!(NrcToken::outstanding(), 0);
    });
}

#[test]
fn governance_moves_the_shares_of_an_era_within_its_limits() {
    on_chain(|| {
        set(RuntimeParameters::Token(token::Parameters::InitialEraIssuance(
            token::InitialEraIssuance,
            Some(1_000_000 * NRC),
        )));
        set(RuntimeParameters::Token(token::Parameters::PoolShare(token::PoolShare, Some(Permill::from_percent(30)))));
        let issuance = Balances::total_issuance();
        end_era();
        // Twice the default is the most: 700 for stakers, 300 for the pool.
        assert_eq!((NrcToken::outstanding(), Balances::total_issuance()), (700 * NRC, issuance + 300 * NRC));
    });
}

/// The account that authors the current block.
fn author() -> AccountId {
    let author = funded(72);
    pallet_session::Validators::<Runtime>::put(vec![author.clone()]);
    let first = SecondaryPlainPreDigest { authority_index: 0, slot: Default::default() };
    System::deposit_log(DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(first)));
    assert_eq!(adapters::BlockAuthor::get(), Some(author.clone()));
    author
}

/// Charge somebody as transaction payment does. Returns what author, treasury and the fire got.
fn charge(author: &AccountId, fee: Balance, tip: Balance) -> (Balance, Balance, Balance) {
    let payer = funded(73);
    let treasury = adapters::TreasuryAccount::get();
    let state = || {
        (Balances::free_balance(author), Balances::free_balance(&treasury), pallet_nrc_token::Burned::<Runtime>::get())
    };
    let take = |amount| {
        let taken = <Balances as Balanced<AccountId>>::withdraw(
            &payer,
            amount,
            Precision::Exact,
            Preservation::Preserve,
            Fortitude::Polite,
        );
        taken.expect("the payer can pay")
    };
    let before = state();
    FeeSplit::<Runtime>::on_unbalanceds([take(fee), take(tip)].into_iter());
    let after = state();
    (after.0 - before.0, after.1 - before.1, after.2 - before.2)
}

#[test]
fn fees_are_split_by_parameters() {
    on_chain(|| {
        let author = author();
        assert_eq!(charge(&author, 1_000, 7), (507, 200, 300));
        let author_share = |percent| {
            let share = Some(Permill::from_percent(percent));
            set(RuntimeParameters::Token(token::Parameters::FeeAuthorShare(token::FeeAuthorShare, share)));
        };
        author_share(10);
        assert_eq!(charge(&author, 1_000, 0), (100, 200, 700));
        // More than 80 % is read as that.
        author_share(100);
        assert_eq!(charge(&author, 1_000, 0), (800, 200, 0));
        // Shares above the whole are read as the defaults.
        let share = Some(Permill::from_percent(21));
        set(RuntimeParameters::Token(token::Parameters::FeeTreasuryShare(token::FeeTreasuryShare, share)));
        assert_eq!(charge(&author, 1_000, 0), (500, 200, 300));
    });
}
