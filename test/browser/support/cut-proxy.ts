/** A way to a server on this machine that can be cut: what is under way is lost, what comes after gets through. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface CutProxy {
  readonly url: string;
  /** Ends every connection that is open now, without another byte. */
  cut(): void;
  close(): Promise<void>;
}

export async function startCutProxy(targetUrl: string): Promise<CutProxy> {
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const target = connect(Number(new URL(targetUrl).port), '127.0.0.1');
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
