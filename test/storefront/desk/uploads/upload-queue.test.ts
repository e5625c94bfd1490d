/** The queue of photos: what is sent when, and what becomes of lost answers. */
import { describe, expect, test } from 'vitest';
import { NO_ANSWER, refused } from '../../../../storefront/src/answers/answer.ts';
import { LIMITS, problem, Rig, ready, turns } from './queue-rig.ts';

test('three requests are open at once; the next begins when one ends', async () => {
  const rig = new Rig();
  rig.add('a', 'b', 'c', 'd');
  expect(rig.sent.map(({ file }) => file.name)).toEqual(['a', 'b', 'c']);
  expect(rig.kinds).toBe('uploading uploading uploading waiting');
  await rig.sent[1]?.answer(ready('B'));
  expect(rig.sent.map(({ file }) => file.name)).toEqual(['a', 'b', 'c', 'd']);
  expect(rig.kinds).toBe('uploading ready uploading uploading');
});

test('uploading, then processing with renditions as the origin tells them', () => {
  const rig = new Rig();
  rig.add('a');
  rig.sent[0]?.progress(2, 4);
  expect(rig.items[0]?.state).toEqual({ kind: 'uploading', sentBytes: 2, totalBytes: 4 });
  rig.sent[0]?.progress(4, 4);
  expect(rig.kinds).toBe('processing');
  const base = { productId: 'p', startedMs: 0, state: 'processing', total: 15 } as const;
  rig.queue.heard([
    { ...base, id: 'u1', done: 3 },
    { ...base, id: 'of-somebody-else', done: 9 },
  ]);
  expect(rig.items[0]?.state).toEqual({ kind: 'processing', done: 3, total: 15 });
});

test('what can be told before is not sent', () => {
  const rig = new Rig();
  rig.queue.add('p', [new File(['x'.repeat(1_001)], 'big.jpg', { type: 'image/jpeg' })], LIMITS);
  expect([rig.kinds, rig.sent.length]).toEqual(['failed', 0]);
});

test('settled tells what became ready, in the order of the files, and each once', async () => {
  const rig = new Rig();
  rig.add('a', 'b');
  await rig.sent[1]?.answer(ready('B'));
  expect(rig.settled).toEqual([]);
  await rig.sent[0]?.answer(ready('A'));
  expect(rig.settled).toEqual([['A', 'B']]);
  rig.add('c');
  await rig.sent[2]?.answer(ready('C'));
  expect(rig.settled).toEqual([['A', 'B'], ['C']]);
});

describe('a lost answer', () => {
  const upload = { id: 'u1', productId: 'p', startedMs: 0 };

  test('is looked for: the photo was published, and is not sent again', async () => {
    const rig = new Rig();
    rig.add('a');
    rig.known.set('u1', { ...upload, state: 'ready', imageId: 'A' as never });
    await rig.sent[0]?.answer(refused(NO_ANSWER));
    expect([rig.kinds, rig.sent.length]).toEqual(['ready', 1]);
    expect(rig.calls).toEqual(['ready a A']);
  });

  test('that the browser itself asked for again is looked for too', async () => {
    const rig = new Rig();
    rig.add('a');
    rig.known.set('u1', { ...upload, state: 'ready', imageId: 'A' as never });
    await rig.sent[0]?.answer(problem(409, 'upload_id_taken'));
    expect([rig.kinds, rig.sent.length]).toEqual(['ready', 1]);
  });

  test('of a photo that never arrived: failed, and Retry sends it under another name', async () => {
    const rig = new Rig();
    rig.add('a');
    await rig.sent[0]?.answer(refused(NO_ANSWER));
    expect(rig.items[0]?.state).toMatchObject({ kind: 'failed', code: 'network', canRetry: true });
    rig.queue.retryFailed('p');
    expect(rig.sent.map(({ uploadId }) => uploadId)).toEqual(['u1', 'u2']);
  });

  test('of an origin that is away: it is given some seconds', async () => {
    const rig = new Rig();
    rig.unknown = undefined;
    rig.add('a');
    await rig.sent[0]?.answer(refused(NO_ANSWER));
    expect([rig.kinds, rig.waits.length]).toEqual(['failed', 5]);
  });

  test('of a photo that the origin refused: failed at once', async () => {
    const rig = new Rig();
    rig.add('a');
    rig.known.set('u1', { ...upload, state: 'failed', code: 'x', detail: 'x', canRetry: false });
    await rig.sent[0]?.answer(refused(NO_ANSWER));
    expect([rig.kinds, rig.waits]).toEqual(['failed', []]);
  });
});

test('an origin with no room is asked again when it says so', async () => {
  const rig = new Rig();
  rig.add('a');
  await rig.sent[0]?.answer(problem(503, 'ingest_busy', '7'));
  expect(rig.waits).toEqual([7_000]);
  expect([rig.sent.length, rig.kinds]).toEqual([2, 'uploading']);
});

test.each([
  [422, 'upload_damaged', false],
  [415, 'upload_not_image', false],
  [503, 'ingest_stopped', true],
  [507, 'storage_full', true],
  [401, 'session_over', true],
])('%i %s: whether Retry can help', async (status, code, canRetry) => {
  const rig = new Rig();
  rig.add('a');
  await rig.sent[0]?.answer(problem(status, code));
  expect(rig.items[0]?.state).toMatchObject({ kind: 'failed', code, canRetry });
  rig.queue.retry(rig.items[0]?.key ?? '');
  expect(rig.sent.length).toBe(canRetry ? 2 : 1);
});

test('all failed ones of one product go at once; what is ready, waits or is of another stays', async () => {
  const rig = new Rig();
  rig.add('a', 'b', 'c', 'd');
  await rig.sent[0]?.answer(problem(422, 'upload_damaged'));
  await rig.sent[1]?.answer(problem(507, 'storage_full'));
  await rig.sent[2]?.answer(ready('C'));
  rig.queue.add('other', [new File([], 'empty.jpg')], LIMITS);
  expect(rig.kinds).toBe('failed failed ready uploading failed');
  rig.queue.clearEnded('p', 'failed');
  expect(rig.items.map(({ file }) => file.name)).toEqual(['c', 'd', 'empty.jpg']);
  expect(rig.calls).toEqual(['ready c C']);
});

test('cancelled: the request is cut, the origin told, the row gone, and the next photo goes', async () => {
  const rig = new Rig();
  rig.add('a', 'b', 'c', 'd');
  rig.queue.remove(rig.items[0]?.key ?? '');
  expect(rig.sent[0]?.aborted).toBe(true);
  expect(rig.calls).toEqual(['cancel u1']);
  await rig.sent[0]?.answer(refused(NO_ANSWER));
  expect(rig.kinds).toBe('uploading uploading uploading');
  expect(rig.sent[3]?.file.name).toBe('d');
});

test('words before the photo goes go with it; later ones follow it', () => {
  const rig = new Rig();
  rig.add('a', 'b', 'c', 'd');
  const [a, , , d] = rig.items;
  rig.queue.setAlt(d?.key ?? '', 'A bowl');
  rig.queue.setAlt(a?.key ?? '', 'A cup');
  rig.queue.remove(rig.items[1]?.key ?? '');
  expect(rig.calls).toEqual(['describe u1 A cup', 'cancel u2']);
  expect(rig.items.map(({ alt }) => alt)).toEqual(['A cup', '', 'A bowl']);
});

describe('words for a photo that is ready', () => {
  test('go to the image: the origin may have forgotten the upload', async () => {
    const rig = new Rig();
    rig.add('a');
    await rig.sent[0]?.answer(ready('A'));
    rig.queue.setAlt(rig.items[0]?.key ?? '', 'A cup');
    expect(rig.calls).toEqual(['ready a A', 'words A A cup']);
  });

  test('are sent again when they overtook the photo, and the image came without them', async () => {
    const rig = new Rig();
    rig.add('a', 'b');
    rig.queue.setAlt(rig.items[0]?.key ?? '', 'A cup');
    await rig.sent[0]?.answer(ready('A'));
    await rig.sent[1]?.answer(ready('B'));
    expect(rig.calls).toEqual(['describe u1 A cup', 'ready a A', 'words A A cup', 'ready b B']);
  });

  test('that were not taken are told, and sent again when somebody leaves the field', async () => {
    const rig = new Rig();
    rig.wordsAnswer = refused(NO_ANSWER);
    rig.add('a');
    await rig.sent[0]?.answer(ready('A'));
    const key = rig.items[0]?.key ?? '';
    rig.queue.setAlt(key, 'A cup');
    await turns();
    expect(rig.items[0]?.wordsProblem).toBe(NO_ANSWER.detail);
    rig.wordsAnswer = ready('A');
    rig.queue.setAlt(key, 'A cup');
    await turns();
    expect(rig.items[0]?.wordsProblem).toBeUndefined();
    expect(rig.calls).toEqual(['ready a A', 'words A A cup', 'words A A cup']);
  });
});

test('a file that cannot be read any more is told as that, and Retry is not offered', async () => {
  const rig = new Rig();
  rig.unreadable.add('a');
  rig.add('a');
  await rig.sent[0]?.answer(refused(NO_ANSWER));
  expect(rig.items[0]?.state).toMatchObject({ kind: 'failed', code: 'file_unreadable', canRetry: false });
});

describe('the order of the files', () => {
  test('is not told of photos that the product had already: they stay where they are', async () => {
    const rig = new Rig();
    rig.there.add('A');
    rig.add('a', 'b');
    await rig.sent[0]?.answer(ready('A'));
    await rig.sent[1]?.answer(ready('B'));
    expect(rig.settled).toEqual([['B']]);
  });

  test('is not told of photos that somebody put in their places meanwhile', async () => {
    const rig = new Rig();
    rig.add('a', 'b', 'c');
    await rig.sent[1]?.answer(ready('B'));
    rig.queue.placed('p');
    await rig.sent[2]?.answer(ready('C'));
    await rig.sent[0]?.answer(ready('A'));
    expect(rig.settled).toEqual([['A', 'C']]);
  });
});

test('a photo that was published all the same when it was cancelled is shown', async () => {
  const rig = new Rig();
  rig.add('a');
  rig.known.set('u1', { id: 'u1', productId: 'p', startedMs: 0, state: 'ready', imageId: 'A' as never });
  void rig.queue.remove(rig.items[0]?.key ?? '');
  await turns();
  expect(rig.calls).toEqual(['cancel u1', 'ready a A']);
});

test('all of one product are stopped, and those of others go on', async () => {
  const rig = new Rig();
  rig.add('a', 'b');
  rig.queue.add('other', [new File(['1'], 'c', { type: 'image/jpeg' })], LIMITS);
  await rig.queue.clear('p');
  expect(rig.calls).toEqual(['cancel u1', 'cancel u2']);
  expect(rig.items.map(({ productId }) => productId)).toEqual(['other']);
});

test('it is busy while something is under way, and not for what failed', async () => {
  const rig = new Rig();
  rig.add('a');
  expect(rig.queue.isBusy).toBe(true);
  await rig.sent[0]?.answer(problem(422, 'upload_damaged'));
  expect(rig.queue.isBusy).toBe(false);
});
