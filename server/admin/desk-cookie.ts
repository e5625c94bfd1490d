/** The cookie of a desk's session: for the admin API's paths only, never for scripts, never from another site. */
import type { Request } from 'express';

/** Cookies do not tell ports apart (RFC 6265 section 8.5): two origins on one machine keep a session each. */
const nameFor = (req: Request): string => `shoal-desk-${req.socket.localPort ?? 0}`;

/** Browsers and proxies take 4 KB of cookies from a site; a name and a secret are 60 characters. */
const MAX_COOKIE_CHARACTERS = 8_192;

export function secretOf(req: Request): string | undefined {
  const header = (req.headers.cookie ?? '').slice(0, MAX_COOKIE_CHARACTERS);
  const prefix = `${nameFor(req)}=`;
  const pair = header.split(';').find((text) => text.trim().startsWith(prefix));
  return pair?.trim().slice(prefix.length);
}

/** It ends with the browser. */
export function sessionCookie(req: Request, secret: string): string {
  return cookie(req, secret, '');
}

export function endedCookie(req: Request): string {
  return cookie(req, '', '; Max-Age=0');
}

function cookie(req: Request, value: string, extra: string): string {
  const secure = req.secure ? '; Secure' : '';
  return `${nameFor(req)}=${value}; Path=/admin; HttpOnly; SameSite=Strict${secure}${extra}`;
}
