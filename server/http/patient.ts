/**
 * For routes whose answer takes its time: photos wait for a worker, a purge for its edges. Nothing moves on the
 * connection then, and that is the origin's doing: the server's limit for idle connections would end it without an
 * answer, thirty seconds after the last byte of the request. Node sets the limit anew for the next request.
 */
import type { RequestHandler } from 'express';

export const patient: RequestHandler = (req, res, next) => {
  const wait = () => {
    // What is refused before its body was read is answered by then, and its connection may idle no longer than others.
    if (!res.writableEnded) req.socket.setTimeout(0);
  };
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  if (length === undefined && coding === undefined) wait();
  else req.once('end', wait);
  next();
};
