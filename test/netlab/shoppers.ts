/** Starts shoppers beside edges, and makes figures of what they saw. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../support/fleet.ts';
import { HostProcess } from './host-process.ts';
import type { Answer } from './shopper.ts';

export interface Shopping {
  /** Whose namespace they are in. */
  readonly host: number;
  readonly url: string;
  readonly paths: readonly string[];
  /** Requests at a time. */
  readonly atOnce: number;
}

let started = 0;

/** Resolves when all is answered. */
export async function shop(
  folder: string,
  { host, url, paths, atOnce }: Shopping,
): Promise<readonly Answer[]> {
  const name = path.join(folder, `shopper-${++started}`);
  writeFileSync(`${name}.paths`, paths.join('\n'));
  const program = path.join(PROJECT, 'dist/test/netlab/shopper.js');
  const result = `${name}.json`;
  const command = [process.execPath, program, url, `${name}.paths`, result, `${atOnce}`];
  const shopper = new HostProcess(host, command, `${name}.log`);
  await shopper.ended();
  try {
    return JSON.parse(readFileSync(result, 'utf8')) as Answer[];
  } catch {
    throw new Error(`a shopper ended early:\n${shopper.tail()}`);
  }
}

/** @param part 0.99: the 99th percentile */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function failuresOf(who: string, answers: readonly Answer[]): string[] {
  const bad = answers.filter(({ status }) => status !== 200);
  return bad.length === 0
    ? []
    : [`${who}: ${bad.length} not answered by 200, the first by ${bad[0]?.status}`];
}
