/** A body whose fields are not right: which, and why (RFC 9457 section 3, extension member `errors`). */
import type { FieldProblem } from '../../shared/api-types/catalog.ts';
import { UserError } from '../../shared/errors.ts';

export class FieldsError extends UserError {
  readonly errors: readonly FieldProblem[];

  /** @param errors at least one */
  constructor(errors: readonly FieldProblem[]) {
    const [first] = errors;
    super('body_invalid', 422, `${first?.field || 'body'}: ${first?.detail ?? 'not valid'}`);
    this.errors = errors;
  }
}
