import type { Spread } from '../../../../shared/api-types/admin.ts';

export function spreadWords({ holding, of }: Spread): string {
  return of === 0 ? 'no edge is linked' : `on ${holding} of ${of} ${of === 1 ? 'edge' : 'edges'}`;
}
