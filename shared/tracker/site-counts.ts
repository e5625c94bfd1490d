/** How many peers each site has; a site without any takes no memory. */
export class SiteCounts {
  readonly #counts = new Map<string, number>();

  of(site: string): number {
    return this.#counts.get(site) ?? 0;
  }

  add(site: string): void {
    this.#counts.set(site, this.of(site) + 1);
  }

  remove(site: string): void {
    const left = this.of(site) - 1;
    if (left > 0) this.#counts.set(site, left);
    else this.#counts.delete(site);
  }
}
