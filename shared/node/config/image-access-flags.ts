/** Flags of both roles that tell who may have images. */

import type { UrlKey } from '../../http/signed-url.ts';
import type { ImageAccess } from '../http/image-access.ts';
import { defineFlags, type FlagValues } from './flags.ts';
import { type FlagKind, onOff, WrongValue } from './kinds.ts';

/** As long as what HMAC-SHA-256 makes of it: a shorter one is weaker, a longer one no stronger. */
const MIN_SECRET_BYTES = 32;

const NO_KEYS: readonly UrlKey[] = [];
const NO_HOSTS: readonly string[] = [];

export const urlKeys: FlagKind<readonly UrlKey[]> = {
  placeholder: 'id:base64',
  unit: '',
  parse: (given) => {
    const keys = given.split(',').map(parseKey);
    if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new WrongValue('wants each id once');
    return keys;
  },
};

function parseKey(given: string): UrlKey {
  const [, id = '', base64 = ''] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})$/.exec(given) ?? [];
  const secret = Buffer.from(base64, 'base64');
  if (secret.length < MIN_SECRET_BYTES || secret.toString('base64') !== base64)
    throw new WrongValue('wants ID:KEY, the key of 32 bytes or more in base64 (openssl rand -base64 32)');
  return { id, secret: new Uint8Array(secret) };
}

const hostList: FlagKind<readonly string[]> = {
  placeholder: 'hosts',
  unit: '',
  parse: (given) => {
    const hosts = given.split(',').map((host) => host.trim().toLowerCase());
    if (!hosts.every((host) => /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(host)))
      throw new WrongValue('wants host names such as shop.example,*.shop.example');
    return hosts;
  },
};

export const IMAGE_ACCESS_FLAGS = defineFlags({
  urlKey: {
    kind: urlKeys,
    default: NO_KEYS,
    defaultText: 'none: addresses need no signature',
    secret: true,
    repeatable: true,
    description:
      'key of signed image addresses, the same on every node; may be given more than once: the first signs, all are good',
  },
  allowedReferers: {
    kind: hostList,
    default: NO_HOSTS,
    defaultText: 'all',
    description: 'sites whose pages may show images, comma-separated; *.shop.example is all below it',
  },
  allowEmptyReferer: {
    kind: onOff,
    default: true,
    description: 'with --allowed-referers: whether requests that name no page get images; true or false',
  },
});

export function imageAccess(values: FlagValues<typeof IMAGE_ACCESS_FLAGS>): ImageAccess {
  const { urlKey, allowedReferers, allowEmptyReferer } = values;
  return { keys: urlKey, referers: { hosts: allowedReferers, allowsEmpty: allowEmptyReferer } };
}
