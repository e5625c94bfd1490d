import { describe, expect, test } from 'vitest';
import { readToEnd } from '../../../support/http-client.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const source = () => memorySource({ 320: 2000 });
const { url } = source().rendition('320.avif');
/** What a smuggler wants to be read as a request of its own. */
const HIDDEN = `GET ${url} HTTP/1.1\r\nHost: hidden\r\nConnection: close\r\n\r\n`;
const LINE = `GET ${url} HTTP/1.1\r\nHost: a\r\n`;
const CLOSE = 'Connection: close\r\n\r\n';

const statusesOf = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

describe('threat row 47: refused, once, and the connection ends', () => {
  test.each([
    ['CL and TE', 400, `${LINE}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['TE and CL', 400, `${LINE}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`],
    ['two lengths', 400, `${LINE}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`],
    ['the same length twice', 400, `${LINE}Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`],
    ['a list of lengths', 400, `${LINE}Content-Length: 5, 5\r\n\r\nabcde`],
    ['a length with a sign', 400, `${LINE}Content-Length: +5\r\n\r\nabcde`],
    ['a negative length', 400, `${LINE}Content-Length: -1\r\n\r\n`],
    ['a hexadecimal length', 400, `${LINE}Content-Length: 0x5\r\n\r\nabcde`],
    ['an empty length', 400, `${LINE}Content-Length: \r\n\r\n`],
    ['a length beyond 2^64', 400, `${LINE}Content-Length: 99999999999999999999999\r\n\r\n`],
    ['chunked not last', 400, `${LINE}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    [
      'chunked twice',
      400,
      `${LINE}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['an unknown coding', 400, `${LINE}Transfer-Encoding: xchunked\r\n\r\n`],
    ['a coding before chunked', 400, `${LINE}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a tab of another kind', 400, `${LINE}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`],
    ['TE of HTTP/1.0', 400, `GET ${url} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['space before the colon', 400, `${LINE}Content-Length : 5\r\n\r\nabcde`],
    ['obs-fold', 400, `${LINE}X: a\r\n b\r\n\r\n`],
    ['obs-fold that hides chunked', 400, `${LINE}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['space before the first field', 400, `GET ${url} HTTP/1.1\r\n Host: a\r\n\r\n`],
    ['bare LF after the request line', 400, `GET ${url} HTTP/1.1\nHost: a\r\n\r\n`],
    ['bare LF between fields', 400, `GET ${url} HTTP/1.1\r\nHost: a\nX: b\r\n\r\n`],
    ['bare LF at the end', 400, `${LINE}\n`],
    ['bare CR in a field', 400, `GET ${url} HTTP/1.1\r\nHost: a\rContent-Length: 5\r\n\r\n`],
    ['NUL in a field', 400, `${LINE}X: a\0b\r\n\r\n`],
    ['a field without a name', 400, `${LINE}: b\r\n\r\n`],
    ['a field without a colon', 400, `${LINE}foo\r\n\r\n`],
    ['brackets in a name', 400, `${LINE}X(y): b\r\n\r\n`],
    ['no Host', 400, `GET ${url} HTTP/1.1\r\n\r\n`],
    ['two Hosts', 400, `${LINE}Host: b\r\n\r\n`],
    ['two Hosts alike, in another case', 400, `${LINE}hOST: a\r\n\r\n`],
    ['two hosts in one field', 400, `GET ${url} HTTP/1.1\r\nHost: a, b\r\n\r\n`],
    ['a user in Host', 400, `GET ${url} HTTP/1.1\r\nHost: a@b\r\n\r\n`],
    ['a path in Host', 400, `GET ${url} HTTP/1.1\r\nHost: a/b\r\n\r\n`],
    ['more fields than are looked at', 431, `${LINE}${'X: 1\r\n'.repeat(300)}${CLOSE}`],
    ['a field larger than 16 KiB', 431, `${LINE}X: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a target larger than 16 KiB', 431, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['HTTP/1.2', 400, `GET ${url} HTTP/1.2\r\nHost: a\r\n\r\n`],
    ['HTTP/2.0', 505, `GET ${url} HTTP/2.0\r\nHost: a\r\n\r\n`],
    ['HTTP/0.9', 505, `GET ${url}\r\n\r\n`],
    ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the hello of TLS', 400, '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ['a byte order mark', 400, `\xef\xbb\xbf${LINE}\r\n`],
    ['a method in lower case', 405, `get ${url} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a method nobody knows', 405, `FOO ${url} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a method nobody knows, elsewhere', 400, 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method nobody knows, and a bare LF', 400, `FOO ${url} HTTP/1.1\nHost: a\r\n\r\n`],
    ['tabs in the request line', 400, `GET\t${url}\tHTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a space in the target', 400, `GET ${url} x HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a control character in the target', 400, `GET ${url}\x01 HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a byte above 127 in the target', 400, `GET ${url}\xff HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a target without its slash', 400, `GET ${url.slice(1)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ])('%s: %i', async (_title, status, text) => {
    const { raw } = await serveImages(source());
    const answers = await raw(text + HIDDEN);
    expect(statusesOf(answers)).toEqual([status]);
    // An error that a cache keeps would be served to all (threat row 39).
    expect(answers).toMatch(/^cache-control: no-store\r$/im);
    expect(answers).toMatch(/^connection: close\r$/im);
  });
});

describe('threat row 47: a body on a request for an image is never a request, and ends the connection', () => {
  const chunk = `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`;
  test.each([
    ['GET with a length', 200, `${LINE}Content-Length: ${HIDDEN.length}\r\n\r\n`],
    ['GET with length 00', 200, `${LINE}Content-Length: 00\r\n\r\n`],
    ['GET with chunks', 200, `${LINE}Transfer-Encoding: chunked\r\n\r\n${chunk}`],
    ['GET with chunked in capitals', 200, `${LINE}Transfer-Encoding: CHUNKED\r\n\r\n${chunk}`],
    ['GET with a wrong chunk size', 200, `${LINE}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ['GET with a chunk of 2^68', 200, `${LINE}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`],
    ['GET with bare LF in chunks', 200, `${LINE}Transfer-Encoding: chunked\r\n\r\n5\nabcde\n0\n\n`],
    [
      'HEAD with a length',
      200,
      `HEAD ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n`,
    ],
    [
      'POST with a length',
      405,
      `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n`,
    ],
    [
      'POST with chunks',
      405,
      `POST ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    ],
    [
      'POST with a chunk extension of 20 kB',
      405,
      `POST ${url} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;${'x'.repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`,
    ],
  ])('%s: %i', async (_title, status, text) => {
    const { raw } = await serveImages(source());
    const answers = await raw(text + HIDDEN);
    expect(statusesOf(answers)).toEqual([status]);
    expect(answers).toMatch(/^connection: close\r$/im);
  });
});

describe('threat row 40: targets and their forms, by raw request lines', () => {
  test.each([
    ['absolute form; its host means nothing', `http://evil.example${url}`, 200],
    ['absolute form with user and port', `http://u:p@evil.example:80${url}`, 200],
    ['absolute form of another scheme', `ftp://evil.example${url}`, 404],
    ['a network path', `//evil.example${url}`, 404],
    ['two slashes at the start', `/${url}`, 404],
    ['a slash at the end', `${url}/`, 404],
    ['path parameters', `${url};x=1`, 404],
    ['another file behind it', `${url}/x.css`, 404],
    ['a style sheet by a coded slash', `${url}%2fx.css`, 404],
    ['a coded question mark', `${url}%3fx`, 404],
    ['a fragment', `${url}#x`, 404],
    ['up and down again', `/images/../images${url.slice(7)}`, 404],
    ['up by coded dots', `/images/%2e%2e/images${url.slice(7)}`, 404],
    ['Tomcat’s way up', `/images/..;/images${url.slice(7)}`, 404],
    ['backslashes', url.replaceAll('/', '\\').replace('\\', '/'), 404],
    ['decoded twice', url.replace('320', '%2533%2532%2530'), 404],
    ['decoded once', url.replace('320', '%33%32%30'), 200],
    ['a NUL', `${url}%00`, 404],
    ['half an escape', `${url}%`, 404],
    ['a wrong escape', `${url}%zz`, 404],
    ['UTF-8 too long', `${url}%c0%af`, 404],
    ['another case', url.replace('images', 'Images'), 404],
    ['another extension’s case', url.replace('avif', 'AVIF'), 404],
    ['a query on a named file', `${url}?w=1&x=../..`, 200],
  ])('%s', async (_title, target, status) => {
    const { raw } = await serveImages(source());
    expect(statusesOf(await raw(`GET ${target} HTTP/1.1\r\nHost: a\r\n${CLOSE}`))).toEqual([status]);
  });
});

describe('what looks odd and is fine', () => {
  test.each([
    ['an empty Host', `GET ${url} HTTP/1.1\r\nHost:\r\n${CLOSE}`],
    ['a Host with port', `GET ${url} HTTP/1.1\r\nHost: [::1]:8081\r\n${CLOSE}`],
    ['HTTP/1.0 without Host', `GET ${url} HTTP/1.0\r\n\r\n`],
    ['empty lines before (RFC 9112 section 2.2)', `\r\n\r\n${LINE}${CLOSE}`],
    ['obs-text in a field', `${LINE}X: \xff\r\n${CLOSE}`],
    ['an upgrade nobody offers', `${LINE}Upgrade: h2c\r\nConnection: close, upgrade\r\n\r\n`],
    ['a length of 0', `${LINE}Content-Length: 0\r\n${CLOSE}`],
  ])('%s', async (_title, text) => {
    const { raw } = await serveImages(source());
    expect(statusesOf(await raw(text))).toEqual([200]);
  });

  test('a field name with Host in it is not a second Host', async () => {
    const { raw } = await serveImages(source());
    expect(statusesOf(await raw(`${LINE}X-Host: b\r\nHosts: c\r\n${CLOSE}`))).toEqual([200]);
  });

  test('an expectation that nobody meets is 417, not to be cached', async () => {
    const { raw } = await serveImages(source());
    const answers = await raw(`${LINE}Expect: miracles\r\n${CLOSE}`);
    expect(statusesOf(answers)).toEqual([417]);
    expect(answers).toMatch(/^cache-control: no-store\r$/im);
  });

  test('CONNECT ends the connection', async () => {
    const { raw } = await serveImages(source());
    expect(statusesOf(await raw('CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n'))).not.toContain(200);
  });

  test('the same header in packets of one byte is the same request', async () => {
    const { dial, source: of } = await serveImages(source());
    const socket = await dial();
    socket.setNoDelay(true);
    const text = readToEnd(socket);
    for (const character of `${LINE}${CLOSE}`)
      await new Promise<void>((resolve) => socket.write(character, () => setImmediate(resolve)));
    expect((await text).endsWith(Buffer.from(of.bytes.get('320.avif')!).toString('latin1'))).toBe(true);
  });
});
