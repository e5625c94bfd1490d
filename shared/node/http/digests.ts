/**
 * Repr-Digest and Content-Digest (RFC 9530), for those who ask. A file root is no plain SHA-256, so a file is hashed
 * the first time somebody wants its digest and it lies in memory whole; who does not ask costs nothing.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { wantsSha256 } from '../../http/digest-fields.ts';
import type { Plan } from './exchange.ts';
import type { RawHeaders } from './image-headers.ts';
import type { RenditionBody } from './rendition-source.ts';

/** Of one file, however it is addressed; `undefined` until it is known. */
export interface FileDigest {
  sha256: Buffer | undefined;
}

const NOT_ASKED: RawHeaders = [];

/**
 * Only what is known and true: Repr-Digest is of the whole file, on a 206 and for HEAD too (section 3); of the content
 * (section 2) it is only when the content is the whole file. While a file still arrives it has none.
 */
export function digestHeaders(req: IncomingMessage, plan: Plan, body: RenditionBody): RawHeaders {
  const { 'want-repr-digest': representation, 'want-content-digest': content } = req.headers;
  if (representation === undefined && content === undefined) return NOT_ASKED;
  const isWhole = plan.status === 200 && req.method === 'GET';
  const names = [
    ...(wantsSha256(representation as string | undefined) ? ['Repr-Digest'] : []),
    ...(isWhole && wantsSha256(content as string | undefined) ? ['Content-Digest'] : []),
  ];
  const value = names.length > 0 ? digestOf(plan.resource.digest, body) : undefined;
  return value === undefined ? NOT_ASKED : names.flatMap((name) => [name, value]);
}

function digestOf(digest: FileDigest, { whole }: RenditionBody): string | undefined {
  if (digest.sha256 === undefined && whole !== undefined)
    digest.sha256 = createHash('sha256').update(whole).digest();
  return digest.sha256 && `sha-256=:${digest.sha256.toString('base64')}:`;
}
