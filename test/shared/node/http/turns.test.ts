import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ANSWERS_A_TURN, answerInTurns } from '../../../../shared/node/http/turns.ts';

const CONNECTIONS = 300;

/** Requests of many connections at once. @returns how many the handler had between two looks, one a turn of the loop */
async function crowd(): Promise<number[]> {
  const turns = [0];
  const server = createServer(
    answerInTurns(
      (_req, res) => {
        turns[turns.length - 1] = (turns.at(-1) as number) + 1;
        res.end('here');
      },
      () => true,
    ),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const sockets = Array.from({ length: CONNECTIONS }, () => connect(port, '127.0.0.1'));
  let accepted = 0;
  await new Promise<void>((resolve) => {
    server.on('connection', () => ++accepted === CONNECTIONS && resolve());
  });
  let isOver = false;
  const look = (): void => {
    turns.push(0);
    if (!isOver) setImmediate(look);
  };
  look();
  const answers = sockets.map((socket) => once(socket, 'data'));
  for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  for (const [data] of await Promise.all(answers)) expect(String(data)).toContain('200 OK');
  isOver = true;
  return turns;
}

test('in a crowd no turn of the loop answers more than its share, and everybody is answered', async () => {
  const turns = await crowd();
  expect(turns.reduce((sum, count) => sum + count)).toBe(CONNECTIONS);
  // A look may come between the two parts of a turn.
  expect(Math.max(...turns)).toBeLessThanOrEqual(2 * ANSWERS_A_TURN);
});
