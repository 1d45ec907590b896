//! A runtime with the zk-verifier pallet alone.

use crate as pallet_zk_verifier;
use frame_support::{construct_runtime, derive_impl, traits::ConstU32};
use frame_system::EnsureRoot;
use neurodata_primitives::seams::StatementId;
use neurodata_zk_verifier::development::DATA_VALIDITY_1;
use sp_io::TestExternalities;
use sp_runtime::BuildStorage;

pub type Block = frame_system::mocking::MockBlock<Test>;

/// Somebody who has proofs checked.
pub const SUBMITTER: u64 = 1;

/// Longest key of the mock runtime: room for 16 inputs.
pub const MAX_KEY_BYTES: u32 = neurodata_zk_verifier::MAX_KEY_BYTES as u32;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        ZkVerifier: pallet_zk_verifier,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

impl pallet_zk_verifier::Config for Test {
    type ManagerOrigin = EnsureRoot<u64>;
    type MaxKeyBytes = ConstU32<MAX_KEY_BYTES>;
    type WeightInfo = ();
}

/// The world a test starts in: block 1, the development key in force unless told otherwise.
pub struct ExtBuilder {
    keys: Vec<(StatementId, Vec<u8>)>,
}

impl Default for ExtBuilder {
    fn default() -> Self {
        Self { keys: vec![(StatementId::DataValidity1, DATA_VALIDITY_1.to_vec())] }
    }
}

impl ExtBuilder {
    pub fn keys(mut self, keys: Vec<(StatementId, Vec<u8>)>) -> Self {
        self.keys = keys;
        self
    }

    pub fn without_keys(self) -> Self {
        self.keys(Vec::new())
    }

    pub fn build(self) -> TestExternalities {
        let zk_verifier = pallet_zk_verifier::GenesisConfig { keys: self.keys, _config: Default::default() };
        let genesis = RuntimeGenesisConfig { system: Default::default(), zk_verifier };
        let mut externalities: TestExternalities = genesis.build_storage().unwrap().into();
        externalities.execute_with(|| System::set_block_number(1));
        externalities
    }

    /// Run `test`, then check every invariant.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            ZkVerifier::do_try_state().unwrap();
        });
    }
}
