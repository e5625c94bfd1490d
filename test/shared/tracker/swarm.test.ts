import { expect, test } from 'vitest';
import { toHex } from '../../../shared/bytes.ts';
import { seededRandom } from '../../../shared/random.ts';
import { networkOf, siteOf } from '../../../shared/tracker/address-key.ts';
import { compactPeer } from '../../../shared/tracker/compact.ts';
import { type Member, Swarm } from '../../../shared/tracker/swarm.ts';
import type { PeerId } from '../../../shared/units.ts';

const keyOf = (ip: string, port: number) => toHex(compactPeer(ip, port)!);

function memberAt(ip: string, port: number, isSeed: boolean): Member {
  const compact = compactPeer(ip, port)!;
  const key = toHex(compact);
  const peerId = port.toString(16).padStart(40, '0') as PeerId;
  const where = { ip, port, peerId, compact, key, network: networkOf(key), site: siteOf(key) };
  return { ...where, isSeed, isReachable: true, seenAt: 0, index: -1 };
}

test('members come and go in any order: list, addresses, ages and counts are those of a plain list', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  const swarm = new Swarm();
  let model: Member[] = [];
  for (let step = 0; step < 3_000; step++) {
    const ip = `10.0.0.${1 + random.integer(3)}`;
    const port = 1 + random.integer(50);
    const known = swarm.get(keyOf(ip, port));
    expect(known, `seed ${seed}`).toBe(model.find((member) => member.ip === ip && member.port === port));
    if (known) {
      swarm.drop(known);
      model = model.filter((member) => member !== known);
    } else {
      const member = memberAt(ip, port, random.integer(2) === 0);
      swarm.insert(member);
      model.push(member);
    }
    expect([...swarm.byAge()], `seed ${seed}`).toEqual(model);
    expect(new Set(swarm.list), `seed ${seed}`).toEqual(new Set(model));
    const seeds = model.filter(({ isSeed }) => isSeed).length;
    const site = siteOf(keyOf(ip, 1));
    const ofSite = model.filter((member) => member.site === site).length;
    expect([swarm.seeds, swarm.leechers, swarm.countOfSite(site)], `seed ${seed}`).toEqual([
      seeds,
      model.length - seeds,
      ofSite,
    ]);
  }
});

test('who is looked at by age may be dropped meanwhile', () => {
  const swarm = new Swarm();
  for (let port = 1; port <= 5; port++) swarm.insert(memberAt('10.0.0.1', port, true));
  for (const member of swarm.byAge()) if (member.port !== 3) swarm.drop(member);
  expect(swarm.list.map(({ port }) => port)).toEqual([3]);
});
