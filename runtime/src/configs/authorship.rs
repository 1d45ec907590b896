//! Authorship: the account behind the current block.

use crate::{Babe, Runtime, Staking};

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
    type EventHandler = Staking;
}
