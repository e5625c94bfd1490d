/** Flags of both roles that turn TLS on. */
import type { TlsFiles } from '../http/tls-files.ts';
import { defineFlags, type FlagValues } from './flags.ts';
import { path } from './kinds.ts';

export const TLS_FLAGS = defineFlags({
  tlsCert: {
    kind: path,
    description:
      'PEM certificate with its chain: HTTPS instead of HTTP; read again when it changes, and on SIGHUP',
  },
  tlsKey: { kind: path, description: 'PEM private key of --tls-cert, without a pass phrase' },
});

/** One of them alone is refused when the pair is read. */
export function tlsFiles({ tlsCert, tlsKey }: FlagValues<typeof TLS_FLAGS>): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  return { certFile: tlsCert, keyFile: tlsKey };
}
