// Opening a wrapped content key: HPKE in base mode (RFC 9180) with X25519, HKDF-SHA256 and ChaCha20-Poly1305, from what
// Node.js has built in.

import { createDecipheriv, createHmac, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

/** HPKE's `info`: what wraps of content keys have in common. */
const INFO = Buffer.from('neurodata/wrapped-key/1');
/** What the key of a purchase is wrapped with: this, the genesis hash, the purchase as u64. */
const SALE_DOMAIN = Buffer.from('neurodata/sale/1        ');

const VERSION = Buffer.from('HPKE-v1');
const EMPTY = Buffer.alloc(0);
const KEM = 0x0020;
const KEM_SUITE = Buffer.concat([Buffer.from('KEM'), u16(KEM)]);
const SUITE = Buffer.concat([Buffer.from('HPKE'), u16(KEM), u16(0x0001), u16(0x0003)]);
const TAG_BYTES = 16;

function u16(number) {
  return Buffer.from([number >> 8, number & 0xff]);
}

function hmac(key, ...parts) {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}

function labeledExtract(suite, salt, label, material) {
  return hmac(salt.length ? salt : Buffer.alloc(32), VERSION, suite, Buffer.from(label), material);
}

/** At most 32 bytes: one block of HKDF's output. */
function labeledExpand(suite, secret, label, info, length) {
  return hmac(secret, u16(length), VERSION, suite, Buffer.from(label), info, Buffer.from([1])).subarray(0, length);
}

/** A new X25519 key pair for one purchase; `publicKey` are its 32 bytes. */
export function recipientKey() {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKey, publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url') };
}

/** What the key of `purchase` is wrapped with on the chain of this genesis hash. */
export function saleContext(genesis, purchase) {
  const id = Buffer.alloc(8);
  id.writeBigUInt64LE(BigInt(purchase));
  return Buffer.concat([SALE_DOMAIN, Buffer.from(genesis), id]);
}

/** The content key in a wrap; throws if it was made for another recipient or context. */
export function openKey({ ephemeralKey, sealedKey }, recipient, context) {
  const ephemeral = Buffer.from(ephemeralKey);
  const jwk = { kty: 'OKP', crv: 'X25519', x: ephemeral.toString('base64url') };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const agreed = diffieHellman({ privateKey: recipient.privateKey, publicKey });
  const kemContext = Buffer.concat([ephemeral, recipient.publicKey]);
  const extracted = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', agreed);
  const shared = labeledExpand(KEM_SUITE, extracted, 'shared_secret', kemContext, 32);

  const schedule = Buffer.concat([
    Buffer.from([0]),
    labeledExtract(SUITE, EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(SUITE, EMPTY, 'info_hash', INFO),
  ]);
  const secret = labeledExtract(SUITE, shared, 'secret', EMPTY);
  const key = labeledExpand(SUITE, secret, 'key', schedule, 32);
  const nonce = labeledExpand(SUITE, secret, 'base_nonce', schedule, 12);

  const sealed = Buffer.from(sealedKey);
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(context, { plaintextLength: sealed.length - TAG_BYTES });
  cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([cipher.update(sealed.subarray(0, -TAG_BYTES)), cipher.final()]);
}
