//! What a dishonest seller would publish; for tests of complaints.
//!
//! Each of these opens, is registered and sold like an honest one, because nothing is wrong with it that can be seen
//! without the key. Whoever has the key finds the fault and can prove it.

use crate::{
    cells::CHUNK_CELLS, package::silent, prove::Unlocked, ContentKey, Dataset, InvalidModelSize, Package, SealedModel,
};

/// A package of `dataset` of which `chunk` decrypts to other cells than its leaf commits to; all of them are within
/// their bounds. Roots and key commitment of the content are those of the honest package. Panics if there is no such
/// chunk.
pub fn bad_chunk(dataset: &Dataset, key: &ContentKey, chunk: u32) -> Package {
    let bounds = dataset.chunking().bounds(dataset.schema(), chunk);
    let altered = bounds.iter().position(|cell| cell.bound > 0).expect("a schema has a column that holds something");
    Package::seal_cells(dataset, key, &silent, |at| {
        let claimed = dataset.chunk(at);
        let mut sealed = claimed.clone();
        if at == chunk {
            sealed[altered] = if claimed[altered] == 0 { 1 } else { 0 };
        }
        (claimed, sealed)
    })
}

/// A package of `dataset` of which `chunk` holds a cell above its bound, to which its leaf and the data root commit. An
/// audit that draws this chunk can't be passed; see [`unlocked`] for the others. Panics if there is no such chunk.
pub fn out_of_schema(dataset: &Dataset, key: &ContentKey, chunk: u32) -> Package {
    let bounds = dataset.chunking().bounds(dataset.schema(), chunk);
    let is_bounded = |cell: &usize| bounds[*cell].bound < u16::MAX;
    let altered = (0..CHUNK_CELLS).find(is_bounded).expect("a column or padding that has a bound");
    Package::seal_cells(dataset, key, &silent, |at| {
        let mut cells = dataset.chunk(at);
        if at == chunk {
            cells[altered] = bounds[altered].bound + 1;
        }
        (cells.clone(), cells)
    })
}

/// What the dishonest seller proves audits with: the true cells with the leaves that `package` lists. Proofs about a
/// chunk whose leaf is over other cells are refused.
pub fn unlocked(dataset: &Dataset, package: &Package, key: &ContentKey) -> Unlocked {
    Unlocked::new(dataset.clone(), package.leaves().to_vec(), package.tree().clone(), key.clone())
}

/// A sealed model of the file `bytes` of which `chunk` decrypts to something else than its leaf commits to.
pub fn bad_model_chunk(bytes: &[u8], key: &ContentKey, chunk: u32) -> Result<SealedModel, InvalidModelSize> {
    SealedModel::seal_chunks(bytes, key, |at, plain| {
        let mut plain = plain.to_vec();
        if let Some(byte) = plain.first_mut().filter(|_| at == chunk) {
            *byte ^= 1;
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::tests::{numeric, schema};
    use neurodata_primitives::{seams::ProofSubject, DatasetId, Fault};
    use neurodata_zk_circuits::check_native;
    use neurodata_zk_statements::{tree, Binding};

    fn key() -> ContentKey {
        ContentKey::new([9; 32])
    }

    /// Four columns: 256 rows in a chunk, 600 rows.
    fn dataset() -> Dataset {
        let columns = ["a", "b", "c", "d"].map(|name| (name, numeric("0", "100", "1"), name == "b"));
        let codes = (0..2_400u16).map(|cell| cell % 90).collect();
        Dataset::from_codes(schema(&columns, None), codes).unwrap()
    }

    #[test]
    fn a_bad_chunk_is_only_seen_with_the_key() {
        let honest = Package::seal(&dataset(), &key(), &silent);
        for chunk in 0..3 {
            let package = Package::open(&bad_chunk(&dataset(), &key(), chunk).to_bytes()).unwrap();
            assert_eq!(package.commitment().data_root, honest.commitment().data_root);
            assert_eq!(package.commitment().key_commitment, honest.commitment().key_commitment);
            assert_ne!(package.commitment().cipher_root, honest.commitment().cipher_root);
            assert_eq!(package.examine(&key()), Some(Fault::BadChunk { chunk }));
        }
    }

    #[test]
    fn cells_out_of_schema_are_only_seen_with_the_key() {
        for chunk in 0..3 {
            let package = Package::open(&out_of_schema(&dataset(), &key(), chunk).to_bytes()).unwrap();
            assert_eq!(package.examine(&key()), Some(Fault::OutOfSchema { chunk, cell: 0 }));
        }
    }

    #[test]
    fn an_audit_is_passed_with_every_chunk_that_is_right() {
        let holds = |package: &Package, chunk| {
            let unlocked = unlocked(&dataset(), package, &key());
            let witness = unlocked.chunk_witness(chunk).unwrap();
            let subject = ProofSubject::Dataset(DatasetId::new(1));
            let inputs = witness.inputs(&Binding { genesis: [1; 32], subject, account: &[2; 32], chunk }).unwrap();
            let path = unlocked.tree().path(chunk).unwrap();
            check_native(&witness, &inputs) == Ok(())
                && tree::root_from_path(&inputs.leaf, chunk, &path) == Ok(package.commitment().data_root)
        };
        let (bad, out) = (bad_chunk(&dataset(), &key(), 1), out_of_schema(&dataset(), &key(), 1));
        for chunk in 0..3 {
            assert!(holds(&bad, chunk));
            assert_eq!(holds(&out, chunk), chunk != 1);
        }
    }

    #[test]
    fn a_bad_chunk_of_a_model_is_only_seen_with_the_key() {
        let file = vec![5; 5_000];
        for chunk in 0..3 {
            let sealed = bad_model_chunk(&file, &key(), chunk).unwrap();
            let opened = SealedModel::open(&sealed.to_bytes()).unwrap();
            assert_eq!(opened.model(), SealedModel::seal(&file, &key()).unwrap().model());
            assert_eq!(opened.examine(&key()), Some(Fault::BadChunk { chunk }));
        }
    }
}
