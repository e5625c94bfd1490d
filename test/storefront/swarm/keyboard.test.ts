import { describe, expect, it } from 'vitest';
import { commandOf, perform } from '../../../storefront/src/swarm/keyboard.ts';
import { Viewer } from '../../../storefront/src/swarm/viewer.ts';

const press = (key: string, held: Partial<Parameters<typeof commandOf>[0]> = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...held,
});

describe('keys', () => {
  it.each([
    [' ', 'toggle'],
    ['ArrowRight', 'messageOn'],
    ['ArrowLeft', 'messageBack'],
    [']', 'roundOn'],
    ['?', 'help'],
    ['Escape', 'lookAway'],
    ['x', undefined],
  ])('%j on the page: %s', (key, command) => {
    expect(commandOf(press(key), 'page')).toBe(command);
  });

  it('with Shift, arrows go from piece to piece', () => {
    expect(commandOf(press('ArrowRight', { shiftKey: true }), 'page')).toBe('pieceOn');
  });

  it('a control keeps its own keys: a button two, a slider its arrows, a field all', () => {
    expect(commandOf(press(' '), 'button')).toBeUndefined();
    expect(commandOf(press('ArrowRight'), 'button')).toBe('messageOn');
    expect(commandOf(press('ArrowRight'), 'slider')).toBeUndefined();
    expect(commandOf(press(' '), 'slider')).toBe('toggle');
    expect(commandOf(press('?'), 'field')).toBeUndefined();
  });

  it('keys of the browser are left to it', () => {
    expect(commandOf(press('ArrowLeft', { altKey: true }), 'page')).toBeUndefined();
    expect(commandOf(press('-', { ctrlKey: true }), 'page')).toBeUndefined();
  });

  it('slower and faster stay within the scale', () => {
    const viewer = new Viewer();
    for (let i = 0; i < 40; i++) perform(viewer, 'faster');
    expect(viewer.time.get().speed).toBe(100);
    for (let i = 0; i < 40; i++) perform(viewer, 'slower');
    expect(viewer.time.get().speed).toBe(0.001);
  });
});
