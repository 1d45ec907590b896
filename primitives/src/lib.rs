//! # Primitives
//!
//! The words that every part of NeuroData shares: ids, digests, money, dataset and job types, the records that the
//! pallets store and clients decode, and the seam traits through which one pallet asks another.
//!
//! ## Overview
//!
//! - [`ids`], [`digests`]: newtypes, so that two things of the same width cannot be mixed up.
//! - [`money`]: the token's unit and the splits of DESIGN section 8, with their rounding.
//! - [`dataset`], [`sale`], [`job`], [`validation`], [`model`], [`contribution`]: what is stored on chain and passed to calls.
//! - [`layout`]: how rows and columns become chunks of cells.
//! - [`merkle`]: the binary BLAKE2b-256 tree of encrypted chunks and of training traces.
//! - [`draw`]: deterministic draws from a seed of the chain.
//! - [`machine`]: machine classes and bands of reputation, by which offers and jobs are ordered.
//! - [`probe`]: known-answer tasks, which tell evaluators that check from those that do not.
//! - [`leaderboard`]: the best models of a task, and when a model is a new best.
//! - [`view`]: what the runtime answers to clients.
//! - [`score`]: the quality score of a dataset, which anybody can recompute from events.
//! - [`seams`]: traits that a pallet asks for and the runtime's adapters answer.
//!
//! ## Properties
//!
//! No FRAME macros, no floats, no panics, no std. Encodings are SCALE; every type that is stored has a bounded length.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

extern crate alloc;

/// Derives what a type needs to be stored, passed to a call and shown by metadata.
macro_rules! scale {
    ($($item:item)*) => {$(
        #[derive(
            Clone, PartialEq, Eq, Debug,
            codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen, scale_info::TypeInfo,
            serde::Serialize, serde::Deserialize,
        )]
        $item
    )*};
}

pub mod contribution;
pub mod dataset;
pub mod digests;
pub mod draw;
pub mod ids;
pub mod job;
pub mod layout;
pub mod leaderboard;
pub mod machine;
pub mod merkle;
pub mod model;
pub mod money;
pub mod probe;
pub mod sale;
pub mod score;
pub mod seams;
pub mod trace;
pub mod training;
pub mod validation;
pub mod view;

pub use contribution::{
    ContributionKind, ContributorRecord, Credit, HistoryEntry, HistoryEvent, PayoutReason, PenaltyCause, Unstaking,
};
pub use dataset::{
    AlgorithmSet, AuditProof, AuditRecord, DatasetCommitment, DatasetRecord, DatasetState, DatasetTerms, TrainingUse,
    TrainingUseState, Uri, UseSet, WrappedKey,
};
pub use digests::*;
pub use ids::*;
pub use job::{
    Assignment, Capability, DeviceClass, JobOutcome, JobRecord, JobRequest, JobState, MachineClass, OfferRecord, Progress,
    ProviderRecord, ResultCommitment, Submission, Visibility,
};
pub use leaderboard::{Leaderboard, Metric, Rung, Task};
pub use model::{
    LicenceOffer, ListingState, ModelIncome, ModelListing, ModelPackage, ModelRecord, ModelTerms, RoyaltySplit,
};
pub use money::{NRC, MILLI_NRC};
pub use sale::{
    Asset, Claim, Complaint, ContentCommitment, Dismissal, Fault, Grant, InspectionRecord, InspectionState, LicenceKind,
    LicenceRecord, OpenedChunk, PackageCommitment, PurchaseRecord, PurchaseState,
};
pub use score::{QualityScore, ScoreCause};
pub use trace::{TraceLink, TraceLinks};
pub use training::{
    Activation, Algorithm, AlgorithmFamily, Descent, EarlyStopping, Image, Objective, Optimiser, Quality, SpecError,
    TrainingMetrics, TrainingSpec, TreeLimits,
};
pub use validation::{
    Decision, EarlierVerdict, EvaluatorRecord, Instance, RoundRecord, RoundState, Seat, SeatState, Verdict,
};
pub use view::{ContributorView, JobEstimate, MarketRules, OpenJobCursor, Page, PoolStatus};
