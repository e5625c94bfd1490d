/** Plain ways to ask a server over HTTP/2 and TLS: by node:http2, and by frames made by hand (RFC 9113). */
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Answer } from './http-client.ts';

export function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on('error', () => undefined);
  return session;
}

/** @param session it is left open */
export function askSession(
  session: ClientHttp2Session,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ...headers, ':path': path, ':method': method });
    const chunks: Buffer[] = [];
    let fields: Answer['headers'] = {};
    let status = 0;
    stream.on('response', (got) => {
      status = got[':status'] ?? 0;
      fields = Object.fromEntries(Object.entries(got).filter(([name]) => !name.startsWith(':')));
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', (error) => status === 0 && reject(error));
    stream.on('close', () =>
      resolve({ status, headers: fields, body: Buffer.concat(chunks), complete: stream.rstCode === 0 }),
    );
    stream.end();
  });
}

/** As askPort, on a session of its own. */
export async function askHttp2(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<Answer> {
  const session = openSession(port);
  try {
    return await askSession(session, path, headers, method);
  } finally {
    session.close();
  }
}

export const FRAME = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, endHeaders: 4 } as const;

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Fields as literals without indexing (RFC 7541 section 6.2.2), names and values as they are. */
export function fieldBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'latin1');
    if (bytes.length > 126) throw new Error('too long for one length byte');
    return [Buffer.from([bytes.length]), bytes];
  };
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), ...text(name), ...text(value)]));
}

export interface RawSession {
  readonly socket: TLSSocket;
  /** Code of the GOAWAY that the server said, if it did, once the connection has ended. */
  readonly ended: Promise<number | undefined>;
  /** Frames that came so far, by type. */
  readonly received: Map<number, number>;
}

/** Sends preface and empty SETTINGS, and nothing else by itself. */
export function openRaw(port: number): Promise<RawSession> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] },
      () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        socket.write(frame(FRAME.settings, 0, 0));
        resolve({ socket, received, ended });
      },
    );
    socket.once('error', reject);
    onTestFinished(() => void socket.destroy());
    const received = new Map<number, number>();
    let goAway: number | undefined;
    let waiting = Buffer.alloc(0);
    const ended = new Promise<number | undefined>((end) => socket.once('close', () => end(goAway)));
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      while (waiting.length >= 9 && waiting.length >= 9 + waiting.readUIntBE(0, 3)) {
        const length = waiting.readUIntBE(0, 3);
        const type = waiting.readUInt8(3);
        received.set(type, (received.get(type) ?? 0) + 1);
        if (type === FRAME.goAway) goAway ??= waiting.readUInt32BE(13);
        waiting = waiting.subarray(9 + length);
      }
    });
  });
}
