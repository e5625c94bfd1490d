/**
 * Which connection was sent which image, so that a purge can cut off what is on its way: bytes that wait in this
 * process, and bytes that the kernel holds for a reader who takes them slowly. Only a reset throws those away, and only
 * while the connection is still ours; so a connection that was sent an image is not given up to the kernel when its
 * last answer is handed over, but when its reader has closed it too.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ImageId } from '../../units.ts';
import { ifStillIdle } from './after-standstill.ts';

/** Images remembered of one connection, the latest. Nobody asks for so many without reading any. */
const REMEMBERED_IMAGES = 64;
/** A reader that was told the end gets so long to take what the kernel holds and to close: 4 MiB at 0.5 Mbit/s. */
const LINGER_MS = 60_000;

interface Reading {
  readonly images: ImageId[];
  isEnding: boolean;
}

export class ImageReaders {
  readonly #connections = new Map<Socket, Reading>();

  /** Its idle connections end with all their bytes taken; one whose reader takes nothing at all is cut off. */
  watch(server: Server): void {
    server.on('timeout', (socket: Socket) => ifStillIdle(socket, () => this.#timedOut(socket)));
  }

  #timedOut(socket: Socket): void {
    const reading = this.#connections.get(socket);
    if (reading === undefined) socket.destroy();
    else if (reading.isEnding || socket.writableLength > 0) reset(socket);
    else this.#end(socket, reading);
  }

  /** To be called before the first byte of an answer: costs a look into a map. */
  sending(socket: Socket, image: ImageId): void {
    const { images } = this.#connections.get(socket) ?? this.#remember(socket);
    if (images[images.length - 1] === image) return;
    if (images.length === REMEMBERED_IMAGES) images.shift();
    images.push(image);
  }

  /**
   * Somebody with the right to purge asks for something on this connection, and so has taken all that came before: a
   * purge that cut it would take its own answer away, or a photo that is being uploaded.
   */
  taken(socket: Socket): void {
    const reading = this.#connections.get(socket);
    if (reading) reading.images.length = 0;
  }

  /** Not one byte of this image leaves on any connection once it returns. */
  cut(image: ImageId): void {
    for (const [socket, { images }] of this.#connections) if (images.includes(image)) reset(socket);
  }

  #remember(socket: Socket): Reading {
    const reading: Reading = { images: [], isEnding: false };
    this.#connections.set(socket, reading);
    socket.once('close', () => this.#connections.delete(socket));
    // What node:http calls after the last answer of a connection; its own would close at once.
    socket.destroySoon = () => this.#end(socket, reading);
    return reading;
  }

  #end(socket: Socket, reading: Reading): void {
    reading.isEnding = true;
    socket.end();
    socket.setTimeout(LINGER_MS, () => reset(socket));
  }
}

/** TLS can only end; the TCP connection below it can be reset. Node keeps it there, and has no public name for it. */
function reset(socket: Socket): void {
  const { _parent: below } = socket as Socket & { _parent?: Socket | null };
  if (!(socket instanceof TLSSocket)) {
    socket.resetAndDestroy();
    return;
  }
  below?.resetAndDestroy();
  socket.destroy();
}
