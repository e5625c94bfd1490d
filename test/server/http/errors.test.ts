/** docs/ERRORS.md is a promise: every code that a source file can throw or answer stands in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** `new UserError('code'`, and a problem's `code: 'code'`. */
const THROWN = /new (?:User|Peer|Store)Error(?:<[^>]*>)?\(\s*'([a-z][a-z0-9_]*)'/g;
const ANSWERED = /status: \d{3}, code: '([a-z][a-z0-9_]*)'/g;
/** Told to what writes the answer: `refuse(503, 'code'`, `notFound(exchange, 'code'`. */
const REFUSED = /\b(?:refuse|notFound)\((?:res, |exchange, )?(?:\d{3}, )?'([a-z]+_[a-z_]+)'/g;
/** A union of codes beside the code that throws them: `export type …Code = | 'a' | 'b';` */
const UNIONS = /export type \w+(?:ErrorCode|FailureCode|FeedRefusal)\b[^;]*;|export type FeedRefusal[^;]*;/g;

function sources(): string[] {
  return ['shared', 'server', 'edge-node'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(ROOT, folder, path), 'utf8')),
  );
}

test('every code of an error stands in docs/ERRORS.md', () => {
  const codes = new Set<string>();
  for (const source of sources()) {
    for (const pattern of [THROWN, ANSWERED, REFUSED])
      for (const [, code] of source.matchAll(pattern)) codes.add(code as string);
    for (const [union] of source.matchAll(UNIONS))
      for (const [, code] of union.matchAll(/'([a-z][a-z0-9]*_[a-z0-9_]*)'/g)) codes.add(code as string);
  }
  expect(codes.size).toBeGreaterThan(80);
  const documented = readFileSync(join(ROOT, 'docs/ERRORS.md'), 'utf8');
  expect([...codes].filter((code) => !documented.includes(`\`${code}\``)).sort()).toEqual([]);
});
