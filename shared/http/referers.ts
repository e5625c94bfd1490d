/** Hot-link rules: on whose pages images may stand. A courtesy between browsers and shops, no lock: anyone can lie. */

export interface RefererRule {
  /** Host names in lower case; `*.example.com` is all below it, not itself. Empty: no rule. */
  readonly hosts: readonly string[];
  /** Whether a request that names no page is let in: typed addresses, apps, pages that hide it. */
  readonly allowsEmpty: boolean;
}

/**
 * @param referer the field Referer
 * @param ownHost the field Host: pages of the node itself may always show its images
 */
export function allowsReferer(
  { hosts, allowsEmpty }: RefererRule,
  referer: string | undefined,
  ownHost: string | undefined,
): boolean {
  if (hosts.length === 0) return true;
  if (referer === undefined || referer === '') return allowsEmpty;
  const match = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(?:[/?#]|$)/.exec(
    referer.toLowerCase(),
  );
  if (match === null) return false;
  const [, host = '', port = ''] = match;
  if (ownHost?.toLowerCase() === host + port) return true;
  return hosts.some((allowed) =>
    allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
  );
}
