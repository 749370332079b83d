import { type EventDocument, isSameDocument } from '../../domain/index/event-document.ts';
import type { Meaning } from '../../domain/relevance/meaning.ts';
import { termsOf } from '../../domain/relevance/terms.ts';
import { createAttributes } from './attributes.ts';
import { createInvertedIndex } from './inverted-index.ts';
import { createRooms } from './rooms.ts';
import type { Candidate } from './scores.ts';
import { createTexts } from './texts.ts';
import type { Stepwise } from './turns.ts';

export type DocumentStore = ReturnType<typeof createDocumentStore>;

const deletionsRemembered = 100_000;

/** Keeps the documents by slot and id, each with its version, and the words and attributes that they are found by. */
export function createDocumentStore() {
  const index = createInvertedIndex();
  const attributes = createAttributes();
  const texts = createTexts();
  const documents: (EventDocument | undefined)[] = [];
  const versions: bigint[] = [];
  /** By slot; NaN, which is neither before nor after anything, in an empty one. */
  const dates: number[] = [];
  const freeSlots: number[] = [];
  const slots = new Map<number, number>();
  const deletions = new Map<number, bigint>();
  let changes = 0;

  function put(document: EventDocument, version: bigint): void {
    const slot = slots.get(document.id);
    const newest = slot === undefined ? deletions.get(document.id) : versions[slot];
    if (newest !== undefined && version < newest) return;
    deletions.delete(document.id);
    const at = slot ?? take(document.id);
    versions[at] = version;
    const before = documents[at];
    if (!before || !isSameDocument(before, document)) write(at, texts.shared(document));
  }

  function remove(id: number, version: bigint): void {
    const slot = slots.get(id);
    const known = slot === undefined ? deletions.get(id) : versions[slot];
    if (known !== undefined && version < known) return;
    remember(id, version);
    if (slot === undefined) return;
    write(slot, undefined);
    slots.delete(id);
    freeSlots.push(slot);
  }

  function write(slot: number, after: EventDocument | undefined): void {
    const before = documents[slot];
    index.change(slot, before && termsOf(before), after && termsOf(after));
    attributes.set(slot, before, after);
    documents[slot] = after;
    dates[slot] = after ? Date.parse(after.date) : Number.NaN;
    changes++;
  }

  function take(id: number): number {
    const slot = freeSlots.pop() ?? documents.length;
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
    for (const [slot, version] of versions.entries()) if (version > newest) versions[slot] = 0n;
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
      return slot === undefined ? undefined : documents[slot];
    },
    /** Grows with every change that a search may see. */
    changes: () => changes,
    dateMs: (slot: number) => dates[slot]!,
    document: (slot: number) => documents[slot]!,
    attributes,
    rooms: createRooms(),
    matching: (meaning: Meaning, wanted: (slot: number) => boolean): Stepwise<Candidate[]> =>
      index.find(meaning, documents.length, wanted),
    /** How many slots there are, empty ones too. */
    used: () => documents.length,
  };
}
