/** What this page cannot do just now, and how it could. */
import type { JSX } from 'preact';

export interface FleetNoticeProps {
  readonly isStale: boolean;
  readonly hasControl: boolean;
}

export function FleetNotice({ isStale, hasControl }: FleetNoticeProps): JSX.Element | null {
  if (isStale)
    return (
      <p class="fleet-notice fleet-notice--warn" role="alert">
        The origin does not answer. What stands here is what it said last; this page asks again each second.
      </p>
    );
  if (hasControl) return null;
  return (
    <p class="fleet-notice">
      These edges are watched only. In the demo, this page also starts, stops, kills and slows down edges: run{' '}
      <code>npm run demo</code> in a checkout of Shoal, and open the address of its fleet.
    </p>
  );
}
