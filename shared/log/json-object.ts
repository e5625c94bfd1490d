/**
 * Strict reading of JSON from outside: every field is asked for by name with its limit, and what comes out is a
 * new value. Fields that nobody asks for are ignored, so that a later version may add some without stopping
 * nodes that are not yet upgraded; a field that is asked for must be an own property of the right kind.
 */
import { PeerError } from '../errors.ts';

/** A lone surrogate: JSON can write it, UTF-8 can not, so two texts would have the same bytes. */
const LONE_SURROGATE = /\p{Surrogate}/u;

export class JsonObject<Code extends string> {
  readonly #fields: object;
  readonly #code: Code;
  readonly #path: string;

  private constructor(fields: object, code: Code, path: string) {
    this.#fields = fields;
    this.#code = code;
    this.#path = path;
  }

  /**
   * @param maxCharacters limit on the text, checked before it is parsed
   * @param path what the text is, for messages
   * @throws PeerError `code`
   */
  static parse<Code extends string>(
    text: string,
    maxCharacters: number,
    code: Code,
    path: string,
  ): JsonObject<Code> {
    if (text.length > maxCharacters) throw new PeerError(code, `${path} of ${text.length} characters`);
    if (!text.startsWith('{') || !text.endsWith('}') || LONE_SURROGATE.test(text))
      throw new PeerError(code, `${path} is not one JSON object`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new PeerError(code, `${path} is not JSON`);
    }
    return new JsonObject(value as object, code, path);
  }

  fail(problem: string): never {
    throw new PeerError(this.#code, `${this.#path}: ${problem}`);
  }

  /** A whole number within both limits. */
  integer(name: string, min: number, max: number): number {
    const value = this.#field(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
      this.fail(`${name} is not a whole number from ${min} to ${max}`);
    return value + 0; // -0 becomes 0
  }

  text(name: string, maxCharacters: number): string {
    const value = this.#field(name);
    if (typeof value !== 'string' || value.length > maxCharacters || LONE_SURROGATE.test(value))
      this.fail(`${name} is not a text of at most ${maxCharacters} characters`);
    return value;
  }

  /** A text that `parse` turns into a value. */
  parsed<T>(name: string, maxCharacters: number, parse: (text: string) => T | undefined): T {
    const value = parse(this.text(name, maxCharacters));
    return value === undefined ? this.fail(`${name} has another form`) : value;
  }

  flag(name: string): boolean {
    const value = this.#field(name);
    return typeof value === 'boolean' ? value : this.fail(`${name} is neither true nor false`);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  isNull(name: string): boolean {
    return this.#field(name) === null;
  }

  object(name: string): JsonObject<Code> {
    return this.#object(this.#field(name), `${this.#path}.${name}`);
  }

  /** A list of objects. */
  objects(name: string, maxItems: number): JsonObject<Code>[] {
    const value = this.#field(name);
    if (!Array.isArray(value) || value.length > maxItems)
      this.fail(`${name} is not a list of at most ${maxItems} objects`);
    return value.map((item, index) => this.#object(item, `${this.#path}.${name}[${index}]`));
  }

  /** A list of whole numbers within both limits. */
  integers(name: string, maxItems: number, min: number, max: number): number[] {
    const value: unknown = this.#field(name);
    if (!Array.isArray(value) || value.length > maxItems)
      this.fail(`${name} is not a list of at most ${maxItems} numbers`);
    return value.map((item: unknown) =>
      typeof item === 'number' && Number.isSafeInteger(item) && item >= min && item <= max
        ? item + 0
        : this.fail(`${name} holds what is no whole number from ${min} to ${max}`),
    );
  }

  #field(name: string): unknown {
    if (!Object.hasOwn(this.#fields, name)) this.fail(`${name} is missing`);
    return (this.#fields as Record<string, unknown>)[name];
  }

  #object(value: unknown, path: string): JsonObject<Code> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new PeerError(this.#code, `${path} is not an object`);
    return new JsonObject(value, this.#code, path);
  }
}
