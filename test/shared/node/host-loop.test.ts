import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineAction, StepResult } from '../../../shared/engine/actions.ts';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import { HostLoop } from '../../../shared/node/host-loop.ts';
import type { InfoHash, LinkId } from '../../../shared/units.ts';

const closing = (link: number): EngineAction => ({ type: 'close', link: link as LinkId, reason: '' });
const removing = (name: string): EngineInput => ({ type: 'removeTorrent', torrent: name as InfoHash });

/** An engine that answers each input as the test says, and keeps what it was given. */
function loop(answer: (input: EngineInput, now: number) => Partial<StepResult>) {
  const inputs: EngineInput[] = [];
  const performed: EngineAction[] = [];
  const fatal: unknown[] = [];
  let isInStep = false;
  const host: HostLoop = new HostLoop({
    engine: {
      step(input, now) {
        expect(isInStep, 'no step from within a step').toBe(false);
        isInStep = true;
        inputs.push(input);
        const result = { actions: [], wakeAt: Number.POSITIVE_INFINITY, ...answer(input, now) };
        isInStep = false;
        return result;
      },
    },
    now: () => performance.now(),
    perform: (action) => {
      performed.push(action);
      if (action.type === 'close' && action.link > 0) host.feed(removing(`after ${action.link}`));
      if (action.type === 'close' && action.link < 0) throw new Error('cannot');
    },
    onFatal: (error) => fatal.push(error),
  });
  return { host, inputs, performed, fatal };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the host loop', () => {
  it('performs the actions of one step in order, then what they brought up, without recursion', () => {
    const { host, inputs, performed } = loop((input) =>
      input.type === 'tick' ? { actions: [closing(1), closing(2)] } : {},
    );
    host.feed({ type: 'tick' });
    expect(performed).toEqual([closing(1), closing(2)]);
    expect(inputs).toEqual([{ type: 'tick' }, removing('after 1'), removing('after 2')]);
  });

  it('a hundred thousand results that come at once do not exhaust the stack', () => {
    let left = 100_000;
    const { host, inputs } = loop(() => (left-- > 0 ? { actions: [closing(1)] } : {}));
    host.feed({ type: 'tick' });
    expect(inputs.length).toBe(100_001);
  });

  it('sleeps until wakeAt, and moves with it', () => {
    const wakes = [100, 50, 400, Number.POSITIVE_INFINITY];
    const startMs = performance.now();
    const at: number[] = [];
    const { host, inputs } = loop((input, now) => {
      if (input.type === 'tick') at.push(now - startMs);
      return { wakeAt: startMs + (wakes.shift() ?? Number.POSITIVE_INFINITY) };
    });
    host.feed(removing('first'));
    host.feed(removing('second'));
    vi.advanceTimersByTime(49);
    expect(inputs.length).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(at).toEqual([50, 400]);
  });

  it('a wake-up further off than a timer can wait comes in its time', () => {
    const startMs = performance.now();
    const farMs = 2 ** 31 + 5000;
    const wakes = [farMs];
    const { host, inputs } = loop(() => ({ wakeAt: startMs + (wakes.shift() ?? Number.POSITIVE_INFINITY) }));
    host.feed(removing('first'));
    vi.advanceTimersByTime(farMs - 10);
    expect(inputs.length).toBe(1);
    vi.advanceTimersByTime(20);
    expect(inputs.length).toBe(2);
  });

  it('a step that throws is told once, and nothing is done any more', () => {
    const { host, inputs, fatal } = loop((input) => {
      if (input.type === 'tick') throw new Error('broken');
      return {};
    });
    host.feed({ type: 'tick' });
    host.feed(removing('late'));
    expect(fatal).toEqual([new Error('broken')]);
    expect(inputs).toEqual([{ type: 'tick' }]);
  });

  it('an action that throws is our fault as well: the actions after it are not performed', () => {
    const { host, performed, fatal } = loop(() => ({ actions: [closing(0), closing(-1), closing(0)] }));
    host.feed({ type: 'tick' });
    expect(performed).toEqual([closing(0), closing(-1)]);
    expect(fatal).toEqual([new Error('cannot')]);
  });

  it('is quiet when stopped', () => {
    const { host, inputs } = loop(() => ({ wakeAt: performance.now() + 10 }));
    host.feed(removing('first'));
    host.stop();
    vi.advanceTimersByTime(100);
    expect(inputs.length).toBe(1);
  });
});
