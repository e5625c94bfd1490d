/** Error answers on bare node:http: problem+json that no cache may keep (threat row 39). */
import type { ServerResponse } from 'node:http';
import { makeProblem } from '../../http/problem.ts';
import { CROSS_ORIGIN, type RawHeaders } from './image-headers.ts';
import { requestIdOf } from './request-log.ts';

export function sendProblem(
  res: ServerResponse,
  problem: { readonly status: number; readonly code: string; readonly detail: string },
  extra: RawHeaders = [],
  readers: 'all-sites' | 'same-origin' = 'all-sites',
): void {
  const body = Buffer.from(JSON.stringify(makeProblem(problem.status, problem.code, problem.detail)));
  const headers = [
    'Content-Type',
    'application/problem+json',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    ...(readers === 'all-sites' ? CROSS_ORIGIN : []),
    'X-Request-Id',
    requestIdOf(res.req),
    ...extra,
  ];
  res.writeHead(problem.status, headers as string[]);
  // node:http leaves the body out for HEAD.
  res.end(body);
}
