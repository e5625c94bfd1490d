/** The catalog's log, read as an edge reads it. */
import { expect } from 'vitest';
import { type ChainState, emptyChain, verifyEntry, verifyHead } from '../../../shared/log/chain.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { catalog } from './catalog-folder.ts';

const crypto = createLogCrypto();

/** Of the catalog that is open. @returns where its chain ends, and the types of all changes @throws PeerError */
export async function readLog(): Promise<{ chain: ChainState; types: string[] }> {
  let chain = emptyChain(catalog.rootKey);
  const types: string[] = [];
  for (const signed of await catalog.entriesAfter(0, 10_000)) {
    const verified = verifyEntry(chain, signed, crypto);
    chain = verified.state;
    types.push(verified.entry.change.type);
    expect(await catalog.hashOfEntry(chain.number)).toBe(chain.hash);
  }
  expect({ number: chain.number, hash: chain.hash }).toEqual(catalog.head());
  verifyHead(chain, catalog.signHead(1_000, 5_000), crypto);
  return { chain, types };
}
