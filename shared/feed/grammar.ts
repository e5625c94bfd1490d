/** Texts that both directions of the feed share: hosts, IP literals and base URLs, each by an exact grammar. */
import { parseIpv4, parseIpv6 } from '../ip.ts';

/** RFC 1123, and the underscore that container networks put into names. */
const HOST_NAME =
  /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/;
const BASE_URL =
  /^https?:\/\/(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::([1-9][0-9]{0,4}))?((?:\/[A-Za-z0-9._~-]{1,64}){0,8})\/?$/;

export const MAX_HOST_CHARACTERS = 253;
export const MAX_URL_CHARACTERS = 512;

export function parseIpText(text: string): string | undefined {
  return parseIpv4(text) || parseIpv6(text) ? text : undefined;
}

/** A host name or an IP literal without brackets. A name that ends in a number is no name (WHATWG URL). */
export function parseHost(text: string): string | undefined {
  if (parseIpText(text) !== undefined) return text;
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
  const isKnownHost = host.startsWith('[')
    ? parseIpv6(host.slice(1, -1)) !== undefined
    : parseHost(host) !== undefined;
  return isKnownHost ? text.replace(/\/$/, '') : undefined;
}

/** A name for people: no control characters, no direction marks, no spaces at its ends. Still never HTML. */
export function parseName(text: string): string | undefined {
  return /^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u.test(text) && text.trim() === text ? text : undefined;
}
