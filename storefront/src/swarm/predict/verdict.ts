/**
 * A guess before a run, and what the run itself says to it afterwards. Nobody is scored: the answer that came true is
 * told with the run's own figures, whatever was guessed.
 */
import { bytesWords } from '../../words/bytes-words.ts';
import { copiesWords, type RunFigures } from '../meters/meters.ts';
import { timeWords } from '../time/time-words.ts';

export interface Question {
  readonly asks: string;
  readonly answers: readonly Answer[];
  /** What happened, in figures; the reason behind it in a sentence. */
  readonly tells: (outcome: Outcome) => string;
}

export interface Answer {
  readonly words: string;
  readonly holds: (outcome: Outcome) => boolean;
}

/** A run that is over. */
export interface Outcome extends RunFigures {
  readonly copyBytes: number;
  /** Of those that give nothing: when the last of them was done. */
  readonly freeRiderDoneMs: number | undefined;
}

export interface Verdict {
  /** Of the answers, the one that came true; undefined when none did. */
  readonly cameTrue: number | undefined;
  readonly tells: string;
}

export function judge(question: Question, outcome: Outcome): Verdict {
  const index = question.answers.findIndex(({ holds }) => holds(outcome));
  return { cameTrue: index < 0 ? undefined : index, tells: question.tells(outcome) };
}

const doneWords = ({ doneMs, edges, edgesDone }: Outcome): string =>
  doneMs === undefined
    ? `${edgesDone} of ${edges} edges had everything at the end`
    : `all ${edges} edges had everything after ${timeWords(doneMs, false)}`;

const copies = (outcome: Outcome): string =>
  `${copiesWords(outcome.originCopies)} copies of ${bytesWords(outcome.copyBytes)} left the origin`;

export const COPIES_QUESTION: Question = {
  asks: 'How many copies of the image set will leave the origin before every edge has it?',
  answers: [
    { words: 'About one', holds: ({ originCopies }) => originCopies < 1.5 },
    { words: 'Two to four', holds: ({ originCopies }) => originCopies >= 1.5 && originCopies < 4.5 },
    { words: 'One for each edge', holds: ({ originCopies }) => originCopies >= 4.5 },
  ],
  tells: (outcome) =>
    `${copies(outcome)}; ${doneWords(outcome)}. The origin gives each piece to one edge and waits until another has it (super-seeding, BEP 16): the edges do the rest.`,
};

export const FREE_RIDER_QUESTION: Question = {
  asks: 'Two edges take and give nothing. When will they have everything?',
  answers: [
    {
      words: 'With the others',
      holds: ({ freeRiderDoneMs, doneMs }) =>
        freeRiderDoneMs !== undefined && doneMs !== undefined && freeRiderDoneMs <= doneMs * 1.05,
    },
    { words: 'Later than the others', holds: ({ freeRiderDoneMs }) => freeRiderDoneMs !== undefined },
    { words: 'Never', holds: () => true },
  ],
  tells: (outcome) => {
    const its =
      outcome.freeRiderDoneMs === undefined
        ? 'The free riders were not done'
        : `The last free rider was done after ${timeWords(outcome.freeRiderDoneMs, false)}`;
    return `${its}; ${doneWords(outcome)}. Who gives nothing back gets what nobody else asks for just then (tit-for-tat, BEP 3).`;
  },
};

export const LIAR_QUESTION: Question = {
  asks: 'One edge sends blocks with a wrong byte. What happens?',
  answers: [
    {
      words: 'It is found and banned, the others finish',
      holds: ({ banned, doneMs }) => banned > 0 && doneMs !== undefined,
    },
    {
      words: 'The others finish, nobody notices who it was',
      holds: ({ banned, doneMs }) => banned === 0 && doneMs !== undefined,
    },
    { words: 'Wrong pieces spread', holds: () => true },
  ],
  tells: (outcome) =>
    `${outcome.banned} ${outcome.banned === 1 ? 'node' : 'nodes'} banned it; ${copiesWords(outcome.wastedCopies)} copies came for nothing; ${doneWords(outcome)}. A piece counts only when its hash holds, and its leaves tell which block was wrong (BEP 52).`,
};

export const TIME_QUESTION: Question = {
  asks: 'How close will the edges come to the least time that is possible at all?',
  answers: [
    {
      words: 'Within a quarter',
      holds: ({ doneMs, boundMs }) =>
        doneMs !== undefined && boundMs !== undefined && doneMs <= boundMs * 1.25,
    },
    {
      words: 'About twice as long',
      holds: ({ doneMs, boundMs }) =>
        doneMs !== undefined && boundMs !== undefined && doneMs <= boundMs * 2.5,
    },
    { words: 'Longer than that', holds: () => true },
  ],
  tells: (outcome) => {
    const bound = outcome.boundMs === undefined ? '' : `; the bound is ${timeWords(outcome.boundMs, false)}`;
    return `${doneWords(outcome)}${bound}; ${copies(outcome)}.`;
  },
};

export const LATE_QUESTION: Question = {
  asks: 'The last edge comes when all others are done. How much more will the origin send because of it?',
  answers: [
    { words: 'Next to nothing', holds: ({ originCopies }) => originCopies < 1.3 },
    { words: 'About another copy', holds: ({ originCopies }) => originCopies < 2.3 },
    { words: 'More than that', holds: () => true },
  ],
  tells: (outcome) =>
    `${copies(outcome)} in all, the late edge included; ${doneWords(outcome)}. It takes from whoever has pieces, and everybody has.`,
};

export const END_GAME_QUESTION: Question = {
  asks: 'One edge turns forty times slower while it owes blocks to others. What will they do?',
  answers: [
    {
      words: 'Ask somebody else, and get few bytes twice',
      holds: ({ doneMs, wastedCopies, edges }) => doneMs !== undefined && wastedCopies < 0.1 * edges,
    },
    { words: 'Get a good part of it twice', holds: ({ doneMs }) => doneMs !== undefined },
    { words: 'Wait in vain', holds: () => true },
  ],
  tells: (outcome) =>
    `${doneWords(outcome)}; ${copiesWords(outcome.wastedCopies)} copies came for nothing. What is late is asked of others too, and cancelled when it came (end game, BEP 3).`,
};
