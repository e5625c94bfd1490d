/** The ingest's child process: decodes and encodes photos, one job at a time, and knows nothing else. */
import { setPriority } from 'node:os';
import { UserError } from '../../../shared/errors.ts';
import { checkDecoders, restrictDecoders } from './decoders.ts';
import { makeLadder } from './make-ladder.ts';
import type { LadderJob, WorkerMessage } from './protocol.ts';

/** Below the origin's own process, which answers shoppers and nodes meanwhile. */
const NICENESS = 10;

function send(message: WorkerMessage): void {
  process.send?.(message);
}

async function run(job: LadderJob): Promise<WorkerMessage> {
  try {
    const ladder = await makeLadder(job, (done, total) => send({ type: 'rendition', done, total }));
    return { type: 'done', ladder };
  } catch (error) {
    if (error instanceof UserError)
      return {
        type: 'refused',
        code: error.code as 'upload_damaged' | 'upload_too_many_pixels',
        message: error.message,
      };
    const { code, message } = error as NodeJS.ErrnoException;
    return { type: 'failed', message: String(message).slice(0, 1_000), ...(code ? { errno: code } : {}) };
  }
}

// The origin was killed: nobody will sweep up after this process, so it must not write on. SIGKILL, because an
// exit would wait for the encoders in the thread pool.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C and a terminal that closes reach the whole terminal group, a stop by systemd the whole unit; the origin decides
// when its worker ends.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (job: LadderJob) => void run(job).then(send));

setPriority(NICENESS);
restrictDecoders();
await checkDecoders();
send({ type: 'ready' });
