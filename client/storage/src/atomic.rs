//! Files that are replaced as a whole.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

/// Numbers the unfinished files of this process.
static NEXT_UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// Replace the file at `path` by `bytes`: after a crash there is the old file or the new one, and the new one is on the
/// disk when this returns. Several processes may write the same file.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, &beside(path), &mut OpenOptions::new(), bytes)
}

/// As [`write_atomically`], and only the file's owner can read it (mode 0600).
pub fn write_atomically_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    replace(path, &beside(path), &mut options, bytes)
}

/// Replace the file at `path` by `bytes` through the file `unfinished` on the same file system.
pub(crate) fn replace(path: &Path, unfinished: &Path, options: &mut OpenOptions, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let result = options
        .write(true)
        .create(true)
        .truncate(true)
        .open(unfinished)
        .and_then(|file| write_durably(file, bytes))
        .and_then(|()| fs::rename(unfinished, path))
        .and_then(|()| File::open(folder)?.sync_all());
    if result.is_err() {
        let _ = fs::remove_file(unfinished);
    }
    result
}

/// A number that no other unfinished file of this process has.
pub(crate) fn unfinished_name() -> String {
    format!("{}-{}", std::process::id(), NEXT_UNFINISHED.fetch_add(1, Ordering::Relaxed))
}

/// An unfinished file next to `path`: hidden, and with another extension than any file of ours.
fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.unfinished", unfinished_name()));
    path.with_file_name(name)
}

pub(crate) fn write_durably(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a file.json");
        for bytes in [b"first".as_slice(), b"", b"second and longer"] {
            write_atomically(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_belongs_to_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, b"readable").unwrap();
        write_atomically_private(&path, b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_failure_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        write_atomically(&path, b"x").unwrap_err();
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_atomically(&folder.path().join("no folder/file"), b"x").unwrap_err();
    }

    #[test]
    fn writers_of_one_file_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shared");
        std::thread::scope(|scope| {
            for byte in 0..8u8 {
                let path = &path;
                scope.spawn(move || (0..20).for_each(|_| write_atomically(path, &[byte; 4_096]).unwrap()));
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), 4_096);
        assert!(bytes.iter().all(|byte| *byte == bytes[0]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
