//! Ids that the chain hands out, counted from zero.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default,
            codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen, scale_info::TypeInfo,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number of this id.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The id after this one; `None` when the numbers are used up.
            pub const fn next(self) -> Option<Self> {
                match self.0.checked_add(1) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl core::str::FromStr for $name {
            type Err = core::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A registered dataset version.
    DatasetId;
    /// A posted training job.
    JobId;
    /// An offer of a compute provider.
    OfferId;
    /// A model version.
    ModelId;
    /// One licence to train on a dataset, bound to one job and one compute provider.
    TrainingUseId;
    /// A purchase of a copy, or an inspector's claim to one.
    PurchaseId;
    /// A paid check of a dataset's package.
    InspectionId;
}
