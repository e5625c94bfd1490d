/** Goal: our hash messages are the ones that a stock v2 client speaks: what it answers leads to the root by our code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../shared/bytes.ts';
import { foldHashes } from '../../shared/metainfo/hash-proof.ts';
import { type HashRange, treeHeight } from '../../shared/metainfo/hash-range.ts';
import type { MetainfoFile } from '../../shared/metainfo/metainfo.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import type { InfoHash } from '../../shared/units.ts';
import { encodeHashRequest, encodeHaveNone } from '../../shared/wire/encode.ts';
import { encodeHandshake } from '../../shared/wire/handshake.ts';
import { encodeHashRange, parseHashRange } from '../../shared/wire/hashes.ts';
import type { Message } from '../../shared/wire/messages.ts';
import { eventually } from '../support/fleet.ts';
import { makeRandomTorrent } from '../support/random-torrent.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { dialPeer } from '../support/wire-peer.ts';
import { hasLibtorrent, Libtorrent, TCP_ONLY, titled } from './stock-clients.ts';

const BLOCKS_PER_PIECE = 4;
/** 43 blocks in 11 pieces of four. */
const SIZES = [700_001, 40_000];

describe.skipIf(!hasLibtorrent)(titled('a libtorrent seed', hasLibtorrent, 'python3-libtorrent'), () => {
  it('threat row 5: answers our hash requests with hashes that our code takes, and refuses what ours refuses', async () => {
    const folder = tempDirectory();
    const { metainfo, contents } = await makeRandomTorrent(folder, SIZES, {
      pieceLengthBytes: BLOCKS_PER_PIECE << 14,
    });
    mkdirSync(join(folder, metainfo.name));
    metainfo.files.forEach((file, at) => {
      writeFileSync(join(folder, metainfo.name, file.name), contents[at] as Uint8Array);
    });
    const torrent = join(folder, 'set.torrent');
    writeFileSync(torrent, metainfo.bytes);
    const seed = new Libtorrent({ torrent, folder, tracker: false, settings: TCP_ONLY });
    try {
      await eventually('the seed has everything', () => seed.isFinished());
      const link = await dialPeer(seed.joined?.port as number);
      const answers: Message[] = [];
      link.onMessage = (message) => {
        if (message.type === 'hashes')
          answers.push({ ...message, wanted: message.wanted.slice(), hashes: message.hashes.slice() });
        else if (message.type === 'hashReject') answers.push({ ...message, wanted: message.wanted.slice() });
      };
      const infoHash = metainfo.infoHashV2.slice(0, 40) as InfoHash;
      const ids = { infoHash, peerId: randomPeerId() };
      link.say(encodeHandshake({ ...ids, fast: true, extended: false, v2: true }));
      await link.greeted;
      link.say(encodeHaveNone());
      const ask = async (range: HashRange): Promise<Message> => {
        const before = answers.length;
        link.say(encodeHashRequest(encodeHashRange(range)));
        await eventually('an answer', () => answers.length > before);
        return answers[before] as Message;
      };
      const file = metainfo.files[0] as MetainfoFile;
      const height = treeHeight(file.lengthBytes);
      const layer = { root: file.root, baseLayer: Math.log2(BLOCKS_PER_PIECE), proofLayers: 0 };
      for (const [index, length] of [
        [0, 16],
        [8, 8],
        [8, 4],
        [10, 2],
        [0, 2],
      ] as const) {
        const range = { ...layer, index, length, proofLayers: height - layer.baseLayer - 1 };
        const answer = await ask(range);
        if (answer.type !== 'hashes') throw new Error(`refused ${JSON.stringify(range)}`);
        expect(parseHashRange(answer.wanted)).toEqual(range);
        const proven = foldHashes(range, file.lengthBytes, answer.hashes, nodeHashes.sha256);
        expect(proven?.layer).toBe(height);
        expect(toHex(proven?.hash ?? new Uint8Array())).toBe(toHex(fromHex(file.root) as Uint8Array));
      }
      const refused = { ...layer, index: 0, length: 16, proofLayers: height };
      expect((await ask(refused)).type).toBe('hashReject');
      link.socket.destroy();
    } finally {
      await seed.close();
    }
  }, 60_000);
});
