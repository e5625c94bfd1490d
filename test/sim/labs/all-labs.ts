/** The labs in the order of their pages. */
import { endGame } from './end-game.ts';
import { growth } from './growth.ts';
import type { Lab } from './lab.ts';
import { lateJoiner } from './late-joiner.ts';
import { oneSeed } from './one-seed.ts';
import { pieceSize } from './piece-size.ts';
import { pipelining } from './pipelining.ts';
import { poison } from './poison.ts';
import { rarestFirstLab } from './rarest-first.ts';
import { superSeeding } from './super-seeding.ts';
import { titForTatLab } from './tit-for-tat.ts';

export const LABS: readonly Lab[] = [
  oneSeed,
  growth,
  rarestFirstLab,
  titForTatLab,
  lateJoiner,
  endGame,
  superSeeding,
  pieceSize,
  pipelining,
  poison,
];
