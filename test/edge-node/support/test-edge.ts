/** An edge in the test's own process, on free ports and a folder of its own. */
import { type DestinationStream, pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import type { EdgeConfig } from '../../../edge-node/config.ts';
import { type EdgeParts, startEdge } from '../../../edge-node/edge.ts';
import type { RunningEdge } from '../../../edge-node/running-edge.ts';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

export function testConfig(origin: string, more: Partial<EdgeConfig> = {}): EdgeConfig {
  return {
    origin,
    host: '127.0.0.1',
    port: 0,
    dataFolder: more.dataFolder ?? tempDirectory(),
    peerPort: 0,
    advertiseIp: '127.0.0.1',
    name: 'edge-test',
    publicUrl: undefined,
    prefetch: 'all',
    cacheBytes: Number.POSITIVE_INFINITY,
    memoryBytes: 16 * 1_048_576,
    workers: 0,
    upRateBytesPerSecond: Number.POSITIVE_INFINITY,
    downRateBytesPerSecond: Number.POSITIVE_INFINITY,
    rootKey: undefined,
    fleetToken: undefined,
    access: { keys: [], referers: { hosts: [], allowsEmpty: true } },
    ...more,
  };
}

export class TestEdge {
  readonly running: RunningEdge;
  readonly config: EdgeConfig;
  readonly lines: readonly Record<string, unknown>[];
  readonly stop: () => Promise<void>;

  private constructor({
    running,
    config,
    lines,
    stop,
  }: Pick<TestEdge, 'running' | 'config' | 'lines' | 'stop'>) {
    this.running = running;
    this.config = config;
    this.lines = lines;
    this.stop = stop;
  }

  static async start(
    origin: string,
    more: Partial<EdgeConfig> = {},
    feedLimits?: EdgeParts['feedLimits'],
  ): Promise<TestEdge> {
    const config = testConfig(origin, more);
    const lines: Record<string, unknown>[] = [];
    const stream: DestinationStream = { write: (line) => void lines.push(JSON.parse(line)) };
    const fatal: unknown[] = [];
    const starting = startEdge(config, {
      log: pino({}, stream),
      onFatal: (error) => fatal.push(error),
      ...(feedLimits ? { feedLimits } : {}),
    });
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= starting.then((running) => running.close());
      return stopped;
    };
    // Said now: a test whose time is over while the edge starts must not leave it behind.
    onTestFinished(async () => {
      const didStart = await starting.then(
        () => true,
        () => false,
      );
      if (didStart) await stop();
      expect(fatal).toEqual([]);
    });
    return new TestEdge({ running: await starting, config, lines, stop });
  }

  get url(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, { headers });
  }

  async bytes(path: string): Promise<Buffer> {
    const response = await this.get(path);
    expect(response.status, path).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }

  async status(): Promise<NodeStatus> {
    return (await (await this.get('/status')).json()) as NodeStatus;
  }

  async metric(line: RegExp): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const [, value] = new RegExp(`^${line.source} (\\S+)$`, 'm').exec(text) ?? [];
    return Number(value);
  }

  async ready(): Promise<boolean> {
    return (await this.get('/readyz')).status === 200;
  }
}

/** Until it holds; the test's own time limit ends the wait. */
export function eventually(check: () => Promise<void> | void): Promise<void> {
  return waitFor(check, { timeout: 15_000, interval: 20 });
}
