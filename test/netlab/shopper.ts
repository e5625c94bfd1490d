/**
 * Shoppers beside one edge: `shopper BASE-URL PATHS-FILE RESULT-FILE AT-ONCE` asks for each path of a file over kept
 * connections and writes what it saw as JSON. A process of its own, in the edge's namespace: no shaped link between.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';

export interface Answer {
  readonly path: string;
  /** 0: none. */
  readonly status: number;
  readonly bytes: number;
  /** From the request to the header, to the first byte of the body, and to its last. */
  readonly headMs: number;
  readonly firstMs: number;
  readonly totalMs: number;
  /** Where the time went and the bytes came from, in the server's words. */
  readonly told: string;
}

const [base, pathsFile, resultFile, atOnce] = process.argv.slice(2) as [string, string, string, string];
const TIMEOUT_MS = 120_000;
const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) });
const paths = readFileSync(pathsFile, 'utf8').split('\n');
const answers: Answer[] = [];

function ask(path: string): Promise<Answer> {
  const askedAt = performance.now();
  const since = () => performance.now() - askedAt;
  return new Promise((resolve) => {
    const failed = () => {
      const nowMs = since();
      resolve({ path, status: 0, bytes: 0, headMs: nowMs, firstMs: nowMs, totalMs: nowMs, told: 'failed' });
    };
    const request = get(`${base}${path}`, { agent, timeout: TIMEOUT_MS }, (response) => {
      const headMs = since();
      let bytes = 0;
      let firstMs = Number.NaN;
      response.on('data', (chunk: Uint8Array) => {
        if (bytes === 0) firstMs = since();
        bytes += chunk.length;
      });
      response.on('error', failed);
      response.on('end', () => {
        const { 'server-timing': timing, 'cache-status': cache } = response.headers;
        const told = `${timing ?? ''} ${cache ?? ''}`;
        resolve({ path, status: response.statusCode ?? 0, bytes, headMs, firstMs, totalMs: since(), told });
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', failed);
  });
}

async function shop(): Promise<void> {
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) answers.push(await ask(path));
}

await Promise.all(Array.from({ length: Number(atOnce) }, shop));
writeFileSync(`${resultFile}.draft`, JSON.stringify(answers));
renameSync(`${resultFile}.draft`, resultFile);
agent.destroy();
