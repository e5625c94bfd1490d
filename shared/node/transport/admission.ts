/**
 * Who may have a connection (threat row 14). Everybody together may fill the node up to its reserve; the reserve
 * is for addresses of the fleet, which also have no limit per address: before channels are agreed on, one edge
 * may need a link per torrent.
 */
export interface AdmissionLimits {
  /** All connections, half-open dials included. */
  readonly maxLinks: number;
  /** Places that only addresses of the fleet get. */
  readonly reservedLinks: number;
  /** Connections with one address outside the fleet. */
  readonly maxLinksPerIp: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #perIp = new Map<string, number>();
  #fleet: ReadonlySet<string> = new Set();
  #links = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  setFleet(ips: ReadonlySet<string>): void {
    this.#fleet = ips;
  }

  /** Takes a place if there is one for this address. Whom we dial we chose ourselves: no limit per address. */
  admit(ip: string, direction: 'inbound' | 'outbound'): boolean {
    const { maxLinks, reservedLinks, maxLinksPerIp } = this.#limits;
    const ofIp = this.#perIp.get(ip) ?? 0;
    const isChosen = direction === 'outbound' || this.#fleet.has(ip);
    if (this.#links >= maxLinks - (isChosen ? 0 : reservedLinks)) return false;
    if (!isChosen && ofIp >= maxLinksPerIp) return false;
    this.#links++;
    this.#perIp.set(ip, ofIp + 1);
    return true;
  }

  /** Gives a place back that {@link admit} gave. */
  release(ip: string): void {
    this.#links--;
    const ofIp = (this.#perIp.get(ip) ?? 1) - 1;
    if (ofIp > 0) this.#perIp.set(ip, ofIp);
    else this.#perIp.delete(ip);
  }

  get links(): number {
    return this.#links;
  }
}
