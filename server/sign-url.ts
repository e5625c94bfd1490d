#!/usr/bin/env node
/** `npm run sign-url -- FLAGS`: prints a signed address of an image, as a shop's own server would make it. */
import { signUrl, type UrlKey } from '../shared/http/signed-url.ts';
import { defineFlags } from '../shared/node/config/flags.ts';
import { urlKeys } from '../shared/node/config/image-access-flags.ts';
import { count, text } from '../shared/node/config/kinds.ts';
import { readFlagsOrExit } from '../shared/node/config/parse-flags.ts';
import { hmacSha256 } from '../shared/node/http/image-access.ts';
import { packageVersion } from '../shared/node/process/version.ts';

const values = readFlagsOrExit({
  name: 'sign-url',
  summary: 'Signs the address of an image, for a fleet that runs with --url-key.',
  version: packageVersion(),
  flags: defineFlags({
    urlKey: { kind: urlKeys, required: true, secret: true, description: 'key that signs, as ID:BASE64' },
    url: { kind: text, required: true, description: 'address or path of the image, with its query' },
    expiresIn: {
      kind: count('seconds', 'seconds', 1, 10 * 365 * 24 * 3_600),
      default: 3_600,
      description: 'how long the address is good',
    },
  }),
});

try {
  const key = values.urlKey[0] as UrlKey;
  const [, base = '', target] = /^(https?:\/\/[^/]+)?(\/[^#]*)/.exec(values.url) ?? [];
  if (target === undefined)
    throw new RangeError('--url wants an address or a path such as /images/ID/640.avif');
  const expires = Math.floor(Date.now() / 1000) + values.expiresIn;
  process.stdout.write(`${base}${signUrl(target, key, expires, hmacSha256)}\n`);
} catch (error) {
  process.stderr.write(`sign-url: ${(error as Error).message}\n`);
  process.exit(2);
}
