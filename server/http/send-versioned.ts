/** Sends a body that has a version: 304 to those who have it, compressed to those who take it. */
import type { Request, Response } from 'express';
import { evaluateConditions } from '../../shared/http/conditional.ts';
import type { EncodedBody } from './encoded-body.ts';

export interface Versioned {
  readonly body: EncodedBody;
  /** Opaque part of a strong tag, without quotes; each coding has a tag of its own (RFC 9110 section 8.8.3). */
  readonly version: string;
  readonly type: string;
  readonly cache: string;
}

export async function sendVersioned(
  req: Request,
  res: Response,
  { body, version, type, cache }: Versioned,
): Promise<void> {
  const { coding, bytes } = await body.for(req.get('accept-encoding'));
  const etag = coding === undefined ? `"${version}"` : `"${version}-${coding}"`;
  res.set({ ETag: etag, 'Cache-Control': cache, 'Content-Type': type, Vary: 'Accept-Encoding' });
  // Not req.fresh of express: it sends the whole answer to a client that says `no-cache`, and fetch always does.
  const ifNoneMatch = req.headers['if-none-match'];
  if (evaluateConditions({ ifMatch: undefined, ifNoneMatch }, etag) === 'not-modified') {
    res.status(304).end();
    return;
  }
  if (coding !== undefined) res.set('Content-Encoding', coding);
  res.send(bytes);
}
