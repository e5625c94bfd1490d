/**
 * `npm run shots`: the pictures of docs/images, taken anew from a demo that runs (`npm run demo`, in another terminal). It
 * makes a product for them, slows edges down and kills one; afterwards the demo is as it was.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { path as pathKind, url } from '../../shared/node/config/kinds.ts';
import { outputFolder } from '../../shared/node/config/output-kinds.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { packageVersion } from '../../shared/node/process/version.ts';
import { launchBrowser } from '../browser/support/launch-browser.ts';
import { PROJECT } from '../support/fleet.ts';
import { Camera } from './camera.ts';
import { shootDesk } from './desk.ts';
import { withSlowFleet } from './fleet.ts';
import { SampleProduct } from './sample-product.ts';
import { shootShop } from './shop.ts';
import { shootSwarm } from './swarm.ts';

const values = readFlagsOrExit({
  name: 'shots',
  summary: 'Takes the pictures of docs/images from a demo that runs.',
  version: packageVersion(),
  flags: defineFlags({
    origin: { kind: url, default: 'http://127.0.0.1:8080', description: "the demo's origin" },
    data: {
      kind: pathKind,
      default: path.join(PROJECT, '.demo'),
      description: "the demo's folder, whose admin token is taken",
    },
    out: {
      kind: outputFolder,
      default: path.join(PROJECT, 'docs/images'),
      description: 'folder of the pictures',
    },
  }),
});

const token = readFileSync(path.join(values.data, 'admin-token'), 'utf8').trim();
mkdirSync(values.out, { recursive: true });
const browser = await launchBrowser();
const camera = new Camera(browser, values.origin, values.out);
let product: SampleProduct | undefined;
try {
  await shootShop(camera);
  await shootSwarm(camera);
  const sample = await SampleProduct.make(values.origin, token);
  product = sample;
  await withSlowFleet(camera, (shootFleet) => shootDesk(camera, token, sample.id, shootFleet));
} finally {
  await product?.remove();
  await browser.close();
}
