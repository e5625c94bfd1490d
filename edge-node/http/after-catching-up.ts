/** Images wait while an edge that was away catches up with the log: what it has may have been purged meanwhile. */
import { parseImageRoute } from '../../shared/http/route.ts';
import type { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import type { RequestHandler } from '../../shared/node/http/image-route.ts';
import { sendProblem } from '../../shared/node/http/problem-response.ts';
import type { CatchUp } from '../feed/catch-up.ts';

/** More than an origin that says nothing is waited for: so who is told to come again, comes to a long log. */
const PATIENCE_MS = 6_000;
const RETRY_AFTER_SECONDS = 2;

export function afterCatchingUp(
  route: RequestHandler,
  catchUp: CatchUp,
  metrics: HttpMetrics,
): RequestHandler {
  return function imageRouteWhenCurrent(req, res) {
    if (catchUp.isCurrent) return route(req, res);
    if (parseImageRoute(req.url ?? '') === undefined) return false;
    void catchUp.whenCurrent(PATIENCE_MS).then((isCurrent) => {
      if (res.destroyed) return;
      if (isCurrent) {
        route(req, res);
        return;
      }
      metrics.answered('image_other', 503);
      const detail = 'This edge was away and is catching up with the catalog.';
      sendProblem(res, { status: 503, code: 'catching_up', detail }, [
        'Retry-After',
        String(RETRY_AFTER_SECONDS),
      ]);
    });
    return true;
  };
}
