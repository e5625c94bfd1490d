import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { PROJECT } from '../../../support/fleet.ts';

const SHAPE = path.join(PROJECT, 'dist/shared/node/process/tick-shape.js');

/** Asks V8 itself. The real tick is what an async hook is shown. */
const PROGRAM = `
  import { createHook } from 'node:async_hooks';
  import { keepTickShape } from ${JSON.stringify(SHAPE)};
  const kept = await keepTickShape();
  const ticks = [];
  const hook = createHook({ init(_id, type, _trigger, tick) { if (type === 'TickObject') ticks.push(tick); } });
  hook.enable();
  process.nextTick(() => undefined);
  process.nextTick((_argument) => undefined, 1);
  hook.disable();
  console.log(JSON.stringify(ticks.map((tick) => %HaveSameMap(tick, kept))));
`;

it('what is kept has the shape of the ticks that Node makes', async () => {
  const flags = ['--allow-natives-syntax', '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  expect(JSON.parse(stdout)).toEqual([true, true]);
});
