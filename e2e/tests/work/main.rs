//! Work in bad faith: jobs that are abandoned or cancelled, and evaluators who sleep. Money is counted to the planck.

mod abandoned;
mod known_answers;
mod stopped;
mod support;
