/**
 * In a crowd, so many requests are answered a turn of the event loop and no more. Libuv accepts one connection a turn,
 * and a turn would last until every connection that has asked is answered: with ten thousand of them that is one new
 * connection in 0.7 s, and who is in the kernel's queue then waits for minutes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestListener } from './server.ts';

/** Some 3 ms of images from memory. */
export const ANSWERS_A_TURN = 64;

/** @param isCrowded while it says no, every request goes straight to the handler */
export function answerInTurns(handler: RequestListener, isCrowded: () => boolean): RequestListener {
  let waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  let answered = 0;
  let isTurning = false;

  const turn = (): void => {
    const now = waiting.slice(0, ANSWERS_A_TURN);
    waiting = waiting.slice(ANSWERS_A_TURN);
    answered = now.length;
    isTurning = answered > 0;
    if (isTurning) setImmediate(turn);
    // Who has left meanwhile would never be heard of again.
    for (const [req, res] of now) if (!req.socket.destroyed) handler(req, res);
  };

  return function inTurns(req, res) {
    if (!isTurning && !isCrowded()) {
      handler(req, res);
      return;
    }
    if (!isTurning) {
      isTurning = true;
      setImmediate(turn);
    }
    if (waiting.length > 0 || answered >= ANSWERS_A_TURN) waiting.push([req, res]);
    else {
      answered++;
      handler(req, res);
    }
  };
}
