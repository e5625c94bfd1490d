/** Calls of the admin API with a JSON body. */
import { AUTHORIZATION } from './upload.ts';

export type AdminCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>;

/** @param url asked at each call: the origin starts after the test's file is read */
export function adminCall(url: () => string): AdminCall {
  return (method, path, body, headers = {}) =>
    fetch(`${url()}/admin${path}`, {
      method,
      headers: {
        ...AUTHORIZATION,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}
