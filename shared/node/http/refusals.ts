/** Answers of the image route that carry no image: what it allows, and every way to say no. */
import { unsatisfiedRange } from '../../http/range.ts';
import type { Exchange } from './exchange.ts';
import { CROSS_ORIGIN, type Resource } from './image-headers.ts';
import { sendProblem } from './problem-response.ts';

export const ALLOWED = 'GET, HEAD, OPTIONS';

/** For OPTIONS, and so for the preflight of a page that asks with fields a browser does not send by itself. */
const NO_CONTENT: readonly string[] = [
  'Allow',
  ALLOWED,
  ...CROSS_ORIGIN,
  'Access-Control-Allow-Methods',
  ALLOWED,
  'Access-Control-Allow-Headers',
  'Range, If-Range, If-Match, If-None-Match, Save-Data, Want-Repr-Digest, Want-Content-Digest',
  'Access-Control-Max-Age',
  '86400',
];

export function answerOptions({ res, metrics, route }: Exchange): void {
  metrics.answered(route, 204);
  res.writeHead(204, NO_CONTENT as string[]);
  res.end();
}

/** There is no purge verb either (threat row 45): only signed entries of the log take an image away. */
export function refuseMethod({ res, metrics, route }: Exchange): void {
  metrics.answered(route, 405);
  const detail = `Images can be read only: ${ALLOWED}.`;
  sendProblem(res, { status: 405, code: 'method_not_allowed', detail }, ['Allow', ALLOWED]);
}

export function notFound({ res, metrics, route }: Exchange, code: string, detail: string): void {
  metrics.answered(route, 404);
  sendProblem(res, { status: 404, code, detail });
}

export function preconditionFailed({ res, metrics, route }: Exchange): void {
  metrics.answered(route, 412);
  const detail = 'The file has another ETag than If-Match names.';
  sendProblem(res, { status: 412, code: 'precondition_failed', detail });
}

export function rangeUnsatisfiable({ res, metrics, route }: Exchange, { sizeBytes }: Resource): void {
  metrics.answered(route, 416);
  const detail = `The file has ${sizeBytes} bytes; the range lies outside.`;
  const size = ['Content-Range', unsatisfiedRange(sizeBytes)];
  sendProblem(res, { status: 416, code: 'range_unsatisfiable', detail }, size);
}
