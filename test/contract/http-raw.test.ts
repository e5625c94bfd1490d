/** What only a socket can send (RFC 9112): the origin and an edge answer it alike, and never take a body for a request. */
import { describe, expect, test } from 'vitest';
import { dialPort, rawExchange, readToEnd } from '../support/http-client.ts';
import { ROLES, startRoles } from './http-roles.ts';

const roles = startRoles();
const HIDDEN = 'GET /healthz HTTP/1.1\r\nHost: hidden\r\n\r\n';
const CLOSE = 'Connection: close\r\n\r\n';

const statusesOf = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
/** The content of the only answer. */
const contentOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);

describe.each(ROLES)('%s', (role) => {
  const raw = (text: string) => rawExchange(roles.port(role), text);
  const url = () => `${roles.path}/160.jpg`;
  const line = () => `GET ${url()} HTTP/1.1\r\nHost: a\r\n`;

  test.each([
    [
      'RFC 9112 section 6.1: Content-Length and Transfer-Encoding',
      400,
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['RFC 9112 section 6.3: two lengths', 400, 'Content-Length: 0\r\nContent-Length: 5\r\n\r\n'],
    ['RFC 9112 section 6.3: a length that is none', 400, 'Content-Length: +5\r\n\r\n'],
    ['RFC 9112 section 6.1: chunked not last', 400, 'Transfer-Encoding: chunked, gzip\r\n\r\n'],
    ['RFC 9112 section 5.2: obs-fold', 400, 'X: a\r\n b\r\n\r\n'],
    ['RFC 9112 section 5.1: a blank before the colon', 400, 'X : a\r\n\r\n'],
    ['RFC 9112 section 2.2: a bare CR', 400, 'X: a\rY: b\r\n\r\n'],
    ['RFC 9112 section 2.2: a bare LF', 400, 'X: a\nY: b\r\n\r\n'],
    ['RFC 9110 section 5.5: NUL in a value', 400, 'X: a\0b\r\n\r\n'],
    ['RFC 9112 section 3.2: a second Host', 400, 'Host: b\r\n\r\n'],
    ['RFC 6585 section 5: a field of 20 kB', 431, `X: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['RFC 6585 section 5: 300 fields', 431, `${'X: 1\r\n'.repeat(300)}\r\n`],
    ['RFC 9110 section 9.3.1: a body on GET', 200, `Content-Length: ${HIDDEN.length}\r\n\r\n`],
    [
      'RFC 9110 section 9.3.1: a chunked body on GET',
      200,
      `Transfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n`,
    ],
    ['RFC 9110 section 10.1.1: an expectation nobody meets', 417, `Expect: miracles\r\n${CLOSE}`],
  ])('threat row 47: %s is %i, once, and the connection ends', async (_rule, status, rest) => {
    const answers = await raw(line() + rest + HIDDEN);
    expect(statusesOf(answers)).toEqual([status]);
    expect(answers).toMatch(/^connection: close\r$/im);
    if (status !== 200) expect(answers).toMatch(/^cache-control: no-store\r$/im);
  });

  test('a connection is kept for 5 s; at an origin for 75 s, for edges that ask now and then', async () => {
    const [first] = (await raw(`${line()}\r\n${line()}${CLOSE}`)).split('\r\n\r\n');
    expect(first).toMatch(role === 'origin' ? /^keep-alive: timeout=75\b/im : /^keep-alive: timeout=5\b/im);
  });

  test.each([
    ['RFC 9112 section 3.2: no Host', 400, () => `GET ${url()} HTTP/1.1\r\n${CLOSE}`],
    [
      'RFC 9112 section 3.2: a Host that is none',
      400,
      () => `GET ${url()} HTTP/1.1\r\nHost: a/b\r\n${CLOSE}`,
    ],
    ['RFC 9112 section 2.3: HTTP/2.0', 505, () => `GET ${url()} HTTP/2.0\r\nHost: a\r\n${CLOSE}`],
    [
      'RFC 9112 section 3.2: two blanks in the request line',
      400,
      () => `GET ${url()} x HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    ],
    [
      'RFC 9112 section 3.2.2: absolute form of any host',
      200,
      () => `GET http://evil.example${url()} HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    ],
    ['RFC 9112 section 2.2: an empty line before', 200, () => `\r\n${line()}${CLOSE}`],
    ['RFC 9112 section 2.3: HTTP/1.0 without Host', 200, () => `GET ${url()} HTTP/1.0\r\n\r\n`],
    [
      'RFC 9110 section 7.2: any Host is the same site (threat row 38)',
      200,
      () => `GET ${url()} HTTP/1.1\r\nHost: evil.example\r\n${CLOSE}`,
    ],
    [
      'threat row 45: BAN, which the parser does not know',
      405,
      () => `BAN ${url()} HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    ],
    ['threat row 45: PURGE', 405, () => `PURGE ${url()} HTTP/1.1\r\nHost: a\r\n${CLOSE}`],
  ])('%s: %i', async (_rule, status, request) => {
    const answers = await raw(request());
    expect(statusesOf(answers)).toEqual([status]);
    if (status === 405) expect(answers).toMatch(/^allow: GET, HEAD, OPTIONS\r$/im);
  });

  test('RFC 9112 section 9.3: a connection goes on after every kind of answer, and says so', async () => {
    const fields = [
      '',
      'If-None-Match: *\r\n',
      'Range: bytes=0-9\r\n',
      'Range: bytes=999999999-\r\n',
      'If-Match: "x"\r\n',
    ];
    const requests = fields.map((field) => `${line()}${field}\r\n`);
    const head = `HEAD ${url()} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const options = `OPTIONS ${url()} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const unknown = `GET ${roles.path}/nothing HTTP/1.1\r\nHost: a\r\n\r\n`;
    const answers = await raw(`${requests.join('')}${head}${options}${unknown}${line()}${CLOSE}`);
    expect(statusesOf(answers)).toEqual([200, 304, 206, 416, 412, 200, 204, 404, 200]);
    expect(answers.match(/^connection: close\r$/gim)?.length).toBe(1);
  });

  test('RFC 9112 section 9.3.2: pipelined requests are answered in their order, each with its own bytes', async () => {
    const names = roles.image.renditions.map(({ name }) => name);
    const requests = names.map((name) => `GET ${roles.path}/${name} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const answers = await raw(`${requests}${line()}${CLOSE}`);
    const tags = [...answers.matchAll(/^etag: "([0-9a-f]{64})"\r$/gim)].map(([, root]) => root);
    const last = roles.image.renditions.find(({ name }) => name === '160.jpg')!;
    expect(tags).toEqual([...roles.image.renditions, last].map(({ root }) => root));
    const sizes = [...answers.matchAll(/^content-length: (\d+)\r$/gim)].map(([, size]) => Number(size));
    expect(sizes).toEqual([...roles.image.renditions, last].map(({ bytes }) => bytes));
  });

  test('RFC 9112 section 6.3: no byte follows the header of HEAD, 304 and 204', async () => {
    for (const request of [
      `HEAD ${url()} HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
      `HEAD ${roles.path}/nothing HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
      `${line()}If-None-Match: *\r\n${CLOSE}`,
      `OPTIONS ${url()} HTTP/1.1\r\nHost: a\r\n${CLOSE}`,
    ])
      expect(contentOf(await raw(request))).toBe('');
  });

  test('interim, RFC 9110 section 10.1.1: 100-continue is answered before the final answer, and not to HTTP/1.0', async () => {
    const field = `Expect: 100-continue\r\nContent-Length: 0\r\n${CLOSE}`;
    const answers = await raw(`${line()}${field}`);
    expect(statusesOf(answers)).toEqual([100, 200]);
    // interim-no-header-reuse: an interim answer has none of the final one's fields.
    expect(answers.startsWith('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n')).toBe(true);
    expect(statusesOf(await raw(`GET ${url()} HTTP/1.0\r\n${field}`))).toEqual([200]);
  });

  test('RFC 9112 section 9.6: a half-closed client still gets what it asked for', async () => {
    const socket = await dialPort(roles.port(role));
    const answer = readToEnd(socket);
    socket.end(`${line()}\r\n`);
    const content = contentOf(await answer);
    expect(content.length).toBe(roles.image.renditions.find(({ name }) => name === '160.jpg')!.bytes);
  });

  test('RFC 9110 section 5.3: repeated fields are one list', async () => {
    const root = roles.image.renditions.find(({ name }) => name === '160.jpg')!.root;
    expect(
      statusesOf(await raw(`${line()}If-None-Match: "x"\r\nIf-None-Match: "${root}"\r\n${CLOSE}`)),
    ).toEqual([304]);
    const accepts = `GET ${roles.path} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nAccept: image/webp\r\n${CLOSE}`;
    expect(await raw(accepts)).toMatch(/^content-type: image\/webp\r$/im);
  });
});
