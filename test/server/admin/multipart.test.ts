/** Threat row 37: the multipart border. Whatever a body holds, and wherever it ends, nothing stays behind. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MAX_UPLOAD_BYTES } from '../../../server/ingest/limits.ts';
import { type Random, seededRandom } from '../../../shared/random.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { TOKEN } from '../support/small-origin.ts';
import { AUTHORIZATION, answer, createProduct, filesBelow, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin({ maxUploads: 8 });
let productId: string;
let photo: Buffer;
let before: unknown;

beforeAll(async () => {
  productId = (await createProduct(shared.origin.url)).id;
  photo = await sharp(await readFile(PHOTO_PATH))
    .resize(600)
    .jpeg()
    .toBuffer();
});

beforeEach(async () => {
  before = await shared.state();
});

const TYPE = 'multipart/form-data; boundary=XX';
const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** A part with its header lines. */
function part(headers: string, body: Uint8Array | string): Buffer {
  const bytes = typeof body === 'string' ? latin1(body) : body;
  return Buffer.concat([latin1(`--XX\r\n${headers}\r\n\r\n`), bytes, latin1('\r\n')]);
}

const file = (body: Uint8Array | string, name = 'image', filename = 'p.jpg') =>
  part(
    `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/jpeg`,
    body,
  );
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
/** What browsers send for an empty file field. */
const noFile = part(
  'Content-Disposition: form-data; name="image"; filename=""\r\nContent-Type: application/octet-stream',
  '',
);
const form = (...parts: readonly Buffer[]) => Buffer.concat([...parts, latin1('--XX--\r\n')]);

async function post(body: Uint8Array, type: string | undefined = TYPE) {
  return answer(
    await fetch(`${shared.origin.url}/admin/products/${productId}/images`, {
      method: 'POST',
      headers: { ...AUTHORIZATION, ...(type === undefined ? {} : { 'content-type': type }) },
      body: body as Uint8Array<ArrayBuffer>,
    }),
  );
}

async function expectUnchanged(): Promise<void> {
  await shared.origin.ingest.idle();
  expect(await shared.state()).toEqual(before);
  expect(shared.origin.faults).toEqual([]);
}

describe('bodies that are no upload', () => {
  const cases: readonly (readonly [string, () => Buffer, string | undefined, number, string])[] = [
    ['JSON', () => latin1('{}'), 'application/json', 400, 'upload_missing'],
    ['a photo without a form', () => photo, 'image/jpeg', 400, 'upload_missing'],
    ['another multipart', () => form(file(photo)), 'multipart/mixed; boundary=XX', 400, 'upload_missing'],
    ['no boundary in the header', () => form(file(photo)), 'multipart/form-data', 400, 'upload_malformed'],
    ['an empty boundary', () => form(file(photo)), 'multipart/form-data; boundary=', 400, 'upload_missing'],
    [
      'another boundary',
      () => form(file(photo)),
      'multipart/form-data; boundary=YY',
      400,
      'upload_malformed',
    ],
    ['an empty body', () => Buffer.alloc(0), TYPE, 400, 'upload_malformed'],
    ['a form without parts', () => form(), TYPE, 400, 'upload_missing'],
    ['a form that only has alt', () => form(field('alt', 'x')), TYPE, 400, 'upload_missing'],
    ['a file with an empty name', () => form(file(photo, 'image', '')), TYPE, 400, 'upload_field_wrong'],
    ['a browser form in which no file was chosen', () => form(noFile), TYPE, 400, 'upload_missing'],
    ['the photo as a text field', () => form(field('image', 'x')), TYPE, 400, 'upload_field_wrong'],
    ['another file field', () => form(file(photo, 'photo')), TYPE, 400, 'upload_field_wrong'],
    ['two files', () => form(file(photo), file(photo)), TYPE, 400, 'upload_field_wrong'],
    ['an unknown text field', () => form(file(photo), field('title', 'x')), TYPE, 400, 'upload_field_wrong'],
    [
      'two alt fields',
      () => form(field('alt', 'a'), field('alt', 'b'), file(photo)),
      TYPE,
      400,
      'upload_field_wrong',
    ],
    [
      'a hundred fields',
      () => form(...Array(100).fill(field('alt', 'x')), file(photo)),
      TYPE,
      400,
      'upload_field_wrong',
    ],
    ['no end', () => Buffer.concat([file(photo)]), TYPE, 400, 'upload_malformed'],
    ['no end, in the middle of the photo', () => file(photo).subarray(0, 900), TYPE, 400, 'upload_malformed'],
    ['a part without headers', () => form(latin1('--XX\r\n\r\nx\r\n')), TYPE, 400, 'upload_malformed'],
    [
      'alt of 501 characters',
      () => form(field('alt', 'x'.repeat(501)), file(photo)),
      TYPE,
      422,
      'body_invalid',
    ],
    ['alt of 1 MB', () => form(field('alt', 'x'.repeat(1e6)), file(photo)), TYPE, 422, 'body_invalid'],
    [
      'alt of two lines, after the photo',
      () => form(file(photo), field('alt', 'a\nb')),
      TYPE,
      422,
      'body_invalid',
    ],
  ];
  test.each(cases)('%s', async (_name, make, type, status, code) => {
    const { status: found, body } = await post(make(), type);
    expect([found, body.code]).toEqual([status, code]);
    await expectUnchanged();
  });
});

describe("multer's advisories, replayed", () => {
  test('CVE-2025-7338, CVE-2026-3304: a malformed request that ends early does not throw', async () => {
    for (const bytes of [
      '--XX\r\nContent-Disposition: form-data; name="image"; filename="a',
      '--XX',
      '--',
      '\r\n--XX--',
    ])
      expect((await post(latin1(bytes))).status).toBe(400);
    await expectUnchanged();
  });

  test('CVE-2025-48997: a file field with an empty name', async () => {
    expect((await post(form(file(photo, '')))).body.code).toBe('upload_field_wrong');
    await expectUnchanged();
  });

  test('a field without a name', async () => {
    const { body } = await post(form(part('Content-Disposition: form-data', 'x'), file(photo)));
    expect(['upload_field_wrong', 'upload_malformed']).toContain(body.code);
    await expectUnchanged();
  });

  test('CVE-2026-5079: nested, numeric and prototype field names are refused', async () => {
    const names = [
      'alt[a]',
      `alt${'[a]'.repeat(30)}`,
      'alt[9999999]',
      '__proto__',
      '__proto__[x]',
      'constructor[prototype][x]',
      'alt[]',
      '[0]',
      'toString',
      'hasOwnProperty',
    ];
    for (const name of names) {
      const { status, body } = await post(form(field(name, 'x'), file(photo)));
      expect({ name, status, code: body.code }).toEqual({ name, status: 400, code: 'upload_field_wrong' });
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
    await expectUnchanged();
  });

  test('CVE-2025-47944: odd headers of a part', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => `X-${i}: ${i}`).join('\r\n');
    for (const headers of [
      many,
      'x',
      ':',
      'Content-Disposition',
      `X: ${'y'.repeat(100_000)}`,
      'Content-Disposition: form-data; name*=x',
    ])
      expect((await post(form(part(headers, 'x')))).status).toBe(400);
    await expectUnchanged();
  });

  test('file names are text and never paths', async () => {
    const names = [
      '../../../escape.jpg',
      '/etc/passwd',
      'C:\\\\x.jpg',
      'a\\0b.jpg',
      '%2e%2e%2fescape.jpg',
      '.',
      'x'.repeat(5_000),
    ];
    for (const name of names)
      expect(['upload_not_image', 'upload_missing']).toContain(
        (await post(form(file('no photo', 'image', name)))).body.code,
      );
    await expectUnchanged();
  });
});

describe('an upload that is too large', () => {
  const big = Buffer.concat([latin1('\xff\xd8\xff\xe0'), Buffer.alloc(MAX_UPLOAD_BYTES)]);

  test('by its Content-Length: 413', async () => {
    const { status, body } = await post(form(file(Buffer.concat([big, Buffer.alloc(100_000)]))));
    expect([status, body.code]).toEqual([413, 'upload_too_large']);
    await expectUnchanged();
  });

  test('by a byte: 413', async () => {
    const { status, body } = await post(form(file(big.subarray(0, MAX_UPLOAD_BYTES + 1))));
    expect([status, body.code]).toEqual([413, 'upload_too_large']);
    await expectUnchanged();
  });

  test('exactly at the limit it is only no good JPEG', async () => {
    const { body } = await post(form(file(big.subarray(0, MAX_UPLOAD_BYTES))));
    expect(body.code).toBe('upload_damaged');
    await expectUnchanged();
  });

  test('without Content-Length and without end: answered, then cut off', async () => {
    const raw = rawUpload('transfer-encoding: chunked');
    const chunk = Buffer.concat([latin1('100000\r\n'), Buffer.alloc(1_048_576, 'y'), latin1('\r\n')]);
    const start = latin1(
      `--XX\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n\xff\xd8\xff\xe0`,
    );
    raw.socket.write(Buffer.concat([latin1(`${start.length.toString(16)}\r\n`), start, latin1('\r\n')]));
    const send = () => {
      while (!raw.socket.destroyed && raw.socket.write(chunk));
    };
    raw.socket.on('drain', send);
    send();
    expect(await raw.closed).toMatch(/^HTTP\/1\.1 413 [\s\S]*upload_too_large/);
    await settled();
    await expectUnchanged();
  });
});

/** A connection on which an upload has begun. `closed` resolves with all that came back. */
function rawUpload(lengthHeader: string) {
  const socket = connect(Number(new URL(shared.origin.url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (received) => {
    text += received;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  socket.write(
    `POST /admin/products/${productId}/images HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n` +
      `content-type: ${TYPE}\r\n${lengthHeader}\r\n\r\n`,
  );
  return { socket, closed };
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

/** Sends the first bytes of an upload, and goes away when the origin has begun to store them, or at once. */
async function abortAfter(body: Buffer, lengthBytes: number, how: 'reset' | 'end'): Promise<void> {
  const { socket, closed } = rawUpload(`content-length: ${body.length}`);
  await new Promise<void>((resolve) => socket.write(body.subarray(0, lengthBytes), () => resolve()));
  if (how === 'reset') socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

/** Resolves when no upload is under way any more. */
async function settled(): Promise<void> {
  for (let round = 0; round < 5_000; round++) {
    const busy = shared.origin.ingest
      .uploads()
      .uploads.some(({ state }) => state === 'uploading' || state === 'processing');
    const open = await new Promise<number>((resolve) =>
      shared.origin.server.getConnections((_, count) => resolve(count)),
    );
    const files = (await filesBelow(shared.folder)).some((path) => path.startsWith('uploads/'));
    if (!busy && open === 0 && !files) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('CVE-2025-47935, -3520: uploads that end at 60 places leave no file, no descriptor and no place taken', async () => {
  const body = form(field('alt', 'x'), file(photo));
  // Once, so that what opens at first use is open.
  await abortAfter(body, 500, 'end');
  await settled();
  const descriptors = openDescriptors();
  for (let i = 0; i < 60; i++)
    await abortAfter(body, Math.floor((body.length * i) / 60), i % 2 === 0 ? 'reset' : 'end');
  await settled();
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors);
  await expectUnchanged();
  // All eight places are free again.
  const tickets = Array.from({ length: 8 }, () => shared.origin.ingest.admit(productId));
  for (const ticket of tickets) ticket.abandon('request_aborted');
});

test('a random body is refused with a code of the list, or published; nothing else', async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const good = form(field('alt', 'Photo'), file(photo.subarray(0, 3_000)));
  const codes = new Set([
    'upload_missing',
    'upload_malformed',
    'upload_field_wrong',
    'upload_not_image',
    'upload_type_unsupported',
    'upload_damaged',
    'body_invalid',
    'upload_too_many_pixels',
  ]);
  for (let i = 0; i < 300; i++) {
    const { status, body } = await post(mutated(good, random));
    expect(codes, `seed ${seed}, body ${i}: ${status} ${JSON.stringify(body)}`).toContain(body.code);
  }
  await expectUnchanged();
});

/** Some bytes changed, cut out, doubled, or replaced by what means something in multipart. */
function mutated(bytes: Buffer, random: Random): Buffer {
  const tokens = ['\r\n', '--XX', '--XX--', '"', ';', '\0', 'name=', 'filename=', '[0]', '%00', '\xff', ': '];
  let result = Buffer.from(bytes);
  for (let edits = 1 + random.integer(4); edits > 0; edits--) {
    // Mostly in the headers of the parts: the rest is pixels.
    const at = random.integer(random.integer(4) === 0 ? result.length + 1 : Math.min(300, result.length + 1));
    const end = Math.min(result.length, at + random.integer(random.integer(8) === 0 ? 2_000 : 12));
    const token = latin1(tokens[random.integer(tokens.length)] as string);
    const inserted = [Buffer.alloc(0), token, result.subarray(at, end), Buffer.from([random.integer(256)])];
    result = Buffer.concat([
      result.subarray(0, at),
      inserted[random.integer(4)] as Buffer,
      result.subarray(end),
    ]);
  }
  return result;
}

test('alt and file names are read as UTF-8; alt is kept', async () => {
  const { body } = await uploadPhoto(shared.origin.url, productId, photo, {
    alt: 'Café ☕',
    name: 'Café ☕.jpg',
  });
  expect(body.alt).toBe('Café ☕');
});
