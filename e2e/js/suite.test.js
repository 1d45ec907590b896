// A job owner's and a data buyer's part, played with nothing but the polkadot.js API and the chain's metadata.
//
// Needs a node with an active dataset and running workers: NEURODATA_URL and NEURODATA_DATASET say where and which.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { NRC, account, connect, find, submit, until } from './chain.js';
import { openKey, recipientKey, saleContext } from './hpke.js';

const url = process.env.NEURODATA_URL;
const dataset = process.env.NEURODATA_DATASET;
const asset = { Dataset: dataset };
let api;

/** A job that any of the suite's workers can do; `changes` replace parts of it. */
function request(changes = {}) {
  return {
    dataset,
    spec: {
      algorithm: {
        LogisticRegression: {
          descent: {
            optimiser: { Sgd: { momentum: 0 } },
            epochs: 20,
            batchRows: 32,
            learningRate: 100_000,
            weightDecay: 1_000,
            earlyStopping: null,
          },
        },
      },
      objective: { Classification: { classes: 2 } },
      target: 13,
      holdout: 200,
    },
    parent: null,
    requirements: { cores: 1, memoryMib: 256, device: 'Cpu', deviceMemoryMib: 0 },
    maxUnitPrice: NRC / 10n,
    maxTrainingPrice: 100n * NRC,
    deliverWithin: 200,
    baseline: 500_000,
    visibility: 'Public',
    ...changes,
  };
}

async function total(address) {
  const { data } = await api.query.system.account(address);
  return data.free.toBigInt() + data.reserved.toBigInt();
}

async function closed(job) {
  return until(api, `job ${job} to close`, async () => {
    const { state } = (await api.query.computeMarket.jobs(job)).unwrap();
    return state.isClosed ? state.asClosed.outcome : undefined;
  });
}

before(async () => {
  assert.ok(url && dataset, 'set NEURODATA_URL and NEURODATA_DATASET');
  api = await connect(url);
});

after(() => api?.disconnect());

test('the chain introduces itself as NRC with 12 decimals and prefix 42', () => {
  assert.deepEqual(api.registry.chainTokens, ['NRC']);
  assert.deepEqual(api.registry.chainDecimals, [12]);
  assert.equal(api.registry.chainSS58, 42);
});

test('every call of the protocol is there, documented, and encodes', () => {
  const pallets = ['datasetRegistry', 'computeMarket', 'modelValidation', 'modelRegistry', 'rewards', 'sales', 'nrcToken', 'zkVerifier'];
  for (const pallet of pallets) {
    for (const [name, call] of Object.entries(api.tx[pallet] ?? {})) {
      assert.ok(call.meta.docs.length > 0, `${pallet}.${name} has no documentation`);
    }
    assert.ok(Object.keys(api.tx[pallet] ?? {}).length > 0, `there is no pallet ${pallet}`);
  }
  const call = api.tx.computeMarket.postJob(request());
  const again = api.createType('Call', call.method.toHex());
  assert.equal(again.toHex(), call.method.toHex());
});

test('a fee is estimated before signing', async () => {
  const info = await api.tx.computeMarket.postJob(request()).paymentInfo(account('//JobOwner'));
  assert.ok(info.partialFee.toBigInt() > 0n);
  assert.ok(info.partialFee.toBigInt() < NRC);
});

test('a job owner posts a job, follows it, and owns the model', async () => {
  const owner = account('//JobOwner');
  const before = await total(owner.address);
  const posted = await submit(api, owner, api.tx.computeMarket.postJob(request()));
  const { job, escrow } = find(posted, 'computeMarket', 'JobPosted').data;
  assert.ok(escrow.toBigInt() > 0n);

  const outcome = await closed(job);
  assert.ok(outcome.isSettled, `the job ended as ${outcome.toString()}`);
  const { model, paid, score } = outcome.asSettled;
  assert.ok(score.toNumber() >= 60, `score ${score}`);

  const record = (await api.query.modelRegistry.models(model)).unwrap();
  assert.equal(record.owner.toString(), owner.address);
  assert.equal(record.job.toString(), job.toString());
  assert.deepEqual(record.parents.toJSON(), []);
  const { holdoutRows, quality } = record.result.metrics;
  assert.ok(quality.asClassification.correct.toNumber() <= holdoutRows.toNumber());

  const trainingPrice = (await api.query.datasetRegistry.datasets(dataset)).unwrap().terms.trainingPrice.toBigInt();
  const spent = before - (await total(owner.address));
  const price = paid.toBigInt() + trainingPrice;
  assert.ok(spent >= price && spent < price + NRC, `spent ${spent}, of which the job cost ${price}`);
});

test('a job is estimated before it is posted', async () => {
  const owner = account('//JobOwner').address;
  const estimate = (await api.call.neuroDataApi.estimateJob(owner, request())).asOk;
  assert.ok(estimate.workUnits.toNumber() > 0 && estimate.class.tier.toNumber() === 0);
  const { trainingPrice, escrow, best } = estimate;
  assert.equal(escrow.toBigInt(), estimate.workUnits.toBigInt() * (NRC / 10n) + trainingPrice.toBigInt());
  const [, unitPrice, price] = best.unwrap();
  assert.equal(price.toBigInt(), unitPrice.toBigInt() * estimate.workUnits.toBigInt());
  const wrong = await api.call.neuroDataApi.estimateJob(owner, request({ dataset: 4_000_000 }));
  assert.ok(wrong.isErr);
});

test('an explanation lists what the job cost and who was paid, and it balances', async () => {
  const owner = account('//JobOwner').address;
  const [jobs] = await api.call.neuroDataApi.listJobs(0, 256, owner);
  const [job, record] = jobs.find(([, { state }]) => state.isClosed && state.asClosed.outcome.isSettled);
  const lines = await api.call.neuroDataApi.explainJob(job);
  const sum = (is) => lines.filter(([who, { event }]) => is(event, who.toString())).reduce((all, [, { amount }]) => all + amount.toBigInt(), 0n);
  const charged = sum((event) => event.isCharged);
  const refunded = sum((event) => event.isRefunded);
  const { paid } = record.state.asClosed.outcome.asSettled;
  assert.equal(charged - refunded, paid.toBigInt() + record.trainingPrice.toBigInt());
  const shares = sum((event) => event.isCredited && event.asCredited.reason.isJob);
  assert.ok(shares > 0n && shares <= paid.toBigInt());
  assert.ok(lines.some(([, { event }]) => event.isContributed));
});

test('a price below the floor is refused', async () => {
  const call = api.tx.computeMarket.postJob(request({ maxUnitPrice: 1 }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => error.section === 'computeMarket');
});

test('the best models of a task stand on its leaderboard', async () => {
  const boards = await api.call.neuroDataApi.listLeaderboards(dataset);
  const [task, board] = boards[0];
  assert.equal(task.target.unwrap().toNumber(), 13);
  assert.ok(board.rungs.length > 0 && board.models.toNumber() >= board.rungs.length);
});

test('a data buyer reads the terms, buys a training use, and the key is delivered', async () => {
  const buyer = account('//DataBuyer');
  const { terms, owner } = (await api.query.datasetRegistry.datasets(dataset)).unwrap();
  assert.ok(terms.uses.train.isTrue);
  const { spec } = request();
  const { descent } = spec.algorithm.LogisticRegression;
  const layers = { hidden: [8], activation: 'Tanh', layerNorm: true };
  const perceptron = { ...spec, algorithm: { MultilayerPerceptron: { ...layers, descent } } };
  const maxTrainingPrice = terms.trainingPrice;
  const posted = await submit(api, buyer, api.tx.computeMarket.postJob(request({ spec: perceptron, maxTrainingPrice })));
  const { job } = find(posted, 'computeMarket', 'JobPosted').data;

  let delivered = false;
  const unsubscribe = await api.query.system.events((records) => {
    delivered ||= records.some(({ event }) => api.events.datasetRegistry.KeyDelivered.is(event));
  });
  const outcome = await closed(job);
  unsubscribe();
  assert.ok(outcome.isSettled, `the job ended as ${outcome.toString()}`);
  assert.ok(delivered, 'no KeyDelivered event was seen');
  const credits = await api.query.rewards.credits(owner);
  const contributed = (await api.query.rewards.contributors(owner)).toJSON();
  assert.ok(credits.length > 0 || contributed.datasetContributions > 0, 'the data provider was not credited');
});

test('the price of the data above the owner\'s maximum is refused by name', async () => {
  const call = api.tx.computeMarket.postJob(request({ maxTrainingPrice: 1 }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => {
    assert.equal(error.section, 'computeMarket');
    assert.match(error.refusal, /price/i);
    return true;
  });
});

test('a spec out of range is refused', async () => {
  const call = api.tx.computeMarket.postJob(request({ spec: { ...request().spec, holdout: 0 } }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => error.section === 'computeMarket');
});

test('a job on an unknown dataset is refused', async () => {
  const call = api.tx.computeMarket.postJob(request({ dataset: 4_000_000 }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => error.section === 'datasetRegistry');
});

test('a data buyer buys a copy, opens the key, confirms, and gives the licence up', async () => {
  const buyer = account('//DataBuyer');
  const { commitment, terms } = (await api.query.datasetRegistry.datasets(dataset)).unwrap();
  const price = terms.copyPrice.toBigInt();
  const recipient = recipientKey();
  const before = await total(buyer.address);
  const opened = await submit(api, buyer, api.tx.sales.purchase(asset, 'Commercial', recipient.publicKey, price));
  const { purchase, deliverBy } = find(opened, 'sales', 'PurchaseOpened').data;
  const { purchasedAt } = (await api.query.sales.purchases(purchase)).unwrap();
  assert.ok(deliverBy.toNumber() > purchasedAt.toNumber());

  const wrapped = await until(api, `the key of purchase ${purchase}`, async () => {
    const { state } = (await api.query.sales.purchases(purchase)).unwrap();
    return state.isDelivered ? state.asDelivered.key : undefined;
  });
  const { ephemeralKey, sealedKey } = wrapped;
  const sealed = { ephemeralKey: ephemeralKey.toU8a(), sealedKey: sealedKey.toU8a(true) };
  const context = saleContext(api.genesisHash.toU8a(), purchase.toBigInt());
  const key = openKey(sealed, recipient, context);
  assert.throws(() => openKey(sealed, recipientKey(), context), 'the key opens for somebody else');
  assert.throws(() => openKey(sealed, recipient, saleContext(api.genesisHash.toU8a(), purchase.toBigInt() + 1n)));
  const bound = Buffer.concat([Buffer.from('neurodata/content-key/1 '), key, commitment.dataRoot.toU8a()]);
  assert.deepEqual(blake2AsU8a(bound, 256), commitment.keyCommitment.toU8a(), 'the key is not the committed one');

  const confirmed = await submit(api, buyer, api.tx.sales.confirmPurchase(purchase));
  find(confirmed, 'sales', 'PurchaseSettled');
  assert.ok((await api.query.sales.purchases(purchase)).isNone);
  const licence = (await api.query.sales.licences(asset, buyer.address)).unwrap();
  assert.ok(licence.kind.isCommercial && licence.expiresAt.isNone);
  assert.equal(licence.deposit.toBigInt(), NRC);
  const spent = before - (await total(buyer.address));
  assert.ok(spent >= price && spent < price + NRC, `spent ${spent} for a copy at ${price}`);

  const again = api.tx.sales.purchase(asset, 'Personal', recipientKey().publicKey, price);
  await assert.rejects(submit(api, buyer, again), { section: 'sales', refusal: 'LicenceNotBetter' });
  const surrendered = await submit(api, buyer, api.tx.sales.surrenderLicence(asset, null));
  find(surrendered, 'sales', 'LicenceSurrendered');
  assert.ok((await api.query.sales.licences(asset, buyer.address)).isNone);
});

test('a purchase that cannot be is refused by name, down to the reason', async () => {
  const { terms } = (await api.query.datasetRegistry.datasets(dataset)).unwrap();
  const purchase = (what, key, price) => api.tx.sales.purchase(what, 'Personal', key, price);
  const key = recipientKey().publicKey;
  const refused = (suri, call, reason) => assert.rejects(submit(api, account(suri), call), reason);
  const price = terms.copyPrice.toBigInt();
  await refused('//DataBuyer', purchase(asset, key, price - 1n), { section: 'sales', refusal: 'PriceTooHigh' });
  await refused('//DataBuyer', purchase(asset, Buffer.alloc(32), price), { section: 'sales', refusal: 'InvalidRecipientKey' });
  const own = { section: 'sales', refusal: 'OwnAsset' };
  await refused('//DataProvider', purchase(asset, key, price), own);
  await refused('//DataBuyer', purchase({ Dataset: 4_000_000 }, key, price), { section: 'datasetRegistry', refusal: 'NotFound' });
  await refused('//DataBuyer', purchase({ Model: 4_000_000 }, key, price), (error) => error.section === 'modelRegistry');
});

test('a dataset version is registered with its parent, and a root only once', async () => {
  const { commitment, uris, terms } = (await api.query.datasetRegistry.datasets(dataset)).unwrap();
  const call = api.tx.datasetRegistry.registerDataset(commitment, uris, terms, 1_000n * NRC, dataset);
  assert.equal(api.createType('Call', call.method.toHex()).toHex(), call.method.toHex());
  await assert.rejects(submit(api, account('//DataProvider'), call), { section: 'datasetRegistry', refusal: 'AlreadyExists' });
});

test('datasets, models and purchases are listed in pages by the runtime', async () => {
  const [datasets, next] = await api.call.neuroDataApi.listDatasets(0, 10, null, true);
  const ids = datasets.map(([id]) => id.toString());
  assert.ok(ids.includes(dataset), `dataset ${dataset} is not among ${ids}`);
  assert.ok(next.isNone || next.unwrap().toNumber() > 0);
  const [none] = await api.call.neuroDataApi.listDatasets(0, 10, account('//Ferdie').address, false);
  assert.equal(none.length, 0);
  const [models] = await api.call.neuroDataApi.listModels(0, 1, null, false);
  assert.equal(models.length, 1);
  const [id, record, listing, income] = models[0];
  assert.equal(record.owner.toString(), account('//JobOwner').address);
  assert.ok(listing.isNone && income.sales.toNumber() === 0);
  assert.deepEqual((await api.call.neuroDataApi.lineage(id, 100)).toJSON(), []);
  const [purchases] = await api.call.neuroDataApi.listPurchases(0, 10, account('//DataBuyer').address);
  assert.equal(purchases.length, 0);
});

test('pending rewards are a typed runtime API', async () => {
  const [matured, maturing] = await api.call.neuroDataApi.pendingRewards(account('//ComputeProvider').address);
  assert.ok(matured.toBigInt() + maturing.toBigInt() >= 0n);
});
