import type { EventDocument } from '../../domain/index/event-document.ts';
import { type NameKind, nameKinds, startsOf, suggestedNames } from '../../domain/query/suggested-names.ts';

/** In front of a start: whether it is of the whole name, or of a later word. */
export const tiers = ['whole', 'inner'] as const;
export type Tier = (typeof tiers)[number];
export const marks = { whole: '0', inner: '1' } satisfies Record<Tier, string>;

/** Returns the starts of an event's names by kind, each with its name behind it, so that a term tells the name. */
export function nameStarts(event: EventDocument): Record<NameKind, string[]> {
  const names = suggestedNames(event);
  const termsOf = (kind: NameKind) =>
    names[kind].flatMap((name) => {
      const starts = startsOf(kind, name);
      return tiers.flatMap((tier) => starts[tier].map((start) => `${marks[tier]}${start}\n${name}`));
    });
  return Object.fromEntries(nameKinds.map((kind) => [kind, termsOf(kind)])) as Record<NameKind, string[]>;
}

export const nameOf = (term: string): string => term.slice(term.indexOf('\n') + 1);
