import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../shared/bytes.ts';
import { InternalError, PeerError } from '../../../shared/errors.ts';
import {
  hashBody,
  MAX_BODY_BYTES,
  MAX_VALID_MS,
  makeEntry,
  makeHead,
  parseEntryBody,
  parseHeadBody,
  verifySignature,
} from '../../../shared/log/codec.ts';
import type { EntryBody, HeadBody } from '../../../shared/log/entry.ts';
import { SigningKey } from '../../../shared/node/crypto/signing-key.ts';
import { seededRandom } from '../../../shared/random.ts';
import { crypto, imageOf } from './support.ts';

const key = SigningKey.generate();
const IMAGE = imageOf(1);
const ENTRY: EntryBody = {
  number: 7,
  previous: 'ab'.repeat(32),
  timeMs: 1_700_000_000_000,
  key: key.publicKey,
  change: { type: 'publish', image: IMAGE },
};
const HEAD: HeadBody = { head: 7, hash: 'cd'.repeat(32), timeMs: 5, validMs: 20_000, key: key.publicKey };
const refused = expect.objectContaining({ name: 'PeerError', code: 'log_body_invalid' });

/** A body with one field changed; `path` as `change.image.id`, `undefined` removes it. */
function changed(body: object, path: string, value: unknown): string {
  const copy = structuredClone(body) as Record<string, unknown>;
  const names = path.split('.');
  let parent = copy;
  for (const name of names.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
  const last = names.at(-1) as string;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(copy);
}

describe('entries', () => {
  it('parse(make(entry)) = entry, for each kind of change', () => {
    const changes: EntryBody['change'][] = [
      { type: 'publish', image: IMAGE },
      { type: 'purge', imageId: IMAGE.id },
      { type: 'key', publicKey: '0f'.repeat(32) },
      { type: 'revoke-key', publicKey: '0f'.repeat(32) },
    ];
    for (const change of changes) {
      const entry = { ...ENTRY, change };
      const signed = makeEntry(entry, key.sign);
      expect(parseEntryBody(signed.body)).toEqual(entry);
      expect(verifySignature('entry', key.publicKey, signed, crypto)).toBe(true);
    }
  });

  it('a signed head is no entry and a signed entry no head, whatever their text', () => {
    const entry = makeEntry(ENTRY, key.sign);
    const head = makeHead(HEAD, key.sign);
    expect(verifySignature('head', key.publicKey, entry, crypto)).toBe(false);
    expect(verifySignature('entry', key.publicKey, head, crypto)).toBe(false);
  });

  it('the signature covers every character of the body', () => {
    const { body, signature } = makeEntry(ENTRY, key.sign);
    for (const other of [`${body} `, body.replace('7', '8'), body.replaceAll(',', ', ')])
      expect(verifySignature('entry', key.publicKey, { body: other, signature }, crypto)).toBe(false);
  });

  it('fields of a later version are ignored, and never come out', () => {
    expect(parseEntryBody(changed(ENTRY, 'later', 1))).toEqual(ENTRY);
    expect(parseEntryBody(changed(ENTRY, 'change.image.later', 1))).toEqual(ENTRY);
  });

  it.each([
    ['number', 0],
    ['number', 1.5],
    ['number', 2 ** 53],
    ['number', '7'],
    ['previous', 'AB'.repeat(32)],
    ['previous', ''],
    ['timeMs', -1],
    ['timeMs', null],
    ['key', 'ab'.repeat(31)],
    ['key', undefined],
    ['change', null],
    ['change', []],
    ['change.type', 'replace-all'],
    ['change.type', '__proto__'],
    ['change.type', undefined],
    ['change.image', 'x'],
    ['change.image.id', 'ab'],
    ['change.image.id', '../../../../etc/passwd00'],
    ['change.image.width', 0],
    ['change.image.height', 65_537],
    ['change.image.placeholder', '<b>'],
    ['change.image.placeholder', 'A'.repeat(68)],
    ['change.image.infoHash', 'ab'.repeat(32)],
    ['change.image.infoHashV2', 'ab'.repeat(20)],
    ['change.image.renditions', []],
    ['change.image.renditions', {}],
    ['change.image.renditions', [null]],
    ['change.image.renditions', Array.from({ length: 65 }, (_, i) => renditionOf(i + 1))],
    ['change.image.renditions', [renditionOf(1), renditionOf(1)]],
  ])('threat row 8: an entry whose %s is %j is refused', (path, value) => {
    expect(() => parseEntryBody(changed(ENTRY, path, value))).toThrow(refused);
  });

  it.each([
    ['name', '../640.avif'],
    ['name', '640.avif/'],
    ['name', '0640.avif'],
    ['name', '640.AVIF'],
    ['name', '640.svg'],
    ['name', '640.avif.exe'],
    ['name', '640'],
    ['name', '.avif'],
    ['name', '999999.avif'],
    ['url', 'http://169.254.169.254/640.avif'],
    ['url', `//evil.example/images/${IMAGE.id}/640.avif`],
    ['url', '/images/640.avif'],
    ['width', 641],
    ['height', 0],
    ['type', 'image/webp'],
    ['type', 'text/html'],
    ['bytes', 0],
    ['bytes', 2 ** 40],
    ['root', 'AB'.repeat(32)],
    ['root', undefined],
  ])('threat rows 8, 25: a rendition whose %s is %j is refused', (field, value) => {
    const rendition = JSON.parse(changed(IMAGE.renditions[0] as object, field, value));
    const text = changed(ENTRY, 'change.image.renditions', [rendition]);
    expect(() => parseEntryBody(text)).toThrow(refused);
  });

  it('64 renditions pass', () => {
    const renditions = Array.from({ length: 64 }, (_, i) => renditionOf(i + 1));
    const entry = parseEntryBody(changed(ENTRY, 'change.image.renditions', renditions));
    expect(entry.change).toMatchObject({ image: { renditions } });
  });

  it.each([
    ['nothing', ''],
    ['space before it', ` ${JSON.stringify(ENTRY)}`],
    ['a line feed after it', `${JSON.stringify(ENTRY)}\n`],
    ['two objects', JSON.stringify(ENTRY).repeat(2)],
    ['a list', '[]'],
    ['a lone surrogate, which has the bytes of U+FFFD', `{"x":"\ud800"${JSON.stringify(ENTRY).slice(1)}`],
    ['a comment', `{/**/}`],
    ['brackets', `{"a":${'['.repeat(60_000)}}`],
  ])('named regressions: %s is refused', (_name, text) => {
    expect(() => parseEntryBody(text)).toThrow(refused);
  });

  it('threat row 26: 64 KiB is the limit, in bytes of UTF-8', () => {
    const padded = (filler: string, bytes: number) => {
      const bare = changed(ENTRY, 'x', '');
      const room = bytes - fromUtf8(bare).length;
      return changed(
        ENTRY,
        'x',
        filler.repeat(room / fromUtf8(filler).length) + 'a'.repeat(room % fromUtf8(filler).length),
      );
    };
    for (const filler of ['a', 'é', '€', '😀']) {
      expect(parseEntryBody(padded(filler, MAX_BODY_BYTES)).number).toBe(7);
      expect(() => parseEntryBody(padded(filler, MAX_BODY_BYTES + 1))).toThrow(refused);
    }
  });

  it('a writer never signs what readers refuse', () => {
    let signatures = 0;
    const sign = () => `${signatures++}`;
    expect(() => makeEntry({ ...ENTRY, number: 0 }, sign)).toThrow(InternalError);
    expect(() => makeHead({ ...HEAD, validMs: MAX_VALID_MS + 1 }, sign)).toThrow(InternalError);
    expect(signatures).toBe(0);
  });
});

describe('heads', () => {
  it('parse(make(head)) = head', () => {
    expect(parseHeadBody(makeHead(HEAD, key.sign).body)).toEqual(HEAD);
  });

  it.each([
    ['head', -1],
    ['hash', 'x'],
    ['timeMs', 1e300],
    ['validMs', 0],
    ['validMs', MAX_VALID_MS + 1],
    ['key', null],
    ['padding', 'x'.repeat(1_024)],
  ])('threat row 30: a head whose %s is %j is refused', (path, value) => {
    expect(() => parseHeadBody(changed(HEAD, path, value))).toThrow(refused);
  });
});

describe('random bodies', () => {
  it('end in a value that is read again the same, or in a PeerError', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const bits = [
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '-',
      'e99',
      'null',
      '\\',
      '\u0000',
      '0',
      '__proto__',
      ' ',
    ];
    for (let round = 0; round < 10_000; round++) {
      let text = JSON.stringify(random.integer(2) ? ENTRY : HEAD);
      for (let i = 1 + random.integer(3); i > 0; i--) {
        const at = random.integer(text.length + 1);
        text = text.slice(0, at) + bits[random.integer(bits.length)] + text.slice(at + random.integer(3));
      }
      for (const parse of [parseEntryBody, parseHeadBody]) {
        try {
          const value = parse(text);
          expect(parse(JSON.stringify(value)), `seed ${seed}`).toEqual(value);
        } catch (error) {
          if (!(error instanceof PeerError)) throw new Error(`seed ${seed}: ${text}`, { cause: error });
        }
      }
    }
  });

  it('a body is named by the SHA-256 of its UTF-8', () => {
    expect(hashBody('{"é":1}', crypto)).toBe(
      hashBody(String.fromCharCode(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d), crypto),
    );
    expect(hashBody('', crypto)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

function renditionOf(width: number) {
  const name = `${width}.webp`;
  const url = `/images/${IMAGE.id}/${name}`;
  return { name, url, width, height: 1, type: 'image/webp', bytes: 1, root: 'ab'.repeat(32) };
}
