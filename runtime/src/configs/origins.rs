//! Origins of referenda.

use crate::{origins, Runtime};

impl origins::Config for Runtime {}
