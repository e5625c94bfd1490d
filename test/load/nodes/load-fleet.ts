/** An origin, and edges beside it as a mode wants them, each behind its shaped link. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { NodeStatus } from '../../../shared/api-types/status.ts';
import { NGINX, pullThroughServer, writeNginxConfig } from '../../support/nginx.ts';
import type { RelayedNode } from '../links/relay.ts';
import { RelayClient } from '../links/relay-client.ts';
import { type Scenario, SHOPPER_LINK } from '../scenarios.ts';
import { HTTP_PORT, type Network, PEER_PORT } from './addresses.ts';
import { ADMIN_TOKEN, copyCatalog } from './catalog.ts';
import { NodeProgram, type Program } from './node-program.ts';

/**
 * `origin`: no edges; `pull`: edges ask the origin alone; `swarm`: edges feed each other; `nginx`: real nginx in the
 * edges' place, with proxy_cache.
 */
export const MODES = ['origin', 'pull', 'swarm', 'nginx'] as const;
export type Mode = (typeof MODES)[number];

export interface FleetWanted {
  readonly network: Network;
  readonly mode: Mode;
  readonly scenario: Scenario;
  readonly edges: number;
  readonly seed: number;
  readonly catalogFolder: string;
  /** Made when missing. */
  readonly runFolder: string;
}

const ORIGIN = 0;

export class LoadFleet {
  readonly #wanted: FleetWanted;
  readonly #nodes: NodeProgram[] = [];
  #relay: RelayClient | undefined;

  private constructor(wanted: FleetWanted) {
    this.#wanted = wanted;
  }

  /** Resolves when the origin is ready. */
  static async open(wanted: FleetWanted): Promise<LoadFleet> {
    const fleet = new LoadFleet(wanted);
    try {
      mkdirSync(wanted.runFolder, { recursive: true });
      copyCatalog(wanted.catalogFolder, path.join(wanted.runFolder, 'origin'));
      fleet.#relay = await RelayClient.start({
        nodes: fleet.#relayed(),
        shopperIp: wanted.network.shopperIp,
        shopper: SHOPPER_LINK,
        httpPort: HTTP_PORT,
        peerPort: PEER_PORT,
        seed: wanted.seed,
      });
      fleet.#nodes.push(new NodeProgram(fleet.#origin()));
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
    for (let edge = 1; edge <= edges; edge++) {
      const program = mode === 'nginx' ? this.#nginx(edge) : this.#edge(edge, 'bin/shoal-edge.js');
      this.#nodes.push(new NodeProgram(program));
    }
    if (scenario.liar === true && mode === 'swarm')
      this.#nodes.push(new NodeProgram(this.#edge(edges + 1, 'test/netlab/hostile-edge.js', 'liar')));
    await Promise.all(this.#nodes.slice(1).map((node) => node.start()));
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
    return this.#wanted.network.outerUrl(node);
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
    const url = `${this.#wanted.network.innerUrl(node)}/status`;
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
  }

  #relayed(): RelayedNode[] {
    const { network, edges, scenario } = this.#wanted;
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

  #origin(): Program {
    const { network, runFolder } = this.#wanted;
    const ip = network.innerIp(ORIGIN);
    const where = ['--host', ip, '--port', `${HTTP_PORT}`, '--peer-port', `${PEER_PORT}`];
    const told = ['--public-url', network.outerUrl(ORIGIN), '--advertise-ip', network.outerIp(ORIGIN)];
    const what = ['--data', path.join(runFolder, 'origin'), '--admin-token', ADMIN_TOKEN];
    return {
      command: ['server/main.js', ...where, ...told, ...what],
      ip,
      readyUrl: `${network.innerUrl(ORIGIN)}/readyz`,
      logPath: path.join(runFolder, 'origin.log'),
    };
  }

  #edge(edge: number, ...program: readonly string[]): Program {
    const { network, runFolder, mode, scenario } = this.#wanted;
    const ip = network.innerIp(edge);
    const name = `edge-${edge}`;
    const where = ['--host', ip, '--port', `${HTTP_PORT}`, '--data', path.join(runFolder, name)];
    const told = [
      '--advertise-ip',
      network.outerIp(edge),
      '--name',
      name,
      '--origin',
      network.outerUrl(ORIGIN),
    ];
    const alone = ['--prefetch', 'none', '--peers', 'origin', '--peer-port', '0'];
    const together = ['--prefetch', scenario.prefetch, '--peer-port', `${PEER_PORT}`];
    return {
      command: [...program, ...where, ...told, ...(mode === 'pull' ? alone : together)],
      ip,
      readyUrl: `${network.innerUrl(edge)}/readyz`,
      logPath: path.join(runFolder, `${name}.log`),
    };
  }

  #nginx(edge: number): Program {
    const { network, runFolder } = this.#wanted;
    const ip = network.innerIp(edge);
    const folder = path.join(runFolder, `nginx-${edge}`);
    const listen = `${ip}:${HTTP_PORT}`;
    const origin = `${network.outerIp(ORIGIN)}:${HTTP_PORT}`;
    const config = writeNginxConfig(folder, pullThroughServer({ folder, listen, origin, bind: ip }));
    return {
      command: ['test/load/nodes/with-parent.js', NGINX, '-c', config],
      ip,
      readyUrl: `${network.innerUrl(edge)}/healthz`,
      logPath: `${folder}.log`,
      killSignal: 'SIGTERM',
    };
  }
}
