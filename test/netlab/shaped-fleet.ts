/** An origin and edges as processes of their own, each behind a shaped link, started as a package's user would. */
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { EdgeAcknowledgement } from '../../shared/api-types/status.ts';
import type { ImageId } from '../../shared/units.ts';
import { eventually, PROJECT } from '../support/fleet.ts';
import { HostProcess } from './host-process.ts';
import { hostIp, SEED } from './hosts.ts';
import { ADMIN_TOKEN, ORIGIN_PEER_PORT, ORIGIN_PORT, ORIGIN_URL } from './published.ts';
import { StatusClient } from './status-client.ts';

/** `free-rider` uploads nothing, `liar` sends wrong blocks, `slow` 4 KiB/s. */
export type Behaviour = 'honest' | 'free-rider' | 'liar' | 'slow';

export interface ShapedEdge {
  /** 1 and up; its host is one higher. */
  readonly number: number;
  readonly behaviour: Behaviour;
  readonly url: string;
  readonly dataFolder: string;
  readonly process: HostProcess;
  readonly client: StatusClient;
}

export interface PurgeAnswer {
  readonly entry: number;
  readonly edges: readonly EdgeAcknowledgement[];
}

const AUTHORIZATION = { authorization: `Bearer ${ADMIN_TOKEN}` };
const EDGE_PORT = 8081;
const EDGE_PEER_PORT = 6881;

export class ShapedFleet {
  readonly #folder: string;
  readonly edges: ShapedEdge[] = [];
  #origin: HostProcess | undefined;
  /** What the origin had used when the run began. */
  #originCpuSeconds = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param dataFolder is copied; none: an empty shop. Resolves when it is ready. */
  async startOrigin(dataFolder?: string): Promise<void> {
    const data = path.join(this.#folder, 'origin');
    if (dataFolder !== undefined) await cp(dataFolder, data, { recursive: true });
    const where = ['--host', hostIp(SEED), '--port', `${ORIGIN_PORT}`, '--peer-port', `${ORIGIN_PEER_PORT}`];
    const what = ['--public-url', ORIGIN_URL, '--data', data, '--admin-token', ADMIN_TOKEN];
    const program = path.join(PROJECT, 'dist/server/main.js');
    const log = path.join(this.#folder, 'origin.log');
    this.#origin = new HostProcess(SEED, [process.execPath, program, ...where, ...what], log);
    await this.#ready(this.#origin, ORIGIN_URL);
    this.#originCpuSeconds = this.#origin.cpuSeconds();
  }

  async killOrigin(): Promise<void> {
    await this.#origin?.kill('SIGKILL');
  }

  /** Starts it and does not wait. */
  startEdge(behaviour: Behaviour, prefetch: 'all' | 'none' = 'all'): ShapedEdge {
    const edge = this.#launch(this.edges.length + 1, behaviour, prefetch);
    this.edges.push(edge);
    return edge;
  }

  /** An honest edge that was killed, on what its disk has. Resolves when it is ready. */
  async restartEdge({ number, client }: ShapedEdge): Promise<void> {
    client.close();
    const edge = this.#launch(number, 'honest', 'all');
    this.edges[number - 1] = edge;
    await this.#ready(edge.process, edge.url);
  }

  #launch(number: number, behaviour: Behaviour, prefetch: 'all' | 'none'): ShapedEdge {
    const host = SEED + number;
    const dataFolder = path.join(this.#folder, `edge-${number}`);
    const program =
      behaviour === 'honest' || behaviour === 'slow'
        ? [path.join(PROJECT, 'dist/bin/shoal-edge.js')]
        : [path.join(PROJECT, 'dist/test/netlab/hostile-edge.js'), behaviour];
    const where = ['--host', hostIp(host), '--port', `${EDGE_PORT}`, '--peer-port', `${EDGE_PEER_PORT}`];
    const who = ['--advertise-ip', hostIp(host), '--name', `edge-${number}`, '--data', dataFolder];
    const what = ['--origin', ORIGIN_URL, '--prefetch', prefetch];
    const pace = behaviour === 'slow' ? ['--up-rate', '4096'] : [];
    const url = `http://${hostIp(host)}:${EDGE_PORT}`;
    return {
      number,
      behaviour,
      url,
      dataFolder,
      process: new HostProcess(
        host,
        [process.execPath, ...program, ...where, ...who, ...what, ...pace],
        `${dataFolder}.log`,
      ),
      client: new StatusClient(url),
    };
  }

  edgesReady(): Promise<unknown> {
    return Promise.all(this.edges.map(({ process, url }) => this.#ready(process, url)));
  }

  /** @returns its id */
  async createProduct(title: string): Promise<string> {
    const body = JSON.stringify({ title, description: '', priceCents: 100, currency: 'EUR' });
    const headers = { ...AUTHORIZATION, 'content-type': 'application/json' };
    const response = await fetch(`${ORIGIN_URL}/admin/products`, { method: 'POST', headers, body });
    return ((await accepted(response).json()) as { id: string }).id;
  }

  /** Resolves when the set is published. */
  async upload(productId: string, photo: Uint8Array<ArrayBuffer>): Promise<Image> {
    const form = new FormData();
    form.set('image', new Blob([photo]), 'photo.jpg');
    const target = `${ORIGIN_URL}/admin/products/${productId}/images`;
    const response = await fetch(target, { method: 'POST', headers: AUTHORIZATION, body: form });
    return (await accepted(response).json()) as Image;
  }

  async purge(image: ImageId): Promise<PurgeAnswer> {
    const target = `${ORIGIN_URL}/admin/images/${image}`;
    const response = await fetch(target, { method: 'DELETE', headers: AUTHORIZATION });
    return (await accepted(response).json()) as PurgeAnswer;
  }

  /** Of the origin since it was ready, and of the edges since their start. */
  cpuSeconds(): number {
    const edges = this.edges.reduce((sum, { process }) => sum + process.cpuSeconds(), 0);
    return edges + (this.#origin?.cpuSeconds() ?? 0) - this.#originCpuSeconds;
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    for (const { client } of this.edges) client.close();
    const all = [this.#origin, ...this.edges.map(({ process }) => process)];
    await Promise.all(all.map((process) => process?.kill('SIGKILL')));
  }

  async #ready(process: HostProcess, url: string): Promise<void> {
    await eventually(`${url} is ready`, async () => {
      if (!process.isAlive) throw new Error(`${url} ended:\n${process.tail()}`);
      const response = await fetch(`${url}/readyz`).catch(() => undefined);
      return response?.ok === true;
    });
  }
}

function accepted(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response;
}
