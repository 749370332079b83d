import type { EventDocument } from '../../domain/index/event-document.ts';
import { facetNames, facetValues } from '../../domain/query/facets.ts';
import { filterKeys, sellingStatuses } from '../../domain/query/filters.ts';
import { createColumn } from './column.ts';
import { createTerms } from './terms.ts';

export type Attributes = ReturnType<typeof createAttributes>;

/** What filters, facets and sorts look at, by slot: numbers alone, for a search looks at each slot. */
export function createAttributes() {
  const keys = createTerms();
  /** Of one facet each, so that a search counts only those that it is asked for. */
  const values = facetNames.map((name) => ({ name, terms: createTerms() }));
  const [day, price, seats, popularity] = [createColumn(), createColumn(), createColumn(), createColumn()];
  const [lat, lon] = [createColumn(), createColumn()];
  /** The window of the general sale of events that sell, infinite where it is open; NaN in those that don't. */
  const [opens, closes, onSaleFrom] = [createColumn(), createColumn(), createColumn()];

  return {
    keys,
    values,
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
    set(slot: number, event: EventDocument | undefined): void {
      keys.set(slot, event ? filterKeys(event) : []);
      const facets = event && facetValues(event);
      for (const { name, terms } of values) terms.set(slot, facets?.[name] ?? []);
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
