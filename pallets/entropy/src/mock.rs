//! A runtime with the entropy pallet and a source of randomness that tests set.

use crate as pallet_entropy;
use frame_support::{
    construct_runtime, derive_impl, parameter_types,
    traits::{ConstU64, Hooks, Randomness},
};
use sp_io::TestExternalities;
use sp_runtime::{testing::H256, BuildStorage};

pub type Block = frame_system::mocking::MockBlock<Test>;

/// Seeds that the mock runtime remembers.
pub const WINDOW: u64 = 4;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Entropy: pallet_entropy,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

parameter_types! {
    /// What the source answers.
    pub static VrfOutput: Option<H256> = Some(H256::repeat_byte(1));
}

/// A source that answers [`VrfOutput`], whatever the subject.
pub struct FixedRandomness;

impl Randomness<Option<H256>, u64> for FixedRandomness {
    fn random(_subject: &[u8]) -> (Option<H256>, u64) {
        (VrfOutput::get(), System::block_number().saturating_sub(1))
    }
}

impl pallet_entropy::Config for Test {
    type Randomness = FixedRandomness;
    type Window = ConstU64<WINDOW>;
    type WeightInfo = ();
}

/// The world a test starts in: block 0, nothing recorded.
#[derive(Default)]
pub struct ExtBuilder;

impl ExtBuilder {
    pub fn build(self) -> TestExternalities {
        frame_system::GenesisConfig::<Test>::default().build_storage().unwrap().into()
    }

    /// Run `test`, then check every invariant.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            VrfOutput::set(Some(H256::repeat_byte(1)));
            test();
            Entropy::do_try_state().unwrap();
        });
    }
}

/// Start the next block on a parent with this hash, and run the hooks.
pub fn next_block(parent: H256) {
    let now = System::block_number() + 1;
    System::reset_events();
    System::initialize(&now, &parent, &Default::default());
    Entropy::on_initialize(now);
}

/// Run empty blocks up to and including `end`.
pub fn run_to_block(end: u64) {
    while System::block_number() < end {
        next_block(H256::repeat_byte(9));
    }
}
