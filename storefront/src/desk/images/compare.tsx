/** Two renditions over each other, with a slider between them. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Image, Rendition } from '../../../../shared/api-types/catalog.ts';
import { bytesWords } from '../../words/bytes-words.ts';

const STAGE_HEIGHT = '50vh';

export function Compare({ image }: { readonly image: Image }): JSX.Element | null {
  const widest = (type: Rendition['type']) =>
    image.renditions.filter((rendition) => rendition.type === type).sort((a, b) => b.width - a.width)[0]
      ?.name;
  const [left, setLeft] = useState(widest('image/avif') ?? image.renditions[0]?.name ?? '');
  const [right, setRight] = useState(widest('image/jpeg') ?? image.renditions.at(-1)?.name ?? '');
  const [split, setSplit] = useState(50);
  const of = (name: string) => image.renditions.find((rendition) => rendition.name === name);
  const [a, b] = [of(left), of(right)];
  if (a === undefined || b === undefined) return null;
  return (
    <figure class="compare">
      <div class="compare__stage" style={stageSize(image)}>
        <img src={b.url} alt="" width={b.width} height={b.height} draggable={false} />
        <img
          src={a.url}
          alt={image.alt}
          width={a.width}
          height={a.height}
          draggable={false}
          style={{ clipPath: `inset(0 ${100 - split}% 0 0)` }}
        />
        <span class="compare__line" style={{ left: `${split}%` }} aria-hidden="true" />
        <input
          class="compare__slider"
          type="range"
          min={0}
          max={100}
          value={split}
          aria-label="How much of the left rendition is shown"
          aria-valuetext={`${split} % ${left}`}
          onInput={(event) => setSplit(event.currentTarget.valueAsNumber)}
        />
      </div>
      <figcaption class="compare__choice">
        <Choice label="Left" value={left} image={image} onChange={setLeft} />
        <Choice label="Right" value={right} image={image} onChange={setRight} />
      </figcaption>
    </figure>
  );
}

/** As wide as there is room for, and never higher than the window lets it be seen at once. */
function stageSize({ width, height }: Image) {
  return {
    aspectRatio: `${width} / ${height}`,
    width: `min(100%, calc(${STAGE_HEIGHT} * ${width / height}))`,
  };
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly image: Image;
  readonly onChange: (name: string) => void;
}

function Choice({ label, value, image, onChange }: ChoiceProps): JSX.Element {
  return (
    <label class="field field--row">
      <span class="field__label">{label}</span>
      <select class="field__input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {image.renditions.map(({ name, bytes }) => (
          <option key={name} value={name}>
            {name}, {bytesWords(bytes)}
          </option>
        ))}
      </select>
    </label>
  );
}
