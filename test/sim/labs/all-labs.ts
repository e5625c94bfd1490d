/** The labs in the order of their pages; and arithmetic that docs/COST.md asks for in the same way. */
import { costLab } from './cost.ts';
import { endGame } from './end-game.ts';
import { growth } from './growth.ts';
import type { Lab } from './lab.ts';
import { lateJoiner } from './late-joiner.ts';
import { oneSeed } from './one-seed.ts';
import { paper } from './paper.ts';
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

export const ARITHMETIC: readonly Lab[] = [costLab, paper];

export const labNamed = (name: string | undefined): Lab | undefined =>
  [...LABS, ...ARITHMETIC].find((lab) => lab.name === name);
