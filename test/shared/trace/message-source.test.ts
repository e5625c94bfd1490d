import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { MESSAGE_KINDS } from '../../../shared/engine/trace-message.ts';
import { MESSAGE_SOURCE } from '../../../shared/trace/message-source.ts';

const root = path.resolve(import.meta.dirname, '../../..');

it.each(MESSAGE_KINDS)('%s is taken in where the table says', (kind) => {
  const { file, name } = MESSAGE_SOURCE[kind];
  expect(readFileSync(path.join(root, file), 'utf8')).toContain(`function ${name}(`);
});
