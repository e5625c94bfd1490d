/**
 * A worker: a process that serves shoppers for an edge. What it knows to be published and has in memory it answers by
 * itself, with the same route as the edge; everything else goes to the edge.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseImageRoute } from '../../shared/http/route.ts';
import { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import { createImageAccess, isOpen } from '../../shared/node/http/image-access.ts';
import { ImageReaders } from '../../shared/node/http/image-readers.ts';
import { createImageRoute } from '../../shared/node/http/image-route.ts';
import { type HttpServer, startHttpServer } from '../../shared/node/http/server.ts';
import type { Logger } from '../../shared/node/process/logger.ts';
import type { ImageId } from '../../shared/units.ts';
import { type EdgeConfig, memoryShare, whereShoppersAsk } from '../config.ts';
import { Forwarder } from './forwarder.ts';
import { KnownImages } from './known-images.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { PassingFiles } from './passing-files.ts';

const REPORT_EVERY_MS = 1_000;
const PUBLISHED: ReadonlySet<number> = new Set([200, 206, 304]);

export class EdgeWorker {
  readonly #config: EdgeConfig;
  readonly #log: Logger;
  readonly #tell: (message: FromWorker) => void;
  readonly #metrics = new HttpMetrics('edge');
  readonly #readers = new ImageReaders();
  readonly #known: KnownImages;
  readonly #asked = new Set<ImageId>();
  #forwarder: Forwarder | undefined;
  #server: HttpServer | undefined;
  /** Unix ms: a machine that slept wakes with a lease that is over. */
  #leaseUntil = 0;

  constructor(config: EdgeConfig, log: Logger, tell: (message: FromWorker) => void) {
    this.#config = config;
    this.#log = log;
    this.#tell = tell;
    this.#known = new KnownImages(memoryShare(config));
  }

  take(message: ToWorker): void {
    switch (message.type) {
      case 'serve':
        void this.#serve(message.port, message.mainPort);
        return;
      case 'lease':
        this.#leaseUntil = message.until;
        return;
      case 'image':
        this.#asked.delete(message.image.id);
        this.#known.add(message.image);
        return;
      case 'drop':
        this.#known.drop(message.image, message.roots);
        this.#forwarder?.cut(message.image);
        this.#readers.cut(message.image);
        this.#asked.delete(message.image);
        this.#tell({ type: 'done', number: message.number });
        return;
      case 'tell':
        this.#report();
        this.#tell({ type: 'done', number: message.number });
        return;
      case 'drain':
        void this.#drain(message.deadlineMs);
    }
  }

  async #serve(port: number, mainPort: number): Promise<void> {
    const { access, name } = this.#config;
    const metrics = this.#metrics;
    const files = new PassingFiles(this.#known);
    this.#forwarder = new Forwarder({
      mainPort,
      readers: this.#readers,
      log: this.#log,
      answered: (image, answer) => {
        if (answer.statusCode !== undefined && PUBLISHED.has(answer.statusCode)) this.#ask(image);
        files.watch(answer);
      },
    });
    const route = createImageRoute({
      source: this.#known,
      role: 'worker',
      nodeName: name,
      readers: this.#readers,
      isPrivate: !isOpen(access),
      metrics,
      log: this.#log,
    });
    const own = createImageAccess(access, route, metrics);
    const handler = (req: IncomingMessage, res: ServerResponse): void => {
      if (Date.now() < this.#leaseUntil && own(req, res)) return;
      const wish = parseImageRoute(req.url ?? '');
      const image = wish === undefined || wish.type === 'unknown' ? undefined : wish.imageId;
      void this.#forwarder?.forward(req, res, image);
    };
    try {
      const server = await startHttpServer({
        ...whereShoppersAsk(this.#config, this.#log),
        port,
        log: this.#log,
        onCertificate: (endsAtMs) => this.#tell({ type: 'certificate', endsAtMs }),
        handler,
      });
      this.#readers.watch(server.server);
      this.#server = server;
      setInterval(() => this.#report(), REPORT_EVERY_MS).unref();
      this.#tell({ type: 'listening', port: server.port });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#tell({ type: 'failed', code, message });
    }
  }

  #ask(image: ImageId): void {
    if (this.#known.image(image) !== undefined || this.#asked.has(image)) return;
    this.#asked.add(image);
    this.#tell({ type: 'ask', image });
  }

  #report(): void {
    const used = this.#known.takeUsed();
    const counted = this.#metrics.take();
    if (counted.answers.length > 0) this.#tell({ type: 'report', counted, used });
  }

  async #drain(deadlineMs: number): Promise<void> {
    await this.#server?.close(deadlineMs);
    this.#report();
    this.#forwarder?.close();
    this.#tell({ type: 'drained' });
  }
}
