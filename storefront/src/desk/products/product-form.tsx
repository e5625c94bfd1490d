/** The fields of a product. What is wrong is told at its field, in the API's words. */
import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Product } from '../../../../shared/api-types/catalog.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { bodyOf, type FormFields, problemsByField } from './product-fields.ts';

export interface ProductFormProps {
  /** Whose draft is kept: a product's id, or {@link NEW_PRODUCT}. */
  readonly product: string;
  /** As they are saved. */
  readonly fields: FormFields;
  readonly submitWords: string;
  readonly onSubmit: (body: Record<string, unknown>) => Promise<Answer<Product>>;
  readonly onDone: (product: Product) => void;
}

export function ProductForm(props: ProductFormProps): JSX.Element {
  const { product, fields, submitWords, onSubmit, onDone } = props;
  const { drafts, session } = useDesk();
  const signedIn = useStore(session.state);
  const draft = useStore(drafts.all).get(product);
  // Without a draft it is what is saved, also when that changes: somebody may have saved at another desk.
  const form = draft ?? fields;
  const change = (next: FormFields) => drafts.keep(product, next, fields);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const [isSending, setSending] = useState(false);
  const formRef = useRef<HTMLFormElement>(null);
  const problems = problemsByField(
    refusal?.errors ?? [],
    signedIn.kind === 'in' ? signedIn.limits.maxPriceCents : undefined,
  );
  const general = refusal && (refusal.errors.length === 0 ? refusal.detail : problems.get(''));

  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    const answer = await onSubmit(bodyOf(form));
    setSending(false);
    setRefusal(answer.ok ? undefined : answer.refusal);
    if (answer.ok) {
      drafts.drop(product);
      onDone(answer.value);
    } else
      requestAnimationFrame(() => formRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  };
  const field = (name: keyof FormFields) => ({
    name,
    value: form[name],
    problem: problems.get(name),
    onInput: (value: string) => change({ ...(drafts.of(product) ?? form), [name]: value }),
  });

  return (
    <form ref={formRef} class="product-form" onSubmit={submit} noValidate>
      <Field label="Title" {...field('title')} />
      <Field label="Description" isLong {...field('description')} />
      <div class="product-form__pair">
        <Field label="Price" inputMode="decimal" placeholder="49.00" {...field('price')} />
        <Field label="Currency" {...field('currency')} />
      </div>
      <Field label="Category" hint="The shelf of the shop it stands on." {...field('category')} />
      <Field
        label="Tags"
        hint="Words by which photos can be purged together; commas between them."
        {...field('tags')}
      />
      <p class="problem" role="alert">
        {general}
      </p>
      <button type="submit" class="button button--main" aria-disabled={isSending}>
        {isSending ? 'Saving…' : submitWords}
      </button>
      {draft && (
        <p class="product-form__draft hint">
          Not saved yet.
          <button type="button" class="button button--quiet" onClick={() => change(fields)}>
            Undo the changes
          </button>
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onInput: (value: string) => void;
  readonly isLong?: boolean;
  readonly inputMode?: 'decimal';
  readonly placeholder?: string;
  readonly hint?: string;
}

function Field({ label, value, problem, hint, onInput, isLong, ...rest }: FieldProps): JSX.Element {
  const id = useId();
  const common = {
    ...rest,
    id,
    value,
    class: 'field__input',
    dir: 'auto' as const,
    autocomplete: 'off',
    'aria-invalid': problem === undefined ? undefined : ('true' as const),
    'aria-describedby': `${id}-about`,
  };
  return (
    <div class="field">
      <label class="field__label" for={id}>
        {label}
      </label>
      {isLong ? (
        <textarea {...common} rows={5} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...common} type="text" onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      <span id={`${id}-about`} class={problem === undefined ? 'hint' : 'field__problem'}>
        {problem === undefined ? hint : `${label} ${problem}`}
      </span>
    </div>
  );
}
