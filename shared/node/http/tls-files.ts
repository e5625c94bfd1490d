/** The certificate and key that HTTP is served with: read, checked as a pair, and read again when they change. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { UserError } from '../../errors.ts';
import type { HttpLog } from './exchange.ts';

export interface TlsFiles {
  /** PEM: the certificate, and behind it those that lead to a root. */
  readonly certFile: string | undefined;
  /** PEM, without a pass phrase. */
  readonly keyFile: string | undefined;
}

export interface TlsPair {
  /** For `createServer` and `setSecureContext`. */
  readonly options: SecureContextOptions;
  /** Unix ms. */
  readonly expiresAtMs: number;
}

/** Stat is cheap, and certificates are renewed weeks before they end. Links that are exchanged are followed. */
const LOOK_EVERY_MS = 5_000;

/** @throws UserError `tls_unusable` that says which file is wrong, how, and what to do */
export async function readTlsPair({ certFile, keyFile }: TlsFiles): Promise<TlsPair> {
  if (certFile === undefined || keyFile === undefined)
    throw unusable('--tls-cert and --tls-key come together, and one is missing');
  const cert = await readOf('--tls-cert', certFile);
  const key = await readOf('--tls-key', keyFile);
  const certificate = parse('--tls-cert', certFile, 'PEM certificate', () => new X509Certificate(cert));
  const secret: KeyObject = parse('--tls-key', keyFile, 'PEM private key without a pass phrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(secret))
    throw unusable(
      `${keyFile} is not the key of the certificate in ${certFile}: give the pair that was made together`,
    );
  // RFC 9325 section 3.1.1.
  const options: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2' };
  parse('--tls-cert', certFile, 'certificate that TLS can use', () => createSecureContext(options));
  return { options, expiresAtMs: Date.parse(certificate.validTo) };
}

/**
 * Gives the new pair when a file changes, and on SIGHUP. While the files do not fit each other (one of them has just
 * been written), or cannot be read, what was in use stays in use.
 * @returns to be called once, when nobody wants to know any more
 */
export function watchTlsFiles(files: TlsFiles, onPair: (pair: TlsPair) => void, log: HttpLog): () => void {
  const reload = (): void => {
    readTlsPair(files).then(
      (pair) => {
        onPair(pair);
        log.warn({ expiresAt: new Date(pair.expiresAtMs).toISOString() }, 'certificate read again');
      },
      (error: unknown) => log.error({ err: error }, 'the old certificate stays in use'),
    );
  };
  const paths = [files.certFile, files.keyFile].filter((path) => path !== undefined);
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, reload);
  process.on('SIGHUP', reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
    process.off('SIGHUP', reload);
  };
}

async function readOf(flag: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unusable(`${flag} ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parse<Value>(flag: string, path: string, wanted: string, read: () => Value): Value {
  try {
    return read();
  } catch {
    throw unusable(`${flag} ${path} holds no ${wanted}`);
  }
}

const unusable = (message: string): UserError => new UserError('tls_unusable', 400, message);
