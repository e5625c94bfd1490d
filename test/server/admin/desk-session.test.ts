/** Signing in at the desk: a cookie for the admin API that no script reads and no other site can use. */
import { expect, test } from 'vitest';
import { DeskSessions, SESSION_MS } from '../../../server/admin/desk-sessions.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { AUTHORIZATION } from '../support/upload.ts';

const shared = sharedOrigin();
const DESK = { 'x-shoal-desk': '1' };

function call(method: string, path: string, headers: Record<string, string>) {
  return fetch(`${shared.origin.url}/admin${path}`, { method, headers });
}

async function signIn(): Promise<{ cookie: string; attributes: string[] }> {
  const answer = await call('POST', '/session', AUTHORIZATION);
  expect(answer.status).toBe(200);
  const [cookie = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
  return { cookie, attributes };
}

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

test('the token opens a session, whose cookie is HttpOnly, SameSite=Strict and for /admin', async () => {
  const { cookie, attributes } = await signIn();
  expect(attributes.sort()).toEqual(['HttpOnly', 'Path=/admin', 'SameSite=Strict']);
  expect(cookie).not.toContain(AUTHORIZATION.authorization.slice('Bearer '.length));
  expect((await call('GET', '/products', { cookie, ...DESK })).status).toBe(200);
  expect(await (await call('GET', '/session', { cookie })).json()).toEqual({ signedIn: true });
});

test('a wrong token, or none, opens no session', async () => {
  const wrong = await call('POST', '/session', { authorization: 'Bearer x' });
  expect(wrong.headers.get('set-cookie')).toBeNull();
  expect(await codeOf(wrong)).toEqual([401, 'token_wrong']);
  expect(await codeOf(await call('POST', '/session', {}))).toEqual([401, 'token_missing']);
  expect(await (await call('GET', '/session', {})).json()).toEqual({ signedIn: false });
});

test('threat row 52: a cookie without the header of our own pages does nothing', async () => {
  const { cookie } = await signIn();
  for (const method of ['GET', 'POST', 'DELETE'])
    expect(await codeOf(await call(method, '/products', { cookie }))).toEqual([403, 'desk_header_missing']);
  // And a page elsewhere may not set it: the preflight is not answered.
  const preflight = await call('OPTIONS', '/products', {
    origin: 'http://127.0.0.1:1',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-shoal-desk',
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
});

test('signed out, the cookie is worth nothing', async () => {
  const { cookie } = await signIn();
  const out = await call('DELETE', '/session', { cookie });
  expect(out.headers.get('set-cookie')).toMatch(/Max-Age=0/);
  const after = await call('GET', '/products', { cookie, ...DESK });
  expect(await codeOf(after)).toEqual([401, 'session_over']);
  // RFC 9110 section 15.5.2: every 401 says what would let one in.
  expect(after.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
});

test('a cookie of another origin on the same machine, or a made up one, is no session', async () => {
  const port = new URL(shared.origin.url).port;
  const made = await call('GET', '/products', { cookie: `shoal-desk-${port}=made-up`, ...DESK });
  expect(await codeOf(made)).toEqual([401, 'session_over']);
  const other = await call('GET', '/products', { cookie: 'shoal-desk-1=made-up', ...DESK });
  expect(await codeOf(other)).toEqual([401, 'token_missing']);
});

test('a session ends after a working day, and the oldest when there are too many', () => {
  let now = 0;
  const sessions = new DeskSessions(() => now);
  const first = sessions.open();
  now = SESSION_MS - 1;
  expect(sessions.has(first)).toBe(true);
  now = SESSION_MS;
  expect(sessions.has(first)).toBe(false);
  const second = sessions.open();
  for (let i = 0; i < 100; i++) sessions.open();
  expect(sessions.has(second)).toBe(false);
});
