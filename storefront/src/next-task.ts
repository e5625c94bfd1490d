/** Lets the browser paint and answer the shopper between two parts of a long work. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    // A timer would do, but is late when many wait.
    port2.postMessage(undefined);
  });
}
