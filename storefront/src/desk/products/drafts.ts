/** What was typed into the forms of products and is not saved yet. It outlives a walk through the desk, and no reload. */
import { createStore } from '../../store.ts';
import type { FormFields } from './product-fields.ts';

/** Of the product that there is not yet. */
export const NEW_PRODUCT = 'new';

export class Drafts {
  /** By product. */
  readonly all = createStore<ReadonlyMap<string, FormFields>>(new Map());

  of(product: string): FormFields | undefined {
    return this.all.get().get(product);
  }

  /** @param saved fields that are like these are no draft */
  keep(product: string, fields: FormFields, saved: FormFields): void {
    if (isSame(fields, saved)) this.drop(product);
    else this.all.set(new Map(this.all.get()).set(product, fields));
  }

  drop(product: string): void {
    const rest = new Map(this.all.get());
    if (rest.delete(product)) this.all.set(rest);
  }

  clear(): void {
    this.all.set(new Map());
  }
}

function isSame(a: FormFields, b: FormFields): boolean {
  return (Object.keys(a) as (keyof FormFields)[]).every((field) => a[field] === b[field]);
}
