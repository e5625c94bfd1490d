import { expect, test } from 'vitest';
import { refusalOf } from '../../../storefront/src/answers/answer.ts';

test('a problem of the API keeps its words', () => {
  const problem = { code: 'body_invalid', detail: 'title: …', errors: [{ field: 'title', detail: '…' }, 7] };
  expect(refusalOf(422, problem, null)).toEqual({
    status: 422,
    code: 'body_invalid',
    detail: 'title: …',
    errors: [{ field: 'title', detail: '…' }],
    retryAfterSeconds: undefined,
  });
});

test.each([[undefined], ['<html>'], [[]], [{ code: 7, detail: null, errors: 'x' }]])(
  'an answer of something in between, %j, is told by its status',
  (body) => {
    expect(refusalOf(502, body, '30')).toEqual({
      status: 502,
      code: 'http_502',
      detail: 'The origin answered with status 502.',
      errors: [],
      retryAfterSeconds: 30,
    });
  },
);
