/** An origin, and edges beside it as a mode wants them, each behind its shaped link. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import type { RelayedNode } from '../links/relay.ts';
import { RelayClient } from '../links/relay-client.ts';
import { type Scenario, SHOPPER_LINK } from '../scenarios.ts';
import { HTTP_PORT, Network, PEER_PORT } from './addresses.ts';
import { copyCatalog } from './catalog.ts';
import {
  ALONE,
  edgeProgram,
  liarProgram,
  nginxProgram,
  ORIGIN,
  originProgram,
  type Place,
  together,
} from './fleet-programs.ts';
import { NodeProgram, type Program } from './node-program.ts';

/**
 * `origin`: no edges; `pull`: edges ask the origin alone; `swarm`: edges feed each other; `nginx`: real nginx in the
 * edges' place, with proxy_cache.
 */
export const MODES = ['origin', 'pull', 'swarm', 'nginx'] as const;
export type Mode = (typeof MODES)[number];

export interface FleetWanted {
  readonly mode: Mode;
  readonly scenario: Scenario;
  readonly edges: number;
  readonly seed: number;
  readonly catalogFolder: string;
  /** Made when missing. */
  readonly runFolder: string;
}

export class LoadFleet {
  readonly #wanted: FleetWanted;
  readonly #network: Network;
  readonly #nodes: NodeProgram[] = [];
  #relay: RelayClient | undefined;

  private constructor(wanted: FleetWanted, network: Network) {
    this.#wanted = wanted;
    this.#network = network;
  }

  /** Resolves when the origin is ready. */
  static async open(wanted: FleetWanted): Promise<LoadFleet> {
    const fleet = new LoadFleet(wanted, await Network.take());
    try {
      mkdirSync(wanted.runFolder, { recursive: true });
      copyCatalog(wanted.catalogFolder, path.join(wanted.runFolder, 'origin'));
      fleet.#relay = await RelayClient.start({
        nodes: fleet.#relayed(),
        shopperIp: fleet.shopperIp,
        shopper: SHOPPER_LINK,
        httpPort: HTTP_PORT,
        peerPort: PEER_PORT,
        seed: wanted.seed,
      });
      fleet.#nodes.push(new NodeProgram(originProgram(fleet.#place)));
      await fleet.#nodes[ORIGIN]!.start();
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  /** Resolves when all are ready. */
  async startEdges(): Promise<void> {
    const { mode, edges, scenario } = this.#wanted;
    if (mode === 'origin') return;
    for (let edge = 1; edge <= edges; edge++) this.#nodes.push(new NodeProgram(this.#programOf(edge)));
    if (scenario.liar === true && mode === 'swarm') {
      const liar = liarProgram(this.#place, edges + 1, together(scenario.prefetch));
      this.#nodes.push(new NodeProgram(liar));
    }
    await Promise.all(this.#nodes.slice(1).map((node) => node.start()));
  }

  get mode(): Mode {
    return this.#wanted.mode;
  }

  /** Where its shoppers connect from. */
  get shopperIp(): string {
    return this.#network.shopperIp;
  }

  get relay(): RelayClient {
    return this.#relay!;
  }

  /** Nodes that shoppers may ask, in order. */
  get shopNodes(): readonly number[] {
    const { mode, edges } = this.#wanted;
    return mode === 'origin' ? [ORIGIN] : Array.from({ length: edges }, (_, index) => index + 1);
  }

  /** Whether its shop nodes have a `/status` of their own. */
  get tellsStatus(): boolean {
    return this.#wanted.mode !== 'nginx';
  }

  /** Where shoppers reach a node. */
  urlOf(node: number): string {
    return this.#network.outerUrl(node);
  }

  async kill(node: number): Promise<void> {
    await this.#nodes[node]?.kill();
  }

  /** On the data that it has. */
  async restart(node: number): Promise<void> {
    await this.#nodes[node]?.start();
  }

  /** Undefined: it does not answer. */
  async statusOf(node: number): Promise<NodeStatus | undefined> {
    const url = `${this.#network.innerUrl(node)}/status`;
    const response = await fetch(url).catch(() => undefined);
    return response?.ok ? ((await response.json()) as NodeStatus) : undefined;
  }

  /** Of the origin, and of the edges together. */
  cpuSeconds(): { readonly origin: number; readonly edges: number } {
    const [origin = 0, ...edges] = this.#nodes.map((node) => node.cpuSeconds());
    return { origin, edges: edges.reduce((sum, seconds) => sum + seconds, 0) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await this.#relay?.close();
    this.#network.release();
  }

  get #place(): Place {
    return { network: this.#network, runFolder: this.#wanted.runFolder };
  }

  #programOf(edge: number): Program {
    const { mode, scenario } = this.#wanted;
    if (mode === 'nginx') return nginxProgram(this.#place, edge);
    return edgeProgram(this.#place, edge, mode === 'pull' ? ALONE : together(scenario.prefetch));
  }

  #relayed(): RelayedNode[] {
    const { edges, scenario } = this.#wanted;
    const network = this.#network;
    const linkOf = (node: number) => {
      if (node === ORIGIN) return scenario.originLink;
      return node === edges ? (scenario.farEdgeLink ?? scenario.edgeLink) : scenario.edgeLink;
    };
    const nodes = 1 + edges + (scenario.liar === true ? 1 : 0);
    return Array.from({ length: nodes }, (_, node) => ({
      innerIp: network.innerIp(node),
      outerIp: network.outerIp(node),
      link: linkOf(node),
    }));
  }
}
