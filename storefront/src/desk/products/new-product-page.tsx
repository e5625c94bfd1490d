import type { JSX } from 'preact';
import { navigate } from '../../navigation.ts';
import { useDesk } from '../desk-context.ts';
import { deskProductPath } from '../desk-route.ts';
import { randomId } from '../random-id.ts';
import { NEW_PRODUCT } from './drafts.ts';
import { EMPTY_FORM } from './product-fields.ts';
import { ProductForm } from './product-form.tsx';

/** The same fields sent again are the same product; other fields are another. They outlive the page, as the draft does. */
let sent = { text: '', key: '' };

export function NewProductPage(): JSX.Element {
  const { products } = useDesk();
  return (
    <div class="desk-narrow">
      <h1>New product</h1>
      <ProductForm
        product={NEW_PRODUCT}
        fields={EMPTY_FORM}
        submitWords="Create the product"
        onSubmit={(body) => {
          const text = JSON.stringify(body);
          if (sent.text !== text) sent = { text, key: randomId() };
          return products.create(body, sent.key);
        }}
        onDone={({ id }) => {
          sent = { text: '', key: '' };
          navigate(deskProductPath(id));
        }}
      />
    </div>
  );
}
