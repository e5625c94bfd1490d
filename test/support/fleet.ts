/**
 * A real fleet for tests: origin and edges as processes of their own, on loopback, with folders that go away.
 * They run from dist/ (`npm test` builds it first), as a person would run them.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Image, ProductList } from '../../shared/api-types/catalog.ts';
import type { EdgeList, NodeStatus } from '../../shared/api-types/status.ts';
import { freePort } from './free-port.ts';
import { type NodePlace, type NodeProcessOptions, spawnNode } from './node-process.ts';

/** The checkout: this file also runs from dist/, for the benchmarks. */
export const PROJECT = projectAbove(import.meta.dirname);

function projectAbove(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? folder : projectAbove(path.dirname(folder));
}

export const ADMIN_TOKEN = 'token-of-the-tests';
/** Generous: the machine may be busy with other tests. It bounds a failure and decides no test. */
const WAIT_LIMIT_MS = 60_000;

export interface RunningNode extends NodePlace {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** All it printed so far. */
  output(): string;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  status(): Promise<NodeStatus>;
}

export interface EdgeOptions extends NodeProcessOptions {
  readonly name: string;
  readonly prefetch?: 'all' | 'none';
  /** Reused by a restart; made new when absent. */
  readonly data?: string;
  readonly port?: number;
  readonly peerPort?: number;
  readonly flags?: readonly string[];
}

export interface OriginOptions extends NodeProcessOptions {
  readonly port?: number;
  readonly peerPort?: number;
  readonly flags?: readonly string[];
}

export class Fleet {
  #madeFolder: string | undefined;
  readonly #nodes: RunningNode[] = [];
  #isClosed = false;
  origin!: RunningNode;

  /** Started again, it has the same data folder. */
  async startOrigin(options: OriginOptions = {}): Promise<RunningNode> {
    const port = options.port ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const data = path.join(this.#folder, 'origin');
    const peerPort = options.peerPort ?? (await freePort());
    const flags = [
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--peer-port',
      `${peerPort}`,
      '--public-url',
      url,
    ];
    const all = [...flags, '--data', data, '--admin-token', ADMIN_TOKEN, ...(options.flags ?? [])];
    this.origin = this.#start('server/main.js', all, { url, data, peerPort }, options);
    await ready(this.origin);
    return this.origin;
  }

  async startEdge(options: EdgeOptions): Promise<RunningNode> {
    const port = options.port ?? (await freePort());
    const peerPort = options.peerPort ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const data = options.data ?? path.join(this.#folder, options.name);
    const where = [
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--peer-port',
      `${peerPort}`,
      '--advertise-ip',
      '127.0.0.1',
    ];
    const who = ['--origin', this.origin.url, '--name', options.name, '--data', data];
    const flags = [...where, ...who, '--prefetch', options.prefetch ?? 'all', ...(options.flags ?? [])];
    const edge = this.#start('edge-node/main.js', flags, { url, data, peerPort }, options);
    await ready(edge);
    return edge;
  }

  async createProduct(title: string, more: { readonly category?: string } = {}): Promise<string> {
    const fields = { title, description: 'for a test', priceCents: 100, currency: 'EUR', ...more };
    const body = JSON.stringify(fields);
    const headers = { ...authorization(), 'content-type': 'application/json' };
    const response = await fetch(`${this.origin.url}/admin/products`, { method: 'POST', headers, body });
    if (response.status !== 201) throw new Error(`product: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }

  /** The same bytes on the same product are the same image again (200). */
  async upload(productId: string, photo: Uint8Array<ArrayBuffer>): Promise<Image> {
    const form = new FormData();
    form.set('image', new Blob([photo]), 'photo.jpg');
    const target = `${this.origin.url}/admin/products/${productId}/images`;
    const response = await fetch(target, { method: 'POST', headers: authorization(), body: form });
    if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`);
    return (await response.json()) as Image;
  }

  async products(): Promise<ProductList> {
    return (await (await fetch(`${this.origin.url}/api/products`)).json()) as ProductList;
  }

  async edges(): Promise<EdgeList> {
    return (await (await fetch(`${this.origin.url}/api/edges`)).json()) as EdgeList;
  }

  /** Made when it is needed: a fleet of tests that are skipped leaves nothing. */
  get #folder(): string {
    this.#mustBeOpen();
    this.#madeFolder ??= mkdtempSync(path.join(tmpdir(), 'shoal-fleet-'));
    return this.#madeFolder;
  }

  /** Ends every process and removes every folder, for good: a setup that took too long and goes on starts nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#nodes.map((node) => node.kill('SIGKILL')));
    if (this.#madeFolder !== undefined) rmSync(this.#madeFolder, { recursive: true, force: true });
  }

  #start(
    script: string,
    flags: readonly string[],
    where: NodePlace,
    options: NodeProcessOptions,
  ): RunningNode {
    this.#mustBeOpen();
    const node = spawnNode([path.join(PROJECT, 'dist', script), ...flags], where, options);
    this.#nodes.push(node);
    return node;
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new Error('the fleet is closed');
  }
}

export const authorization = () => ({ authorization: `Bearer ${ADMIN_TOKEN}` });

async function ready(node: RunningNode): Promise<void> {
  let code: number | null | undefined;
  void node.exited.then((exitCode) => {
    code = exitCode;
  });
  await eventually(`${node.url} is ready`, async () => {
    if (code !== undefined) throw new Error(`ended with ${code}:\n${node.output()}`);
    const response = await fetch(`${node.url}/readyz`).catch(() => undefined);
    return response?.ok === true;
  });
}

/** Waits until each of the edges knows of so many images, and has them whole. */
export function everyEdgeHas(edges: readonly RunningNode[], images: number): Promise<void> {
  return eventually(`every edge has ${images} images whole`, async () => {
    const all = await Promise.all(edges.map((edge) => edge.status()));
    return all.every((status) => status.images.known === images && status.images.complete === images);
  });
}

/** Waits for a fact about other processes, which no event tells. Fails with `what` when it never comes. */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  limitMs = WAIT_LIMIT_MS,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${limitMs} ms: ${what}`);
}
