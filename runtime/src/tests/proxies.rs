//! What proxies may do for an account.

use frame_support::traits::InstanceFilter;

use super::{limits::calls, *};
use configs::ProxyType;

const TYPES: [ProxyType; 7] = [
    ProxyType::Any,
    ProxyType::NonTransfer,
    ProxyType::Governance,
    ProxyType::Staking,
    ProxyType::ComputeWorker,
    ProxyType::EvaluatorWorker,
    ProxyType::KeyServer,
];
const WORKERS: [ProxyType; 3] = [ProxyType::ComputeWorker, ProxyType::EvaluatorWorker, ProxyType::KeyServer];

/// Every call of the pallets that accounts deal with, by pallet and name.
fn all_calls() -> Vec<(String, RuntimeCall)> {
    let named = |pallet: &str, calls: Vec<(&'static str, RuntimeCall)>| {
        calls.into_iter().map(|(name, call)| (format!("{pallet}.{name}"), call)).collect::<Vec<_>>()
    };
    [
        named("Balances", calls::<Balances, pallet_balances::Call<Runtime>>()),
        named("Staking", calls::<Staking, pallet_staking::Call<Runtime>>()),
        named("Vesting", calls::<Vesting, pallet_vesting::Call<Runtime>>()),
        named("ConvictionVoting", calls::<ConvictionVoting, pallet_conviction_voting::Call<Runtime>>()),
        named("Treasury", calls::<Treasury, pallet_treasury::Call<Runtime>>()),
        named("NrcToken", calls::<NrcToken, pallet_nrc_token::Call<Runtime>>()),
        named("DatasetRegistry", calls::<DatasetRegistry, pallet_dataset_registry::Call<Runtime>>()),
        named("ComputeMarket", calls::<ComputeMarket, pallet_compute_market::Call<Runtime>>()),
        named("ModelValidation", calls::<ModelValidation, pallet_model_validation::Call<Runtime>>()),
        named("ModelRegistry", calls::<ModelRegistry, pallet_model_registry::Call<Runtime>>()),
        named("Rewards", calls::<Rewards, pallet_rewards::Call<Runtime>>()),
        named("Sales", calls::<Sales, pallet_sales::Call<Runtime>>()),
    ]
    .concat()
}

/// Names of the calls that `proxy` may make, in order.
fn permitted(proxy: ProxyType) -> Vec<String> {
    let mut names: Vec<_> =
        all_calls().into_iter().filter(|(_, call)| proxy.filter(call)).map(|(name, _)| name).collect();
    names.sort();
    names
}

#[test]
fn every_worker_does_the_duties_of_its_role_and_of_no_other() {
    assert_eq!(
        permitted(ProxyType::ComputeWorker),
        [
            "ComputeMarket.accept_job",
            "ComputeMarket.add_offer",
            "ComputeMarket.decline_job",
            "ComputeMarket.expire_job",
            "ComputeMarket.heartbeat",
            "ComputeMarket.match_job",
            "ComputeMarket.refresh_offers",
            "ComputeMarket.release_job",
            "ComputeMarket.submit_progress",
            "ComputeMarket.submit_result",
            "ComputeMarket.update_offer",
            "ComputeMarket.withdraw_offer",
            "DatasetRegistry.complain_training_key",
            "DatasetRegistry.expire_delivery",
            "ModelValidation.close_round",
            "ModelValidation.close_sealing",
            "ModelValidation.deliver_evaluation_keys",
            "ModelValidation.draw_committee",
            "ModelValidation.open_probe",
            "Rewards.claim",
        ]
    );
    assert_eq!(
        permitted(ProxyType::EvaluatorWorker),
        [
            "ModelValidation.close_round",
            "ModelValidation.close_sealing",
            "ModelValidation.draw_committee",
            "ModelValidation.reveal_verdict",
            "ModelValidation.seal_verdict",
            "ModelValidation.set_recipient_key",
            "Rewards.claim",
            "Sales.abandon_inspection",
            "Sales.accept_inspection",
            "Sales.close_inspection",
            "Sales.complain",
            "Sales.decline_inspection",
            "Sales.draw_inspectors",
            "Sales.expire_delivery",
            "Sales.settle",
        ]
    );
    assert_eq!(
        permitted(ProxyType::KeyServer),
        [
            "DatasetRegistry.deliver_key",
            "Rewards.claim",
            "Sales.close_inspection",
            "Sales.deliver_key",
            "Sales.draw_inspectors",
            "Sales.settle",
        ]
    );
}

#[test]
fn no_worker_moves_money_at_will() {
    let spends = [
        "NrcToken.burn",
        "Rewards.donate",
        "Rewards.stake",
        "Rewards.unstake",
        "Rewards.withdraw_unstaked",
        "ComputeMarket.register_provider",
        "ComputeMarket.add_bond",
        "ComputeMarket.withdraw_bond",
        "ComputeMarket.retire_provider",
        "ComputeMarket.post_job",
        "ComputeMarket.cancel_job",
        "ModelValidation.register_evaluator",
        "ModelValidation.withdraw_bond",
        "ModelValidation.retire_evaluator",
        "DatasetRegistry.register_dataset",
        "DatasetRegistry.update_terms",
        "DatasetRegistry.withdraw_stake",
        "ModelRegistry.transfer_model",
        "Sales.purchase",
        "Sales.confirm_purchase",
        "Sales.request_inspection",
    ];
    let names: Vec<String> = all_calls().into_iter().map(|(name, _)| name).collect();
    for spend in spends {
        assert!(names.iter().any(|name| name == spend), "there is no call {spend}");
        for worker in WORKERS {
            assert!(!permitted(worker).iter().any(|name| name == spend), "{worker:?} may call {spend}");
        }
    }
    let sudo = RuntimeCall::Sudo(pallet_sudo::Call::remove_key {});
    let proxy = RuntimeCall::Proxy(pallet_proxy::Call::remove_proxies {});
    assert!(WORKERS.iter().all(|worker| !worker.filter(&sudo) && !worker.filter(&proxy)));
    assert!(WORKERS.iter().all(|worker| permitted(*worker).iter().all(|name| !name.starts_with("Balances"))));
}

#[test]
fn a_proxy_makes_no_other_that_may_do_more_than_itself() {
    for left in TYPES {
        assert!(left.is_superset(&left));
        for right in TYPES.into_iter().filter(|right| left.is_superset(right)) {
            for (name, call) in all_calls() {
                assert!(!right.filter(&call) || left.filter(&call), "{left:?} makes {right:?}, which may call {name}");
            }
        }
    }
}

#[test]
fn who_gives_nothing_away_puts_nothing_at_risk_either() {
    let may = permitted(ProxyType::NonTransfer);
    for name in [
        "ComputeMarket.accept_job",
        "ComputeMarket.release_job",
        "ComputeMarket.add_offer",
        "ComputeMarket.post_job",
        "ComputeMarket.cancel_job",
        "DatasetRegistry.deliver_key",
        "ModelRegistry.transfer_model",
        "Rewards.donate",
        "Sales.purchase",
    ] {
        assert!(!may.iter().any(|permitted| permitted == name), "it may call {name}");
    }
    assert!(may.iter().any(|name| name == "Rewards.claim"));
}
