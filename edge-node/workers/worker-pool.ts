/**
 * The workers of an edge: keeps so many of them alive, hands them what is published, and takes it back. They
 * accept connections by themselves from one listening socket: what is handed from process to process is lost with a
 * process that dies meanwhile, and this one may be busy.
 */
import cluster from 'node:cluster';
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import type { ImageId } from '../../shared/units.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { LONGEST_PAUSE_MS, RestartPause } from './restart-pause.ts';
import { WorkerLink } from './worker-link.ts';

export interface WorkerPoolParts {
  readonly workers: number;
  /** Where shoppers ask; 0 takes a free one. */
  readonly port: number;
  /** Where the edge itself answers, on loopback. */
  readonly mainPort: number;
  readonly metrics: HttpMetrics;
  readonly log: { warn(fields: object, message: string): void };
  image(id: ImageId): PublishedImage | undefined;
  /** Workers may answer by themselves. */
  isCurrent(): boolean;
  used(image: ImageId, rendition: string, times: number): void;
}

/** A worker that nobody tells of purges any more stops answering by itself after this time. */
const LEASE_MS = 1_250;
const LEASE_EVERY_MS = 250;
/** The origin waits two seconds for the acknowledgement of a purge; a worker that hangs is ended before. */
const DROP_LIMIT_MS = 1_500;
const TELL_LIMIT_MS = 500;
const START_LIMIT_MS = 20_000;

export class WorkerPool {
  readonly #parts: WorkerPoolParts;
  readonly #links = new Set<WorkerLink>();
  /** Told to serve, and may do so before we hear that they listen. */
  readonly #starting = new Set<WorkerLink>();
  readonly #dropping = new Set<Promise<unknown>>();
  readonly #leasing: NodeJS.Timeout;
  #numbers = 0;
  #restarts = 0;
  readonly #pause = new RestartPause();
  #isClosing = false;
  /** What workers ask for; those that ask for the same share a socket, as long as one of them lives. */
  #askedPort: number;
  port = 0;

  private constructor(parts: WorkerPoolParts) {
    this.#parts = parts;
    this.#askedPort = parts.port;
    this.#leasing = setInterval(() => {
      for (const link of this.#links) link.send(this.#leaseNow());
    }, LEASE_EVERY_MS).unref();
  }

  /** @throws what listening throws: port in use, address not here */
  static async start(parts: WorkerPoolParts): Promise<WorkerPool> {
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    const pool = new WorkerPool(parts);
    try {
      await Promise.all(Array.from({ length: parts.workers }, () => pool.#startWorker()));
      return pool;
    } catch (error) {
      await pool.close(0);
      throw error;
    }
  }

  /** Serving now, and how often one that ended was replaced. */
  get figures(): { readonly alive: number; readonly restarts: number } {
    return { alive: this.#links.size, restarts: this.#restarts };
  }

  /** No worker serves this image any more. */
  drop({ id, renditions }: PublishedImage): void {
    const roots = renditions.map(({ root }) => root);
    const dropping = Promise.all(
      [...this.#links, ...this.#starting].map(async (link) => {
        const timer = setTimeout(() => {
          this.#parts.log.warn({ worker: link.id, image: id }, 'a worker hangs: ended');
          link.kill();
        }, DROP_LIMIT_MS);
        await link.ask({ type: 'drop', number: ++this.#numbers, image: id, roots });
        clearTimeout(timer);
      }),
    ).finally(() => this.#dropping.delete(dropping));
    this.#dropping.add(dropping);
  }

  /** Resolves when not a byte of what was dropped so far leaves any worker. */
  async dropped(): Promise<void> {
    await Promise.all(this.#dropping);
  }

  /** Resolves when what the workers counted is counted here; one that is slow tells later. */
  async told(): Promise<void> {
    const all = [...this.#links].map((link) => link.ask({ type: 'tell', number: ++this.#numbers }));
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TELL_LIMIT_MS);
    });
    await Promise.race([Promise.all(all), limit]);
    clearTimeout(timer);
  }

  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#leasing);
    const links = [...this.#links];
    for (const link of links) link.send({ type: 'drain', deadlineMs });
    // Its own deadline, and a moment for the last report.
    const timer = setTimeout(() => {
      for (const link of links) link.kill();
    }, deadlineMs + TELL_LIMIT_MS);
    await Promise.all(links.map(({ exited }) => exited));
    clearTimeout(timer);
  }

  #startWorker(): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        link.kill();
        reject(new Error('a worker did not start in time'));
      }, START_LIMIT_MS);
      const link = new WorkerLink(cluster.fork(), (message) => {
        if (message.type === 'ready') {
          this.#starting.add(link);
          link.send(this.#serveNow());
        } else if (message.type === 'listening') {
          clearTimeout(limit);
          this.port = message.port;
          this.#starting.delete(link);
          this.#links.add(link);
          link.send(this.#leaseNow());
          resolve();
        } else if (message.type === 'failed') {
          reject(startError(message));
          link.release();
        } else this.#received(link, message);
      });
      void link.exited.then((cause) => {
        clearTimeout(limit);
        this.#starting.delete(link);
        reject(new Error('a worker ended while it started'));
        if (this.#links.delete(link)) this.#ended(link, cause);
      });
    });
  }

  #received(link: WorkerLink, message: FromWorker): void {
    switch (message.type) {
      case 'ask': {
        const image = this.#parts.image(message.image);
        if (image !== undefined) link.send({ type: 'image', image });
        return;
      }
      case 'report':
        this.#parts.metrics.add(message.counted);
        for (const [image, rendition, times] of message.used) this.#parts.used(image, rendition, times);
        return;
      case 'certificate':
        this.#parts.metrics.certificateEndsAtMs = message.endsAtMs;
        return;
      case 'drained':
        link.release();
    }
  }

  /** The others serve on. One that ends again and again is started less and less often. */
  #ended({ id, pid }: WorkerLink, cause: number | string): void {
    if (this.#isClosing) return;
    this.#restarts += 1;
    const afterMs = this.#pause.next();
    this.#parts.log.warn({ worker: id, pid, cause, afterMs }, 'a worker ended; another one takes its place');
    setTimeout(() => this.#replace(), afterMs).unref();
  }

  #replace(): void {
    if (this.#isClosing) return;
    this.#startWorker().then(
      () => this.#pause.started(),
      (error: unknown) => {
        this.#parts.log.warn({ err: error }, 'a worker did not start');
        setTimeout(() => this.#replace(), LONGEST_PAUSE_MS).unref();
      },
    );
  }

  #serveNow(): ToWorker {
    // The socket went with the last of them; the next one opens it where shoppers know it to be.
    if (this.#links.size === 0 && this.port !== 0) this.#askedPort = this.port;
    return { type: 'serve', port: this.#askedPort, mainPort: this.#parts.mainPort };
  }

  #leaseNow(): ToWorker {
    return { type: 'lease', until: this.#parts.isCurrent() ? Date.now() + LEASE_MS : 0 };
  }
}

/** With the system's code, which says that a port cannot be had. */
const startError = ({ code, message }: Extract<FromWorker, { type: 'failed' }>): Error =>
  Object.assign(new Error(message), { code });
