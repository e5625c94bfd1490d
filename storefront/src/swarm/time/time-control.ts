/**
 * Where in a swarm's time the watcher is. Plain values and pure functions: the page's clock only says how much of
 * its own time went by.
 */
import { DEFAULT_SPEED, FASTEST, SLOWEST } from './speed.ts';

export interface TimeControl {
  readonly atMs: number;
  /** Of what is known by now; grows while a simulation runs ahead or a fleet is watched. */
  readonly endMs: number;
  readonly speed: number;
  readonly isPlaying: boolean;
  /** A live fleet: the picture stays at the newest moment until somebody pauses or goes back. */
  readonly isFollowing: boolean;
  /** More will come after `endMs`: at the end the picture waits and does not stop. */
  readonly isOpen: boolean;
}

export const AT_THE_BEGIN: TimeControl = {
  atMs: 0,
  endMs: 0,
  speed: DEFAULT_SPEED,
  isPlaying: false,
  isFollowing: false,
  isOpen: false,
};

/** A watcher who is away for longer (a hidden tab) finds the picture where it was. */
const LONGEST_FRAME_MS = 250;
/** A fleet tells in batches: the picture stays so far behind it that marks move evenly. */
export const FOLLOW_BEHIND_MS = 400;

export function play(control: TimeControl): TimeControl {
  // Play at the end means: again.
  const isOver = control.atMs >= control.endMs && !control.isOpen;
  return { ...control, isPlaying: true, atMs: isOver ? 0 : control.atMs };
}

export function pause(control: TimeControl): TimeControl {
  return { ...control, isPlaying: false, isFollowing: false };
}

export function toggle(control: TimeControl): TimeControl {
  return control.isPlaying ? pause(control) : play(control);
}

export function seek(control: TimeControl, atMs: number): TimeControl {
  return { ...control, atMs: clamp(atMs, 0, control.endMs), isFollowing: false };
}

/** A step shows one thing, so it ends the play. */
export function stepTo(control: TimeControl, atMs: number | undefined): TimeControl {
  return atMs === undefined ? pause(control) : seek(pause(control), atMs);
}

export function follow(control: TimeControl): TimeControl {
  return { ...control, isPlaying: true, isFollowing: true, speed: 1 };
}

export function setSpeed(control: TimeControl, speed: number): TimeControl {
  return { ...control, speed: clamp(speed, SLOWEST, FASTEST), isFollowing: false };
}

/** An address may ask for a moment that the run never comes to: then it is the last one. */
export function grow(control: TimeControl, endMs: number, isOpen: boolean): TimeControl {
  if (endMs === control.endMs && isOpen === control.isOpen) return control;
  const atMs = isOpen ? control.atMs : Math.min(control.atMs, endMs);
  return { ...control, atMs, endMs, isOpen };
}

/** One frame of the page's own time went by. */
export function advance(control: TimeControl, elapsedMs: number): TimeControl {
  if (!control.isPlaying) return control;
  const step = Math.min(elapsedMs, LONGEST_FRAME_MS);
  if (control.isFollowing) return { ...control, atMs: followed(control, step) };
  const atMs = Math.min(control.endMs, control.atMs + step * control.speed);
  const isOver = atMs >= control.endMs && !control.isOpen;
  return { ...control, atMs, isPlaying: !isOver };
}

/** Runs at the fleet's pace, a little faster when it fell behind, and never back. */
function followed({ atMs, endMs }: TimeControl, stepMs: number): number {
  const target = Math.max(0, endMs - FOLLOW_BEHIND_MS);
  const lagMs = target - atMs;
  if (lagMs > 3000) return target;
  const next = atMs + stepMs * (1 + clamp(lagMs / 1000, -0.5, 1));
  return clamp(next, atMs, endMs);
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
