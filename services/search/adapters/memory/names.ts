import type { EventDocument } from '../../domain/index/event-document.ts';
import {
  type NameKind,
  type NameQuery,
  nameKinds,
  startsOf,
  suggestedNames,
} from '../../domain/query/suggested-names.ts';
import { isUnspaced } from '../../domain/query/text.ts';
import type { Column } from './column.ts';
import { type Posting, type Postings, removePosting, setPosting, slotOf } from './postings.ts';
import { createTermLists } from './term-lists.ts';
import { type Stepwise, stepsAtOnce } from './turns.ts';

/** A name of one kind, its whole starts, a line each, its events, how many these are, and how popular together. */
type Name = {
  kind: NameKind;
  text: string;
  starts: string;
  slots: Posting | Postings | undefined;
  events: number;
  popularity: number;
};

/** A name that is found, with the slot of its first upcoming event. */
export type FoundName = { text: string; slot: number };

type Ranked = FoundName & { isWhole: boolean; weight: number };

export type EventsOfNames = { dateMs: (slot: number) => number; uuid: (slot: number) => string };

/** The names of all events, by the words that they begin with: each name once, however many events have it. */
export function createNames(popularity: Column) {
  const byText = Object.fromEntries(nameKinds.map((kind) => [kind, new Map<string, Name>()]));
  const whole = Object.fromEntries(nameKinds.map((kind) => [kind, createBeginnings()])) as Record<NameKind, Beginnings>;
  const inner = Object.fromEntries(nameKinds.map((kind) => [kind, createBeginnings()])) as Record<NameKind, Beginnings>;

  function take(kind: NameKind, text: string): Name {
    const known = byText[kind]!.get(text);
    if (known) return known;
    const starts = startsOf(kind, text);
    const name = { kind, text, starts: starts.whole.join('\n'), slots: undefined, events: 0, popularity: 0 };
    byText[kind]!.set(text, name);
    whole[kind].add(name, starts.whole);
    inner[kind].add(name, starts.inner);
    return name;
  }

  function join(name: Name, slot: number): void {
    name.slots = setPosting(name.slots, slot, 1);
    name.events++;
  }

  function leave(name: Name, slot: number): void {
    name.slots = removePosting(name.slots!, slot);
    name.events--;
    if (name.events > 0) return;
    byText[name.kind]!.delete(name.text);
    const starts = startsOf(name.kind, name.text);
    whole[name.kind].remove(name, starts.whole);
    inner[name.kind].remove(name, starts.inner);
  }

  function namesOf(event: EventDocument | undefined): Name[] {
    if (!event) return [];
    const named = suggestedNames(event);
    return nameKinds.flatMap((kind) => named[kind].map((text) => take(kind, text)));
  }

  return {
    /** Moves a slot from the names of one event to those of another; `undefined` for an empty slot. */
    set(slot: number, before: EventDocument | undefined, after: EventDocument | undefined): void {
      const [old, now] = [namesOf(before), namesOf(after)];
      for (const name of old) name.popularity -= before!.popularity;
      for (const name of now) name.popularity += after!.popularity;
      for (const name of now) if (!old.includes(name)) join(name, slot);
      for (const name of now) whole[name.kind].raise(name);
      for (const name of old) if (!now.includes(name)) leave(name, slot);
    },

    /** The first names of a kind. */
    *find(kind: NameKind, query: NameQuery, events: EventsOfNames): Stepwise<FoundName[]> {
      const { beginnings, cities, size } = query;
      const best = createBest(query, events, popularity);
      if (kind === 'city') {
        for (const start of cities) {
          for (const name of whole.city.withWordOf(start)) if (isStart(name, start)) best.offer(name, true);
        }
      }
      let steps = 0;
      for (const isWhole of [true, false]) {
        // Those of which a later word begins so come after all others.
        if (best.found.length === size) break;
        for (const beginning of beginnings) {
          const begins = beginning.includes(' ') ? (isWhole ? startsWith : hasWithin) : () => true;
          const offer = (names: Name[], from: number, to: number) => {
            for (let at = from; at < to; at++) if (begins(names[at]!, beginning)) best.offer(names[at]!, isWhole);
          };
          for (const { names, most } of (isWhole ? whole : inner)[kind].beginning(beginning)) {
            if (isWhole && !best.hasRoom(most)) continue;
            for (let at = 0; at < names.length; at += stepsAtOnce) {
              const end = Math.min(names.length, at + stepsAtOnce);
              offer(names, at, end);
              steps += end - at;
              if (steps < stepsAtOnce) continue;
              steps = 0;
              yield;
            }
          }
        }
      }
      return best.found;
    },
  };
}

const isStart = ({ starts }: Name, start: string): boolean => `\n${starts}\n`.includes(`\n${start}\n`);
const startsWith = ({ starts }: Name, beginning: string): boolean =>
  starts.startsWith(beginning) || starts.includes(`\n${beginning}`);
const hasWithin = ({ starts }: Name, beginning: string): boolean =>
  starts.includes(isUnspaced(beginning) ? beginning : ` ${beginning}`);

/** One number for the order of names: how popular their events are together, then how many there are. */
const weightOf = (popularity: number, events: number): number => popularity * 2 ** 20 + events;

/** No less than its weight at any time, for events that are over count here. */
const mostOf = ({ popularity, events }: Name): number => weightOf(popularity, events);

/** Keeps the first of the names that are offered, in order; those of which a later word begins so are offered last. */
function createBest({ now, size }: NameQuery, { dateMs, uuid }: EventsOfNames, popularity: Column) {
  const found: Ranked[] = [];

  /** Returns whether a whole name of that weight comes before the last. */
  const hasRoom = (weight: number): boolean => found.length < size || weight > found[size - 1]!.weight;

  function offer(name: Name, isWhole: boolean): void {
    // Most names need no look at their events.
    if (isWhole && !hasRoom(mostOf(name))) return;
    const ranked = rank(name, isWhole);
    if (!ranked || found.some(({ text }) => text === name.text)) return;
    const at = found.findIndex((one) => (one.isWhole === isWhole ? ranked.weight > one.weight : isWhole));
    found.splice(at < 0 ? found.length : at, 0, ranked);
    if (found.length > size) found.pop();
  }

  function rank({ text, slots }: Name, isWhole: boolean): Ranked | undefined {
    let [first, events, sold] = [-1, 0, 0];
    for (const posting of typeof slots === 'number' ? [slots] : slots!) {
      if (posting === 0) break;
      const slot = slotOf(posting);
      if (dateMs(slot) < now) continue;
      events++;
      sold += popularity.get(slot);
      if (first < 0 || isEarlier(slot, first)) first = slot;
    }
    return events > 0 ? { text, isWhole, slot: first, weight: weightOf(sold, events) } : undefined;
  }

  const isEarlier = (a: number, b: number) => dateMs(a) < dateMs(b) || (dateMs(a) === dateMs(b) && uuid(a) < uuid(b));

  return { found, hasRoom, offer };
}

type Beginnings = ReturnType<typeof createBeginnings>;

/** The names that have a first word, and what the weight of none of them is above. */
type Word = { names: Name[]; most: number };

/** Names by the first words of their starts. */
function createBeginnings() {
  const byText = new Map<string, Word>();
  const inOrder = createTermLists();

  return {
    add(name: Name, starts: string[]): void {
      for (const text of firstWords(starts)) {
        const word = byText.get(text);
        if (word) word.names.push(name);
        else {
          byText.set(text, { names: [name], most: 0 });
          inOrder.add(text);
        }
      }
    },
    remove(name: Name, starts: string[]): void {
      for (const text of firstWords(starts)) {
        const { names } = byText.get(text)!;
        names.splice(names.indexOf(name), 1);
        if (names.length > 0) continue;
        byText.delete(text);
        inOrder.remove(text);
      }
    },
    /** To be called when a whole name has become weightier. */
    raise(name: Name): void {
      const most = mostOf(name);
      for (const start of name.starts.split('\n')) {
        const word = byText.get(firstWord(start));
        if (word && word.most < most) word.most = most;
      }
    },
    /** Those whose first word is that of a start. */
    withWordOf: (start: string): Name[] => byText.get(firstWord(start))?.names ?? [],
    /** Those whose first word begins so; of a beginning of several words, those that have the first. */
    *beginning(beginning: string): Iterable<Word> {
      if (beginning.includes(' ')) {
        const word = byText.get(firstWord(beginning));
        if (word) yield word;
      } else {
        for (const text of inOrder.beginning(beginning)) yield byText.get(text)!;
      }
    },
  };
}

function firstWord(start: string): string {
  const end = start.indexOf(' ');
  return end < 0 ? start : start.slice(0, end);
}

const firstWords = (starts: string[]): Set<string> => new Set(starts.filter(Boolean).map(firstWord));
