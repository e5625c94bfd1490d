/** A fleet of the demo whose edges are ready at once, and its control. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControl } from '../../../server/demo/control/start-control.ts';
import { DemoFleet, EDGES_MAX } from '../../../server/demo/fleet/demo-fleet.ts';
import type { DemoFleet as Answer, DemoEdge as DemoEdgeAnswer } from '../../../shared/api-types/demo.ts';
import { eventually } from '../../support/fleet.ts';
import { freePort } from '../../support/free-port.ts';

export interface SmallDemo {
  readonly fleet: DemoFleet;
  /** Names and how they ended, of edges that nobody had asked to. */
  readonly unasked: string[];
  readonly folder: string;
  readonly page: string;
  readonly port: number;
  ask(method: string, path: string, options?: AskOptions): Promise<Asked>;
  edge(name: string): Promise<DemoEdgeAnswer>;
  /** Waits until an edge is in this state. */
  becomes(name: string, state: DemoEdgeAnswer['state']): Promise<void>;
  close(): Promise<void>;
}

export interface AskOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** In place of those of the demo's page. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export async function startSmallDemo(): Promise<SmallDemo> {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-small-demo-'));
  const unasked: string[] = [];
  const firstPort = await freePort();
  const fleet = new DemoFleet({
    script: path.join(import.meta.dirname, 'small-edge.mjs'),
    originUrl: 'http://127.0.0.1:1',
    dataFolder: folder,
    firstPort,
    // Beyond those of all edges: one of these edges does not listen there, and another would take the port.
    firstPeerPort: firstPort + EDGES_MAX,
    onUnasked: ({ name }, { code, signal }) => unasked.push(`${name} ${signal ?? code}`),
  });
  const port = await freePort();
  await startControl(fleet, port, ORIGIN_PORT);
  const ask = (method: string, at: string, options: AskOptions = {}) => askPort(port, method, at, options);
  const list = async () => JSON.parse((await ask('GET', '/demo/edges')).text) as Answer;
  const edge = async (name: string) =>
    (await list()).edges.find((one) => one.name === name) as DemoEdgeAnswer;
  return {
    fleet,
    unasked,
    folder,
    page: PAGE,
    port,
    ask,
    edge,
    becomes: (name, state) =>
      eventually(`${name} is ${state}`, async () => (await edge(name))?.state === state),
    close: async () => {
      await fleet.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing listens there: only the name of the page's origin counts. */
const ORIGIN_PORT = 2;
const PAGE = `http://127.0.0.1:${ORIGIN_PORT}`;

/** Not by fetch, which writes Host and Origin itself. */
function askPort(port: number, method: string, at: string, options: AskOptions): Promise<Asked> {
  const body = options.body === undefined ? '' : JSON.stringify(options.body);
  const headers = { origin: PAGE, 'content-type': 'application/json', ...options.headers };
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method, path: at, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (part: string) => {
        text += part;
      });
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
