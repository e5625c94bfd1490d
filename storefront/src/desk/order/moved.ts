/** Lists in another order. */

/** The list with the item at `from` moved to `to`; places beyond an end are the end. */
export function moved<Item>(list: readonly Item[], from: number, to: number): readonly Item[] {
  const item = list[from];
  const place = Math.min(Math.max(to, 0), list.length - 1);
  if (item === undefined || place === from) return list;
  const rest = list.filter((_, at) => at !== from);
  return [...rest.slice(0, place), item, ...rest.slice(place)];
}

/** Where a key moves an item, or undefined for other keys. @param isGrid left and right move too */
export function placeByKey(key: string, from: number, length: number, isGrid: boolean): number | undefined {
  if (key === 'ArrowUp' || (isGrid && key === 'ArrowLeft')) return from - 1;
  if (key === 'ArrowDown' || (isGrid && key === 'ArrowRight')) return from + 1;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  return undefined;
}

/** `items` in the order of `ids`; those that are not named come after, as they were. */
export function inOrder<Item extends { readonly id: string }>(
  items: readonly Item[],
  ids: readonly string[],
): readonly Item[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const first = ids.flatMap((id) => byId.get(id) ?? []);
  const named = new Set(ids);
  return [...first, ...items.filter(({ id }) => !named.has(id))];
}
