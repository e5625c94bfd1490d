/** nginx as origin and as pull-through edges: plain files, and proxy_cache with its lock and kept connections. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/fleet.ts';
import { NGINX, pullThroughServer, writeNginxConfig } from '../support/nginx.ts';
import { HostProcess } from './host-process.ts';
import { hostIp, SEED } from './hosts.ts';
import { ORIGIN_PORT, ORIGIN_URL } from './published.ts';

const EDGE_PORT = 8081;

export class NginxFleet {
  readonly #folder: string;
  readonly #processes: HostProcess[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param files lengths by path; what is in them does not matter */
  async start(edges: number, files: ReadonlyMap<string, number>): Promise<void> {
    const root = path.join(this.#folder, 'www');
    for (const [name, bytes] of files) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, new Uint8Array(bytes).fill(bytes));
    }
    this.#serve(SEED, `server { listen ${hostIp(SEED)}:${ORIGIN_PORT}; root ${root}; }`);
    for (let edge = 1; edge <= edges; edge++) this.#serve(SEED + edge, this.#edge(SEED + edge));
    const urls = [ORIGIN_URL, ...Array.from({ length: edges }, (_, index) => this.url(index + 1))];
    await Promise.all(
      urls.map((url) =>
        eventually(
          `${url} answers`,
          async () => (await fetch(`${url}/`).catch(() => undefined)) !== undefined,
        ),
      ),
    );
  }

  url(edge: number): string {
    return `http://${hostIp(SEED + edge)}:${EDGE_PORT}`;
  }

  async close(): Promise<void> {
    // Its worker ends with it.
    await Promise.all(this.#processes.map((process) => process.kill('SIGTERM')));
  }

  #edge(host: number): string {
    return pullThroughServer({
      folder: this.#of(host),
      listen: `${hostIp(host)}:${EDGE_PORT}`,
      origin: `${hostIp(SEED)}:${ORIGIN_PORT}`,
    });
  }

  #serve(host: number, servers: string): void {
    const folder = this.#of(host);
    const config = writeNginxConfig(folder, servers);
    this.#processes.push(new HostProcess(host, [NGINX, '-c', config], `${folder}.log`));
  }

  #of(host: number): string {
    return path.join(this.#folder, `nginx-${host}`);
  }
}
