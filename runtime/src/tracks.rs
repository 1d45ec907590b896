//! Tracks of referenda: how long, how expensive and how clear a decision has to be, by the power it grants.

use alloc::borrow::Cow;

use frame_support::traits::OriginTrait;
use neurodata_primitives::money::NRC;
use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{str_array, Perbill};

use crate::{constants::*, origins, Balance, BlockNumber, OriginCaller, RuntimeOrigin};

/// Number of the track whose referenda act as root.
pub const ROOT: u16 = 0;
/// Number of the track whose referenda act as [`origins::Origin::General`].
pub const GENERAL: u16 = 1;

static TRACKS: [Track<u16, Balance, BlockNumber>; 2] = [
    Track {
        id: ROOT,
        info: TrackInfo {
            name: str_array("root"),
            max_deciding: 1,
            decision_deposit: 10_000 * NRC,
            prepare_period: 2 * HOURS,
            decision_period: 14 * DAYS,
            confirm_period: DAYS,
            min_enactment_period: DAYS,
            min_approval: Curve::LinearDecreasing {
                length: Perbill::from_percent(100),
                floor: Perbill::from_percent(50),
                ceil: Perbill::from_percent(100),
            },
            min_support: Curve::LinearDecreasing {
                length: Perbill::from_percent(100),
                floor: Perbill::from_percent(5),
                ceil: Perbill::from_percent(50),
            },
        },
    },
    Track {
        id: GENERAL,
        info: TrackInfo {
            name: str_array("general"),
            max_deciding: 10,
            decision_deposit: 500 * NRC,
            prepare_period: HOURS,
            decision_period: 7 * DAYS,
            confirm_period: 12 * HOURS,
            min_enactment_period: HOURS,
            min_approval: Curve::LinearDecreasing {
                length: Perbill::from_percent(100),
                floor: Perbill::from_percent(50),
                ceil: Perbill::from_percent(100),
            },
            min_support: Curve::LinearDecreasing {
                length: Perbill::from_percent(100),
                floor: Perbill::from_percent(1),
                ceil: Perbill::from_percent(20),
            },
        },
    },
];

/// The tracks of this chain.
pub struct Tracks;

impl TracksInfo<Balance, BlockNumber> for Tracks {
    type Id = u16;
    type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

    fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
        TRACKS.iter().map(Cow::Borrowed)
    }

    fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
        match origin {
            OriginCaller::system(frame_system::RawOrigin::Root) => Ok(ROOT),
            OriginCaller::Origins(origins::Origin::General) => Ok(GENERAL),
            _ => Err(()),
        }
    }
}
