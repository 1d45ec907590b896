//! What a content key is wrapped with: additional authenticated data that names the chain and the purpose.
//!
//! A wrap that was made for one purchase, training use or committee opens for no other, on no other chain.

use alloc::vec::Vec;
use codec::Encode;
use neurodata_primitives::{JobId, PurchaseId, TrainingUseId};

/// Domain of keys that are delivered for a purchase.
const SALE_DOMAIN: &[u8; 24] = b"neurodata/sale/1        ";
/// Domain of keys that are delivered for a training use.
const TRAINING_USE_DOMAIN: &[u8; 24] = b"neurodata/training-use/1";
/// Domain of keys that are delivered to a committee.
const EVALUATION_DOMAIN: &[u8; 24] = b"neurodata/evaluation/1  ";

/// What the key of a purchase is wrapped with, so that it opens for nothing else.
///
/// ```text
/// context = SCALE(SALE_DOMAIN, genesis hash, purchase)
/// ```
pub fn sale_context(genesis: &[u8; 32], purchase: PurchaseId) -> Vec<u8> {
    (SALE_DOMAIN, genesis, purchase).encode()
}

/// What the key of a training use is wrapped with, so that it opens for nothing else.
///
/// ```text
/// context = SCALE(TRAINING_USE_DOMAIN, genesis hash, training use)
/// ```
pub fn training_use_context(genesis: &[u8; 32], training_use: TrainingUseId) -> Vec<u8> {
    (TRAINING_USE_DOMAIN, genesis, training_use).encode()
}

/// What the key of a committee member is wrapped with, so that it opens for nothing else.
///
/// ```text
/// context = SCALE(EVALUATION_DOMAIN, genesis hash, job, account of the member)
/// ```
pub fn evaluation_context(genesis: &[u8; 32], job: JobId, member: &[u8; 32]) -> Vec<u8> {
    (EVALUATION_DOMAIN, genesis, job, member).encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_contexts() {
        let genesis = [0xaa; 32];
        let prefix = |domain: &[u8; 24]| format!("{}{}", hex::encode(domain), "aa".repeat(32));
        let sale = hex::encode(sale_context(&genesis, PurchaseId::new(0x0102)));
        assert_eq!(
            sale,
            format!("{}{}", prefix(b"neurodata/sale/1        "), hex::encode(PurchaseId::new(0x0102).encode()))
        );
        let training = hex::encode(training_use_context(&genesis, TrainingUseId::new(3)));
        let id = hex::encode(TrainingUseId::new(3).encode());
        assert_eq!(training, format!("{}{id}", prefix(b"neurodata/training-use/1")));
        let evaluation = hex::encode(evaluation_context(&genesis, JobId::new(4), &[5; 32]));
        let id = hex::encode(JobId::new(4).encode());
        assert_eq!(evaluation, format!("{}{id}{}", prefix(b"neurodata/evaluation/1  "), "05".repeat(32)));
    }

    #[test]
    fn a_context_depends_on_chain_and_purpose() {
        let context = sale_context(&[1; 32], PurchaseId::new(1));
        assert_ne!(context, sale_context(&[2; 32], PurchaseId::new(1)));
        assert_ne!(context, sale_context(&[1; 32], PurchaseId::new(2)));
        assert_ne!(context, training_use_context(&[1; 32], TrainingUseId::new(1)));
    }
}
