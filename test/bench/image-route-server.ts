/**
 * A server process of the image route's bench: `bare` is the least that node:http can do for the same bytes, `route`
 * is the image route as both roles run it, with limits, all headers and metrics on.
 * Arguments: kind, size of the file in bytes. Tells its port over IPC, and its CPU time whenever it is asked.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import { createImageRoute } from '../../shared/node/http/image-route.ts';
import type { RenditionBody } from '../../shared/node/http/rendition-source.ts';
import { startHttpServer } from '../../shared/node/http/server.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../shared/units.ts';

const [kind, size] = process.argv.slice(2);
const content = randomBytes(Number(size));
const imageId = '0123456789abcdef01234567' as ImageId;
const name = '640.avif';

function startBare(): Promise<number> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'Content-Length': content.length });
    res.end(content);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function startRoute(): Promise<number> {
  const rendition: Rendition = {
    name,
    url: `/images/${imageId}/${name}`,
    width: 640,
    height: 480,
    type: 'image/avif',
    bytes: content.length,
    root: createHash('sha256').update(content).digest('hex') as FileRoot,
  };
  const image: PublishedImage = {
    id: imageId,
    width: 640,
    height: 480,
    placeholder: '',
    infoHash: '0'.repeat(40) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    renditions: [rendition],
  };
  const images = new Map([[imageId, image]]);
  const body: RenditionBody = {
    source: 'memory',
    whole: content,
    read: () => {
      throw new Error('a warm body is not read');
    },
  };
  const metrics = new HttpMetrics('edge');
  metrics.register(new Registry());
  const log = { warn: () => undefined, error: () => undefined };
  const source = { image: (id: ImageId) => images.get(id), open: () => body };
  const route = createImageRoute({ source, role: 'edge', nodeName: 'edge-1', metrics, log });
  const handler: Parameters<typeof startHttpServer>[0]['handler'] = (req, res) => {
    if (!route(req, res)) res.writeHead(404).end();
  };
  const server = await startHttpServer({ handler, log, host: '127.0.0.1', port: 0 });
  return server.port;
}

const port = await (kind === 'bare' ? startBare() : startRoute());
process.on('message', () => process.send?.({ cpuMicroseconds: cpuMicroseconds() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ port, path: `/images/${imageId}/${name}` });

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
