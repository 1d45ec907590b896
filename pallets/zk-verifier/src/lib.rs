//! # zk verifier
//!
//! The registry of verifying keys, and the only place where the chain checks zk proofs.
//!
//! ## Overview
//!
//! Governance registers one verifying key for each statement. Other pallets check proofs through the seam
//! [`neurodata_primitives::seams::ZkVerifier`]; anybody can check one with [`Pallet::verify_proof`]. A caller names a
//! statement, never a key: a key that the caller supplies would prove whatever the caller likes.
//!
//! ## Terminology
//!
//! - **Statement**: what the public inputs claim, versioned: `data-validity/1`.
//! - **Verifying key**: the part of a setup's outcome that checks proofs; known by its digest.
//! - **Retired**: a key that was replaced or withdrawn. It stays known and never comes back.
//!
//! ## Properties
//!
//! - A key is checked once, at registration: length, encoding, curve, subgroup, no identity, gamma and delta different,
//!   and the statement's number of inputs. It is stored uncompressed and decoded without checks afterwards.
//! - A proof is checked each time: number of inputs against the key, canonical inputs, length, encoding, curve and
//!   subgroup, then the pairing equation.
//! - Checking proofs has no memory. One statement has many valid proofs, so whoever pays for proofs must note which
//!   statements were proved, not which bytes.
//! - Replacing a key ends the validity of the old key's proofs that were not submitted yet.
//!
//! ## Example
//!
//! ```text
//! zkVerifier.registerKey(DataValidity1, 0x..)        root, or the runtime's ManagerOrigin
//! zkVerifier.verifyProof(DataValidity1, [leaf, layout, missing, binding], 0x..)
//! ```
//!
//! ## Implementation notes
//!
//! The arithmetic is in `neurodata-zk-verifier`; this pallet adds storage, origins, events and weights. What
//! `data-validity/1` means is written down in `docs/design/data-validity-1.md`.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    traits::{ConstU32, EnsureOrigin, Get},
    BoundedVec,
};
use frame_system::pallet_prelude::BlockNumberFor;
use neurodata_primitives::{
    dataset::MAX_ZK_PROOF_BYTES,
    seams::{StatementId, ZkVerifier},
    FieldBytes, KeyDigest,
};
use neurodata_zk_statements::{data_validity, key_digest};
use neurodata_zk_verifier::{KeyError, VerifyError};

pub use pallet::*;
pub use weights::WeightInfo;

/// Most public inputs of a proof.
pub const MAX_INPUTS: u32 = 16;

/// The public inputs of a proof, in the statement's order.
pub type Inputs = BoundedVec<FieldBytes, ConstU32<MAX_INPUTS>>;

/// A Groth16 proof, uncompressed.
pub type ProofBytes = BoundedVec<u8, ConstU32<MAX_ZK_PROOF_BYTES>>;

/// A verifying key, uncompressed.
pub type KeyBytesOf<T> = BoundedVec<u8, <T as Config>::MaxKeyBytes>;

/// Public inputs of a statement.
fn inputs_of(statement: StatementId) -> usize {
    match statement {
        StatementId::DataValidity1 => data_validity::INPUTS,
    }
}

/// Verifying keys and the checking of zk proofs.
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{pallet_prelude::*, DefaultNoBound};
    use frame_system::pallet_prelude::*;

    /// Version of the storage layout.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The zk-verifier pallet.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet asks of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Who registers and retires keys: governance, since a bad key makes every claim provable.
        type ManagerOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Longest verifying key. Unit: bytes; at least `neurodata_zk_verifier::key_bytes` of each statement's inputs.
        #[pallet::constant]
        type MaxKeyBytes: Get<u32>;

        /// Weight of what the pallet does.
        type WeightInfo: WeightInfo;
    }

    /// The verifying key in force for a statement. Removed by `retire_key`, replaced by `register_key`.
    #[derive(
        CloneNoBound,
        PartialEqNoBound,
        EqNoBound,
        DebugNoBound,
        Encode,
        Decode,
        DecodeWithMemTracking,
        MaxEncodedLen,
        TypeInfo,
    )]
    #[scale_info(skip_type_params(T))]
    pub struct KeyRecord<T: Config> {
        /// The key, uncompressed; checked when it was registered.
        pub bytes: KeyBytesOf<T>,
        /// Its digest.
        pub digest: KeyDigest,
        /// Its public inputs.
        pub inputs: u32,
        /// Block of registration.
        pub registered_at: BlockNumberFor<T>,
    }

    /// What is remembered of a key for good.
    #[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
    pub struct KeyHistoryRecord<BlockNumber> {
        /// The statement it was registered for.
        pub statement: StatementId,
        /// Block of registration.
        pub registered_at: BlockNumber,
        /// Block from which on it no longer counts; `None` for the key in force.
        pub retired_at: Option<BlockNumber>,
    }

    /// The key in force for each statement; one entry at most for each statement that the runtime knows.
    // Twox64Concat: the runtime enumerates the statements.
    #[pallet::storage]
    pub type Keys<T: Config> = StorageMap<_, Twox64Concat, StatementId, KeyRecord<T>>;

    /// Every key that was ever registered, by digest. Never removed: governance alone adds entries, one for each setup.
    // Blake2_128Concat: digests come from outside.
    #[pallet::storage]
    pub type KeyHistory<T: Config> = StorageMap<_, Blake2_128Concat, KeyDigest, KeyHistoryRecord<BlockNumberFor<T>>>;

    /// Keys in force from the first block on.
    #[pallet::genesis_config]
    #[derive(DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Statements and their keys, uncompressed.
        pub keys: Vec<(StatementId, Vec<u8>)>,
        /// Nothing.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (statement, bytes) in &self.keys {
                let key = BoundedVec::try_from(bytes.clone()).expect("a genesis key is longer than MaxKeyBytes");
                if let Err(refusal) = Pallet::<T>::do_register_key(*statement, key) {
                    panic!("the genesis key of {statement:?} is refused: {refusal:?}");
                }
            }
        }
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A key counts from now on.
        KeyRegistered {
            /// The statement.
            statement: StatementId,
            /// The key.
            key: KeyDigest,
            /// The key that it replaced.
            replaced: Option<KeyDigest>,
        },
        /// A key no longer counts, and the statement has none.
        KeyRetired {
            /// The statement.
            statement: StatementId,
            /// The key.
            key: KeyDigest,
        },
        /// A proof was checked and holds.
        ProofVerified {
            /// The statement.
            statement: StatementId,
            /// The key that it was checked against.
            key: KeyDigest,
            /// Who had it checked.
            submitter: T::AccountId,
            /// Its public inputs.
            inputs: Inputs,
        },
    }

    /// Why a call or a check is refused.
    #[pallet::error]
    pub enum Error<T> {
        /// The statement has no key.
        NotFound,
        /// This key is or was registered; a retired key never comes back.
        AlreadyExists,
        /// The key's length doesn't fit the number of points that it states.
        InvalidKeyLength,
        /// A point of the key is not encoded canonically.
        InvalidKeyEncoding,
        /// A point of the key is off its curve or subgroup.
        InvalidKeyPoint,
        /// A point of the key is the identity.
        DegenerateKey,
        /// Gamma equals delta: the setup was never completed.
        IncompleteSetup,
        /// The key has another number of public inputs than the statement.
        InvalidKeyInputCount,
        /// The proof comes with another number of public inputs than the key has.
        InvalidInputCount,
        /// A public input is not below the field's modulus.
        InvalidInput,
        /// The proof has another length.
        InvalidProofLength,
        /// A point of the proof is not encoded canonically.
        InvalidProofEncoding,
        /// A point of the proof is off its curve or subgroup.
        InvalidProofPoint,
        /// The proof doesn't prove the statement with these inputs.
        InvalidProof,
        /// The stored key can't be used: storage was altered past this pallet.
        CorruptKey,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "std")]
        fn integrity_test() {
            let needed = neurodata_zk_verifier::key_bytes(inputs_of(StatementId::DataValidity1));
            assert!(T::MaxKeyBytes::get() as usize >= needed, "MaxKeyBytes must hold the key of data-validity/1");
            assert!(MAX_INPUTS as usize >= data_validity::INPUTS, "MAX_INPUTS must hold the inputs of data-validity/1");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Put `key` in force for `statement`; the key before it, if any, is retired.
        ///
        /// ## Dispatch Origin
        /// [`Config::ManagerOrigin`].
        ///
        /// ## Errors
        /// - [`Error::AlreadyExists`]: it is or was registered; make a new setup.
        /// - [`Error::InvalidKeyLength`], [`Error::InvalidKeyEncoding`], [`Error::InvalidKeyPoint`]: the bytes are no
        ///   uncompressed verifying key; check how they were written.
        /// - [`Error::DegenerateKey`], [`Error::IncompleteSetup`]: no complete setup yields this key; its proofs could
        ///   be forged.
        /// - [`Error::InvalidKeyInputCount`]: it belongs to another circuit.
        ///
        /// ## Events
        /// [`Event::KeyRegistered`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_key())]
        pub fn register_key(origin: OriginFor<T>, statement: StatementId, key: KeyBytesOf<T>) -> DispatchResult {
            T::ManagerOrigin::ensure_origin(origin)?;
            Self::do_register_key(statement, key)
        }

        /// Withdraw the key of `statement`: no proof of it passes until another key is registered.
        ///
        /// ## Dispatch Origin
        /// [`Config::ManagerOrigin`].
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: the statement has no key.
        ///
        /// ## Events
        /// [`Event::KeyRetired`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::retire_key())]
        pub fn retire_key(origin: OriginFor<T>, statement: StatementId) -> DispatchResult {
            T::ManagerOrigin::ensure_origin(origin)?;
            Self::do_retire_key(statement)
        }

        /// Check a proof of `statement`. Nothing but the event remains.
        ///
        /// ## Dispatch Origin
        /// Signed by anybody.
        ///
        /// ## Errors
        /// - [`Error::NotFound`]: the statement has no key.
        /// - [`Error::InvalidInputCount`], [`Error::InvalidInput`]: the inputs are not those of the statement.
        /// - [`Error::InvalidProofLength`], [`Error::InvalidProofEncoding`], [`Error::InvalidProofPoint`]: the bytes
        ///   are no uncompressed proof.
        /// - [`Error::InvalidProof`]: it was made for other inputs or another key, or it was tampered with.
        ///
        /// ## Events
        /// [`Event::ProofVerified`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::verify_proof())]
        pub fn verify_proof(
            origin: OriginFor<T>,
            statement: StatementId,
            inputs: Inputs,
            proof: ProofBytes,
        ) -> DispatchResult {
            let submitter = ensure_signed(origin)?;
            Self::do_verify_proof(submitter, statement, inputs, proof)
        }
    }
}

impl<T: Config> Pallet<T> {
    fn do_register_key(statement: StatementId, bytes: KeyBytesOf<T>) -> DispatchResult {
        let digest = key_digest(&bytes);
        let previous = Keys::<T>::get(statement);
        frame_support::ensure!(!KeyHistory::<T>::contains_key(digest), Error::<T>::AlreadyExists);
        let inputs = neurodata_zk_verifier::validate_key(&bytes).map_err(Error::<T>::from)?;
        frame_support::ensure!(inputs == inputs_of(statement), Error::<T>::InvalidKeyInputCount);
        let inputs = u32::try_from(inputs).map_err(|_| Error::<T>::InvalidKeyInputCount)?;

        let now = frame_system::Pallet::<T>::block_number();
        let replaced = previous.map(|record| record.digest);
        if let Some(old) = replaced {
            Self::note_retired(old, now);
        }
        Keys::<T>::insert(statement, KeyRecord { bytes, digest, inputs, registered_at: now });
        KeyHistory::<T>::insert(digest, KeyHistoryRecord { statement, registered_at: now, retired_at: None });
        Self::deposit_event(Event::KeyRegistered { statement, key: digest, replaced });
        Ok(())
    }

    fn do_retire_key(statement: StatementId) -> DispatchResult {
        let key = Keys::<T>::get(statement).ok_or(Error::<T>::NotFound)?.digest;
        Keys::<T>::remove(statement);
        Self::note_retired(key, frame_system::Pallet::<T>::block_number());
        Self::deposit_event(Event::KeyRetired { statement, key });
        Ok(())
    }

    fn do_verify_proof(
        submitter: T::AccountId,
        statement: StatementId,
        inputs: Inputs,
        proof: ProofBytes,
    ) -> DispatchResult {
        let key = Self::ensure_proof(statement, &inputs, &proof)?;
        Self::deposit_event(Event::ProofVerified { statement, key, submitter, inputs });
        Ok(())
    }

    /// Refuse a proof that doesn't hold; the digest of the key it holds under.
    fn ensure_proof(statement: StatementId, inputs: &[FieldBytes], proof: &[u8]) -> Result<KeyDigest, Error<T>> {
        let record = Keys::<T>::get(statement).ok_or(Error::<T>::NotFound)?;
        neurodata_zk_verifier::verify(&record.bytes, inputs, proof)?;
        Ok(record.digest)
    }

    fn note_retired(key: KeyDigest, now: BlockNumberFor<T>) {
        KeyHistory::<T>::mutate_extant(key, |record| record.retired_at = Some(now));
    }
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
    /// Check that every key in force is valid, fits its statement and digest, and that the history knows exactly these
    /// keys as not retired.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        use frame_support::ensure;
        for (statement, record) in Keys::<T>::iter() {
            ensure!(key_digest(&record.bytes) == record.digest, "a key doesn't have the digest it is stored with");
            let inputs = neurodata_zk_verifier::validate_key(&record.bytes).map_err(|_| "a stored key is invalid")?;
            ensure!(inputs == inputs_of(statement), "a key has another number of inputs than its statement");
            ensure!(u32::try_from(inputs) == Ok(record.inputs), "a key has other inputs than its record says");
            let past = KeyHistory::<T>::get(record.digest).ok_or("a key in force is missing in the history")?;
            ensure!(past.statement == statement, "the history knows a key for another statement");
            ensure!(past.registered_at == record.registered_at, "the history has another block of registration");
        }
        for (digest, past) in KeyHistory::<T>::iter() {
            let in_force = Keys::<T>::get(past.statement).is_some_and(|record| record.digest == digest);
            ensure!(in_force == past.retired_at.is_none(), "a key is retired and in force, or neither");
        }
        Ok(())
    }
}

impl<T: Config> ZkVerifier for Pallet<T> {
    fn verify(statement: StatementId, inputs: &[FieldBytes], proof: &[u8]) -> DispatchResult {
        Self::ensure_proof(statement, inputs, proof)?;
        Ok(())
    }
}

impl<T> From<KeyError> for Error<T> {
    fn from(refusal: KeyError) -> Self {
        match refusal {
            KeyError::Length { .. } => Self::InvalidKeyLength,
            KeyError::Encoding => Self::InvalidKeyEncoding,
            KeyError::Point => Self::InvalidKeyPoint,
            KeyError::Identity => Self::DegenerateKey,
            KeyError::GammaEqualsDelta => Self::IncompleteSetup,
        }
    }
}

impl<T> From<VerifyError> for Error<T> {
    fn from(refusal: VerifyError) -> Self {
        match refusal {
            VerifyError::Key => Self::CorruptKey,
            VerifyError::InputCount { .. } => Self::InvalidInputCount,
            VerifyError::NonCanonicalInput { .. } => Self::InvalidInput,
            VerifyError::ProofLength { .. } => Self::InvalidProofLength,
            VerifyError::ProofEncoding => Self::InvalidProofEncoding,
            VerifyError::ProofPoint => Self::InvalidProofPoint,
            VerifyError::Rejected => Self::InvalidProof,
        }
    }
}
