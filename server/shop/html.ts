/** HTML by template: every value is text and escaped, but for what was made here before. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | undefined | readonly Value[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** undefined is nothing, a list its members one after another. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(
    strings.map((text, index) => text + (index < values.length ? textOf(values[index]) : '')).join(''),
  );
}

/**
 * A data block: no script to a browser, so the Content-Security-Policy has nothing to forbid. `<` is written as an
 * escape of JSON, so that no text can end the block.
 */
export function dataBlock(type: string, value: unknown, id?: string): Html {
  const json = new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
  return html`<script type="${type}"${id === undefined ? undefined : html` id="${id}"`}>${json}</script>`;
}

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join('');
  return String(value).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] as string);
}
