/** Answers to what llhttp refuses: short, never to be cached (threat row 39), and the connection ends. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Listener for `clientError`. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // In the middle of an answer a second status line would become image bytes to whoever reads it.
  if (!socket.writable || answering(socket) || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = ANSWERS[error.code ?? ''] ?? '400 Bad Request';
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n`;
  socket.end(answer, () => socket.destroy());
}

/** node:http keeps the response that a socket is busy with here, and has no public name for it. */
function answering(socket: Duplex): boolean {
  const { _httpMessage: message } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  return message?.headersSent === true;
}
