/** The swarm page: a run of the simulator half-way, and a look into one of its nodes. The same in every take. */
import type { Camera } from './camera.ts';

const PLACES = {
  swarm: '?scenario=fan-out&seed=1&t=3000',
  'swarm-inspector': '?recording=free-riders&t=12000&select=node-5',
};

export async function shootSwarm(camera: Camera): Promise<void> {
  for (const [name, search] of Object.entries(PLACES)) {
    const page = await camera.open(`/swarm${search}`);
    await page.locator('.time-bar__play:not([disabled])').waitFor();
    await page.waitForFunction(IS_AT, Number(new URLSearchParams(search).get('t')));
    await camera.shoot(page, name);
    await page.close();
  }
}

const IS_AT = `(ms) => Number(document.querySelector('.swarm__stage canvas').dataset.atMs) === ms`;
