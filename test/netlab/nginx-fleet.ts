/** nginx as origin and as pull-through edges: plain files, and proxy_cache with its lock and kept connections. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/fleet.ts';
import { HostProcess } from './host-process.ts';
import { hostIp, SEED } from './hosts.ts';
import { ORIGIN_PORT, ORIGIN_URL } from './published.ts';

const PROGRAM = '/usr/sbin/nginx';
const EDGE_PORT = 8081;

/** Why it cannot be run; undefined when it can. */
export function missingNginx(): string | undefined {
  return spawnSync(PROGRAM, ['-v']).status === 0 ? undefined : 'not installed (Debian: nginx-light)';
}

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
    return `proxy_cache_path ${this.#of(host)}/cache keys_zone=images:10m max_size=2g inactive=1d;
upstream origin { server ${hostIp(SEED)}:${ORIGIN_PORT}; keepalive 32; }
server {
  listen ${hostIp(host)}:${EDGE_PORT};
  location / {
    proxy_pass http://origin;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_cache images;
    proxy_cache_valid 200 1d;
    proxy_cache_lock on;
  }
}`;
  }

  #serve(host: number, servers: string): void {
    const folder = this.#of(host);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    const config = path.join(folder, 'nginx.conf');
    const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (of) => `${of}_temp_path ${folder}/${of};`,
    );
    writeFileSync(
      config,
      `user root; worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 2048; }
http { access_log off; sendfile on; keepalive_requests 1000000; ${own.join(' ')}
${servers}
}`,
    );
    this.#processes.push(new HostProcess(host, [PROGRAM, '-c', config], `${folder}.log`));
  }

  #of(host: number): string {
    return path.join(this.#folder, `nginx-${host}`);
  }
}
