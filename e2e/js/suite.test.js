// A job owner's and a data buyer's part, played with nothing but the polkadot.js API and the chain's metadata.
//
// Needs a node with an active dataset and running workers: NEURODATA_URL and NEURODATA_DATASET say where and which.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { NRC, account, connect, find, submit, until } from './chain.js';

const url = process.env.NEURODATA_URL;
const dataset = process.env.NEURODATA_DATASET;
let api;

/** A job that any of the suite's workers can do; `changes` replace parts of it. */
function request(changes = {}) {
  return {
    dataset,
    spec: {
      algorithm: 'LogisticRegression',
      target: 13,
      classes: 2,
      epochs: 20,
      batchRows: 32,
      learningRate: 100_000,
      momentum: 0,
      weightDecay: 1_000,
      holdout: 200,
      checkpointEpochs: 10,
    },
    requirements: { cores: 1, memoryMib: 256, device: 'Cpu' },
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
  const pallets = ['datasetRegistry', 'computeMarket', 'modelValidation', 'modelRegistry', 'rewards', 'nrcToken', 'zkVerifier'];
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
  const { holdoutRows, holdoutCorrect } = record.result.metrics;
  assert.ok(holdoutCorrect.toNumber() <= holdoutRows.toNumber());

  const trainingPrice = (await api.query.datasetRegistry.datasets(dataset)).unwrap().terms.trainingPrice.toBigInt();
  const spent = before - (await total(owner.address));
  const price = paid.toBigInt() + trainingPrice;
  assert.ok(spent >= price && spent < price + NRC, `spent ${spent}, of which the job cost ${price}`);
});

test('a data buyer reads the terms, buys a training use, and the key is delivered', async () => {
  const buyer = account('//DataBuyer');
  const { terms, owner } = (await api.query.datasetRegistry.datasets(dataset)).unwrap();
  assert.ok(terms.uses.train.isTrue);
  const perceptron = { ...request().spec, algorithm: { MultilayerPerceptron: { hidden: [8] } } };
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
  const call = api.tx.computeMarket.postJob(request({ spec: { ...request().spec, epochs: 0 } }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => error.section === 'computeMarket');
});

test('a job on an unknown dataset is refused', async () => {
  const call = api.tx.computeMarket.postJob(request({ dataset: 4_000_000 }));
  await assert.rejects(submit(api, account('//JobOwner'), call), (error) => error.section === 'datasetRegistry');
});

test('pending rewards are a typed runtime API', async () => {
  const [matured, maturing] = await api.call.neuroDataApi.pendingRewards(account('//ComputeProvider').address);
  assert.ok(matured.toBigInt() + maturing.toBigInt() >= 0n);
});
