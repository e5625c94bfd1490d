/** Texts that both directions of the feed share: hosts, IP literals and base URLs, each by an exact grammar. */

/** RFC 1123, and the underscore that container networks put into names. */
const HOST_NAME =
  /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/;
const BASE_URL =
  /^https?:\/\/(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([1-9][0-9]{0,4}))?((?:\/[A-Za-z0-9._~-]{1,64}){0,8})\/?$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

export const MAX_HOST_CHARACTERS = 253;
export const MAX_URL_CHARACTERS = 512;

/** A dotted IPv4 address without leading zeros (RFC 6943 section 3.1.1 tells how `010.0.0.1` is read two ways). */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  );
}

/** RFC 4291 section 2.2, without a zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const isMapped = last.includes('.');
  if (isMapped && (!isIpv4(last) || text.endsWith('::'))) return false;
  const plain = isMapped ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => GROUP.test(group))) return false;
  const count = plain.length + (isMapped ? 2 : 0);
  return halves.length === 2 ? count < 8 : count === 8;
}

export function parseIp(text: string): string | undefined {
  return isIpv4(text) || isIpv6(text) ? text : undefined;
}

/** A host name or an IP literal without brackets. A name that ends in a number is no name (WHATWG URL). */
export function parseHost(text: string): string | undefined {
  if (parseIp(text) !== undefined) return text;
  if (text.length > MAX_HOST_CHARACTERS) return undefined;
  return HOST_NAME.test(text) && !/(?:^|\.)\d+$/.test(text) ? text : undefined;
}

/**
 * `http(s)://host[:port][/path]`, without user, query or fragment; comes back without the slash at the end. It is
 * shown to shoppers as a link, so no other scheme may pass.
 */
export function parseBaseUrl(text: string): string | undefined {
  const match = BASE_URL.exec(text);
  if (!match) return undefined;
  const [, host = '', port, path = ''] = match;
  if (port !== undefined && Number(port) > 65_535) return undefined;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
  const isKnownHost = host.startsWith('[') ? isIpv6(host.slice(1, -1)) : parseHost(host) !== undefined;
  return isKnownHost ? text.replace(/\/$/, '') : undefined;
}

/** A name for people: no control characters, no direction marks, no spaces at its ends. Still never HTML. */
export function parseName(text: string): string | undefined {
  return /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u.test(text) && text.trim() === text ? text : undefined;
}
