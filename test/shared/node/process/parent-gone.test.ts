/** A process that was started with a channel ends with its parent. The real thing: test/system/drain, demo. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createShutdown, onParentGone } from '../../../../shared/node/process/shutdown.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  readonly send: unknown;
  connected: boolean;

  constructor(channel: 'none' | 'open' | 'closed') {
    super();
    this.send = channel === 'none' ? undefined : () => undefined;
    this.connected = channel === 'open';
  }

  exit(code: number): void {
    this.codes.push(code);
  }
}

describe('the end of the parent', () => {
  it('drains as a signal does, and once', async () => {
    const parent = new FakeProcess('open');
    const shutdown = createShutdown({ log: silent, process: parent });
    let closed = 0;
    shutdown.add('store', () => void closed++);
    expect(shutdown.begun).toBe(false);
    parent.emit('disconnect');
    expect(shutdown.begun).toBe(true);
    await shutdown.begin('again');
    expect([closed, parent.codes]).toEqual([1, [0]]);
  });

  it('does not force the end of a drain under way, as a second signal would', async () => {
    const parent = new FakeProcess('open');
    const shutdown = createShutdown({ log: silent, process: parent });
    let release = (): void => undefined;
    shutdown.add('store', () => new Promise<void>((resolve) => (release = resolve)));
    parent.emit('SIGTERM');
    parent.emit('disconnect');
    expect(parent.codes).toEqual([]);
    release();
    await shutdown.begin('wait');
    expect(parent.codes).toEqual([0]);
  });

  it('that came before anybody listened is noticed', () => {
    const calls: string[] = [];
    onParentGone(() => calls.push('gone'), new FakeProcess('closed'));
    expect(calls).toEqual(['gone']);
  });

  it('is nothing to a process that was started without a channel', () => {
    const alone = new FakeProcess('none');
    createShutdown({ log: silent, process: alone });
    expect(alone.eventNames().sort()).toEqual(['SIGHUP', 'SIGINT', 'SIGTERM']);
  });
});
