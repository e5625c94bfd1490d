/** A list of callbacks. One that throws breaks neither the caller nor the next: it ends the process as our bug. */
export interface Listeners<Arguments extends readonly unknown[]> {
  /** @returns a function that takes the callback off again */
  add(listener: (...args: Arguments) => void): () => void;
  tell(...args: Arguments): void;
}

export function createListeners<Arguments extends readonly unknown[]>(): Listeners<Arguments> {
  const listeners = new Set<(...args: Arguments) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(...args) {
      for (const listener of listeners) {
        try {
          listener(...args);
        } catch (error) {
          process.nextTick(() => {
            throw error;
          });
        }
      }
    },
  };
}
