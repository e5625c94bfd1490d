/** From a request's conditions and ranges to what is sent of a resource (RFC 9110 sections 13 and 14). */
import type { IncomingMessage } from 'node:http';
import { evaluateConditions, rangeHolds } from '../../http/conditional.ts';
import { contentRange, parseRange } from '../../http/range.ts';
import type { Plan } from './exchange.ts';
import type { Resource } from './image-headers.ts';
import { boundaryOf, multipart, singlePart } from './multipart.ts';

export type Outcome = Plan | 'not-modified' | 'precondition-failed' | 'range-unsatisfiable';

/** In the order of section 13.2.2: If-Match, If-None-Match, and only then Range with If-Range. */
export function planAnswer(req: IncomingMessage, resource: Resource): Outcome {
  const { headers } = req;
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
  const verdict = evaluateConditions(conditions, resource.etag);
  return verdict === 'proceed' ? planContent(req, resource) : verdict;
}

/** Range is for GET only (section 14.2). */
function planContent(req: IncomingMessage, resource: Resource): Outcome {
  const whole: Plan = { resource, status: 200, content: undefined, partialHeaders: [] };
  const field = req.method === 'GET' ? req.headers.range : undefined;
  if (field === undefined || !rangeHolds(ifRangeOf(req), resource.etag)) return whole;
  const wish = parseRange(field, resource.sizeBytes);
  if (wish.type === 'whole') return whole;
  if (wish.type === 'unsatisfiable') return 'range-unsatisfiable';
  const [first] = wish.ranges;
  const single = wish.ranges.length === 1 && first !== undefined;
  const content = single ? singlePart(first) : multipart(resource, wish.ranges);
  const partialHeaders = [
    'Content-Type',
    single ? resource.contentType : `multipart/byteranges; boundary=${boundaryOf(resource)}`,
    'Content-Length',
    String(content.lengthBytes),
    ...(single ? ['Content-Range', contentRange(first, resource.sizeBytes)] : []),
  ];
  return { resource, status: 206, content, partialHeaders };
}

/** Node joins repeated lines of this field to one text, which its types do not say. */
function ifRangeOf(req: IncomingMessage): string | undefined {
  return req.headers['if-range'] as string | undefined;
}
