import { firstFrom } from '../../domain/query/sorted.ts';

/** Terms in order, and how many characters each has in common with the one before, 255 at most. */
export type TermList = { terms: string[]; shared: Uint8Array };

/**
 * Different terms in order, in lists of which each is more than twice as long as the next: an array, where a tree of
 * maps takes ten times the memory. A new term goes into the last list; a list that has grown is merged with the one
 * before it, so that a term is moved a few times only.
 */
export function createTermLists() {
  const lists: TermList[] = [emptyList()];

  return {
    /** Adds a term, which is not there yet. */
    add(term: string): void {
      const { terms, shared } = lists.at(-1)!;
      const at = firstFrom(terms, term);
      shared.copyWithin(at + 1, at, terms.length);
      terms.splice(at, 0, term);
      shared[at] = inCommon(terms[at - 1], term);
      if (at + 1 < terms.length) shared[at + 1] = inCommon(term, terms[at + 1]);
      if (terms.length < longestLast) return;
      while (lists.length > 1 && lists.at(-1)!.terms.length * 2 >= lists.at(-2)!.terms.length) {
        const [longer, shorter] = lists.splice(-2);
        lists.push(merged(longer!.terms, shorter!.terms));
      }
      lists.push(emptyList());
    },

    /** Removes a term, which is there. */
    remove(term: string): void {
      for (const { terms, shared } of lists) {
        const at = firstFrom(terms, term);
        if (terms[at] !== term) continue;
        shared[at + 1] = Math.min(shared[at]!, shared[at + 1]!);
        shared.copyWithin(at, at + 1);
        terms.splice(at, 1);
      }
    },

    /** The terms that begin so, in order, until one is added or removed. */
    *beginning(text: string): Generator<string> {
      const heads = lists.map(({ terms }) => ({ list: terms, at: firstFrom(terms, text) }));
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
    lists: (): readonly TermList[] => lists,
  };
}

const longestLast = 2048;

const emptyList = (): TermList => ({ terms: [], shared: new Uint8Array(longestLast) });

function merged(a: string[], b: string[]): TermList {
  const terms = new Array<string>(a.length + b.length);
  const shared = new Uint8Array(terms.length);
  let [i, j] = [0, 0];
  for (let at = 0; at < terms.length; at++) {
    terms[at] = j === b.length || (i < a.length && a[i]! < b[j]!) ? a[i++]! : b[j++]!;
    shared[at] = inCommon(terms[at - 1], terms[at]);
  }
  return { terms, shared };
}

function inCommon(a = '', b = ''): number {
  const most = Math.min(a.length, b.length, 255);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
