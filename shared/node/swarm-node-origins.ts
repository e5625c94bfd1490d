/** Which hosts this node may be made to talk to by what a torrent or a log entry says (threat row 25). */
export class TrustedOrigins {
  readonly #origins: ReadonlySet<string>;

  /** @param origins URLs; only scheme, host and port count. What is no http(s) URL is trusted by no one. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins.map((origin) => parseHttpUrl(origin)?.origin ?? ''));
  }

  /** The URL, parsed, if it lies on one of the origins. */
  allow(url: string): URL | undefined {
    const parsed = parseHttpUrl(url);
    return parsed && this.#origins.has(parsed.origin) ? parsed : undefined;
  }
}

/** An http or https URL without a user name; anything else is none. */
export function parseHttpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' ? url : undefined;
}
