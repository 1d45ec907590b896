//! Blobs in a folder.

use crate::{atomic, BlobStore, Cid, StoreError, MAX_BLOB_BYTES};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

/// Age after which an unfinished file is taken for the rest of a program that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Blobs in a folder of the file system.
///
/// ```text
/// <root>/blobs/<first byte of the digest, two hexadecimal digits>/<cid>
/// <root>/unfinished/<process>-<number>
/// ```
///
/// A blob is written to an unfinished file, flushed to the disk and renamed, so that no reader ever sees half of it and
/// several processes can share a folder. Nothing but a parsed [`Cid`] becomes part of a path.
#[derive(Debug)]
pub struct DirectoryStore {
    root: PathBuf,
}

impl DirectoryStore {
    /// Open the store in the folder `root`, which is made if it isn't there.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { root: root.into() };
        for folder in [store.root.join("blobs"), store.unfinished_folder()] {
            fs::create_dir_all(&folder).map_err(|source| StoreError::io("make folder", folder.display(), source))?;
        }
        store.remove_abandoned();
        Ok(store)
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of the blob at `cid`, whether or not it is there.
    pub fn path(&self, cid: &Cid) -> PathBuf {
        let digest = cid.digest();
        let [first, ..] = digest.as_bytes();
        self.root.join("blobs").join(format!("{first:02x}")).join(cid.to_string())
    }

    fn unfinished_folder(&self) -> PathBuf {
        self.root.join("unfinished")
    }

    /// Remove what killed programs left. Failing at it harms nobody.
    fn remove_abandoned(&self) {
        let Ok(entries) = fs::read_dir(self.unfinished_folder()) else { return };
        for entry in entries.flatten() {
            let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|written| written.elapsed());
            if matches!(age, Ok(Ok(age)) if age > ABANDONED_AFTER) {
                tracing::debug!(path = %entry.path().display(), "removing an abandoned file");
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Write `bytes` to `path` through an unfinished file.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let unfinished = self.unfinished_folder().join(atomic::unfinished_name());
        let result = fs::create_dir_all(path.parent().unwrap_or(&self.root))
            .and_then(|()| atomic::replace(path, &unfinished, &mut OpenOptions::new(), bytes));
        result.map_err(|source| StoreError::io("write", path.display(), source))
    }
}

impl BlobStore for DirectoryStore {
    fn put(&self, bytes: &[u8]) -> Result<Cid, StoreError> {
        if bytes.len() > MAX_BLOB_BYTES {
            return Err(StoreError::TooLarge { bytes: bytes.len() });
        }
        let cid = Cid::of(bytes);
        match self.get(&cid) {
            Ok(_) => Ok(cid),
            Err(StoreError::Missing { .. } | StoreError::Corrupt { .. }) => {
                self.write(&self.path(&cid), bytes)?;
                Ok(cid)
            }
            Err(error) => Err(error),
        }
    }

    fn get(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        let path = self.path(cid);
        let file = File::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => StoreError::Missing { cid: *cid, location: self.root.display().to_string() },
            _ => StoreError::io("open", path.display(), source),
        })?;
        let mut bytes = Vec::new();
        file.take(MAX_BLOB_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| StoreError::io("read", path.display(), source))?;
        let corrupt = |problem| StoreError::Corrupt { cid: *cid, location: self.root.display().to_string(), problem };
        if bytes.len() > MAX_BLOB_BYTES {
            return Err(corrupt(format!("it has more than {MAX_BLOB_BYTES} bytes")));
        }
        let found = Cid::of(&bytes);
        if found != *cid {
            return Err(corrupt(format!("its {} bytes belong to {found}", bytes.len())));
        }
        Ok(bytes)
    }

    fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
        let path = self.path(cid);
        path.try_exists().map_err(|source| StoreError::io("look for", path.display(), source))
    }

    fn remove(&self, cid: &Cid) -> Result<bool, StoreError> {
        let path = self.path(cid);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StoreError::io("remove", path.display(), source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, DirectoryStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(folder.path()).unwrap();
        (folder, store)
    }

    #[test]
    fn a_blob_comes_back_as_it_was() {
        let (_folder, store) = store();
        for bytes in [vec![], vec![7], vec![1; MAX_BLOB_BYTES]] {
            let cid = store.put(&bytes).unwrap();
            assert_eq!(store.put(&bytes).unwrap(), cid);
            assert!(store.has(&cid).unwrap());
            assert_eq!(store.get(&cid).unwrap(), bytes);
        }
        assert_eq!(fs::read_dir(store.unfinished_folder()).unwrap().count(), 0);
    }

    #[test]
    fn the_layout_is_two_digits_and_the_cid() {
        let (folder, store) = store();
        let cid = store.put(b"hello world").unwrap();
        let expected = "blobs/b9/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
        assert_eq!(store.path(&cid), folder.path().join(expected));
        assert!(store.path(&cid).is_file());
    }

    #[test]
    fn a_blob_that_is_too_large_is_refused() {
        let (_folder, store) = store();
        let error = store.put(&vec![0; MAX_BLOB_BYTES + 1]).unwrap_err();
        assert!(matches!(error, StoreError::TooLarge { bytes } if bytes == MAX_BLOB_BYTES + 1));
    }

    #[test]
    fn a_missing_blob_is_named() {
        let (_folder, store) = store();
        let cid = Cid::of(b"never put");
        assert!(!store.has(&cid).unwrap());
        assert!(!store.remove(&cid).unwrap());
        let error = store.get(&cid).unwrap_err();
        assert!(matches!(&error, StoreError::Missing { cid: missing, .. } if *missing == cid));
        assert!(error.to_string().contains(&cid.to_string()));
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_put_repairs_it() {
        let (_folder, store) = store();
        let bytes = b"sixteen bytes, 0".to_vec();
        let cid = store.put(&bytes).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            fs::write(store.path(&cid), &altered).unwrap();
            assert!(matches!(store.get(&cid), Err(StoreError::Corrupt { cid: corrupt, .. }) if corrupt == cid));
        }
        store.put(&bytes).unwrap();
        assert_eq!(store.get(&cid).unwrap(), bytes);
    }

    #[test]
    fn a_truncated_and_a_swollen_blob_are_corrupt() {
        let (_folder, store) = store();
        let cid = store.put(b"whole").unwrap();
        for bytes in [b"who".to_vec(), vec![0; MAX_BLOB_BYTES + 5]] {
            fs::write(store.path(&cid), bytes).unwrap();
            assert!(matches!(store.get(&cid), Err(StoreError::Corrupt { .. })));
        }
    }

    #[test]
    fn a_removed_blob_is_missing() {
        let (_folder, store) = store();
        let cid = store.put(b"gone").unwrap();
        assert!(store.remove(&cid).unwrap());
        assert!(matches!(store.get(&cid), Err(StoreError::Missing { .. })));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_to_be_full() {
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = StoreError::io("write", "/dev/full", atomic::write_durably(file, b"x").unwrap_err());
        assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
        assert!(error.to_string().starts_with("storage full"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        fs::write(&file, b"").unwrap();
        let error = DirectoryStore::open(&file).unwrap_err();
        assert!(error.to_string().contains("a file"), "{error}");
    }

    #[test]
    fn only_old_unfinished_files_are_removed() {
        let (folder, store) = store();
        let (old, young) = (store.unfinished_folder().join("1-0"), store.unfinished_folder().join("2-0"));
        for path in [&old, &young] {
            fs::write(path, b"half").unwrap();
        }
        let long_ago = std::time::SystemTime::now() - 2 * ABANDONED_AFTER;
        File::options().write(true).open(&old).unwrap().set_modified(long_ago).unwrap();
        DirectoryStore::open(folder.path()).unwrap();
        assert_eq!((old.exists(), young.exists()), (false, true));
    }
}
