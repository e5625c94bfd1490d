import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { navigate } from '../../navigation.ts';
import { useDesk } from '../desk-context.ts';
import { deskProductPath } from '../desk-route.ts';
import { randomId } from '../random-id.ts';
import { EMPTY_FORM } from './product-fields.ts';
import { ProductForm } from './product-form.tsx';

export function NewProductPage(): JSX.Element {
  const { products } = useDesk();
  /** The same fields sent again are the same product; other fields are another. */
  const sent = useRef({ text: '', key: '' });
  return (
    <div class="desk-narrow">
      <h1>New product</h1>
      <ProductForm
        fields={EMPTY_FORM}
        submitWords="Create the product"
        onSubmit={(body) => {
          const text = JSON.stringify(body);
          if (sent.current.text !== text) sent.current = { text, key: randomId() };
          return products.create(body, sent.current.key);
        }}
        onDone={({ id }) => navigate(deskProductPath(id))}
      />
    </div>
  );
}
