import { describe, expect, test } from 'vitest';
import { whereFrom } from '../../../../shared/node/http/where-from.ts';
import { serveImages } from './serve.ts';

type Counts = readonly [disk: number, swarm: number, webSeed: number, coming?: number];

const told = ([diskBytes, swarmBytes, webSeedBytes, comingBytes = 0]: Counts) =>
  whereFrom('e').arriving({ diskBytes, swarmBytes, webSeedBytes, comingBytes });

describe('RFC 9211 section 2.2 and Server-Timing: how many bytes came from where, by the first of them', () => {
  test.each([
    ['nodes', [0, 16_384, 0], 'miss', 'disk=0 swarm=16384 web-seed=0', 'swarm;desc="16384 bytes"'],
    ['the web seed', [0, 0, 9], 'miss', 'disk=0 swarm=0 web-seed=9', 'web-seed;desc="9 bytes"'],
    ['the web seed has begun', [0, 0, 2, 7], 'miss', 'disk=0 swarm=0 web-seed=9', 'web-seed;desc="9 bytes"'],
    ['some was here: partial', [5, 0, 0], 'partial', 'disk=5 swarm=0 web-seed=0', 'disk;desc="5 bytes"'],
    [
      'all three',
      [1, 2, 3],
      'partial',
      'disk=1 swarm=2 web-seed=3',
      'disk;desc="1 bytes", swarm;desc="2 bytes", web-seed;desc="3 bytes"',
    ],
  ] as const)('%s', (_title, counts, forward, detail, timing) => {
    expect(told(counts)).toEqual([
      'Cache-Status',
      `e; fwd=${forward}; detail="${detail}"`,
      'Server-Timing',
      `source;desc=swarm, ${timing}`,
    ]);
  });

  test('nothing came yet: only that it is awaited', () => {
    expect(told([0, 0, 0])[3]).toBe('source;desc=swarm');
  });
});

test('the header of a 200 and of a 206 has the count of its moment', async () => {
  const { ask, source } = await serveImages();
  const open = source.open;
  const tally = { diskBytes: 0, swarmBytes: 7, webSeedBytes: 0, comingBytes: 0 };
  source.mode = 'swarm';
  source.open = async (image, rendition) => ({ ...(await open(image, rendition)), tally });
  for (const headers of [{}, { range: 'bytes=0-9' }]) {
    const answer = await ask('/640.jpg', headers);
    expect(answer.headers['cache-status']).toBe('edge-1; fwd=miss; detail="disk=0 swarm=7 web-seed=0"');
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    expect(answer.headers['content-type']).toBe('image/jpeg');
  }
});
