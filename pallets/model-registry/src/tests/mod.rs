//! One file per call and seam, and the invariants.

mod invariants;
mod record;
mod transfer_model;
