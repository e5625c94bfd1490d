/** Flags that tell who may have images: keys by flag, more than once, or by variable; no secret in a message. */
import { expect, test } from 'vitest';
import { IMAGE_ACCESS_FLAGS, imageAccess } from '../../../../shared/node/config/image-access-flags.ts';
import { parseFlags } from '../../../../shared/node/config/parse-flags.ts';

const command = { name: 'x', summary: '', version: '1', flags: IMAGE_ACCESS_FLAGS };
const secret = (fill: number) => Buffer.alloc(32, fill).toString('base64');

function access(list: string[], environment: Record<string, string> = {}) {
  const parsed = parseFlags(command, list, environment);
  return parsed.type === 'run' ? imageAccess(parsed.values) : parsed;
}

test('a key may be given more than once; the first signs', () => {
  const both = access(['--url-key', `a:${secret(1)}`, '--url-key', `b:${secret(2)}`]);
  expect(both).toMatchObject({ keys: [{ id: 'a' }, { id: 'b' }] });
  const variable = access([], { SHOAL_URL_KEY: `a:${secret(1)},b:${secret(2)}` });
  expect(variable).toEqual(both);
  expect(access([])).toEqual({ keys: [], referers: { hosts: [], allowsEmpty: true } });
});

test('hosts are read in lower case; empty Referer by option', () => {
  const given = access(['--allowed-referers', 'Shop.example, *.cdn.example'], {
    SHOAL_ALLOW_EMPTY_REFERER: 'false',
  });
  expect(given).toMatchObject({ referers: { hosts: ['shop.example', '*.cdn.example'], allowsEmpty: false } });
});

test.each([
  ['a short key', `a:${Buffer.alloc(31).toString('base64')}`],
  ['no id', secret(1)],
  ['an id twice', `a:${secret(1)},a:${secret(2)}`],
  ['base64 of another kind', `a:${secret(255).replaceAll('/', '_')}`],
])('%s is one clear line that does not repeat it', (_name, text) => {
  const answer = access(['--url-key', text]);
  expect(answer).toMatchObject({ type: 'wrong', message: expect.stringMatching(/--url-key wants/) });
  expect(JSON.stringify(answer)).not.toContain(text);
});

test('a site with a scheme is none', () => {
  expect(access(['--allowed-referers', 'https://shop.example'])).toMatchObject({ type: 'wrong' });
});
