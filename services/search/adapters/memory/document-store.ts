import { type EventDocument, isSameDocument } from '../../domain/index/event-document.ts';
import type { Meaning } from '../../domain/relevance/meaning.ts';
import { termsOf } from '../../domain/relevance/terms.ts';
import { createAttributes } from './attributes.ts';
import { createInvertedIndex } from './inverted-index.ts';
import type { Candidate } from './scores.ts';
import { createTexts } from './texts.ts';
import type { Stepwise } from './turns.ts';

export type DocumentStore = ReturnType<typeof createDocumentStore>;

type Kept = { document: EventDocument; version: bigint };

const deletionsRemembered = 100_000;

/** Keeps the documents by slot and id, each with its version, and the words and attributes that they are found by. */
export function createDocumentStore() {
  const index = createInvertedIndex();
  const attributes = createAttributes();
  const texts = createTexts();
  const kept: (Kept | undefined)[] = [];
  /** By slot; NaN, which is neither before nor after anything, in an empty one. */
  const dates: number[] = [];
  const freeSlots: number[] = [];
  const slots = new Map<number, number>();
  const deletions = new Map<number, bigint>();
  let changes = 0;

  function put(document: EventDocument, version: bigint): void {
    const slot = slots.get(document.id);
    const before = slot === undefined ? undefined : kept[slot]!;
    if (version < (before?.version ?? deletions.get(document.id) ?? version)) return;
    deletions.delete(document.id);
    if (before && isSameDocument(before.document, document)) before.version = version;
    else write(slot ?? take(document.id), before?.document, { document: texts.shared(document), version });
  }

  function remove(id: number, version: bigint): void {
    const slot = slots.get(id);
    const known = slot === undefined ? deletions.get(id) : kept[slot]!.version;
    if (known !== undefined && version < known) return;
    remember(id, version);
    if (slot === undefined) return;
    write(slot, kept[slot]!.document, undefined);
    slots.delete(id);
    freeSlots.push(slot);
  }

  function write(slot: number, before: EventDocument | undefined, after: Kept | undefined): void {
    index.change(slot, before && termsOf(before), after && termsOf(after.document));
    attributes.set(slot, after?.document);
    kept[slot] = after;
    dates[slot] = after ? Date.parse(after.document.date) : Number.NaN;
    changes++;
  }

  function take(id: number): number {
    const slot = freeSlots.pop() ?? kept.length;
    slots.set(id, slot);
    return slot;
  }

  function remember(id: number, version: bigint): void {
    deletions.delete(id);
    deletions.set(id, version);
    if (deletions.size > deletionsRemembered) deletions.delete(deletions.keys().next().value!);
  }

  /** Versions beyond this one no longer keep anything out. */
  function forgetBeyond(newest: bigint): void {
    for (const one of kept) if (one && one.version > newest) one.version = 0n;
    for (const [id, version] of deletions) if (version > newest) deletions.delete(id);
  }

  return {
    put,
    forgetBeyond,
    remove,
    ids: () => [...slots.keys()],
    count: () => slots.size,
    read(id: number): EventDocument | undefined {
      const slot = slots.get(id);
      return slot === undefined ? undefined : kept[slot]!.document;
    },
    /** Grows with every change that a search may see. */
    changes: () => changes,
    dateMs: (slot: number) => dates[slot]!,
    document: (slot: number) => kept[slot]!.document,
    attributes,
    matching: (meaning: Meaning, wanted: (slot: number) => boolean): Stepwise<Candidate[]> =>
      index.find(meaning, kept.length, wanted),
    /** How many slots there are, empty ones too. */
    used: () => kept.length,
  };
}
