//! Copies of data and models are sold, licensed and vouched for, without an arbiter. Money is counted to the planck.

mod copies;
mod dishonest;
mod faults;
mod inspections;
mod models;
mod silence;
mod support;
