/** A process that gets no processor, or waits for its disk: nothing runs in this thread, and its timers become due. */
const nobody = new Int32Array(new SharedArrayBuffer(4));

export function standStill(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}

/** After this comes the loop's turn of timers, and only then what has come to sockets. */
export function timersNext(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
