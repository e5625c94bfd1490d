import { expect, test } from 'vitest';
import { makeProblem } from '../../../shared/http/problem.ts';

test('a problem has the status’s own title, what is wrong here, and a code for programs (RFC 9457)', () => {
  expect(makeProblem(404, 'image_unknown', 'No such image.')).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'No such image.',
    code: 'image_unknown',
  });
});

test.each([
  [400, 'Bad Request'],
  [405, 'Method Not Allowed'],
  [412, 'Precondition Failed'],
  [416, 'Range Not Satisfiable'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
  [599, 'Error'],
])('about:blank wants the title that the status has (section 4.2.1): %i is %s', (status, title) => {
  expect(makeProblem(status, 'x', '').title).toBe(title);
});
