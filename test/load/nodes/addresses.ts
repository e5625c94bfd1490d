/** Addresses of a run: on loopback, where all of 127.0.0.0/8 is there without asking. Node 0 is the origin. */
import { createServer, type Server } from 'node:net';

export const HTTP_PORT = 8080;
export const PEER_PORT = 6881;
const FIRST_NETWORK = 64;
const LAST_NETWORK = 250;

/** Addresses that no other run has while this one lasts. */
export class Network {
  readonly #number: number;
  readonly #lock: Server;

  private constructor(number: number, lock: Server) {
    this.#number = number;
    this.#lock = lock;
  }

  /** @throws Error when all are taken, or there is only 127.0.0.1 (as on macOS) */
  static async take(): Promise<Network> {
    for (let number = FIRST_NETWORK; number <= LAST_NETWORK; number++) {
      const lock = await listening(`127.${number}.0.1`);
      if (lock !== undefined) return new Network(number, lock);
    }
    throw new Error('no addresses 127.x.0.1 to be had: shaped links need Linux');
  }

  /** Where a node listens and connects from. */
  innerIp(node: number): string {
    return `127.${this.#number}.1.${node + 1}`;
  }

  /** Where others reach it, through the relay. */
  outerIp(node: number): string {
    return `127.${this.#number}.2.${node + 1}`;
  }

  /** Where shoppers connect from. */
  get shopperIp(): string {
    return `127.${this.#number}.0.2`;
  }

  innerUrl(node: number): string {
    return `http://${this.innerIp(node)}:${HTTP_PORT}`;
  }

  outerUrl(node: number): string {
    return `http://${this.outerIp(node)}:${HTTP_PORT}`;
  }

  release(): void {
    this.#lock.close();
  }
}

function listening(host: string): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ host, port: HTTP_PORT }, () => resolve(server));
  });
}
