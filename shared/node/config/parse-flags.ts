/** Reads a command's flags: flag before environment before default. */
import { Command, CommanderError, Option } from 'commander';
import { type FlagDefinition, type FlagTable, type FlagValues, flagName, variableName } from './flags.ts';
import { WrongValue } from './kinds.ts';

export interface CommandDescription<Table extends FlagTable> {
  /** Name of the program in help and messages: `shoal-edge`. */
  readonly name: string;
  readonly summary: string;
  readonly version: string;
  readonly flags: Table;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type ParsedFlags<Table extends FlagTable> =
  | { readonly type: 'run'; readonly values: FlagValues<Table> }
  /** `--help` or `--version`: print and exit 0. */
  | { readonly type: 'print'; readonly text: string }
  /** One line for stderr; exit 2. */
  | { readonly type: 'wrong'; readonly message: string };

/** Changes nothing: `argumentList` without the interpreter and the script, `environment` as an argument. */
export function parseFlags<Table extends FlagTable>(
  command: CommandDescription<Table>,
  argumentList: readonly string[],
  environment: Environment,
): ParsedFlags<Table> {
  let printed = '';
  const program = describe(command, (text) => {
    printed += text;
  });
  try {
    program.parse([...argumentList], { from: 'user' });
    const given = program.opts<Record<string, string | true>>();
    const values: Record<string, unknown> = {};
    for (const [field, definition] of Object.entries(command.flags))
      values[field] = readValue(field, definition, given[field], environment[variableName(field)]);
    return { type: 'run', values: values as FlagValues<Table> };
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { type: 'print', text: printed };
    if (error instanceof CommanderError)
      return { type: 'wrong', message: oneLine(command.name, withoutText(error)) };
    if (error instanceof WrongValue) return { type: 'wrong', message: oneLine(command.name, error.message) };
    throw error;
  }
}

/** For `main`: prints and leaves the process unless the command is to run. */
export function readFlagsOrExit<Table extends FlagTable>(
  command: CommandDescription<Table>,
  argumentList: readonly string[] = process.argv.slice(2),
  environment: Environment = process.env,
): FlagValues<Table> {
  const parsed = parseFlags(command, argumentList, environment);
  if (parsed.type === 'run') return parsed.values;
  if (parsed.type === 'print') {
    process.stdout.write(parsed.text);
    return process.exit(0);
  }
  process.stderr.write(`${parsed.message}\n`);
  return process.exit(2);
}

// Values stay text inside commander: it reads variables from process.env only, and names values in its messages.
function describe<Table extends FlagTable>(
  command: CommandDescription<Table>,
  print: (text: string) => void,
): Command {
  const program = new Command(command.name)
    .description(command.summary)
    .version(command.version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined, outputError: () => undefined });
  for (const [field, definition] of Object.entries(command.flags)) {
    const { placeholder } = definition.kind;
    const signature = placeholder === '' ? '' : ` <${placeholder}>`;
    const option = new Option(`--${flagName(field)}${signature}`, helpLine(field, definition));
    if (definition.repeatable === true)
      option.argParser((next, before?: string) => (before === undefined ? next : `${before},${next}`));
    program.addOption(option);
  }
  return program;
}

function helpLine(field: string, definition: FlagDefinition): string {
  const facts: string[] = [];
  if (definition.kind.unit !== '') facts.push(definition.kind.unit);
  if (definition.required === true) facts.push('required');
  else if (definition.defaultText !== undefined) facts.push(`default: ${definition.defaultText}`);
  else if (definition.default !== undefined) facts.push(`default: ${String(definition.default)}`);
  else facts.push('no default');
  facts.push(variableName(field));
  return `${definition.description} (${facts.join('; ')})`;
}

function readValue(
  field: string,
  definition: FlagDefinition,
  flagText: string | true | undefined,
  variableText: string | undefined,
): unknown {
  // Compose files and service units pass an unset variable on as an empty one.
  const fromVariable = variableText === '' ? undefined : variableText;
  const given = flagText === true ? 'true' : (flagText ?? fromVariable);
  if (given === undefined) {
    if (definition.required === true)
      throw new WrongValue(`--${flagName(field)} is required (or set ${variableName(field)})`);
    return definition.default;
  }
  try {
    return definition.kind.parse(given);
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    const place = flagText === undefined ? variableName(field) : `--${flagName(field)}`;
    const shown =
      definition.secret === true || error.hidesText ? '' : `, got ${JSON.stringify(given.slice(0, 100))}`;
    throw new WrongValue(`${place} ${error.message}${shown}`);
  }
}

/** commander repeats an unknown option with its value, and that may be a token behind a mistyped name. */
function withoutText(error: CommanderError): string {
  if (error.code !== 'commander.unknownOption') return error.message;
  return error.message.replace(/^(error: unknown option '[^=]*?)=[\s\S]*'/, "$1'");
}

function oneLine(program: string, message: string): string {
  const flat = message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `${program}: ${flat} (see --help)`;
}
