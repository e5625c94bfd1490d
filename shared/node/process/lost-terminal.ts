/** A terminal that closes under a process, which goes on until it has drained. */
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD_STREAMS = [0, 1, 2];

/**
 * At its end Node sets the terminal back as it was, and aborts with a core dump when that is gone (`ResetStdio` in node.cc
 * of Node 20); of a stream that is closed it lets be. To be called after the log is made, which writes its last lines first.
 */
export function letGoOfLostTerminal(): void {
  const terminals = STANDARD_STREAMS.filter((fd) => isatty(fd));
  process.once('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}
