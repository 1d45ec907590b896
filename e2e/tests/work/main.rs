//! Work in bad faith, and how it is watched: jobs that are abandoned or cancelled, evaluators who sleep, long runs that are sampled. Money is counted to the planck.

mod abandoned;
mod known_answers;
mod sampled;
mod stopped;
mod support;
