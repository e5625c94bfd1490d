/** A log that is watched: its picture at any moment, and what is asked of it besides. It may grow. */
import type { Picture, View } from '../../../../shared/trace/picture.ts';
import type { RecordOf, TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';
import { Timeline } from '../../../../shared/trace/timeline.ts';
import type { Scene, SceneNode } from '../draw/scene.ts';
import { Tallies } from '../meters/tallies.ts';
import { Flights } from './flights.ts';
import { Moments } from './moments.ts';
import { type Manners, sameLinks, sceneOf } from './scene-of.ts';

export class SwarmLog {
  readonly flights = new Flights();
  readonly moments = new Moments();
  readonly tallies = new Tallies();
  readonly acts: RecordOf<'act'>[] = [];
  /** More may come. */
  isOpen: boolean;
  readonly #timeline: Timeline;
  /** Of a live fleet: its clock goes on while nothing happens. */
  #clockMs = 0;
  #scene: { readonly count: number; readonly scene: Scene } | undefined;

  constructor(header: TraceHeader, isOpen: boolean) {
    this.#timeline = new Timeline(header);
    this.isOpen = isOpen;
  }

  get header(): TraceHeader {
    return this.#timeline.header;
  }

  get records(): readonly TraceRecord[] {
    return this.#timeline.records;
  }

  get endMs(): number {
    return Math.max(this.#clockMs, this.#timeline.endMs);
  }

  /** With all records that came by now. */
  get newest(): View<Picture> {
    return this.#timeline.newest;
  }

  append(records: readonly TraceRecord[]): void {
    this.#timeline.append(records);
    for (const record of records) {
      this.flights.add(record);
      this.moments.add(record);
      this.tallies.add(record);
      if (record.type === 'act') this.acts.push(record);
    }
  }

  clock(ms: number): void {
    this.#clockMs = Math.max(this.#clockMs, ms);
  }

  /** Holds until it is asked for another moment. */
  pictureAt(ms: number): View<Picture> {
    return this.#timeline.pictureAt(ms);
  }

  /** Of nodes that were made to lie, or to give nothing, by then. */
  mannersAt(ms: number): Manners {
    const manners = new Map<number, SceneNode['manner']>();
    for (const { t, act, node } of this.acts) {
      if (t > ms || node === undefined) continue;
      if (act === 'lie') manners.set(node, 'liar');
      if (act === 'freeRide') manners.set(node, 'freeRider');
    }
    return manners;
  }

  sceneAt(ms: number): Scene {
    const count = this.#timeline.countUntil(ms);
    // Between two records nothing but travelling marks changes.
    if (this.#scene?.count !== count) this.#scene = { count, scene: this.#makeScene(count, ms) };
    return this.#scene.scene;
  }
  /** Links that did not change stay the same list: whoever drew them needs not draw them again. */
  #makeScene(count: number, ms: number): Scene {
    const scene = sceneOf(this.#timeline.pictureAfter(count, ms), this.mannersAt(ms));
    const before = this.#scene?.scene.links;
    return before !== undefined && sameLinks(before, scene.links) ? { ...scene, links: before } : scene;
  }
}
