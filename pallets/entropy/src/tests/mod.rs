//! The entropy pallet has no calls: its hook and its seam are tested.

mod seeds;
