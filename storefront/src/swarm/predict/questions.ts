/** Which question is asked before which scenario. Recordings of the same scenario are asked the same. */
import {
  COPIES_QUESTION,
  END_GAME_QUESTION,
  FREE_RIDER_QUESTION,
  LATE_QUESTION,
  LIAR_QUESTION,
  type Question,
  TIME_QUESTION,
} from './verdict.ts';

const QUESTIONS: Readonly<Record<string, Question>> = {
  'three-edges': COPIES_QUESTION,
  'fan-out': COPIES_QUESTION,
  'thin-seed': TIME_QUESTION,
  'free-riders': FREE_RIDER_QUESTION,
  'a-liar': LIAR_QUESTION,
  'late-joiner': LATE_QUESTION,
  'end-game': END_GAME_QUESTION,
  'super-seeding-off': COPIES_QUESTION,
  'super-seeding-on': COPIES_QUESTION,
};

export const questionFor = (scenario: string): Question | undefined => QUESTIONS[scenario];
