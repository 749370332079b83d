import { firstFrom } from '../../domain/query/sorted.ts';

/**
 * Different terms in order, in lists of which each is more than twice as long as the next: an array, where a tree of
 * maps takes ten times the memory. A new term goes into the last list; a list that has grown is merged with the one
 * before it, so that a term is moved a few times only.
 */
export function createTermLists() {
  const lists: string[][] = [[]];

  return {
    /** Adds a term, which is not there yet. */
    add(term: string): void {
      const last = lists.at(-1)!;
      last.splice(firstFrom(last, term), 0, term);
      if (last.length < longestLast) return;
      while (lists.length > 1 && lists.at(-1)!.length * 2 >= lists.at(-2)!.length) {
        const [longer, shorter] = lists.splice(-2);
        lists.push(merged(longer!, shorter!));
      }
      lists.push([]);
    },

    /** Removes a term, which is there. */
    remove(term: string): void {
      for (const list of lists) {
        const at = firstFrom(list, term);
        if (list[at] === term) list.splice(at, 1);
      }
    },

    /** The terms that begin so, in order, until one is added or removed. */
    *beginning(text: string): Generator<string> {
      const heads = lists.map((list) => ({ list, at: firstFrom(list, text) }));
      for (;;) {
        let first: (typeof heads)[number] | undefined;
        for (const head of heads) {
          const term = head.list[head.at];
          if (term?.startsWith(text) && (!first || term < first.list[first.at]!)) first = head;
        }
        if (!first) return;
        yield first.list[first.at++]!;
      }
    },

    /** To be read, until a term is added or removed. */
    lists: (): readonly (readonly string[])[] => lists,
  };
}

const longestLast = 2048;

function merged(a: string[], b: string[]): string[] {
  const all = new Array<string>(a.length + b.length);
  let [i, j] = [0, 0];
  for (let at = 0; at < all.length; at++)
    all[at] = j === b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!;
  return all;
}
