/** The demo's fleet at work: two edges on slow lines, one killed. Afterwards it is as it was. */
import type { Page } from 'playwright-core';
import type { Camera } from './camera.ts';

const KILLED = 'edge-2';
const SLOW = ['edge-3', 'edge-4'];
const SLOW_BYTES_PER_SECOND = 64 * 1024;

/** @param work what happens meanwhile; the fleet's picture is taken when it asks for it */
export async function withSlowFleet(
  camera: Camera,
  work: (shootFleet: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const page = await camera.open('/fleet');
  try {
    for (const name of SLOW) await takeAtMost(page, name, SLOW_BYTES_PER_SECOND);
    await press(page, `Kill ${KILLED}`);
    await becomes(page, KILLED, 'killed');
    await page.mouse.move(0, 0);
    await work(() => camera.shoot(page, 'fleet', 'top'));
  } finally {
    for (const name of SLOW) await takeAtMost(page, name, 0);
    await press(page, `Start ${KILLED}`);
    await becomes(page, KILLED, 'running');
  }
  await page.close();
}

async function takeAtMost(page: Page, name: string, bytesPerSecond: number): Promise<void> {
  await press(page, `Speed of ${name}`);
  const form = page.getByRole('form', { name: `Speed of ${name}` });
  await form.getByLabel('Takes at most').selectOption(String(bytesPerSecond));
  await form.getByRole('button').click();
  await form.waitFor({ state: 'detached' });
  await becomes(page, name, 'running');
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const becomes = (page: Page, name: string, state: string) =>
  page.locator(`.edge[data-name="${name}"][data-state="${state}"]`).waitFor();
