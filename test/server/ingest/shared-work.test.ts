/** Work that several want at once: what each of them is told of it. */
import { expect, test } from 'vitest';
import { SharedWork } from '../../../server/ingest/shared-work.ts';

const NEVER = new AbortController().signal;

test('the same bytes twice: whoever joined hears how far the work is, the late one at once', async () => {
  const works = new SharedWork<string, string>();
  let progress: (done: number, total: number) => void = () => undefined;
  let finish: (result: string) => void = () => undefined;
  const begin: Parameters<typeof works.join>[2] = (_signal, _seal, told) => {
    progress = told;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  const heard: string[] = [];
  const listener = (who: string) => (done: number, total: number) => heard.push(`${who} ${done}/${total}`);
  const leaving = new AbortController();
  const first = works.join('photo', leaving.signal, begin, listener('first'));
  progress(1, 15);
  const second = works.join('photo', NEVER, begin, listener('second'));
  expect(heard).toEqual(['first 1/15', 'second 1/15']);
  progress(2, 15);
  expect(heard.slice(2)).toEqual(['first 2/15', 'second 2/15']);
  leaving.abort(new Error('cancelled'));
  progress(3, 15);
  expect(heard.slice(4)).toEqual(['second 3/15']);
  finish('image');
  await expect(first).rejects.toThrow('cancelled');
  expect(await second).toBe('image');
});
