/** Problem details (RFC 9457) with a stable code. */
import type { Problem } from '../api-types/catalog.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  416: 'Range Not Satisfiable',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** `about:blank` says that the status tells the kind (section 4.2.1); the code is what programs look at. */
export function makeProblem(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, code };
}

/** Refusals that say nothing against the request itself. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set([
  'request_aborted',
  'upload_cancelled',
  'upload_id_taken',
  'session_over',
]);

/** Whether the same request may do better another time. */
export function canRetry(status: number, code: string): boolean {
  return status >= 500 || status === 429 || NOT_ITS_FAULT.has(code);
}
