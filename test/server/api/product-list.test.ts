import { expect, test } from 'vitest';
import { ProductList, type VersionedBody } from '../../../server/api/product-list.ts';

const textOf = ({ body }: VersionedBody) => body.plain.toString();

/** A list that counts how often it is made; `gate` holds a making up. */
function rig() {
  let made = 0;
  let gate: Promise<void> = Promise.resolve();
  const list = new ProductList(async () => {
    const number = ++made;
    await gate;
    return `version ${number}`;
  });
  const hold = () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      open();
      gate = Promise.resolve();
    };
  };
  return { list, hold, made: () => made };
}

test('a crowd costs one making, until something changes', async () => {
  const { list, made } = rig();
  const bodies = await Promise.all(Array.from({ length: 100 }, () => list.get()));
  expect(new Set(bodies.map(({ version }) => version)).size).toBe(1);
  expect(made()).toBe(1);
  list.changing()();
  expect(textOf(await list.get())).toBe('version 2');
  expect(textOf(await list.get())).toBe('version 2');
});

test('while a change is under way nothing is kept', async () => {
  const { list } = rig();
  const done = list.changing();
  expect(textOf(await list.get())).toBe('version 1');
  expect(textOf(await list.get())).toBe('version 2');
  done();
  done();
  expect(textOf(await list.get())).toBe('version 3');
  expect(textOf(await list.get())).toBe('version 3');
});

test('a making that began before a change is not kept after it', async () => {
  const { list, hold } = rig();
  const release = hold();
  const before = list.get();
  const done = list.changing();
  release();
  done();
  expect(textOf(await before)).toBe('version 1');
  expect(textOf(await list.get())).toBe('version 2');
});

test('a failure is not remembered', async () => {
  let fails = true;
  const list = new ProductList(async () => {
    if (fails) throw new Error('busy');
    return 'fine';
  });
  await expect(list.get()).rejects.toThrow('busy');
  fails = false;
  expect(textOf(await list.get())).toBe('fine');
});
