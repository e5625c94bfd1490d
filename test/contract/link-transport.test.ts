import { DownLimit } from '../../shared/node/transport/down-limit.ts';
import { linkNumbers } from '../../shared/node/transport/link-transport.ts';
import { MemoryNetwork, MemoryTransport } from '../support/memory-transport.ts';
import { tcpTransport } from '../support/tcp-transport.ts';
import { linkTransportContract } from './link-transport.ts';

const network = new MemoryNetwork();

linkTransportContract('TCP', async () => {
  const transport = tcpTransport();
  return { transport, address: { ip: '127.0.0.1', port: await transport.listen('127.0.0.1', 0) } };
});

linkTransportContract('TCP with rate limits', async () => {
  const downLimit = new DownLimit(20e6, () => performance.now());
  const limits = { upRateBytesPerSecond: 20e6, downLimit };
  const transport = tcpTransport(limits);
  return { transport, address: { ip: '127.0.0.1', port: await transport.listen('127.0.0.1', 0) } };
});

linkTransportContract('memory', async () => {
  const transport = new MemoryTransport(network, linkNumbers());
  return { transport, address: network.listen(transport) };
});
