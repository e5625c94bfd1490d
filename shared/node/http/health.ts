/**
 * /healthz, /readyz, /metrics and /status of both roles. Nothing here is for other sites' pages: no CORS field
 * (threat row 27), and no cache may keep an answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { NodeStatus } from '../../api-types/status.ts';
import type { HttpLog } from './exchange.ts';
import type { HttpMetrics } from './http-metrics.ts';
import type { RequestHandler } from './image-route.ts';
import { sendProblem } from './problem-response.ts';

export interface HealthOptions {
  /** Log caught up once since start, store open, not draining. False says what is lacking. */
  ready(): { readonly ready: true } | { readonly ready: false; readonly reason: string };
  status(): NodeStatus;
  readonly registry: Pick<Registry, 'metrics' | 'contentType'>;
  readonly metrics: HttpMetrics;
  readonly log: HttpLog;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export function createHealth(options: HealthOptions): RequestHandler {
  const { registry, metrics, log } = options;
  const answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    // That this runs at all is the answer: the loop is alive.
    '/healthz': () => ({ status: 200, contentType: TEXT_TYPE, text: 'ok\n' }),
    '/readyz': () => {
      const state = options.ready();
      return { status: state.ready ? 200 : 503, contentType: JSON_TYPE, text: `${JSON.stringify(state)}\n` };
    },
    '/status': () => ({
      status: 200,
      contentType: JSON_TYPE,
      text: `${JSON.stringify(options.status())}\n`,
    }),
    '/metrics': async () => ({
      status: 200,
      contentType: registry.contentType,
      // prom-client writes `Nan`, which the text format does not know.
      text: (await registry.metrics()).replaceAll(/ Nan$/gm, ' NaN'),
    }),
  };

  const respond = async (path: string, res: ServerResponse): Promise<void> => {
    try {
      const answer = await (answers[path] as () => Answer | Promise<Answer>)();
      metrics.answered('health', answer.status);
      send(res, answer);
    } catch (error) {
      log.error({ err: error, path }, 'health answer failed');
      metrics.answered('health', 500);
      sendProblem(
        res,
        { status: 500, code: 'internal', detail: 'The node failed to answer.' },
        [],
        'same-origin',
      );
    }
  };

  return function health(req: IncomingMessage, res: ServerResponse) {
    const path = (req.url ?? '').split('?', 1)[0] as string;
    if (!Object.hasOwn(answers, path)) return false;
    if (req.method === 'GET' || req.method === 'HEAD') {
      void respond(path, res);
      return true;
    }
    metrics.answered('health', 405);
    const problem = { status: 405, code: 'method_not_allowed', detail: 'This can be read only: GET, HEAD.' };
    sendProblem(res, problem, ['Allow', 'GET, HEAD'], 'same-origin');
    return true;
  };
}

function send(res: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.text);
  res.writeHead(answer.status, [
    'Content-Type',
    answer.contentType,
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
  ]);
  res.end(body);
}
