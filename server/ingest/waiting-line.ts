/** Lets so many tasks run at once; the rest wait in the order they came. */
export interface WaitingLine {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createWaitingLine(places: number): WaitingLine {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    async run(task) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
