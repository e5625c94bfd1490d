/** A guess before the run, the run's own answer after it. Over the picture, and gone when it is not wanted. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useStore } from '../../store.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { outcomeOf } from '../predict/outcome-of.ts';
import { questionFor } from '../predict/questions.ts';
import { judge, type Question } from '../predict/verdict.ts';
import { useViewer } from '../viewer-context.ts';

type Stage = 'asked' | 'guessed' | 'skipped' | 'read';

/** One for each run that is opened. */
export function PredictCard(): JSX.Element | null {
  const viewer = useViewer();
  const first = useStore(viewer.branches)[0];
  const branch = useStore(viewer.branch);
  if (first === undefined || first !== branch) return null;
  const question = questionFor(first.log.header.scenario);
  return question === undefined ? null : <Card key={first.id} question={question} log={first.log} />;
}

function Card({
  question,
  log,
}: {
  readonly question: Question;
  readonly log: SwarmLog;
}): JSX.Element | null {
  const viewer = useViewer();
  const [stage, setStage] = useState<Stage>(viewer.time.get().atMs > 0 ? 'skipped' : 'asked');
  const [guess, setGuess] = useState<number>();
  const { atMs, endMs, isOpen, isPlaying } = useStore(viewer.time);
  const isOver = !isOpen && endMs > 0 && atMs >= endMs;
  // Who begins to play without an answer did not want to be asked.
  if (stage === 'asked' && (isPlaying || atMs > 0)) setStage('skipped');
  if (stage === 'asked')
    return (
      <Guess
        question={question}
        onAnswer={(index) => {
          setGuess(index);
          setStage('guessed');
          viewer.play();
        }}
      />
    );
  if (stage !== 'guessed' || !isOver || guess === undefined) return null;
  return <Verdict question={question} log={log} guess={guess} onClose={() => setStage('read')} />;
}

function Guess({
  question,
  onAnswer,
}: {
  readonly question: Question;
  readonly onAnswer: (index: number) => void;
}): JSX.Element {
  const viewer = useViewer();
  return (
    <section class="card" aria-label="Before it runs">
      <h2>{question.asks}</h2>
      <div class="card__answers">
        {question.answers.map(({ words }, index) => (
          <button key={words} type="button" class="chip" onClick={() => onAnswer(index)}>
            {words}
          </button>
        ))}
      </div>
      <button type="button" class="card__skip" onClick={() => viewer.play()}>
        Just watch
      </button>
    </section>
  );
}

function Verdict({
  question,
  log,
  guess,
  onClose,
}: {
  readonly question: Question;
  readonly log: SwarmLog;
  readonly guess: number;
  readonly onClose: () => void;
}): JSX.Element {
  const { cameTrue, tells } = judge(question, outcomeOf(log));
  return (
    <section class="card" aria-label="What happened">
      <h2>{question.asks}</h2>
      <ul class="card__outcome">
        {question.answers.map(({ words }, index) => (
          <li key={words} data-came-true={index === cameTrue ? 'yes' : 'no'}>
            {words}
            {index === cameTrue && <strong>what happened</strong>}
            {index === guess && <em>your guess</em>}
          </li>
        ))}
      </ul>
      <p role="status">{tells}</p>
      <button type="button" class="chip" onClick={onClose}>
        Close
      </button>
    </section>
  );
}
