import { type FlagKind, WrongValue } from '../../shared/node/config/kinds.ts';

/** Some of a list of words, comma-separated. @param all a word for the whole list */
export const someOf = <Word extends string>(
  words: readonly Word[],
  all?: string,
): FlagKind<readonly Word[]> => ({
  placeholder: 'names',
  unit: '',
  parse: (given) => {
    if (given === all) return words;
    const names = given.split(',');
    const isWord = (name: string): name is Word => words.some((word) => word === name);
    if (!names.every(isWord)) throw new WrongValue(`wants some of: ${words.join(', ')}`);
    // Twice the same would be run twice in one folder.
    return [...new Set(names)];
  },
});
