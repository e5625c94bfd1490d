import { expect, test } from 'vitest';
import { ItemStores } from '../../../../storefront/src/desk/uploads/item-stores.ts';
import { newItem } from '../../../../storefront/src/desk/uploads/upload-item.ts';
import { LIMITS } from './queue-rig.ts';

function stores(...keys: string[]) {
  const items = new ItemStores();
  items.add(keys.map((key) => newItem(key, 'p', new File(['1234'], key, { type: 'image/jpeg' }), LIMITS)));
  let lists = 0;
  items.list.subscribe(() => lists++);
  const keysListed = () => items.list.get().map(({ key }) => key);
  return { items, lists: () => lists, keysListed };
}

test('progress is told to who watches the photo; the list changes with the kind of state alone', () => {
  const { items, lists } = stores('a', 'b');
  let told = 0;
  items.store('a')?.subscribe(() => told++);
  const uploading = (sentBytes: number) => ({ kind: 'uploading', sentBytes, totalBytes: 4 }) as const;
  items.change('a', { uploadId: 'u1', state: uploading(0) });
  expect([told, lists()]).toEqual([1, 1]);
  items.change('a', { state: uploading(2) });
  items.change('a', { alt: 'a cup' });
  expect([told, lists()]).toEqual([3, 1]);
  expect(items.get('a')).toMatchObject({ alt: 'a cup', uploadId: 'u1', state: { sentBytes: 2 } });
  expect(items.list.get().map(({ kind }) => kind)).toEqual(['uploading', 'waiting']);
});

test('what was removed stays away, whatever is heard of it later', () => {
  const { items, lists, keysListed } = stores('a', 'b', 'c');
  items.remove(['a', 'c']);
  items.change('a', { state: { kind: 'waiting' } });
  expect([items.has('a'), items.get('a'), items.store('a')]).toEqual([false, undefined, undefined]);
  expect(keysListed()).toEqual(['b']);
  expect(lists()).toBe(1);
});
