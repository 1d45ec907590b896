// What the suite needs of a NeuroData chain beside the polkadot.js API.

import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';

/** Plancks in one NRC. */
export const NRC = 10n ** 12n;

/** Longest wait for anything the chain or a worker does, in milliseconds. */
export const DEADLINE = 600_000;

/** Connect to `url`. `AuthorizeCall` is the SDK's own extension without content; saying so silences a warning. */
export async function connect(url) {
  const provider = new WsProvider(url);
  const signedExtensions = { AuthorizeCall: { extrinsic: {}, payload: {} } };
  return ApiPromise.create({ provider, signedExtensions, noInitWarn: true });
}

/** The development account of a secret URI such as `//JobOwner`. */
export function account(suri) {
  return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(suri);
}

/** Sign `call`, wait until it is in a block, and return its events; a dispatch error rejects with its decoded name. */
export function submit(api, signer, call) {
  return new Promise((resolve, reject) => {
    call
      .signAndSend(signer, ({ status, events, dispatchError, isError }) => {
        if (dispatchError) {
          reject(refusal(api, dispatchError));
        } else if (isError) {
          reject(new Error(`not included: ${status.type}`));
        } else if (status.isInBlock) {
          resolve(events.map(({ event }) => event));
        }
      })
      .catch(reject);
  });
}

function refusal(api, dispatchError) {
  if (!dispatchError.isModule) {
    return new Error(dispatchError.toString());
  }
  const { section, name, docs, fields } = api.registry.findMetaError(dispatchError.asModule);
  const reason = fields.length ? nested(api, fields[0].type, dispatchError.asModule.error) : undefined;
  const path = [section, name, reason].filter(Boolean).join('.');
  return Object.assign(new Error(`${path}: ${docs.join(' ')}`), { section, refusal: name, reason });
}

/** The name of the error inside a pallet's error, whose first byte is the pallet's own. */
function nested(api, type, bytes) {
  const name = api.registry.createLookupType(type);
  return api.registry.createType(name, bytes.toU8a(true).subarray(1)).toString();
}

/** The only event of this pallet and name among `events`. */
export function find(events, section, method) {
  const found = events.filter((event) => event.section === section && event.method === method);
  if (found.length !== 1) {
    throw new Error(`expected one ${section}.${method}, found ${found.length} among ${events.map((e) => `${e.section}.${e.method}`)}`);
  }
  return found[0];
}

/** Look at every new block until `look` returns something, and return that. */
export async function until(api, what, look) {
  let stop = () => {};
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), DEADLINE);
      api.rpc.chain
        .subscribeNewHeads(async () => {
          try {
            const seen = await look();
            if (seen !== undefined) resolve(seen);
          } catch (error) {
            reject(error);
          }
        })
        .then((unsubscribe) => { stop = unsubscribe; }, reject);
    });
  } finally {
    clearTimeout(timer);
    stop();
  }
}
