//! A long random run of stakes, releases, issuance and claims: no planck is lost or made.

use crate::{mock::*, *};
use frame_support::assert_ok;

const STAKERS: [AccountId; 5] = [11, 12, 13, 14, 15];
const STEPS: u32 = 6_000;

/// Numbers that look random and are the same in each run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn amount(&mut self, limit: u64) -> Balance {
        u128::from(self.below(limit))
    }
}

/// Everything that the stakers have, hold or are owed.
fn wealth() -> Balance {
    STAKERS.iter().map(|account| Balances::balance(account) + held(*account) + Rewards::owed(*account)).sum()
}

fn step(numbers: &mut Numbers) {
    let account = STAKERS[usize::try_from(numbers.below(5)).expect("small")];
    let origin = RuntimeOrigin::signed(account);
    // Refused calls are part of the run.
    let _ = match numbers.below(8) {
        0 | 1 => Rewards::stake(origin, numbers.amount(9_000)),
        2 => Rewards::unstake(origin, numbers.amount(9_000)),
        3 => Rewards::unstake(origin, Contributors::<Test>::get(account).stake),
        4 => Rewards::withdraw_unstaked(origin),
        5 => Rewards::claim(origin).map(|_| ()).map_err(|refused| refused.error),
        6 => {
            issue(numbers.amount(3_000));
            Ok(())
        }
        _ => {
            run_to_block(System::block_number() + numbers.below(4));
            Ok(())
        }
    };
}

#[test]
fn stakers_never_get_more_than_was_set_aside() {
    ExtBuilder::default().build_and_execute(|| {
        for account in STAKERS {
            give(account, 20_000);
        }
        let (before, mut numbers) = (wealth(), Numbers(7));
        for number in 0..STEPS {
            step(&mut numbers);
            let PoolStatus { available, owed_to_stakers, .. } = Rewards::pool_status();
            let paid = wealth() - before;
            assert_eq!(available + owed_to_stakers + paid, Issued::get(), "step {number}");
            assert!(paid + owed_to_stakers <= Issued::get() / 2, "step {number}");
            if number % 50 == 0 {
                assert_eq!(Rewards::do_try_state(), Ok(()), "step {number}");
                System::reset_events();
            }
        }
        assert!(wealth() > before + 100_000, "the run pays rewards");

        // Everybody leaves: nothing is owed, and everything that was not paid is available.
        for account in STAKERS {
            let origin = RuntimeOrigin::signed(account);
            run_to_block(System::block_number() + 10);
            let _ = Rewards::withdraw_unstaked(origin.clone());
            let _ = Rewards::unstake(origin.clone(), Contributors::<Test>::get(account).stake);
            run_to_block(System::block_number() + 10);
            let _ = Rewards::withdraw_unstaked(origin.clone());
            let _ = Rewards::claim(origin);
            assert_eq!((held(account), Rewards::owed(account)), (0, 0));
        }
        let paid = wealth() - before;
        let expected = PoolStatus { available: Issued::get() - paid, owed_to_stakers: 0, staked: 0 };
        assert_eq!(Rewards::pool_status(), expected);
    });
}

#[test]
fn a_stake_for_one_moment_of_issuance_is_bound_for_the_whole_period() {
    ExtBuilder::default().build_and_execute(|| {
        give(PROVIDER, 10_000);
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(JOB_OWNER), 1_024));
        assert_ok!(Rewards::stake(RuntimeOrigin::signed(PROVIDER), 7 * 1_024));
        issue(1_600);
        assert_ok!(Rewards::unstake(RuntimeOrigin::signed(PROVIDER), 7 * 1_024));
        // It stays on hold, and earns nothing of the issuance that comes meanwhile.
        issue(1_600);
        run_to_block(10);
        assert!(Rewards::withdraw_unstaked(RuntimeOrigin::signed(PROVIDER)).is_err());
        assert_eq!(Rewards::owed(PROVIDER), 700);
        assert_eq!(Rewards::contributor(&JOB_OWNER).stake_reward, 100 + 800);
    });
}
