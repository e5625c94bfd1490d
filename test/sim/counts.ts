/** A flag that takes numbers parted by commas. */
import { count, type FlagKind } from '../../shared/node/config/kinds.ts';

export const counts = (unit: string, largest: number): FlagKind<readonly number[]> => ({
  placeholder: 'counts',
  unit,
  parse: (given) => given.split(',').map((part) => count('count', unit, 1, largest).parse(part)),
});
