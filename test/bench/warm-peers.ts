/** Who stands beside the edge in the bench of its warm path: bare node:http, and nginx if it is installed. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';

export interface Peer {
  readonly port: number;
  readonly path: string;
  close(): Promise<void>;
}

const NGINX = '/usr/sbin/nginx';

/** The built file beside this one. */
export function forkSibling(name: string, args: readonly string[]): ChildProcess {
  return fork(new URL(`./${name}.js`, import.meta.url), [...args]);
}

export async function startBare(bodyBytes: number): Promise<Peer> {
  const bare = forkSibling('bare-server', [String(bodyBytes)]);
  const [{ port }] = (await once(bare, 'message')) as [{ port: number }];
  return { port, path: '/', close: async () => void bare.kill() };
}

/** One worker with Debian's settings, a file in the page cache. Undefined: there is no nginx here. */
export async function startNginx(bodyBytes: number): Promise<Peer | undefined> {
  if (!existsSync(NGINX)) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'shoal-nginx-'));
  const port = await freePort();
  await writeFile(path.join(folder, 'file.avif'), randomBytes(bodyBytes));
  await writeFile(path.join(folder, 'nginx.conf'), configuration(folder, port));
  const nginx = spawn(NGINX, ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: 'ignore' });
  await eventually('nginx listens', () => canConnect(port));
  const close = async (): Promise<void> => {
    nginx.kill();
    if (nginx.exitCode === null) await once(nginx, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  return { port, path: '/file.avif', close };
}

function configuration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off; worker_processes 1; user root; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  ${temporary.join(' ')}
  sendfile on; tcp_nopush on; keepalive_timeout 65; access_log ${folder}/access.log;
  types { image/avif avif; }
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
