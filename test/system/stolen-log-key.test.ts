/** A stolen log key is taken back with real processes: `log-keys`, an origin, edges that were there, away and deceived. */
import { spawnSync } from 'node:child_process';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { emptyChain, verifyEntry } from '../../shared/log/chain.ts';
import type { CatalogChange, EntryBody, Signed } from '../../shared/log/entry.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { loadSigningKey, type SigningKey } from '../../shared/node/crypto/signing-key.ts';
import { LogWriter } from '../edge-node/support/log-writer.ts';
import { TestOrigin } from '../edge-node/support/test-origin.ts';
import { eventually, everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { blackPng } from '../support/images.ts';

let fleet: Fleet;
let thief: TestOrigin;
/** As the thief read it in the origin's folder. */
let stolen: SigningKey;
let root: SigningKey;
/** Far from the origin. */
let rootFile: string;
let product: string;

beforeEach(async () => {
  fleet = new Fleet();
  thief = new TestOrigin();
  const { data } = await fleet.startOrigin();
  stolen = await loadSigningKey(path.join(data, 'keys/log.pem'));
  rootFile = path.join(path.dirname(data), 'root-from-the-safe.pem');
  await rename(path.join(data, 'keys/root.pem'), rootFile);
  root = await loadSigningKey(rootFile);
  product = await fleet.createProduct('Mug');
}, 60_000);
afterEach(async () => {
  await thief.stop();
  await fleet.close();
});

const portOf = ({ url }: RunningNode) => Number(new URL(url).port);
const upload = (seed: number) => fleet.upload(product, new Uint8Array(blackPng(200 + seed, 150)));

/** In the same place as before. */
async function originAgain(): Promise<void> {
  const { peerPort } = fleet.origin;
  await fleet.startOrigin({ port: portOf(fleet.origin), peerPort });
}

function logKeys(...flags: readonly string[]) {
  const script = path.join(PROJECT, 'dist/server/log-keys.js');
  const command = [script, '--data', fleet.origin.data, ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}` };
}

async function takeBack(): Promise<void> {
  const answer = logKeys('--revoke', stolen.publicKey, '--root-key-file', rootFile, '--new-key');
  expect(answer).toMatchObject({ status: 0 });
  for (const file of [rootFile, path.join(fleet.origin.data, 'keys/log.pem')])
    expect(answer.text).not.toContain((await readFile(file, 'utf8')).split('\n')[1]);
}

/** Verified from the first entry on. */
async function logOf(edge: RunningNode): Promise<{ signed: Signed[]; entries: EntryBody[] }> {
  const text = await readFile(path.join(edge.data, 'log/entries.jsonl'), 'utf8');
  const signed = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Signed);
  let chain = emptyChain(root.publicKey);
  const entries = signed.map((one) => {
    const { state, entry } = verifyEntry(chain, one, createLogCrypto());
    chain = state;
    return entry;
  });
  return { signed, entries };
}

/** At the origin's address, with all of its log, the key it stole and entries of its own. */
async function thiefTakesOver(log: readonly Signed[], ...changes: readonly CatalogChange[]): Promise<void> {
  thief.log = LogWriter.over(log, root, stolen);
  for (const change of changes) thief.log.append(change);
  await thief.listen(portOf(fleet.origin));
}

async function refusals(edge: RunningNode, code: string): Promise<number> {
  const text = await (await fetch(`${edge.url}/metrics`)).text();
  return Number(new RegExp(`feed_refusals_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
}

const isLevel = (edge: RunningNode) =>
  eventually('the edge is level with the origin', async () => {
    const [there, here]: NodeStatus[] = await Promise.all([fleet.origin.status(), edge.status()]);
    return there?.log.hash === here?.log.hash && here?.log.stale === false;
  });

it('LK2, LK3, threat row 31: what the old key signs afterwards is refused, what it signed before stays', async () => {
  const [edge, away] = await Promise.all([fleet.startEdge({ name: 'a' }), fleet.startEdge({ name: 'b' })]);
  const image = await upload(1);
  await everyEdgeHas([edge, away], 1);
  await away.kill('SIGTERM');
  await fleet.origin.kill('SIGTERM');

  await takeBack();
  expect(logKeys().text).toMatch(new RegExp(`${stolen.publicKey} .*entry 1, taken back in entry 4`));
  await originAgain();
  await upload(2);
  await everyEdgeHas([edge], 2);
  const back = await fleet.startEdge({ name: 'b', data: away.data });
  await everyEdgeHas([back], 2);
  const edges = [edge, back];
  for (const one of edges) await isLevel(one);

  await fleet.origin.kill('SIGTERM');
  const { signed, entries } = await logOf(edge);
  expect(entries.map(({ change }) => change.type)).toEqual([
    'key',
    'publish',
    'key',
    'revoke-key',
    'publish',
  ]);
  expect(entries[1]?.key).toBe(stolen.publicKey);
  expect(entries[4]?.key).not.toBe(stolen.publicKey);
  await thiefTakesOver(signed, { type: 'purge', imageId: image.id });
  for (const one of edges) {
    await eventually('the thief is refused', async () => (await refusals(one, 'log_key_invalid')) > 1);
    expect((await one.status()).log).toMatchObject({ number: 5, forked: false });
    expect((await fetch(`${one.url}/images/${image.id}/160.jpg`)).status).toBe(200);
  }
  await thief.stop();

  await originAgain();
  await upload(3);
  await everyEdgeHas(edges, 3);
  await edge.kill('SIGKILL');
  const again = await fleet.startEdge({ name: 'a', data: edge.data });
  await everyEdgeHas([again], 3);
  for (const one of [again, back]) {
    await isLevel(one);
    expect((await one.status()).log).toMatchObject({ number: 6, forked: false });
  }
}, 120_000);

it('LK4, threat row 31: an edge that followed the thief comes back when the key is taken back', async () => {
  const edge = await fleet.startEdge({ name: 'a' });
  const image = await upload(1);
  await everyEdgeHas([edge], 1);
  await fleet.origin.kill('SIGTERM');
  const { signed } = await logOf(edge);
  const purge = { type: 'purge', imageId: image.id } as const;
  // Further than the origin's log will go.
  await thiefTakesOver(signed, ...Array.from({ length: 5 }, () => purge));
  await eventually('the edge follows', async () => (await edge.status()).log.number === 7);
  expect((await fetch(`${edge.url}/images/${image.id}/160.jpg`)).status).toBe(404);
  await thief.stop();

  await takeBack();
  await originAgain();
  await everyEdgeHas([edge], 1);
  await isLevel(edge);
  expect((await fetch(`${edge.url}/images/${image.id}/160.jpg`)).status).toBe(200);
}, 120_000);

it('LK4: a backup from before a key was taken back is refused, and followed by an edge that forgets its log', async () => {
  const edge = await fleet.startEdge({ name: 'a' });
  await upload(1);
  await everyEdgeHas([edge], 1);
  await fleet.origin.kill('SIGTERM');
  const { data } = fleet.origin;
  await cp(data, `${data}-backup`, { recursive: true });
  await takeBack();
  await originAgain();
  await eventually('the edge knows', async () => (await edge.status()).log.number === 4);

  await fleet.origin.kill('SIGTERM');
  await rm(data, { recursive: true });
  await cp(`${data}-backup`, data, { recursive: true });
  await rm(path.join(data, 'keys/log.pem'));
  await cp(rootFile, path.join(data, 'keys/root.pem'));
  await originAgain();
  await upload(2);
  await eventually('the edge refuses it', async () => (await refusals(edge, 'log_fork')) > 1);
  expect(await edge.status()).toMatchObject({ log: { number: 4 }, images: { known: 1, complete: 1 } });

  await edge.kill('SIGTERM');
  await rm(path.join(edge.data, 'log'), { recursive: true });
  const again = await fleet.startEdge({ name: 'a', data: edge.data });
  await everyEdgeHas([again], 2);
  await isLevel(again);
}, 120_000);
