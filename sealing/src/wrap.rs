//! Opening a wrapped content key.
//!
//! A wrap is HPKE in base mode (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, with
//! [`WRAP_INFO`] as `info` and a [context](crate::context) as additional authenticated data.

use hpke::{
    aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeR, Serializable,
};
use neurodata_primitives::{sale::OneTimeSecret, RecipientKey, WrappedKey};
use zeroize::Zeroizing;

/// HPKE's `info`: what wraps of content keys have in common.
pub const WRAP_INFO: &[u8] = b"neurodata/wrapped-key/1";

/// The public key that belongs to `secret`: what keys are wrapped for.
pub fn public_key(secret: &OneTimeSecret) -> RecipientKey {
    // Any 32 bytes are an X25519 secret, so that the default, for which no key can be wrapped, is never returned; qed
    private_key(secret).map_or_else(RecipientKey::default, |secret| {
        RecipientKey::new(X25519HkdfSha256::sk_to_pk(&secret).to_bytes().into())
    })
}

/// The content key in `wrapped`; `None` if it was wrapped for another recipient or context, was altered or is no wrap
/// at all.
pub fn open_key(wrapped: &WrappedKey, secret: &OneTimeSecret, context: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let ephemeral = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(wrapped.ephemeral_key.as_bytes()).ok()?;
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private_key(secret)?,
        &ephemeral,
        WRAP_INFO,
        &wrapped.sealed_key,
        context,
    );
    let opened = Zeroizing::new(opened.ok()?);
    opened.as_slice().try_into().ok().map(Zeroizing::new)
}

fn private_key(secret: &OneTimeSecret) -> Option<<X25519HkdfSha256 as Kem>::PrivateKey> {
    Deserializable::from_bytes(secret).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hpke::OpModeS;

    const SECRET: OneTimeSecret = [5; 32];
    const CONTEXT: &[u8] = b"purchase 7";

    fn wrap(key: &[u8], recipient: &RecipientKey) -> WrappedKey {
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient.as_bytes()).unwrap();
        let (ephemeral, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            WRAP_INFO,
            key,
            CONTEXT,
        )
        .unwrap();
        WrappedKey {
            ephemeral_key: RecipientKey::new(ephemeral.to_bytes().into()),
            sealed_key: sealed.try_into().unwrap(),
        }
    }

    #[test]
    fn a_key_opens_for_its_recipient_and_context_only() {
        let wrapped = wrap(&[3; 32], &public_key(&SECRET));
        assert_eq!(open_key(&wrapped, &SECRET, CONTEXT).as_deref(), Some(&[3; 32]));
        assert_eq!(open_key(&wrapped, &SECRET, b"purchase 8"), None);
        assert_eq!(open_key(&wrapped, &[6; 32], CONTEXT), None);
    }

    #[test]
    fn what_is_no_wrap_does_not_open() {
        for point in RecipientKey::unusable().chain([RecipientKey::new([0xff; 32]), public_key(&[9; 32])]) {
            let wrapped = WrappedKey { ephemeral_key: point, sealed_key: [0; 48] };
            assert_eq!(open_key(&wrapped, &SECRET, CONTEXT), None);
        }
    }

    #[test]
    fn the_public_key_is_that_of_rfc_7748() {
        // Section 6.1, Bob.
        let bytes = |digits| <[u8; 32]>::try_from(hex::decode(digits).unwrap()).unwrap();
        let secret = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let public = bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        assert_eq!(public_key(&secret), RecipientKey::new(public));
    }

    #[test]
    fn every_secret_has_a_usable_public_key() {
        for secret in [[0; 32], [0xff; 32], [1; 32]] {
            assert!(public_key(&secret).is_usable());
        }
    }
}
