import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../../shared/sim/scenarios.ts';
import { outcomeOf } from '../../../../storefront/src/swarm/predict/outcome-of.ts';
import { questionFor } from '../../../../storefront/src/swarm/predict/questions.ts';
import { judge, type Question } from '../../../../storefront/src/swarm/predict/verdict.ts';
import { readRecording } from '../../../../storefront/src/swarm/source/recording.ts';

function verdictOf(name: string) {
  const file = new URL(`../../../../storefront/public/recordings/${name}.ndjson.gz`, import.meta.url);
  const log = readRecording(gunzipSync(readFileSync(file)).toString());
  const question = questionFor(log.header.scenario) as Question;
  const { cameTrue, tells } = judge(question, outcomeOf(log));
  return { answer: question.answers[cameTrue ?? -1]?.words, tells };
}

describe('verdicts come from the run’s own figures', () => {
  it('three edges take one copy from the origin', () => {
    const { answer, tells } = verdictOf('three-edges');
    expect(answer).toBe('About one');
    expect(tells).toMatch(/^1\.0\d copies of 1 MiB left the origin; all 3 edges had everything after 2\.\d/);
  });

  it('a liar is found and banned', () => {
    const { answer, tells } = verdictOf('a-liar');
    expect(answer).toBe('It is found and banned, the others finish');
    expect(tells).toMatch(/^[1-5] nodes? banned it/);
  });

  it('free riders come later than the others', () => {
    const { answer, tells } = verdictOf('free-riders');
    expect(answer).toBe('Later than the others');
    expect(tells).toMatch(/^The last free rider was done after/);
  });
});

it('every scenario has a question with at least two answers', () => {
  for (const { name } of SCENARIOS) expect(questionFor(name)?.answers.length).toBeGreaterThan(1);
});
