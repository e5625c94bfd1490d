/** A command for tests to run as a process: prints what it was told. Its one secret is never printed. */
import { defineFlags } from '../../../../shared/node/config/flags.ts';
import { bytes, port, text } from '../../../../shared/node/config/kinds.ts';
import { readFlagsOrExit } from '../../../../shared/node/config/parse-flags.ts';

const { adminToken, ...values } = readFlagsOrExit({
  name: 'shoal-test',
  summary: 'A command.',
  version: '1.2.3',
  flags: defineFlags({
    port: { kind: port, default: 8080, description: 'port to listen on' },
    cacheBytes: { kind: bytes, required: true, description: 'most on disk' },
    adminToken: { kind: text, secret: true, description: 'token' },
  }),
});
process.stdout.write(JSON.stringify({ ...values, hasToken: adminToken !== undefined }));
