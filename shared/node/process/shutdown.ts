/**
 * How a process of the fleet ends: SIGTERM or SIGINT drains and exits 0 within 5 s; a second one ends it at once.
 * SIGHUP, of a terminal that closes, drains too, and ends nothing at once: shell and kernel both send one.
 * Started with a channel to its parent (`stdio: 'ipc'`), it drains as well when the channel closes: the parent is
 * gone, however it went, and would never send a signal.
 */

export interface ShutdownLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The part of `process` this needs; tests give another. */
export interface ProcessEnd {
  on(event: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'disconnect', listener: () => void): unknown;
  exit(code: number): void;
  /** There when the process was started with a channel, and after that channel closed. */
  readonly send?: unknown;
  readonly connected?: boolean;
}

export interface ShutdownOptions {
  readonly log: ShutdownLog;
  /** For all closers together. Default 4,500: design section 3 allows 5 s, the rest is for the process's own end. */
  readonly deadlineMs?: number;
  /** SIGHUP is no stop here: with TLS the certificate is read again (http/tls-files.ts). */
  readonly staysOnHangUp?: boolean;
  readonly process?: ProcessEnd;
}

export interface Shutdown {
  /**
   * Adds a closer; they run one after the other in the order they were added, so add what takes new work first and
   * the store last. Each gets an equal share of the time that is left, so that one that hangs leaves time for the
   * store's; `signal` aborts when its share is over.
   */
  add(name: string, close: (signal: AbortSignal) => Promise<void> | void): void;
  /** As a signal would. Resolves when the closers are done, just before the exit. */
  begin(reason: string): Promise<void>;
  /** Draining: `/readyz` says no. */
  readonly begun: boolean;
}

/** Exit codes of a shell for "ended by signal n": 128 + n. */
const FORCED_EXIT = { SIGTERM: 143, SIGINT: 130 } as const;

export function createShutdown(options: ShutdownOptions): Shutdown {
  const { log, deadlineMs = 4500, staysOnHangUp = false, process: end = process } = options;
  const closers: { name: string; close: (signal: AbortSignal) => Promise<void> | void }[] = [];
  let running: Promise<void> | undefined;

  const run = async (reason: string): Promise<void> => {
    const startedMs = performance.now();
    let failed = false;
    log.info({ reason }, 'draining');
    for (let i = 0; i < closers.length; i++) {
      const closer = closers[i] as (typeof closers)[number];
      const leftMs = Math.max(0, deadlineMs - (performance.now() - startedMs));
      try {
        const inTime = await withinMs(leftMs / (closers.length - i), closer.close);
        if (!inTime) log.warn({ closer: closer.name }, 'did not close in time');
      } catch (error) {
        failed = true;
        log.error({ closer: closer.name, err: error }, 'failed to close');
      }
    }
    log.info({ elapsedMs: Math.round(performance.now() - startedMs) }, 'closed');
    end.exit(failed ? 1 : 0);
  };

  const shutdown: Shutdown = {
    add: (name, close) => {
      closers.push({ name, close });
    },
    begin: (reason) => {
      running ??= run(reason);
      return running;
    },
    get begun() {
      return running !== undefined;
    },
  };
  let hungUp = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    end.on(name, () => {
      if (running !== undefined && !hungUp) end.exit(FORCED_EXIT[name]);
      else void shutdown.begin(name);
      hungUp = false;
    });
  end.on('SIGHUP', () => {
    if (staysOnHangUp || running !== undefined) return;
    // systemd sends it with SIGTERM (SendSIGHUP=): that is then the first of its kind.
    hungUp = true;
    void shutdown.begin('SIGHUP');
  });
  onParentGone(() => void shutdown.begin('parent ended'), end);
  return shutdown;
}

/** Calls the listener when the channel to the parent closes, at once if it has; never when there is none. */
export function onParentGone(listener: () => void, end: ProcessEnd = process): void {
  if (end.send === undefined) return;
  if (end.connected) end.on('disconnect', listener);
  else listener();
}

/** False when the time is over; what was begun then goes on unobserved, and the process ends soon after. */
async function withinMs(
  limitMs: number,
  close: (signal: AbortSignal) => Promise<void> | void,
): Promise<boolean> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      abort.abort();
      resolve(false);
    }, limitMs);
  });
  try {
    const closing = Promise.resolve(close(abort.signal)).then(() => true as const);
    closing.catch(() => undefined);
    return await Promise.race([closing, late]);
  } finally {
    clearTimeout(timer);
  }
}
