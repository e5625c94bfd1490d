/** `with-parent COMMAND...`: runs a command that knows nothing of a channel, and ends it when the parent has ended. */
import { spawn } from 'node:child_process';

const [command, ...flags] = process.argv.slice(2) as [string, ...string[]];
const child = spawn(command, flags, { stdio: 'inherit' });
child.once('exit', (code) => process.exit(code ?? 0));
child.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
const end = () => child.kill('SIGTERM');
process.on('disconnect', end);
process.on('SIGTERM', end);
