/** Takes the lock of a folder, says how that went, and holds on to it until it is ended. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tryLockFolder } from '../../../../../shared/node/process/folder-lock.ts';

const folder = process.argv[2] as string;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const said = await tryLockFolder(folder).then(
  (lock) => (lock === undefined ? 'busy' : 'locked'),
  (error: Error) => error.message,
);
for (let time = 0; time < 3; time++) {
  collect();
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${process.pid} ${said}\n`);
if (said === 'locked') setInterval(() => undefined, 60_000);
