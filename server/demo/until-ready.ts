/** When a node of the demo is ready to serve. */

const ASK_EVERY_MS = 100;
/** A process that is stopped or swaps answers nothing; it is asked again. */
const ANSWER_WITHIN_MS = 2_000;

/** @returns whether it became ready before `isOver` */
export async function untilReady(url: string, isOver: () => boolean): Promise<boolean> {
  while (!isOver()) {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(`${url}/readyz`, { signal }).catch(() => undefined);
    if (response?.ok) return !isOver();
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return false;
}
