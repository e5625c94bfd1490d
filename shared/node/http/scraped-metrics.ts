/** Metrics whose values are read from where they stand when someone scrapes, so that counting costs what `++` costs. */
import { Counter, Gauge, type Registry } from 'prom-client';

/** Values of a closed list of label values. */
export type Labelled = Iterable<readonly [labelValue: string, value: number]>;

export class ScrapedMetrics {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  gauge(name: string, help: string, read: () => number): void {
    this.#add(Gauge, name, help, undefined, () => [['', read()]]);
  }

  /** @param read a sum that only grows */
  counter(name: string, help: string, read: () => number): void {
    this.#add(Counter, name, help, undefined, () => [['', read()]]);
  }

  gauges(name: string, help: string, label: string, read: () => Labelled): void {
    this.#add(Gauge, name, help, label, read);
  }

  counters(name: string, help: string, label: string, read: () => Labelled): void {
    this.#add(Counter, name, help, label, read);
  }

  /** Both classes clear and fill the same way. */
  #add(
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    label: string | undefined,
    read: () => Labelled,
  ): void {
    new Kind({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labelValue, value] of read())
          if (label === undefined) this.inc(value);
          else this.inc({ [label]: labelValue }, value);
      },
    });
  }
}
