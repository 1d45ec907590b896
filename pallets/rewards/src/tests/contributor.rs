use crate::{mock::*, *};
use frame_support::assert_ok;

#[test]
fn a_new_account_is_shown_with_fifty() {
    ExtBuilder::default().build_and_execute(|| {
        let view = Rewards::contributor(&STRANGER);
        assert_eq!(view.record, ContributorRecord { reputation: 50, ..Default::default() });
        assert_eq!((view.reputation, view.claimable, view.maturing, view.stake_reward, view.history), (50, 0, 0, 0, 0));
        assert!(!Contributors::<Test>::contains_key(STRANGER));
    });
}

#[test]
fn a_contributor_is_shown_as_it_stands_now() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 1_000);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(PROVIDER), 512));
        settle(1_000);
        run_to_block(6);
        settle(100);
        issue(10);
        set_reputation(PROVIDER, 60);
        run_to_block(26);
        fund(7);
        assert_ok!(Rewards::settle_credit(&PROVIDER, 7, reason(1)));
        let view = Rewards::contributor(&PROVIDER);
        assert_eq!((view.record.reputation, view.reputation), (60, 59));
        assert_eq!((view.claimable, view.maturing, view.stake_reward), (660, 7, 5));
        assert_eq!((view.record.credited, view.record.stake, view.history), (667, 512, 6));
        assert_eq!((Rewards::claimable(PROVIDER), Rewards::owed(PROVIDER)), (660, 667));
    });
}
