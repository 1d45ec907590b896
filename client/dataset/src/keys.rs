//! Content keys, recipients' secrets, and how one is wrapped for the other.
//!
//! A wrap is HPKE in base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, with
//! `info = "neurodata/wrapped-key/1"` and the caller's context as additional authenticated data, so that a wrap made
//! for one purpose opens for no other. Opening is `neurodata_sealing`'s, which the chain uses as well.
//!
//! Key files hold one line, `<format> <64 hexadecimal digits>`, and belong to their owner alone (mode 0600).

use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeS, Serializable,
};
use neurodata_primitives::{DataRoot, KeyCommitment, RecipientKey, WrappedKey};
use neurodata_sealing::wrap::{open_key, public_key, WRAP_INFO};
use rand::{rngs::OsRng, RngCore};
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// First word of a content key's file.
const CONTENT_KEY_FORMAT: &str = "neurodata/content-key/1";
/// First word of a recipient secret's file.
const RECIPIENT_SECRET_FORMAT: &str = "neurodata/recipient-secret/1";
/// Longest key file that is read, in bytes.
const MAX_KEY_FILE_BYTES: u64 = 1_024;

/// The secret under which a dataset's chunks are encrypted and its leaves salted. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

/// The X25519 secret of somebody for whom content keys are wrapped. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecipientSecret([u8; 32]);

/// Why a key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {action} the key file {location}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        location: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// There is a file already; a key that is written over is lost.
    #[error("{location} exists already; choose another file, or move that one away if it is not needed")]
    Exists {
        /// The file.
        location: String,
    },
    /// Others can read the file.
    #[error(
        "{location} can be read by others (mode {mode:03o}); run `chmod 600 {location}`, and make a new key if \
         somebody may have read it"
    )]
    Exposed {
        /// The file.
        location: String,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("{location} is not a key file: expected one line `{format} <64 hexadecimal digits>`")]
    Malformed {
        /// The file.
        location: String,
        /// First word of the expected line.
        format: &'static str,
    },
    /// The recipient's public key is unusable.
    #[error("{key} is not a usable X25519 public key")]
    InvalidRecipient {
        /// The key.
        key: RecipientKey,
    },
    /// The wrap was made for somebody else or for another purpose, or was altered.
    #[error("the wrapped key does not open: it was made for another recipient or purpose, or was altered")]
    DoesNotOpen,
}

impl ContentKey {
    /// A new random key.
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What binds this key to the data under `data_root` on chain.
    pub fn commitment(&self, data_root: DataRoot) -> KeyCommitment {
        neurodata_zk_statements::key_commitment(&self.0, data_root)
    }

    /// Write the key into a new file that only its owner can read.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        save(path, CONTENT_KEY_FORMAT, &self.0)
    }

    /// Read the key from a file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        load(path, CONTENT_KEY_FORMAT).map(Self)
    }
}

impl RecipientSecret {
    /// A new random secret.
    pub fn generate() -> Self {
        let (secret, _) = X25519HkdfSha256::gen_keypair();
        Self(secret.to_bytes().into())
    }

    /// The secret with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the secret.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public key that others wrap for.
    pub fn public(&self) -> RecipientKey {
        public_key(&self.0)
    }

    /// Write the secret into a new file that only its owner can read.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        save(path, RECIPIENT_SECRET_FORMAT, &self.0)
    }

    /// Read the secret from a file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        load(path, RECIPIENT_SECRET_FORMAT).map(Self)
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContentKey(..)")
    }
}

impl fmt::Debug for RecipientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RecipientSecret(.. of {})", self.public())
    }
}

/// Wrap `key` for `recipient`. Only the same `context` opens it again.
pub fn wrap_key(key: &ContentKey, recipient: &RecipientKey, context: &[u8]) -> Result<WrappedKey, KeyError> {
    let invalid = |_| KeyError::InvalidRecipient { key: *recipient };
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient.as_bytes()).map_err(invalid)?;
    let (ephemeral, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        WRAP_INFO,
        &key.0,
        context,
    )
    .map_err(invalid)?;
    let sealed_key = sealed.try_into().expect("32 bytes and a tag of 16 are 48 bytes; qed");
    Ok(WrappedKey { ephemeral_key: RecipientKey::new(ephemeral.to_bytes().into()), sealed_key })
}

/// Open a wrapped key.
pub fn unwrap_key(wrapped: &WrappedKey, secret: &RecipientSecret, context: &[u8]) -> Result<ContentKey, KeyError> {
    open_key(wrapped, &secret.0, context).map(|key| ContentKey(*key)).ok_or(KeyError::DoesNotOpen)
}

fn save(path: &Path, format: &str, secret: &[u8; 32]) -> Result<(), KeyError> {
    let location = || path.display().to_string();
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists { location: location() },
        _ => KeyError::Io { action: "write", location: location(), source },
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(io)?;
    let digits = Zeroizing::new(hex::encode(secret));
    let line = Zeroizing::new(format!("{format} {}\n", *digits));
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| {
        let _ = fs::remove_file(path);
        io(source)
    })
}

fn load(path: &Path, format: &'static str) -> Result<[u8; 32], KeyError> {
    let location = || path.display().to_string();
    let io = |source| KeyError::Io { action: "read", location: location(), source };
    let file = fs::File::open(path).map_err(io)?;
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(io)?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { location: location(), mode });
        }
    }
    let malformed = || KeyError::Malformed { location: location(), format };
    let mut text = Zeroizing::new(Vec::new());
    file.take(MAX_KEY_FILE_BYTES).read_to_end(&mut text).map_err(io)?;
    let text = std::str::from_utf8(&text).map_err(|_| malformed())?;
    let digits = text.trim_end().strip_prefix(format).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(malformed)?;
    let mut secret = [0; 32];
    hex::decode_to_slice(digits, &mut secret).map_err(|_| malformed())?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &[u8] = b"training use 7";

    #[test]
    fn a_wrapped_key_opens_for_its_recipient_and_context_only() {
        let (key, secret) = (ContentKey::generate(), RecipientSecret::generate());
        let wrapped = wrap_key(&key, &secret.public(), CONTEXT).unwrap();
        assert_eq!(unwrap_key(&wrapped, &secret, CONTEXT).unwrap(), key);
        assert!(matches!(unwrap_key(&wrapped, &secret, b"training use 8"), Err(KeyError::DoesNotOpen)));
        assert!(matches!(unwrap_key(&wrapped, &RecipientSecret::generate(), CONTEXT), Err(KeyError::DoesNotOpen)));
    }

    #[test]
    fn every_flipped_bit_of_a_wrap_is_noticed() {
        let (key, secret) = (ContentKey::new([3; 32]), RecipientSecret::generate());
        let wrapped = wrap_key(&key, &secret.public(), CONTEXT).unwrap();
        for bit in 0..48 * 8 {
            let mut altered = wrapped.clone();
            altered.sealed_key[bit / 8] ^= 1 << (bit % 8);
            assert!(unwrap_key(&altered, &secret, CONTEXT).is_err());
        }
        // The top bit of an X25519 key is ignored by definition (RFC 7748, section 5), but HPKE hashes the whole key.
        for bit in 0..256 {
            let mut bytes = *wrapped.ephemeral_key.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let altered = WrappedKey { ephemeral_key: RecipientKey::new(bytes), ..wrapped.clone() };
            assert!(unwrap_key(&altered, &secret, CONTEXT).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn wraps_of_one_key_differ() {
        let (key, secret) = (ContentKey::new([3; 32]), RecipientSecret::generate());
        let wrap = || wrap_key(&key, &secret.public(), CONTEXT).unwrap();
        assert_ne!(wrap(), wrap());
    }

    #[test]
    fn a_point_of_small_order_is_no_recipient() {
        for point in RecipientKey::unusable() {
            let mut aliased = *point.as_bytes();
            aliased[31] |= 0x80;
            for key in [point, RecipientKey::new(aliased)] {
                let error = wrap_key(&ContentKey::new([3; 32]), &key, CONTEXT).unwrap_err();
                assert!(matches!(error, KeyError::InvalidRecipient { .. }), "{error:?}");
                assert!(!key.is_usable());
            }
        }
        assert!(RecipientSecret::generate().public().is_usable());
    }

    #[test]
    fn the_public_key_is_that_of_rfc_7748() {
        // Section 6.1, Bob.
        let (mut secret, mut public) = ([0; 32], [0; 32]);
        let of_secret = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        let of_public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        hex::decode_to_slice(of_secret, &mut secret).unwrap();
        hex::decode_to_slice(of_public, &mut public).unwrap();
        assert_eq!(RecipientSecret::new(secret).public(), RecipientKey::new(public));
    }

    #[test]
    fn key_files_come_back_and_are_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("content.key");
        let key = ContentKey::generate();
        key.save(&path).unwrap();
        assert_eq!(ContentKey::load(&path).unwrap(), key);
        assert!(matches!(ContentKey::generate().save(&path), Err(KeyError::Exists { .. })));
        assert!(matches!(RecipientSecret::load(&path), Err(KeyError::Malformed { .. })));
        let path = folder.path().join("recipient.key");
        let secret = RecipientSecret::generate();
        secret.save(&path).unwrap();
        assert_eq!(RecipientSecret::load(&path).unwrap(), secret);
        assert!(ContentKey::load(&folder.path().join("none")).unwrap_err().to_string().contains("none"));
    }

    #[cfg(unix)]
    #[test]
    fn key_files_belong_to_their_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("content.key");
        ContentKey::generate().save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = ContentKey::load(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { mode: 0o644, .. }));
        assert!(error.to_string().contains("chmod 600"));
    }

    #[test]
    fn keys_are_not_printed() {
        let key = ContentKey::new([0xab; 32]);
        assert_eq!(format!("{key:?}"), "ContentKey(..)");
        let shown = format!("{:?}", RecipientSecret::new([0xab; 32]));
        assert!(!shown.contains("abab"), "{shown}");
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for text in ["", "neurodata/content-key/1", "neurodata/content-key/1 12", "neurodata/content-key/2 00", "\u{0}"]
        {
            let _ = fs::remove_file(&path);
            save(&path, "x", &[0; 32]).unwrap();
            fs::write(&path, text).unwrap();
            assert!(matches!(ContentKey::load(&path), Err(KeyError::Malformed { .. })), "{text:?}");
        }
    }
}
