/** The edge's flags, and what they add up to. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { defineFlags, type FlagValues } from '../shared/node/config/flags.ts';
import { IMAGE_ACCESS_FLAGS, imageAccess } from '../shared/node/config/image-access-flags.ts';
import {
  bytes,
  bytesPerSecond,
  choice,
  count,
  host,
  ip,
  nodeName,
  onOff,
  path,
  port,
  publicKey,
  text,
  url,
} from '../shared/node/config/kinds.ts';
import { TLS_FLAGS, tlsFiles } from '../shared/node/config/tls-flags.ts';
import type { ImageAccess } from '../shared/node/http/image-access.ts';
import type { TlsFiles } from '../shared/node/http/tls-files.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { plainLines } from '../shared/node/process/plain-lines.ts';

export const EDGE_FLAGS = defineFlags({
  origin: {
    kind: url,
    required: true,
    description: 'base URL of the origin; the only host this edge fetches from',
  },
  host: { kind: host, default: '0.0.0.0', description: 'address to serve shoppers on' },
  port: { kind: port, default: 8081, description: 'port to serve shoppers on; 0 takes a free one' },
  data: {
    kind: path,
    defaultText: './data/<name>',
    description: 'folder for the log, the torrents and the pieces',
  },
  peerPort: { kind: port, default: 6882, description: 'port of the peer wire; 0 takes a free one' },
  advertiseIp: {
    kind: ip,
    defaultText: 'the address that the origin sees',
    description: 'address at which other nodes reach this edge',
  },
  name: { kind: nodeName, defaultText: '<host name>-<port>', description: 'name of this edge in the fleet' },
  publicUrl: {
    kind: url,
    defaultText: 'http://<address>:<port>',
    description: 'base URL at which shoppers reach this edge',
  },
  prefetch: {
    kind: choice('all', 'hot', 'none'),
    default: 'all',
    description:
      'fetch every published image at once; or renditions when a shopper asks, and all of an image once it is asked for often (hot) or never (none)',
  },
  peers: {
    kind: choice('all', 'origin'),
    default: 'all',
    description:
      'exchange pieces with the whole fleet, or with the origin alone, as a pull-through cache does',
  },
  cacheBytes: { kind: bytes, default: 0, description: 'most that images may take on disk; 0 is no limit' },
  memoryBytes: {
    kind: bytes,
    default: 128 * 1_048_576,
    description: 'most that hot images may take in memory; 0 keeps none there',
  },
  workers: {
    kind: count('number', 'processes', 0, 64),
    default: 0,
    description: 'processes that do nothing but serve shoppers; 0: the edge does that itself',
  },
  upRate: { kind: bytesPerSecond, default: 0, description: 'most to send to other nodes; 0 is no limit' },
  downRate: {
    kind: bytesPerSecond,
    default: 0,
    description: 'most to take from other nodes and the web seed; 0 is no limit',
  },
  rootKey: {
    kind: publicKey,
    defaultText: 'the first the origin shows',
    description: 'root key of the catalog log; another one is refused',
  },
  ...IMAGE_ACCESS_FLAGS,
  ...TLS_FLAGS,
  accessLog: {
    kind: onOff,
    default: false,
    description: 'a log line for each request; errors and slow answers are told anyway',
  },
  trace: {
    kind: choice('on', 'off'),
    default: 'on',
    description: 'show what the swarm does at /trace: image ids and peer ids, to whoever asks',
  },
  fleetToken: {
    kind: text,
    secret: true,
    description: 'shared secret of the fleet, if the origin asks for one',
  },
});

export type Prefetch = 'all' | 'hot' | 'none';

export interface EdgeConfig {
  /** Base URL, no trailing slash. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly peerPort: number;
  readonly advertiseIp: string | undefined;
  readonly name: string;
  readonly publicUrl: string | undefined;
  readonly prefetch: Prefetch;
  /** Default: all. */
  readonly peers?: 'all' | 'origin';
  /** Infinity: no limit. */
  readonly cacheBytes: number;
  readonly memoryBytes: number;
  /** Processes that do nothing but serve shoppers; 0: the edge's own does that. */
  readonly workers: number;
  /** Infinity: no limit. */
  readonly upRateBytesPerSecond: number;
  readonly downRateBytesPerSecond: number;
  readonly rootKey: string | undefined;
  readonly fleetToken: string | undefined;
  readonly access: ImageAccess;
  /** Default: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Default: no. */
  readonly accessLog?: boolean;
  /** Whether /trace answers. Default: yes. */
  readonly trace?: boolean;
}

export function edgeConfig(values: FlagValues<typeof EDGE_FLAGS>): EdgeConfig {
  const name = values.name ?? defaultName(hostname(), values.port);
  return {
    origin: values.origin,
    host: values.host,
    port: values.port,
    dataFolder: values.data ?? resolve('data', name),
    peerPort: values.peerPort,
    advertiseIp: values.advertiseIp,
    name,
    publicUrl: values.publicUrl,
    prefetch: values.prefetch,
    peers: values.peers,
    cacheBytes: orNoLimit(values.cacheBytes),
    memoryBytes: values.memoryBytes,
    workers: values.workers,
    upRateBytesPerSecond: orNoLimit(values.upRate),
    downRateBytesPerSecond: orNoLimit(values.downRate),
    rootKey: values.rootKey,
    fleetToken: values.fleetToken,
    access: imageAccess(values),
    tls: tlsFiles(values),
    accessLog: values.accessLog,
    trace: values.trace === 'on',
  };
}

/** What hot images may take in one process: the edge has a memory of its own, and so has each worker. */
export function memoryShare({ workers, memoryBytes }: Pick<EdgeConfig, 'workers' | 'memoryBytes'>): number {
  return Math.floor(memoryBytes / (workers + 1));
}

/** How an edge, or each of its workers, serves shoppers. */
export const whereShoppersAsk = ({ host, port, tls, accessLog }: EdgeConfig, log: Logger) => ({
  host,
  port,
  tls,
  http2: true,
  accessLog: accessLog === true ? plainLines(log) : undefined,
});

const orNoLimit = (limit: number): number => (limit === 0 ? Number.POSITIVE_INFINITY : limit);

/** Host names may hold characters that a node name may not, or be longer. */
export function defaultName(hostName: string, portNumber: number): string {
  const label = hostName.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const tail = `-${portNumber}`;
  return `${label.slice(0, 64 - tail.length) || 'edge'}${tail}`;
}
