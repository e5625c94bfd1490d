/** The demo's edges, by name and in the order of their numbers. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DemoFleet as DemoFleetAnswer } from '../../../shared/api-types/demo.ts';
import { UserError } from '../../../shared/errors.ts';
import type { ProcessEnd } from '../child-process.ts';
import { DemoEdge } from './demo-edge.ts';

export interface DemoFleetOptions {
  readonly script: string;
  readonly originUrl: string;
  /** Each edge has a folder of its own in it; logs are in `logs`. */
  readonly dataFolder: string;
  /** Of edge 1; the others' follow. */
  readonly firstPort: number;
  readonly firstPeerPort: number;
  readonly onUnasked: (edge: DemoEdge, end: ProcessEnd) => void;
}

/** Each is a process of some 100 MB. */
export const EDGES_MAX = 16;

export class DemoFleet {
  readonly #options: DemoFleetOptions;
  readonly #edges: DemoEdge[] = [];

  constructor(options: DemoFleetOptions) {
    this.#options = options;
    mkdirSync(path.join(options.dataFolder, 'logs'), { recursive: true });
  }

  get edges(): readonly DemoEdge[] {
    return this.#edges;
  }

  /** @throws UserError `demo_edge_unknown` */
  edge(name: string): DemoEdge {
    const edge = this.#edges.find((one) => one.name === name);
    if (!edge) throw new UserError('demo_edge_unknown', 404, 'The demo has no edge of this name.');
    return edge;
  }

  /**
   * They are not started yet. One that an earlier run of the demo had under the same number has its data still.
   * @throws UserError `demo_fleet_full`
   */
  add(count: number): readonly DemoEdge[] {
    const left = EDGES_MAX - this.#edges.length;
    if (count > left)
      throw new UserError(
        'demo_fleet_full',
        409,
        `The demo has ${EDGES_MAX} edges at most; ${left} are left.`,
      );
    const added = Array.from({ length: count }, (_, i) => this.#make(this.#edges.length + 1 + i));
    this.#edges.push(...added);
    return added;
  }

  async describe(): Promise<DemoFleetAnswer> {
    const atMs = performance.now();
    const edges = await Promise.all(this.#edges.map((edge) => edge.describe()));
    return { edges, edgesMax: EDGES_MAX, atMs };
  }

  async close(): Promise<void> {
    await Promise.all(this.#edges.map((edge) => edge.close()));
  }

  #make(number: number): DemoEdge {
    const { script, originUrl, dataFolder, firstPort, firstPeerPort, onUnasked } = this.#options;
    const name = `edge-${number}`;
    const edge: DemoEdge = new DemoEdge({
      name,
      script,
      originUrl,
      dataFolder: path.join(dataFolder, name),
      logFile: path.join(dataFolder, 'logs', `${name}.log`),
      port: firstPort + number - 1,
      peerPort: firstPeerPort + number - 1,
      onUnasked: (end) => onUnasked(edge, end),
    });
    return edge;
  }
}
