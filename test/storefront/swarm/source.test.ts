import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRecording, recordingBlob } from '../../../storefront/src/swarm/source/recording.ts';

const recording = readFileSync(new URL('../../support/one-seed-three-edges.ndjson', import.meta.url), 'utf8');

describe('recordings', () => {
  it('what was saved is read as what it was', async () => {
    const log = readRecording(recording);
    const again = readRecording(await recordingBlob(log).text());
    expect(again.header).toEqual(log.header);
    expect(again.records).toEqual(log.records);
  });

  it('one that was cut in the middle of a line is shown up to there', () => {
    const log = readRecording(recording.slice(0, recording.length / 2));
    expect(log.records.length).toBeGreaterThan(1_000);
    expect(log.endMs).toBeGreaterThan(0);
  });

  it.each([
    ['', /no recording of a swarm|nothing in this recording/],
    ['hello\n', /no recording of a swarm \(trace_header_invalid\)/],
    ['{"format":"shoal-trace","version":99}\n', /another version/],
    [recording.slice(0, recording.indexOf('\n') + 1), /nothing in this recording/],
  ])('%j is told in words', (text, why) => {
    expect(() => readRecording(text)).toThrow(why);
  });

  it('the scene of a moment is the same whichever way one comes there', () => {
    const [straight, around] = [readRecording(recording), readRecording(recording)];
    for (const ms of [2_000, 100, 1_500, 700]) around.sceneAt(ms);
    expect(around.sceneAt(900)).toEqual(straight.sceneAt(900));
  });
});
