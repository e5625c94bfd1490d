/** A turn for what node:http has put off to the next tick: a chain of promises that resolve runs before it. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
