use super::prover;
use crate::{
    key_file::{self, KeyFileError},
    setup::{self, DEVELOPMENT_KEY_DIGEST},
    Progress, Prover, ProverError,
};
use neurodata_primitives::KeyDigest;
use std::fs;

/// Bytes of the cached key that [`prover`] uses.
fn cached() -> Vec<u8> {
    prover();
    fs::read(std::env::temp_dir().join("neurodata-proving-keys").join(Prover::CACHE_FILE)).unwrap()
}

#[test]
fn a_truncated_damaged_foreign_or_other_key_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pk");
    let bytes = cached();
    let read = |content: &[u8], expected| {
        fs::write(&path, content).unwrap();
        key_file::read(&path, expected).err()
    };
    assert!(read(&bytes, DEVELOPMENT_KEY_DIGEST).is_none());
    assert!(matches!(read(&bytes[..bytes.len() - 1], DEVELOPMENT_KEY_DIGEST), Some(KeyFileError::Damaged)));
    assert!(matches!(read(&bytes[..40], DEVELOPMENT_KEY_DIGEST), Some(KeyFileError::Damaged)));
    assert!(matches!(read(b"PNG", DEVELOPMENT_KEY_DIGEST), Some(KeyFileError::Foreign)));
    assert!(matches!(read(b"", DEVELOPMENT_KEY_DIGEST), Some(KeyFileError::Foreign)));
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(matches!(read(&damaged, DEVELOPMENT_KEY_DIGEST), Some(KeyFileError::Damaged)));
    let other = KeyDigest::new([1; 32]);
    assert!(matches!(read(&bytes, other), Some(KeyFileError::OtherKey { expected, .. }) if expected == other));
    let mut relabelled = bytes;
    relabelled[16..48].fill(1);
    assert!(matches!(read(&relabelled, other), Some(KeyFileError::Damaged)));
}

#[test]
fn a_useless_cached_key_is_replaced_with_notice_and_every_generation_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Prover::CACHE_FILE);
    fs::write(&path, &cached()[..1_000]).unwrap();
    let mut steps = Vec::new();
    let generated = Prover::load_or_generate(folder.path(), |step| steps.push(step)).unwrap();
    assert_eq!(generated.key_digest(), DEVELOPMENT_KEY_DIGEST);
    let reason = KeyFileError::Damaged.to_string();
    let expected = [
        Progress::Loading { path: path.clone() },
        Progress::Discarding { path: path.clone(), reason },
        Progress::Generating,
        Progress::Storing { path: path.clone() },
    ];
    assert_eq!(steps, expected);
    assert_eq!(fs::read(&path).unwrap(), cached());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_cache_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, b"").unwrap();
    let refusal = Prover::load_or_generate(&path, |_| ()).err().unwrap();
    assert!(matches!(refusal, ProverError::Cache { .. }));
    assert!(refusal.to_string().contains(Prover::CACHE_FILE));
}

#[test]
fn the_development_seed_says_what_it_is() {
    assert!(setup::INSECURE_DEVELOPMENT_SEED.windows(8).any(|word| word == b"INSECURE"));
}
