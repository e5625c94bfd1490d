/** nginx as it is set up beside Shoal: one worker, kept connections, proxy_cache with its lock. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const NGINX = '/usr/sbin/nginx';

/** Why it cannot be run; undefined when it can. */
export function missingNginx(): string | undefined {
  return spawnSync(NGINX, ['-v']).status === 0 ? undefined : 'not installed (Debian: nginx-light)';
}

export interface PullThrough {
  /** Where its cache is put. */
  readonly folder: string;
  /** Addresses with ports. */
  readonly listen: string;
  readonly origin: string;
  /** Where its own connections come from; undefined: the system chooses. */
  readonly bind?: string;
}

/** What stands within `http`. */
export function pullThroughServer({ folder, listen, origin, bind }: PullThrough): string {
  return `proxy_cache_path ${folder}/cache keys_zone=images:10m max_size=2g inactive=1d;
map $upstream_cache_status $found { HIT "nginx; hit"; default "nginx; fwd=miss"; }
upstream origin { server ${origin}; keepalive 32; }
server {
  listen ${listen};
  location / {
    proxy_pass http://origin;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    ${bind === undefined ? '' : `proxy_bind ${bind};`}
    proxy_cache images;
    proxy_cache_valid 200 1d;
    proxy_cache_lock on;
    proxy_hide_header Cache-Status;
    add_header Cache-Status $found;
  }
}`;
}

/** @returns the path of a config with these servers, in a folder of its own */
export function writeNginxConfig(folder: string, servers: string): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  const config = path.join(folder, 'nginx.conf');
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (of) => `${of}_temp_path ${folder}/${of};`,
  );
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    config,
    `${user} worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 2048; }
http { access_log off; sendfile on; keepalive_requests 1000000; ${own.join(' ')}
${servers}
}`,
  );
  return config;
}
