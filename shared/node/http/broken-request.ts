/** Answers to what llhttp refuses: short, never to be cached (threat row 39), and the connection ends. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { endReady } from './end-together.ts';
import { ALLOWED } from './refusals.ts';

const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What node:http tells of a request that its parser refused. */
interface ParserError extends NodeJS.ErrnoException {
  /** The packet in which it was refused. */
  readonly rawPacket?: Buffer;
}

/** Listener for `clientError`. */
export function refuseBrokenRequest(error: ParserError, socket: Duplex): void {
  endReady();
  // In the middle of an answer a second status line would become image bytes to whoever reads it.
  if (!socket.writable || answering(socket) || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = isUnknownMethod(error)
    ? `405 Method Not Allowed\r\nAllow: ${ALLOWED}`
    : (ANSWERS[error.code ?? ''] ?? '400 Bad Request');
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}

/**
 * A sound request line for an image, with a method that the parser has never heard of: BAN is how some caches purge
 * (threat row 45). At the start of its packet, that is; where it stands in the middle of one is not told.
 */
function isUnknownMethod({ code, rawPacket }: ParserError): boolean {
  if (code !== 'HPE_INVALID_METHOD' || rawPacket === undefined) return false;
  return /^[A-Za-z]{1,32} \/images\/[\x21-\x7e]+ HTTP\/1\.[01]\r\n/.test(rawPacket.toString('latin1'));
}

/** node:http keeps the response that a socket is busy with here, and has no public name for it. */
function answering(socket: Duplex): boolean {
  const { _httpMessage: message } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  return message?.headersSent === true;
}
