/** Threat rows 29 and 30 against a whole edge: an origin that lies about its log, with real keys. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { seededRandom } from '../../../shared/random.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type ImageSet, makeImageSet } from '../support/image-set.ts';
import { LogWriter } from '../support/log-writer.ts';
import { eventually, TestEdge } from '../support/test-edge.ts';
import { send, TestOrigin } from '../support/test-origin.ts';

const QUICK = { soon: { baseMs: 10, capMs: 50 } };

/** An edge that has followed an honest log of `count` images. */
async function followed(count: number) {
  const origin = await TestOrigin.start();
  const sets: ImageSet[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const set = await makeImageSet(seed);
    sets.push(set);
    await origin.publish(set);
  }
  const edge = await TestEdge.start(origin.url, {}, QUICK);
  await eventually(async () =>
    expect((await edge.status()).images).toEqual({ known: count, complete: count }),
  );
  await eventually(async () => expect((await edge.status()).log.headTimeMs).not.toBeNull());
  return { origin, edge, sets };
}

async function proofOf(edge: TestEdge) {
  const folder = join(edge.config.dataFolder, 'forks');
  // It is said at once and on disk a moment later.
  const name = await waitFor(async () => {
    const found = (await readdir(folder)).find((each) => each.endsWith('.json'));
    expect(found).toBeDefined();
    return found!;
  });
  const proof = JSON.parse(await readFile(join(folder, name), 'utf8'));
  return {
    number: proof.number,
    ours: JSON.parse(proof.ours.signed.body),
    theirs: JSON.parse(proof.theirs.signed.body),
  };
}

async function stillServes(edge: TestEdge, sets: readonly ImageSet[]): Promise<void> {
  for (const set of sets)
    expect((await edge.bytes(`/images/${set.image.id}/160.jpg`)).equals(set.files.get('160.jpg')!)).toBe(
      true,
    );
  expect(await edge.ready()).toBe(true);
}

test('threat row 29: an origin that shows two logs is refused, both signed sides are kept, and serving goes on', async () => {
  const { origin, edge, sets } = await followed(2);
  const honest = origin.log;
  const other = honest.branch(2);
  const forged = await makeImageSet(9);
  other.append({ type: 'publish', image: forged.image });
  origin.sendToAll({ type: 'entries', entries: other.entries.slice(-1), pieceHashes: [] });
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number: 3, forked: true }));
  expect((await edge.status()).log.hash).toBe(honest.hash);
  expect(await proofOf(edge)).toMatchObject({
    number: 3,
    ours: { head: 3, hash: honest.hash },
    theirs: { number: 3, previous: honest.hashOf(2) },
  });
  expect((await edge.get(`/images/${forged.image.id}/160.jpg`)).status).toBe(404);
  expect(await edge.metric(/shoal_log_trouble\{state="forked"\}/)).toBe(1);
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_fork"\}/)).toBe(1),
  );
  await stillServes(edge, sets);
});

test('threat row 29: an origin that comes back with another log and only says so is made to show it, signed', async () => {
  const { origin, edge, sets } = await followed(3);
  const honest = origin.log;
  const other = honest.branch(2);
  other.append({ type: 'purge', imageId: sets[0]!.image.id });
  other.append({ type: 'purge', imageId: sets[1]!.image.id });
  await origin.stop();
  origin.log = other;
  await origin.listen();
  // The origin refuses our head with "feed_fork"; the next hello claims to know nothing.
  await eventually(() => expect(origin.hellos.slice(-1)[0]?.head.number).toBe(0));
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number: 4, forked: true }));
  expect(await proofOf(edge)).toMatchObject({
    number: 4,
    ours: { head: 4, hash: honest.hash },
    theirs: { head: 4, hash: other.hash },
  });
  expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="feed_fork"\}/)).toBe(1);
  await stillServes(edge, sets);
});

test('threat row 29: a fork is still told after a restart', async () => {
  const { origin, edge } = await followed(2);
  const other = origin.log.branch(1);
  other.append({ type: 'purge', imageId: (await makeImageSet(1)).image.id });
  origin.sendToAll({ type: 'entries', entries: other.entries.slice(-1), pieceHashes: [] });
  await eventually(async () => expect((await edge.status()).log.forked).toBe(true));
  await edge.stop();
  await origin.stop();
  const again = await TestEdge.start(origin.url, { dataFolder: edge.config.dataFolder });
  expect((await again.status()).log).toMatchObject({ number: 3, forked: true });
});

test('threat row 30, rollback: a later head of a shorter log is refused and kept as proof', async () => {
  const { origin, edge, sets } = await followed(3);
  origin.sendToAll({ type: 'head', head: origin.log.head(Date.now() + 1_000, 60_000, 2) });
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number: 4, forked: true }));
  expect(await proofOf(edge)).toMatchObject({ ours: { head: 4 }, theirs: { head: 2 } });
  await stillServes(edge, sets);
});

test('threat row 30, rollback: also after a restart of both', async () => {
  const { origin, edge, sets } = await followed(3);
  await edge.stop();
  await origin.stop();
  origin.log = origin.log.branch(3);
  await origin.listen();
  const again = await TestEdge.start(origin.url, { dataFolder: edge.config.dataFolder }, QUICK);
  await eventually(async () => expect((await again.status()).log).toMatchObject({ number: 4, forked: true }));
  expect(await proofOf(again)).toMatchObject({ ours: { head: 4 }, theirs: { head: 3 } });
  await stillServes(again, sets);
});

test('threat row 30, freeze: without fresh heads the log is said to be stale, and served on', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  origin.sets.set(set.image.infoHash, set);
  origin.log.append({ type: 'publish', image: set.image });
  origin.script = (socket) => {
    origin.welcome(socket);
    send(socket, { type: 'entries', entries: origin.log.entries, pieceHashes: [] });
    send(socket, { type: 'head', head: origin.log.head(Date.now(), 300) });
  };
  const edge = await TestEdge.start(origin.url);
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number: 2, stale: true }));
  expect(await edge.metric(/shoal_log_trouble\{state="stale"\}/)).toBe(1);
  await stillServes(edge, [set]);
  origin.sendToAll({ type: 'head', head: origin.log.head() });
  await eventually(async () => expect((await edge.status()).log.stale).toBe(false));
});

test('threat row 30, freeze: an old head that is replayed does not make the log fresh again', async () => {
  const { origin, edge } = await followed(1);
  const before = (await edge.status()).log.headTimeMs!;
  origin.sendToAll({ type: 'head', head: origin.log.head(before - 10_000, 3_600_000) });
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_head_old"\}/)).toBe(1),
  );
  expect((await edge.status()).log).toMatchObject({ headTimeMs: before, forked: false });
});

test('PU5: a head whose time is off is no other log: what the next one tells of is waited for', async () => {
  const { origin, edge } = await followed(1);
  origin.sendToAll({ type: 'head', head: origin.log.head(Date.now() - 60_000) });
  origin.sendToAll({ type: 'head', head: origin.log.head(Date.now() + 600_000) });
  origin.log.append({ type: 'publish', image: (await makeImageSet(2)).image });
  origin.sendToAll({ type: 'head', head: origin.log.head() });
  await eventually(async () => expect(await edge.metric(/shoal_edge_log_lag_entries/)).toBe(1));
});

test('threat row 30, fast-forward: a head far ahead moves nothing, and neither does one from the future', async () => {
  const { origin, edge, sets } = await followed(1);
  const before = (await edge.status()).log;
  origin.sendToAll({ type: 'head', head: origin.log.head(Date.now(), 60_000, 2 ** 50, 'a'.repeat(64)) });
  origin.sendToAll({ type: 'head', head: origin.log.head(Date.now() + 3_600_000) });
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_head_future"\}/)).toBe(1),
  );
  expect((await edge.status()).log).toEqual({ ...before, stale: false });
  const next = await makeImageSet(2);
  await origin.publish(next);
  await eventually(async () => expect((await edge.status()).images.complete).toBe(2));
  await stillServes(edge, [...sets, next]);
});

test('threat row 30, the way back: a key change by the root key rewinds a log that was written with a stolen key', async () => {
  const { origin, edge, sets } = await followed(2);
  const stolen = origin.log;
  const forged = await makeImageSet(9);
  await origin.publish(forged);
  await eventually(async () => expect((await edge.status()).log.number).toBe(4));
  const fresh = SigningKey.generate();
  const repaired = stolen.branch(3);
  repaired.append({ type: 'revoke-key', publicKey: stolen.logKey.publicKey }, stolen.rootKey);
  repaired.append({ type: 'key', publicKey: fresh.publicKey }, stolen.rootKey);
  const good = await makeImageSet(3);
  repaired.append({ type: 'publish', image: good.image }, fresh);
  await origin.stop();
  origin.sets.set(good.image.infoHash, good);
  origin.log = repaired;
  await origin.listen();
  await eventually(async () =>
    expect((await edge.status()).log).toMatchObject({ number: 6, hash: repaired.hash }),
  );
  expect((await edge.get(`/images/${forged.image.id}/160.jpg`)).status).toBe(404);
  await stillServes(edge, [...sets, good]);
  await edge.stop();
  const again = await TestEdge.start(origin.url, { dataFolder: edge.config.dataFolder });
  expect((await again.status()).log).toMatchObject({ number: 6, hash: repaired.hash });
});

test('threat row 30, the way back: what the origin appended before the key change comes too, and is acknowledged', async () => {
  const { origin, edge, sets } = await followed(2);
  // Restored from a backup: the last image was lost, others were published and purged before anybody took notice.
  const restored = origin.log.branch(2);
  const [early, good] = [await makeImageSet(3), await makeImageSet(4)];
  restored.append({ type: 'publish', image: early.image });
  restored.append({ type: 'purge', imageId: sets[0]!.image.id });
  restored.append({ type: 'key', publicKey: SigningKey.generate().publicKey }, restored.rootKey);
  await origin.stop();
  for (const set of [early, good]) origin.sets.set(set.metainfo.infoHash, set);
  origin.log = restored;
  await origin.listen();
  const { number, hash } = restored;
  await eventually(async () => expect((await edge.status()).log).toMatchObject({ number, hash }));
  await eventually(() => expect(origin.acknowledged).toContain(number));
  expect((await edge.get(`/images/${sets[0]!.image.id}/160.jpg`)).status).toBe(404);
  await stillServes(edge, [early]);
  origin.purge(early);
  await eventually(() => expect(origin.acknowledged).toContain(number + 1));
});

test('threat row 31: another root key than the pinned one is refused, from the first contact on', async () => {
  const { origin, edge, sets } = await followed(1);
  await origin.stop();
  origin.log = new LogWriter();
  origin.script = (socket) => {
    origin.welcome(socket);
    origin.sendLogAfter(socket, 0);
  };
  await origin.listen();
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_root_key"\}/)).toBeGreaterThan(0),
  );
  expect((await edge.status()).log).toMatchObject({ number: 2 });
  await stillServes(edge, sets);
});

test('threat row 31: a root key given by flag is the only one trusted', async () => {
  const origin = await TestOrigin.start();
  const stranger = SigningKey.generate().publicKey;
  const edge = await TestEdge.start(origin.url, { rootKey: stranger }, QUICK);
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_root_key"\}/)).toBeGreaterThan(0),
  );
  expect((await edge.status()).log.number).toBe(0);
  await edge.stop();
  await expect(
    TestEdge.start(origin.url, { rootKey: origin.log.rootKey.publicKey, dataFolder: edge.config.dataFolder }),
  ).rejects.toMatchObject({ code: 'root_key_differs' });
});

test('entries that are not signed, or by a key that is not in the log, are not applied', async () => {
  const { origin, edge } = await followed(1);
  const set = await makeImageSet(5);
  const stranger = origin.log.branch(2);
  const entry = stranger.append({ type: 'publish', image: set.image }, SigningKey.generate());
  origin.sendToAll({ type: 'entries', entries: [entry], pieceHashes: [] });
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_key_invalid"\}/)).toBe(1),
  );
  const other = origin.log.branch(2);
  const { body } = other.append({ type: 'publish', image: set.image });
  await eventually(() => expect(origin.feeds).toBe(1));
  origin.sendToAll({ type: 'entries', entries: [{ body, signature: '0'.repeat(128) }], pieceHashes: [] });
  await eventually(async () =>
    expect(await edge.metric(/shoal_edge_feed_refusals_total\{code="log_signature_invalid"\}/)).toBe(1),
  );
  expect((await edge.status()).log).toMatchObject({ number: 2, forked: false });
  expect((await edge.get(`/images/${set.image.id}/160.jpg`)).status).toBe(404);
});

test('garbage on the feed ends that socket and nothing else: the edge comes back and serves', async () => {
  const { origin, edge, sets } = await followed(1);
  const seed = Number(process.env.SHOAL_TEST_SEED ?? Date.now() % 1_000_000);
  const random = seededRandom(seed);
  const valid = JSON.stringify({ type: 'entries', entries: origin.log.entries, pieceHashes: [] });
  for (let round = 0; round < 60; round++) {
    await eventually(() => expect(origin.feeds, `seed ${seed}`).toBe(1));
    const hellos = origin.hellos.length;
    const sent = garbage(valid, random);
    origin.sendToAll(sent);
    // What is no frame costs the socket; what is one is judged like any other.
    if (!isFrame(sent))
      await eventually(() => expect(origin.hellos.length, `seed ${seed}, round ${round}`).toBe(hellos + 1));
  }
  await eventually(() => expect(origin.feeds, `seed ${seed}`).toBe(1));
  const next = await makeImageSet(2);
  await origin.publish(next);
  await eventually(async () => expect((await edge.status()).images.complete, `seed ${seed}`).toBe(2));
  expect((await edge.status()).log, `seed ${seed}`).toMatchObject({
    number: 3,
    hash: origin.log.hash,
    forked: false,
  });
  await stillServes(edge, [...sets, next]);
});

function isFrame(sent: string | Buffer): boolean {
  try {
    return typeof sent === 'string' && parseServerFrame(sent) !== undefined;
  } catch {
    return false;
  }
}

function garbage(valid: string, random: ReturnType<typeof seededRandom>): string | Buffer {
  const kind = random.integer(5);
  if (kind === 0) return Buffer.from(Array.from({ length: random.integer(200) }, () => random.integer(256)));
  if (kind === 1) return valid.slice(0, random.integer(valid.length));
  if (kind === 2) return '['.repeat(1 + random.integer(10_000));
  if (kind === 3)
    return `{"type":"${['head', 'welcome', 'entries', 'fleet', 'nonsense'][random.integer(5)]}"}`;
  const bytes = Buffer.from(valid);
  for (let i = 0; i <= random.integer(4); i++) bytes[random.integer(bytes.length)] = 32 + random.integer(95);
  return bytes.toString();
}
