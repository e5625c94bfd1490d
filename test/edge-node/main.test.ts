/** The program as a process: flags, exit codes, signals. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Compiled, compile } from '../support/compiled.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { type EdgeProcess, edgeFlags, startProgram } from './support/edge-process.ts';
import { makeImageSet } from './support/image-set.ts';
import { eventually } from './support/test-edge.ts';
import { TestOrigin } from './support/test-origin.ts';

let program: Compiled;
beforeAll(async () => {
  program = await compile('edge-node/main.ts');
});
afterAll(() => program.remove());

function start(...flags: string[]): EdgeProcess {
  const started = startProgram(program, flags);
  onTestFinished(() => void started.child.kill('SIGKILL'));
  return started;
}

const edge = (origin: string, data: string) => start(...edgeFlags(origin, data));

test.each([
  ['no origin', []],
  ['an unknown flag', ['--origin', 'http://127.0.0.1:1', '--colour', 'red']],
  ['a wrong value', ['--origin', 'http://127.0.0.1:1', '--port', 'eighty']],
  ['a data folder that is a file', ['--origin', 'http://127.0.0.1:1', '--data', '/dev/null']],
  ['an address that is not here', ['--origin', 'http://127.0.0.1:1', '--host', '192.0.2.1', '--data', '']],
])('%s is one clear line and exit 2', async (name, flags) => {
  const given = name.startsWith('an address') ? [...flags.slice(0, -1), tempDirectory()] : flags;
  const { code, error } = await start(...given).ended;
  expect(code).toBe(2);
  expect(error).toMatch(/^shoal-edge: [^\n]+\n$/);
});

test('--help tells unit and default of each flag and exits 0', async () => {
  const { code, output } = await start('--help').ended;
  expect(code).toBe(0);
  for (const flag of [
    'origin',
    'peer-port',
    'advertise-ip',
    'prefetch',
    'cache-bytes',
    'up-rate',
    'down-rate',
  ])
    expect(output).toContain(`--${flag} `);
  expect(output.replace(/\s+/g, ' ')).toContain('bytes per second');
  expect(output).toContain('SHOAL_CACHE_BYTES');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s drains and exits 0 within 5 s, with the feed open and readers connected',
  async (signal) => {
    const origin = await TestOrigin.start();
    await origin.publish(await makeImageSet(1));
    const { child, ended, port } = edge(origin.url, tempDirectory());
    const url = `http://127.0.0.1:${await port}`;
    await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.kill(signal);
    const { code, signal: killedBy } = await ended;
    clearTimeout(timer);
    expect({ code, killedBy }).toEqual({ code: 0, killedBy: null });
  },
);

test('SIGTERM exits 0 also while the origin is away', async () => {
  const { child, ended, port } = edge('http://127.0.0.1:9', tempDirectory());
  await port;
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test('threat row 51: after kill -9 a restart serves what was published, with the origin dead', async () => {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const data = tempDirectory();
  const first = edge(origin.url, data);
  const url = `http://127.0.0.1:${await first.port}`;
  await eventually(async () =>
    expect((await (await fetch(`${url}/status`)).json()).images).toEqual({ known: 1, complete: 1 }),
  );
  first.child.kill('SIGKILL');
  await first.ended;
  // Pieces may still have been in memory only: the origin goes away when the next life has them.
  const second = edge(origin.url, data);
  const again = `http://127.0.0.1:${await second.port}`;
  await eventually(async () =>
    expect((await (await fetch(`${again}/status`)).json()).images).toEqual({ known: 1, complete: 1 }),
  );
  await origin.stop();
  for (const [name, bytes] of set.files) {
    const answer = await fetch(`${again}/images/${set.image.id}/${name}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  }
  expect((await fetch(`${again}/readyz`)).status).toBe(200);
});

test('a token given by flag stands in no log line', async () => {
  const { child, ended, port } = start(
    '--origin',
    'http://127.0.0.1:9',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--peer-port',
    '0',
    '--data',
    tempDirectory(),
    '--fleet-token',
    'very-secret-words',
  );
  await port;
  child.kill('SIGTERM');
  const { output, error } = await ended;
  expect(output + error).not.toContain('very-secret-words');
});

test.each(['0', '1', '2'])(
  'with %s workers, a port in use is one clear line and exit 2, also when all else is open already',
  async (workers) => {
    const origin = await TestOrigin.start();
    const { port } = new URL(origin.url);
    const { code, error } = await start(
      '--origin',
      origin.url,
      '--host',
      '127.0.0.1',
      '--port',
      port,
      '--peer-port',
      '0',
      '--data',
      tempDirectory(),
      '--workers',
      workers,
    ).ended;
    expect(code).toBe(2);
    expect(error).toMatch(/^shoal-edge: [^\n]*EADDRINUSE[^\n]*\n$/);
  },
);
