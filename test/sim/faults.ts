/** What goes wrong in a drawn swarm, when, and for whom. Faults begin within a time, and have ended after twice of it. */

import type { SimHost } from '../../shared/sim/host.ts';
import type { PieceIndex } from '../../shared/units.ts';
import { tellFleet } from './fleet.ts';
import type { Scenario } from './random-scenario.ts';
import { between, chance } from './tunables.ts';

export const FAULTS_MS = 20_000;

/** @returns what ends those that do not end by themselves */
export function drawFaults(scenario: Scenario): () => void {
  const { simulation, random, hosts, origin, feed } = scenario;
  // One always stays, or there is nobody who could be stuck.
  for (const host of hosts.slice(1)) drawEnd(scenario, host);
  for (const host of hosts) {
    if (chance(random, 0.3)) drawEvictions(scenario, host);
    if (chance(random, 0.3)) drawBrokenLinks(scenario, host);
    if (chance(random, 0.3)) drawFeedBreak(scenario, host);
    if (chance(random, 0.3)) drawReaders(scenario, host);
  }
  if (chance(random, 0.15)) {
    plan(scenario, 'the origin restarts', () => {
      origin.die(chance(random, 0.5) ? 'crash' : 'silent');
      simulation.events.at(simulation.events.now + random.fraction() * FAULTS_MS, () =>
        restart(scenario, origin),
      );
    });
  }
  if (chance(random, 0.3)) {
    const islands = new Map(simulation.hosts.map((host) => [host, random.integer(2)]));
    plan(scenario, 'the network splits', () => simulation.partition(islands));
  }
  return () => {
    simulation.partition(undefined);
    for (const host of hosts) if (host.isUp) feed.connect(host);
  };
}

function plan({ simulation, random, faults }: Scenario, what: string, run: () => void): void {
  const at = random.fraction() * FAULTS_MS;
  faults.push(`${at.toFixed(0)} ms: ${what}`);
  simulation.events.at(at, run);
}

/** It leaves in one of the ways in which hosts leave, comes back, or turns slow. */
function drawEnd(scenario: Scenario, host: SimHost): void {
  const { simulation, random } = scenario;
  const lot = random.fraction();
  const returnsMs = random.fraction() * FAULTS_MS;
  const comeBack = () =>
    simulation.events.at(simulation.events.now + returnsMs, () => restart(scenario, host));
  if (lot < 0.05) plan(scenario, `${host.name} leaves`, () => leave(host));
  else if (lot < 0.1) plan(scenario, `${host.name} crashes`, () => host.die('crash'));
  else if (lot < 0.15) plan(scenario, `${host.name} loses power`, () => host.die('silent'));
  else if (lot < 0.25) {
    plan(scenario, `${host.name} crashes and comes back`, () => {
      host.die('crash');
      comeBack();
    });
  } else if (lot < 0.3) {
    plan(scenario, `${host.name} loses power and comes back`, () => {
      host.die('silent');
      comeBack();
    });
  } else if (lot < 0.4) {
    const slowness = between(random, 2, 20);
    plan(scenario, `${host.name} turns ${slowness} times slower`, () => {
      host.access.slowness = slowness;
    });
  }
}

/** Says goodbye on every torrent, then closes. */
function leave(host: SimHost): void {
  for (const torrent of [...host.held.keys()]) host.remove(torrent);
  host.die('crash');
}

function restart(scenario: Scenario, host: SimHost): void {
  const { origin, originAdds, feed, simulation } = scenario;
  host.restart();
  tellFleet(scenario);
  if (host !== origin) {
    feed.rejoin(host);
    return;
  }
  for (const infoHash of feed.live) {
    const torrent = simulation.torrents.get(infoHash);
    if (torrent) origin.add(torrent, originAdds);
  }
}

function drawEvictions(scenario: Scenario, host: SimHost): void {
  const { random } = scenario;
  const share = random.fraction();
  for (let i = between(random, 1, 8); i > 0; i--) {
    plan(scenario, `${host.name} evicts ${(share * 100).toFixed(0)} % of a set`, () => {
      const held = [...host.held];
      const set = held[random.integer(Math.max(1, held.length))];
      if (!set || !host.isUp) return;
      const [torrent, pieces] = set;
      host.evict(
        torrent,
        ([...pieces.indexes()] as PieceIndex[]).filter(() => chance(random, share)),
      );
    });
  }
}

function drawBrokenLinks(scenario: Scenario, host: SimHost): void {
  const { simulation, random } = scenario;
  for (let i = between(random, 1, 4); i > 0; i--) {
    const how = chance(random, 0.7) ? 'dies' : 'silent';
    plan(scenario, `a link of ${host.name} ${how === 'dies' ? 'dies' : 'goes silent'}`, () => {
      const links = [...host.ends.keys()];
      const link = links[random.integer(Math.max(1, links.length))];
      if (link !== undefined) simulation.breakLink(host, link, how);
    });
  }
}

function drawFeedBreak(scenario: Scenario, host: SimHost): void {
  const { simulation, random, feed } = scenario;
  const lastsMs = random.fraction() * FAULTS_MS;
  plan(scenario, `the feed of ${host.name} breaks for ${lastsMs.toFixed(0)} ms`, () => {
    feed.disconnect(host);
    simulation.events.at(simulation.events.now + lastsMs, () => {
      if (host.isUp) feed.connect(host);
    });
  });
}

/** Shoppers come, wait for some pieces of a set, and go. */
function drawReaders(scenario: Scenario, host: SimHost): void {
  const { simulation, random } = scenario;
  for (let reader = between(random, 1, 6); reader > 0; reader--) {
    plan(scenario, `a reader at ${host.name}`, () => {
      const held = [...host.held];
      const set = held[random.integer(Math.max(1, held.length))];
      if (!set) return;
      const [torrent, { size }] = set;
      const first = random.integer(size);
      const count = Math.min(size - first, 1 + random.integer(8));
      const pieces = Array.from({ length: count }, (_, i) => (first + i) as PieceIndex);
      host.input({ type: 'readerWants', torrent, reader, pieces });
      simulation.events.at(simulation.events.now + random.fraction() * 5_000, () =>
        host.input({ type: 'readerLeft', torrent, reader }),
      );
    });
  }
}
