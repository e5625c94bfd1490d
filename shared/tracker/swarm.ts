/** The peers of one torrent: in a list for random access, by address, and in the order in which they fall silent. */
import type { PeerId } from '../units.ts';
import type { HandOutPeer } from './handout.ts';
import { SiteCounts } from './site-counts.ts';

export interface SwarmPeer extends HandOutPeer {
  readonly ip: string;
  readonly port: number;
  readonly peerId: PeerId;
  readonly compact: Uint8Array;
}

export interface Member extends SwarmPeer {
  /** See {@link siteOf} in address-key.ts. */
  readonly site: string;
  isReachable: boolean;
  readonly seenAt: number;
  /** Place in the swarm's list, which alone sets it. */
  index: number;
}

export class Swarm {
  readonly #list: Member[] = [];
  /** In the order of the last announce: who expires next stands first. */
  readonly #byKey = new Map<string, Member>();
  readonly #countBySite = new SiteCounts();
  #seeds = 0;
  completed = 0;

  get list(): readonly Member[] {
    return this.#list;
  }

  get seeds(): number {
    return this.#seeds;
  }

  get leechers(): number {
    return this.#list.length - this.#seeds;
  }

  get(key: string): Member | undefined {
    return this.#byKey.get(key);
  }

  /** Who announced longest ago comes first. May be dropped meanwhile. */
  byAge(): Iterable<Member> {
    return this.#byKey.values();
  }

  countOfSite(site: string): number {
    return this.#countBySite.of(site);
  }

  insert(member: Member): void {
    member.index = this.#list.length;
    this.#list.push(member);
    this.#byKey.set(member.key, member);
    this.#countBySite.add(member.site);
    if (member.isSeed) this.#seeds++;
  }

  /** The last of the list takes the place of the one that goes. */
  drop(member: Member): void {
    const last = this.#list.pop() as Member;
    if (last !== member) {
      this.#list[member.index] = last;
      last.index = member.index;
    }
    this.#byKey.delete(member.key);
    this.#countBySite.remove(member.site);
    if (member.isSeed) this.#seeds--;
  }
}
