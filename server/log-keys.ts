#!/usr/bin/env node
/** `npm run log-keys -- FLAGS`: lists the keys of an origin's log, and takes one back. */
import { join, resolve } from 'node:path';
import { defineFlags } from '../shared/node/config/flags.ts';
import { onOff, path, publicKey } from '../shared/node/config/kinds.ts';
import { readFlagsOrExit } from '../shared/node/config/parse-flags.ts';
import { loadSigningKey } from '../shared/node/crypto/signing-key.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import type { LogKey, LogKeys } from './catalog/log-history.ts';
import { listLogKeys, revokeLogKey } from './catalog/revoke-log-key.ts';

const values = readFlagsOrExit({
  name: 'log-keys',
  summary: "Lists the keys of an origin's log; with --revoke, takes one back, for good.",
  version: packageVersion(),
  flags: defineFlags({
    data: {
      kind: path,
      default: resolve('data/origin'),
      defaultText: './data/origin',
      description: "the origin's data folder",
    },
    revoke: {
      kind: publicKey,
      defaultText: 'none: the keys are listed',
      description: 'log key that edges must believe no more; the origin must not run',
    },
    rootKeyFile: {
      kind: path,
      defaultText: '<data>/keys/root.pem',
      description: 'file of the root key, which signs this',
    },
    newKey: {
      kind: onOff,
      default: false,
      description: 'with --revoke: make another log key, in place of <data>/keys/log.pem',
    },
  }),
});

/** The key of `keys/log.pem`; undefined for who may not read it. */
async function keyInUse(): Promise<string | undefined> {
  const key = await loadSigningKey(join(values.data, 'keys', 'log.pem')).catch(() => undefined);
  return key?.publicKey;
}

async function tell({ rootKey = '', keys }: LogKeys): Promise<void> {
  const used = await keyInUse();
  const standing = ({ publicKey, revokedIn }: LogKey) => {
    if (revokedIn !== undefined) return `taken back in entry ${revokedIn}`;
    return publicKey === used ? 'good, in keys/log.pem' : 'good';
  };
  const lines = keys.map((key) => `log key  ${key.publicKey}  entry ${key.addedIn}, ${standing(key)}`);
  process.stdout.write(`${[`root key ${rootKey}`, ...lines].join('\n')}\n`);
}

if (values.newKey && values.revoke === undefined) {
  process.stderr.write('log-keys: --new-key wants --revoke, the key that it takes the place of\n');
  process.exit(2);
}

try {
  const { data: dataFolder, revoke, newKey: withNewKey } = values;
  const rootKeyFile = values.rootKeyFile ?? join(dataFolder, 'keys', 'root.pem');
  await tell(
    revoke === undefined
      ? await listLogKeys(dataFolder)
      : await revokeLogKey({ dataFolder, publicKey: revoke, rootKeyFile, withNewKey }),
  );
} catch (error) {
  process.stderr.write(`log-keys: ${(error as Error).message}\n`);
  process.exit(1);
}
