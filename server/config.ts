/** Flags of `shoal-origin` (design section 3) and what they become. */
import { resolve } from 'node:path';
import { defineFlags, type FlagValues } from '../shared/node/config/flags.ts';
import { IMAGE_ACCESS_FLAGS, imageAccess } from '../shared/node/config/image-access-flags.ts';
import {
  bytesPerSecond,
  choice,
  count,
  type FlagKind,
  host,
  ip,
  onOff,
  path,
  port,
  url,
  WrongValue,
} from '../shared/node/config/kinds.ts';
import type { CommandDescription } from '../shared/node/config/parse-flags.ts';
import { TLS_FLAGS, tlsFiles } from '../shared/node/config/tls-flags.ts';
import type { ImageAccess } from '../shared/node/http/image-access.ts';
import type { TlsFiles } from '../shared/node/http/tls-files.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { trustedProxies } from './tracker/client-address.ts';

/** Comma-separated IP literals and CIDR blocks. */
const ipList: FlagKind<readonly string[]> = {
  placeholder: 'ips',
  unit: '',
  parse: (given) => {
    const entries = given.split(',').map((entry) => entry.trim());
    if (trustedProxies(entries) === undefined)
      throw new WrongValue('wants addresses or blocks such as 127.0.0.1,10.0.0.0/8');
    return entries;
  },
};

/** Travels in headers and JSON; 256 characters are what the feed's frames carry. */
const token: FlagKind<string> = {
  placeholder: 'token',
  unit: '',
  parse: (given) => {
    if (!/^[\x21-\x7e]{1,256}$/.test(given))
      throw new WrongValue('wants 1 to 256 letters, digits or signs of ASCII, without spaces');
    return given;
  },
};

const NO_PROXIES: readonly string[] = [];

export const ORIGIN_FLAGS = defineFlags({
  host: { kind: host, default: '0.0.0.0', description: 'address to listen on, for HTTP and the peer wire' },
  port: { kind: port, default: 8080, description: 'HTTP port; 0 takes a free one' },
  data: {
    kind: path,
    default: resolve('data/origin'),
    defaultText: './data/origin',
    description: 'folder of catalog, image files and keys; made when missing',
  },
  peerPort: { kind: port, default: 6881, description: 'TCP port of the peer wire; 0 takes a free one' },
  publicUrl: {
    kind: url,
    defaultText: 'http://<host>:<port>',
    description:
      'base URL by which edges and BitTorrent clients reach this origin; stands in torrents and magnets',
  },
  advertiseIp: {
    kind: ip,
    defaultText: 'the address a node reached the origin by',
    description: "address other nodes dial for the origin's peer wire; set it behind NAT or a reverse proxy",
  },
  adminToken: {
    kind: token,
    secret: true,
    defaultText: 'made at the first start, printed once, kept in <data>/admin-token',
    description: 'secret of the admin API',
  },
  fleetToken: {
    kind: token,
    secret: true,
    defaultText: 'none: anyone who reaches the feed may join as an edge',
    description: 'secret that edges must show to join the fleet',
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
  demoControl: {
    kind: url,
    defaultText: 'none',
    description: 'where `npm run demo` lets edges be started and ended; told to the page at /fleet',
  },
  import: {
    kind: path,
    description: 'folder of photos to publish at start, each as a product of its own; known ones are skipped',
  },
  upRate: { kind: bytesPerSecond, default: 0, description: 'upload limit of the peer wire; 0: none' },
  downRate: { kind: bytesPerSecond, default: 0, description: 'download limit of the peer wire; 0: none' },
  purgeWait: {
    kind: count('ms', 'milliseconds', 0, 60_000),
    default: 2_000,
    description: 'how long the answer to a purge waits for the edges that are linked',
  },
  trustedProxies: {
    kind: ipList,
    default: NO_PROXIES,
    defaultText: 'none',
    description: 'reverse proxies whose X-Forwarded-For is believed',
  },
});

export type OriginFlags = FlagValues<typeof ORIGIN_FLAGS>;

export const ORIGIN_COMMAND: CommandDescription<typeof ORIGIN_FLAGS> = {
  name: 'shoal-origin',
  summary: 'The origin: takes uploads, publishes image sets, tracks the swarm and seeds it.',
  version: packageVersion(),
  flags: ORIGIN_FLAGS,
};

/** What an origin needs to start. Tests make one of their own and start it in process. */
export interface OriginConfig {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly peerPort: number;
  /** Without trailing slash; undefined: made from the port once it is known. */
  readonly publicUrl: string | undefined;
  readonly advertiseIp: string | undefined;
  /** undefined: the one kept in the data folder, or a new one. */
  readonly adminToken: string | undefined;
  readonly fleetToken: string | undefined;
  readonly importFolder: string | undefined;
  /** Infinity: no limit. */
  readonly upRateBytesPerSecond: number;
  readonly downRateBytesPerSecond: number;
  readonly trustedProxies: readonly string[];
  readonly purgeWaitMs: number;
  readonly access: ImageAccess;
  /** Default: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /** Default: no. */
  readonly accessLog?: boolean;
  /** Whether /trace answers. Default: yes. */
  readonly trace?: boolean;
  /** Default: none, this origin is not the demo's. */
  readonly demoControlUrl?: string | undefined;
}

const rateOf = (bytes: number): number => (bytes === 0 ? Number.POSITIVE_INFINITY : bytes);

export function originConfig(flags: OriginFlags): OriginConfig {
  return {
    host: flags.host,
    port: flags.port,
    dataFolder: flags.data,
    peerPort: flags.peerPort,
    publicUrl: flags.publicUrl,
    advertiseIp: flags.advertiseIp,
    adminToken: flags.adminToken,
    fleetToken: flags.fleetToken,
    importFolder: flags.import,
    upRateBytesPerSecond: rateOf(flags.upRate),
    downRateBytesPerSecond: rateOf(flags.downRate),
    trustedProxies: flags.trustedProxies,
    purgeWaitMs: flags.purgeWait,
    access: imageAccess(flags),
    tls: tlsFiles(flags),
    accessLog: flags.accessLog,
    trace: flags.trace === 'on',
    demoControlUrl: flags.demoControl,
  };
}
