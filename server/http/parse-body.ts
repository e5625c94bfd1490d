/** JSON bodies by their schema. */
import type { z } from 'zod';
import { UserError } from '../../shared/errors.ts';
import { FieldsError } from './fields-error.ts';

/**
 * @param name of the field, when the value is not a whole body
 * @throws UserError `body_invalid` (422), `json_invalid` (400) when there is no JSON body
 */
export function parseBody<T>(schema: z.ZodType<T>, value: unknown, name?: string): T {
  if (value === undefined)
    throw new UserError('json_invalid', 400, 'Send a JSON body with Content-Type: application/json.');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new FieldsError(
    result.error.issues.map(({ path, message }) => ({
      field: [...(name ? [name] : []), ...path].join('.'),
      detail: message,
    })),
  );
}
