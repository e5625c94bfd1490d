/** What the admin API answers: what was asked for, or a problem in words for people. */
import type { FieldProblem, Problem } from '../../../shared/api-types/catalog.ts';
import { isRecord } from '../edges/known-edge.ts';

export interface Refusal {
  /** Of docs/ERRORS.md, or `network`. */
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  /** From `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

/** No answer came: what was asked for may have been done all the same. */
export const NO_ANSWER: Refusal = {
  code: 'network',
  status: 0,
  detail: 'The origin did not answer. Is it running, and is this machine connected to it?',
  errors: [],
  retryAfterSeconds: undefined,
};

export function refused<Value>(refusal: Refusal): Answer<Value> {
  return { ok: false, refusal };
}

/** A proxy in between may answer something else than a problem. */
export function refusalOf(status: number, body: unknown, retryAfter: string | null): Refusal {
  const problem: Partial<Problem> = isRecord(body) ? body : {};
  const seconds = Number(retryAfter ?? Number.NaN);
  return {
    status,
    code: typeof problem.code === 'string' ? problem.code : `http_${status}`,
    detail:
      typeof problem.detail === 'string' ? problem.detail : `The origin answered with status ${status}.`,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isFieldProblem) : [],
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  };
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.field === 'string' && typeof value.detail === 'string';
}
