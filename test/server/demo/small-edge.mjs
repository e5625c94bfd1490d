/** A program with an edge's flags that is ready at once: what the demo does to processes is tested with it. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  strict: false,
  options: { port: { type: 'string' }, name: { type: 'string' } },
});
const flags = process.argv.slice(2).join(' ');
const status = {
  name: values.name,
  uptimeSeconds: 1,
  images: { known: 2, complete: 1 },
  bytes: {},
  peers: 3,
  flags,
};
createServer((req, res) => {
  if (req.url === '/fail') process.exit(3);
  res.end(req.url === '/status' ? JSON.stringify(status) : 'ready');
}).listen(Number(values.port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
console.log(JSON.stringify({ level: 'info', name: values.name, msg: 'serves <b>images</b>' }));
