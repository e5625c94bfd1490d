/**
 * Conditional requests (RFC 9110 section 13) on what has a strong ETag and no Last-Modified. Dates therefore never
 * decide: If-Modified-Since and If-Unmodified-Since are to be ignored without a modification date (13.1.3, 13.1.4).
 */

export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export type Verdict = 'proceed' | 'not-modified' | 'precondition-failed';

/** In the order of RFC 9110 section 13.2.2, for GET and HEAD. `etag` with its quotes. */
export function evaluateConditions(conditions: Conditions, etag: string): Verdict {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch !== undefined && !strongMatch(ifMatch, etag)) return 'precondition-failed';
  if (ifNoneMatch !== undefined && weakMatch(ifNoneMatch, etag)) return 'not-modified';
  return 'proceed';
}

/**
 * Whether Range holds: without If-Range, or when it names this very representation. A weak tag or a date never
 * does (section 13.1.5: strong comparison; we send no date).
 */
export function rangeHolds(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}

function strongMatch(list: string, etag: string): boolean {
  if (list.trim() === '*') return true;
  return parseEntityTags(list).some((tag) => !tag.weak && tag.opaque === etag);
}

function weakMatch(list: string, etag: string): boolean {
  // The common case: a browser sends back the one tag it has.
  if (list === etag || list.trim() === '*') return true;
  return parseEntityTags(list).some((tag) => tag.opaque === etag);
}

export interface EntityTag {
  readonly weak: boolean;
  /** With its quotes. */
  readonly opaque: string;
}

/** More than a cache can have variants for; what follows is not looked at. */
const MAX_TAGS = 64;

/**
 * `1#entity-tag` of RFC 9110 section 8.8.3; obs-text (bytes above 127) is allowed inside the quotes, and so is a
 * comma. A list with anything malformed in it is no list: it matches nothing, and the answer is a full one.
 */
export function parseEntityTags(list: string): readonly EntityTag[] {
  const tags: EntityTag[] = [];
  const member = /[ \t]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(,|$)/y;
  while (tags.length < MAX_TAGS) {
    const match = member.exec(list);
    if (match === null) return [];
    if (match[2] !== undefined) tags.push({ weak: match[1] !== undefined, opaque: match[2] });
    if (match[3] === '') break;
  }
  return tags;
}
