/** `/demo/edges`: the demo's edges as a page starts and ends them. JSON bodies only: a form of another site has none. */
import express, { type Express, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { UserError } from '../../../shared/errors.ts';
import { parseBody } from '../../http/parse-body.ts';
import { methodNotAllowed, notFound, problemHandler } from '../../http/problem.ts';
import type { DemoEdge } from '../fleet/demo-edge.ts';
import { type DemoFleet, EDGES_MAX } from '../fleet/demo-fleet.ts';
import { readEdgeLog } from './edge-log.ts';
import { fromThisMachine, type Neighbours } from './same-machine.ts';

export interface ControlOptions extends Neighbours {
  readonly fleet: DemoFleet;
  readonly onFault: (error: unknown) => void;
}

/** One block of 16 KiB in 16 s is slow enough for anybody. */
const RATE_MIN = 1_024;
const RATE_MAX = 1_000_000_000;
const RATE = `must be 0 (no limit) or a whole number from ${RATE_MIN} to ${RATE_MAX}`;
const rate = z.int(RATE).refine((value) => value === 0 || (value >= RATE_MIN && value <= RATE_MAX), RATE);
const limits = z.strictObject({ upBytesPerSecond: rate, downBytesPerSecond: rate });
const COUNT = `must be a whole number from 1 to ${EDGES_MAX}`;
const addition = z.strictObject({ count: z.int(COUNT).min(1, COUNT).max(EDGES_MAX, COUNT) });
const act = z.strictObject({ act: z.enum(['start', 'stop', 'kill']) });

export function controlApp({ fleet, onFault, ...neighbours }: ControlOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(helmet());
  app.use(fromThisMachine(neighbours));
  const json = express.json({ limit: '64kb' });
  app
    .route('/demo/edges')
    .get(async (_req, res) => send(res, await fleet.describe()))
    .post(json, async (req, res) => {
      const added = fleet.add(parseBody(addition, req.body).count);
      for (const edge of added) void edge.start();
      res.status(201);
      send(res, { edges: await Promise.all(added.map((edge) => edge.describe())) });
    })
    .all(methodNotAllowed('GET, POST'));
  app
    .route('/demo/edges/:name')
    .post(json, async (req, res) => {
      const edge = fleet.edge(req.params.name);
      await perform(edge, parseBody(act, req.body).act);
      send(res, await edge.describe());
    })
    .all(methodNotAllowed('POST'));
  app
    .route('/demo/edges/:name/limits')
    .put(json, async (req, res) => {
      const edge = fleet.edge(req.params.name);
      edge.limit(parseBody(limits, req.body));
      send(res, await edge.describe());
    })
    .all(methodNotAllowed('PUT'));
  app
    .route('/demo/edges/:name/log')
    .get(async (req, res) => {
      const { logFile } = fleet.edge(req.params.name);
      send(res, await readEdgeLog(logFile, placeIn(req.query.from)));
    })
    .all(methodNotAllowed('GET'));
  app.use(notFound);
  app.use(problemHandler(onFault));
  return app;
}

async function perform(edge: DemoEdge, wish: 'start' | 'stop' | 'kill'): Promise<void> {
  if (wish === 'kill') await edge.kill();
  else if (wish === 'stop') edge.stop();
  // Not awaited: it takes seconds until it is ready.
  else void edge.start();
}

/** @throws UserError `log_place_invalid` */
function placeIn(from: unknown): number {
  if (from === undefined) return 0;
  const place = typeof from === 'string' && /^\d{1,15}$/.test(from) ? Number(from) : undefined;
  if (place === undefined) throw new UserError('log_place_invalid', 400, '`from` is a number of bytes.');
  return place;
}

function send(res: Response, answer: unknown): void {
  res.set('Cache-Control', 'no-store').json(answer);
}
