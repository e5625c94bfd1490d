import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { announce } from '../announce.ts';
import {
  checkOrder,
  EMPTY_ANSWERS,
  LONGEST,
  ORDER_FIELDS,
  type OrderErrors,
  type OrderField,
} from '../checkout/check-order.ts';

interface FieldLook {
  readonly label: string;
  readonly inputMode: 'text' | 'email';
  readonly autocomplete: string;
}

const LOOKS: Readonly<Record<OrderField, FieldLook>> = {
  name: { label: 'Name', inputMode: 'text', autocomplete: 'name' },
  email: { label: 'E-mail', inputMode: 'email', autocomplete: 'email' },
  street: { label: 'Street and number', inputMode: 'text', autocomplete: 'street-address' },
  postcode: { label: 'Postcode', inputMode: 'text', autocomplete: 'postal-code' },
  city: { label: 'Town or city', inputMode: 'text', autocomplete: 'address-level2' },
};

/** Answers are checked when the form is sent; after that, what is wrong is looked at again with each key. */
export function CheckoutForm({ onDone }: { readonly onDone: (name: string) => void }): JSX.Element {
  const formRef = useRef<HTMLFormElement>(null);
  const [answers, setAnswers] = useState(EMPTY_ANSWERS);
  const [wasSent, setWasSent] = useState(false);
  const errors: OrderErrors = wasSent ? checkOrder(answers) : {};

  const send = (event: Event) => {
    event.preventDefault();
    const wrong = ORDER_FIELDS.filter((field) => checkOrder(answers)[field] !== undefined);
    const [first] = wrong;
    if (first === undefined) return onDone(answers.name.trim());
    setWasSent(true);
    announce(
      wrong.length === 1 ? 'One answer needs another look' : `${wrong.length} answers need another look`,
    );
    formRef.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  return (
    <form ref={formRef} class="checkout__form" noValidate onSubmit={send}>
      <h2>Where would it go?</h2>
      {ORDER_FIELDS.map((field) => {
        const { label, inputMode, autocomplete } = LOOKS[field];
        const error = errors[field];
        const errorId = `checkout-${field}-error`;
        return (
          <div key={field} class={`field field--${field}`}>
            <label for={`checkout-${field}`}>{label}</label>
            <input
              id={`checkout-${field}`}
              name={field}
              type="text"
              inputMode={inputMode}
              autocomplete={autocomplete}
              required
              maxLength={LONGEST[field] + 1}
              value={answers[field]}
              aria-invalid={error === undefined ? undefined : 'true'}
              aria-describedby={error === undefined ? undefined : errorId}
              onInput={(event) => setAnswers({ ...answers, [field]: event.currentTarget.value })}
            />
            {error !== undefined && (
              <p id={errorId} class="field__error">
                {error}
              </p>
            )}
          </div>
        );
      })}
      <button type="submit" class="button button--main">
        Place mock order
      </button>
    </form>
  );
}
