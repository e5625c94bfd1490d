/** An edge with workers as a program of its own, with an origin to follow, and ways to ask all of its workers. */
import { expect, onTestFinished } from 'vitest';
import type { Compiled } from '../../support/compiled.ts';
import { askPort, dialPort, readToEnd } from '../../support/http-client.ts';
import { askHttp2 } from '../../support/http2-client.ts';
import { childrenOf, isAlive } from '../../support/processes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { edgeFlags, startProgram } from './edge-process.ts';
import type { ImageSet } from './image-set.ts';
import { eventually } from './test-edge.ts';
import { TestOrigin } from './test-origin.ts';

export const pathOf = ({ image }: ImageSet, name = '640.jpg') => `/images/${image.id}/${name}`;
/** Connections go round: so many reach both of two workers. */
export const CONNECTIONS = 8;

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks on connections of their own, so on all workers. */
export async function askAll(port: number, path: string): Promise<Answer[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, path)));
}

export async function ask(port: number, path: string): Promise<Answer> {
  const socket = await dialPort(port);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n`);
  const text = await readToEnd(socket);
  const endOfHead = text.indexOf('\r\n\r\n');
  return { status: Number(text.slice(9, 12)), body: Buffer.from(text.slice(endOfHead + 4), 'latin1') };
}

export async function withWorkers(
  program: Compiled,
  count: number,
  sets: readonly ImageSet[],
  ...flags: string[]
) {
  const origin = await TestOrigin.start();
  for (const set of sets) await origin.publish(set);
  const {
    child,
    ended,
    port: listening,
  } = startProgram(program, [
    ...edgeFlags(origin.url, tempDirectory()),
    ...['--workers', `${count}`, ...flags],
  ]);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const port = await listening;
  const url = `http://127.0.0.1:${port}`;
  const askStatus = flags.includes('--tls-cert') ? askHttp2 : askPort;
  await eventually(async () => {
    const { body } = await askStatus(port, '/status');
    expect(JSON.parse(body.toString()).images.complete).toBe(sets.length);
  });
  const pid = child.pid as number;
  return { origin, port, url, pid, child, ended, workers: () => childrenOf(pid).filter(isAlive) };
}

/** All workers have it in memory, and answer by themselves. */
export async function warm(port: number, set: ImageSet): Promise<void> {
  await askAll(port, pathOf(set));
  const answers = await askAll(port, pathOf(set));
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body.equals(set.files.get('640.jpg') as Buffer)).toBe(true);
  }
}

export const acknowledged = (origin: TestOrigin, entry: number) =>
  eventually(() => expect(origin.acknowledged).toContain(entry));
