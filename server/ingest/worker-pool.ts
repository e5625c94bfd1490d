/** A few workers and a first-in first-out queue before them. Workers start when first needed. */
import { createWaitingLine } from './waiting-line.ts';
import type { Ladder, LadderJob } from './worker/protocol.ts';
import { type WorkerOptions, WorkerProcess } from './worker-process.ts';

export interface WorkerPool {
  /** Aborted while it waits or runs, it fails with the signal's reason. */
  run(job: LadderJob, progress: (done: number, total: number) => void, signal: AbortSignal): Promise<Ladder>;
  /** Of the workers that run. */
  pids(): readonly number[];
  /** Kills the workers; jobs under way and waiting fail with `reason`. */
  close(reason: Error): void;
}

/** Starts one worker at once, so that a build of sharp that is not fit fails here. @throws InternalError */
export async function createWorkerPool(options: WorkerOptions, size: number): Promise<WorkerPool> {
  const line = createWaitingLine(size);
  const idle: WorkerProcess[] = [await WorkerProcess.start(options)];
  const all = new Set<WorkerProcess>(idle);
  let closed: Error | undefined;

  const drop = (worker: WorkerProcess): void => {
    all.delete(worker);
    worker.stop();
  };
  /** One that was killed while it was idle says nothing against the next photo. */
  const takeIdle = (): WorkerProcess | undefined => {
    for (let worker = idle.pop(); worker; worker = idle.pop()) {
      if (worker.isFit) return worker;
      drop(worker);
    }
    return undefined;
  };
  const take = async (): Promise<WorkerProcess> => {
    const worker = takeIdle() ?? (await WorkerProcess.start(options));
    all.add(worker);
    if (!closed) return worker;
    drop(worker);
    throw closed;
  };
  const giveBack = (worker: WorkerProcess): void => {
    if (worker.isFit) idle.push(worker);
    else drop(worker);
  };

  return {
    run: (job, progress, signal) =>
      line.run(async () => {
        if (closed) throw closed;
        signal.throwIfAborted();
        const worker = await take();
        const stop = () => worker.stop(signal.reason as Error);
        signal.addEventListener('abort', stop, { once: true });
        try {
          signal.throwIfAborted();
          return await worker.run(job, progress);
        } finally {
          signal.removeEventListener('abort', stop);
          giveBack(worker);
        }
      }),
    pids: () => [...all].map((worker) => worker.pid).filter((pid) => pid !== undefined),
    close: (reason) => {
      closed = reason;
      for (const worker of all) worker.stop(reason);
    },
  };
}
