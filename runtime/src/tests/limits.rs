//! Weights, fees and deposits.

use codec::Decode;
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{Contains, GetCallIndex, GetCallName, PalletInfoAccess},
};
use neurodata_primitives::{
    dataset::{MAX_PROOFS_PER_CALL, MAX_TREE_DEPTH},
    money::NRC,
    validation::MAX_COMMITTEE,
    AuditProof, DatasetId, FieldBytes, JobId, RecipientKey, WrappedKey,
};

use super::*;

/// The dispatch fee and the weight of a call with an extrinsic of `bytes`.
fn fee(call: &RuntimeCall, bytes: u32) -> Balance {
    sp_io::TestExternalities::default()
        .execute_with(|| TransactionPayment::compute_fee(bytes, &call.get_dispatch_info(), 0))
}

#[test]
fn a_transfer_costs_less_than_a_hundredth() {
    let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
        dest: AccountId::new([1; 32]).into(),
        value: NRC,
    });
    let fee = fee(&transfer, 144);
    assert!((NRC / 1_000..=NRC / 100).contains(&fee), "a transfer costs {fee} plancks");
}

#[test]
fn a_block_has_room_for_a_hundred_zk_proofs_less_what_is_reserved() {
    let limits = configs::BlockWeights::get();
    let normal = limits.get(DispatchClass::Normal).max_total.expect("normal calls are limited");
    assert_eq!(normal.ref_time(), 1_125_000_000_000);
    assert!(normal.ref_time() / 12_000_000_000 >= 90);
}

#[test]
fn safe_mode_keeps_consensus_and_governance_going() {
    preset_state(sp_genesis_builder::DEV_RUNTIME_PRESET).execute_with(|| {
        let timestamp = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: 0 });
        let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
            dest: AccountId::new([1; 32]).into(),
            keep_alive: true,
        });
        assert!(configs::CallFilter::contains(&transfer));
        SafeMode::force_enter(RuntimeOrigin::root()).expect("root enters safe mode");
        assert!(configs::CallFilter::contains(&timestamp));
        assert!(!configs::CallFilter::contains(&transfer));
        // Deadlines go on: what is due can be done, and nobody is punished meanwhile.
        let sales = calls::<Sales, pallet_sales::Call<Runtime>>();
        let passes = |name: &str| {
            let call = sales.iter().find(|(call, _)| *call == name).map(|(_, call)| call);
            configs::CallFilter::contains(call.expect("the call exists"))
        };
        assert!(passes("deliver_key") && passes("complain") && passes("decline_inspection"));
        assert!(!passes("purchase") && !passes("expire_delivery") && !passes("settle") && !passes("close_inspection"));
        let work = [
            calls::<ComputeMarket, pallet_compute_market::Call<Runtime>>(),
            calls::<ModelValidation, pallet_model_validation::Call<Runtime>>(),
            calls::<Rewards, pallet_rewards::Call<Runtime>>(),
        ]
        .concat();
        let passing: Vec<_> =
            work.iter().filter(|(_, call)| configs::CallFilter::contains(call)).map(|(name, _)| *name).collect();
        for duty in [
            "accept_job",
            "decline_job",
            "heartbeat",
            "submit_result",
            "submit_progress",
            "draw_committee",
            "deliver_evaluation_keys",
            "seal_verdict",
            "reveal_verdict",
            "open_probe",
            "claim",
            "unstake",
            "withdraw_unstaked",
        ] {
            assert!(passing.contains(&duty), "{duty} is due and does not pass");
        }
        for order in [
            "register_provider",
            "add_offer",
            "update_offer",
            "post_job",
            "cancel_job",
            "match_job",
            "expire_job",
            "register_evaluator",
            "close_sealing",
            "close_round",
            "donate",
            "stake",
        ] {
            assert!(!passing.contains(&order), "{order} passes");
        }
        SafeMode::force_exit(RuntimeOrigin::root()).expect("root leaves safe mode");
        assert!(configs::CallFilter::contains(&transfer));
    });
}

/// Every call of a pallet with the smallest arguments, by name.
pub(super) fn calls<Pallet: PalletInfoAccess, Call: GetCallIndex + GetCallName>() -> Vec<(&'static str, RuntimeCall)> {
    let pallet = u8::try_from(Pallet::index()).expect("pallet indices are bytes");
    let named = Call::get_call_names().iter().zip(Call::get_call_indices());
    named
        .map(|(name, index)| {
            // Zeros decode to zero, the first variant or an empty list, whatever the arguments are.
            let bytes = [vec![pallet, *index], vec![0; 4_096]].concat();
            (*name, RuntimeCall::decode(&mut bytes.as_slice()).expect("zeros are valid arguments"))
        })
        .collect()
}

/// Calls whose weight grows with an argument, with the largest one.
fn heaviest_calls() -> Vec<(&'static str, RuntimeCall)> {
    let proof = AuditProof {
        chunk: 0,
        leaf: FieldBytes::default(),
        missing_cells: 0,
        path: vec![FieldBytes::default(); MAX_TREE_DEPTH as usize].try_into().expect("the longest path fits"),
        zk_proof: vec![0; 384].try_into().expect("the longest zk proof fits"),
    };
    let key = WrappedKey { ephemeral_key: RecipientKey::default(), sealed_key: [0; 48] };
    vec![
        (
            "submit_audit",
            RuntimeCall::DatasetRegistry(pallet_dataset_registry::Call::submit_audit {
                dataset: DatasetId::new(0),
                proofs: vec![proof; MAX_PROOFS_PER_CALL as usize].try_into().expect("the longest list fits"),
            }),
        ),
        (
            "deliver_evaluation_keys",
            RuntimeCall::ModelValidation(pallet_model_validation::Call::deliver_evaluation_keys {
                job: JobId::new(0),
                keys: vec![(AccountId::new([0; 32]), key); MAX_COMMITTEE as usize]
                    .try_into()
                    .expect("the longest list fits"),
            }),
        ),
    ]
}

#[test]
fn every_call_of_ours_fits_into_a_block() {
    let limits = configs::BlockWeights::get();
    let most = limits.get(DispatchClass::Normal).max_extrinsic.expect("normal calls are limited");
    let calls = [
        calls::<NrcToken, pallet_nrc_token::Call<Runtime>>(),
        calls::<ZkVerifier, pallet_zk_verifier::Call<Runtime>>(),
        calls::<DatasetRegistry, pallet_dataset_registry::Call<Runtime>>(),
        calls::<ComputeMarket, pallet_compute_market::Call<Runtime>>(),
        calls::<ModelValidation, pallet_model_validation::Call<Runtime>>(),
        calls::<ModelRegistry, pallet_model_registry::Call<Runtime>>(),
        calls::<Rewards, pallet_rewards::Call<Runtime>>(),
        heaviest_calls(),
    ]
    .concat();
    assert!(calls.len() > 35);
    sp_io::TestExternalities::default().execute_with(|| {
        for (name, call) in calls {
            let weight = call.get_dispatch_info().total_weight();
            println!("{name}: {} ms", weight.ref_time() / 1_000_000_000);
            assert!(weight.all_lte(most), "{name} needs {weight:?}, a block has room for {most:?}");
        }
    });
}
