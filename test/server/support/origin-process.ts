/** A small origin as a process of its own, for tests that kill it. Arguments: data folder, worker's path. */
import { startSmallOrigin } from './small-origin.ts';

const [dataFolder, workerPath] = process.argv.slice(2);
const origin = await startSmallOrigin(dataFolder as string, workerPath as string);
process.send?.({ url: origin.url, workers: origin.ingest.workerPids() });
process.on('disconnect', () => process.exit());
