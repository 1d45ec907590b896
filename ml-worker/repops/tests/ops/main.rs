//! Every bit of the operations on the CPU, compared with their definitions, and every refusal.

mod elementwise;
mod losses;
mod optimisers;
mod products;
mod records;
mod refusals;
mod sums;
mod support;
mod tensors;
