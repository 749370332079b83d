import type { EventDocument } from '../../domain/index/event-document.ts';
import { facetNames, facetValues } from '../../domain/query/facets.ts';
import { filterTerms, sellingStatuses, type TermFilter, termFilterNames } from '../../domain/query/filters.ts';
import { createColumn } from './column.ts';
import { createNames } from './names.ts';
import { createTerms, type Terms } from './terms.ts';

export type Attributes = ReturnType<typeof createAttributes>;

/** What filters, facets and sorts look at, by slot: numbers alone, for a search looks at each slot. */
export function createAttributes() {
  const terms = Object.fromEntries(termFilterNames.map((name) => [name, createTerms()])) as Record<TermFilter, Terms>;
  const values = facetNames.map((name) => ({ name, counted: createTerms() }));
  const [day, price, seats, popularity] = [createColumn(), createColumn(), createColumn(), createColumn()];
  const names = createNames(popularity);
  const [lat, lon] = [createColumn(), createColumn()];
  /** The window of the general sale of events that sell, infinite where it is open; NaN in those that don't. */
  const [opens, closes, onSaleFrom] = [createColumn(), createColumn(), createColumn()];

  return {
    terms,
    values,
    /** For suggestions. */
    names,
    day,
    price,
    seats,
    popularity,
    lat,
    lon,
    opens,
    closes,
    /** NaN where it is null. */
    onSaleFrom,
    /** Moves a slot from one event to another; `undefined` for an empty slot. */
    set(slot: number, before: EventDocument | undefined, event: EventDocument | undefined): void {
      const filters = event && filterTerms(event);
      for (const name of termFilterNames) terms[name].set(slot, filters?.[name] ?? []);
      const facets = event && facetValues(event);
      for (const { name, counted } of values) counted.set(slot, facets?.[name] ?? []);
      names.set(slot, before, event);
      day.set(slot, event ? dayNumber(event.local_date) : Number.NaN);
      price.set(slot, event?.price_from ?? Number.NaN);
      seats.set(slot, event?.seats_left ?? Number.NaN);
      popularity.set(slot, event?.popularity ?? Number.NaN);
      lat.set(slot, event?.coordinates?.lat ?? Number.NaN);
      lon.set(slot, event?.coordinates?.lon ?? Number.NaN);
      const sells = event !== undefined && sellingStatuses.includes(event.status);
      opens.set(slot, sells ? instant(event.on_sale_from, Number.NEGATIVE_INFINITY) : Number.NaN);
      closes.set(slot, sells ? instant(event.on_sale_until, Number.POSITIVE_INFINITY) : Number.NaN);
      onSaleFrom.set(slot, instant(event?.on_sale_from ?? null, Number.NaN));
    },
  };
}

/** 2026-12-01 as 20261201: numbers in the order of days. */
export const dayNumber = (day: string): number => Number(day.replaceAll('-', ''));

const instant = (text: string | null, otherwise: number): number => (text === null ? otherwise : Date.parse(text));
