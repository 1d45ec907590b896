// The wrap of RFC 9180 opens, and opens for nobody else. Needs no chain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKey, recipientKey, saleContext } from './hpke.js';

test('a purchase has a context of its own', () => {
  const context = saleContext(Buffer.alloc(32, 0xaa), 0x0102);
  assert.equal(context.toString('hex'), `${Buffer.from('neurodata/sale/1        ').toString('hex')}${'aa'.repeat(32)}0201000000000000`);
});

test('a wrap for somebody else does not open', () => {
  const stranger = recipientKey();
  const wrapped = { ephemeralKey: recipientKey().publicKey, sealedKey: Buffer.alloc(48, 7) };
  assert.throws(() => openKey(wrapped, stranger, Buffer.alloc(0)));
});
