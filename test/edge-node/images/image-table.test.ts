import { expect, test } from 'vitest';
import { contentBytes, ImageTable } from '../../../edge-node/images/image-table.ts';
import type { PublishedImage } from '../../../shared/api-types/catalog.ts';
import type { CatalogChange } from '../../../shared/log/entry.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../../shared/units.ts';

/** `a1` is image a with torrent 1. */
function image(name: string): PublishedImage {
  const [id, torrent] = [name.charAt(0), name.charAt(1)];
  return {
    id: id.repeat(24) as ImageId,
    width: 1,
    height: 1,
    placeholder: '',
    infoHash: `${id}${torrent}`.repeat(20) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    renditions: [
      {
        name: '160.jpg',
        url: '',
        width: 160,
        height: 1,
        type: 'image/jpeg',
        bytes: 10 + Number(torrent),
        root: '0'.repeat(64) as FileRoot,
      },
    ],
  };
}

/** `+a1` publishes, `-a` purges. */
const change = (word: string): CatalogChange =>
  word.startsWith('+')
    ? { type: 'publish', image: image(word.slice(1)) }
    : { type: 'purge', imageId: word.charAt(1).repeat(24) as ImageId };

function table(words: string): ImageTable {
  const made = new ImageTable();
  for (const word of words.split(' ').filter(Boolean)) made.apply(change(word));
  return made;
}

const ids = (made: ImageTable) => [...made.images()].map(({ infoHash }) => infoHash.slice(0, 2)).join(' ');

test('publish adds, purge takes away, and both say what changed', () => {
  const made = table('');
  expect(made.apply(change('+a1'))).toEqual({ published: image('a1'), dropped: undefined });
  expect(made.apply(change('-a'))).toEqual({ published: undefined, dropped: image('a1') });
  expect(made.apply(change('-a'))).toEqual({ published: undefined, dropped: undefined });
  expect(made.apply({ type: 'key', publicKey: '' })).toEqual({ published: undefined, dropped: undefined });
});

test('the same image again changes nothing; another torrent under the same id replaces it', () => {
  const made = table('+a1');
  expect(made.apply(change('+a1'))).toEqual({ published: undefined, dropped: undefined });
  expect(made.apply(change('+a2'))).toEqual({ published: image('a2'), dropped: image('a1') });
  expect(made.byInfoHash(image('a1').infoHash)).toBeUndefined();
  expect(made.byInfoHash(image('a2').infoHash)).toEqual(image('a2'));
});

test('a rebuilt table says what is gone and what is new', () => {
  const made = table('+a1 +b1 +c1');
  expect(made.rebuild(['+a1', '+c2', '+d1'].map(change))).toEqual([
    { published: undefined, dropped: image('b1') },
    { published: undefined, dropped: image('c1') },
    { published: image('c2'), dropped: undefined },
    { published: image('d1'), dropped: undefined },
  ]);
  expect(ids(made)).toBe('a1 c2 d1');
});

test('property: size, bytes and index agree with the images, and rebuilding is replaying', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const words = Array.from({ length: random.integer(30) }, () => {
      const id = 'abcd'.charAt(random.integer(4));
      return random.integer(3) === 0 ? `-${id}` : `+${id}${1 + random.integer(2)}`;
    });
    const made = table(words.join(' '));
    const images = [...made.images()];
    expect(made.size, `seed ${seed}`).toBe(images.length);
    expect(made.contentBytes, `seed ${seed}`).toBe(images.reduce((sum, each) => sum + contentBytes(each), 0));
    for (const each of images) expect(made.byInfoHash(each.infoHash), `seed ${seed}`).toEqual(each);
    const other = table('+a1 +e1');
    other.rebuild(words.map(change));
    expect(ids(other), `seed ${seed}`).toBe(ids(made));
    expect(other.contentBytes, `seed ${seed}`).toBe(made.contentBytes);
  }
});
