import { type Currency, currencies } from './catalogue.ts';

/** A seat on sale; `price` is in minor units of the event's currency. */
export type Seat = { label: string; price: number };

/** Part of an arena: `rows` rows of `width` seats. */
export type Section = { name: string; rows: number; width: number; dollars: number };

/** Converts about so many dollars to a currency: minor units of a round amount. */
export function priceIn(currency: Currency, dollars: number): number {
  const { digits, perDollar, step } = currencies[currency];
  const steps = Math.max(1, Math.round((dollars * perDollar) / step));
  return steps * step * 10 ** digits;
}

/** The seats of a small hall, `A1` onwards: the front third at the full price, the rest in two cheaper levels. */
export function hallSeats(count: number, width: number, currency: Currency, dollars: number): Seat[] {
  const levels = [1, 0.8, 0.6].map((share) => priceIn(currency, dollars * share));
  return Array.from({ length: count }, (_, i) => ({
    label: `${rowName(Math.floor(i / width))}${(i % width) + 1}`,
    price: levels[Math.floor((i / count) * levels.length)] as number,
  }));
}

/** The seats of an arena, such as `101-C12`: section, row, number. */
export function arenaSeats(sections: Section[], currency: Currency): Seat[] {
  return sections.flatMap(({ name, rows, width, dollars }) => {
    const price = priceIn(currency, dollars);
    return Array.from({ length: rows * width }, (_, i) => ({
      label: `${name}-${rowName(Math.floor(i / width))}${(i % width) + 1}`,
      price,
    }));
  });
}

/** 2,000 seats: a floor and two tiers, dearer in the middle of each. */
export const arenaPlan: Section[] = [
  ...ring('F', 1, 4, 10, 10, 240, 200),
  ...ring('', 101, 110, 8, 10, 150, 110),
  ...ring('', 201, 210, 8, 10, 80, 60),
];

/** 20,000 seats. */
export const stadiumPlan: Section[] = [
  ...ring('F', 1, 8, 20, 20, 280, 220),
  ...ring('', 101, 120, 20, 20, 160, 120),
  ...ring('', 201, 222, 20, 20, 90, 60),
];

/** Sections numbered `from` to `to`; the middle half costs `dear`, the rest `cheap`. */
function ring(prefix: string, from: number, to: number, rows: number, width: number, dear: number, cheap: number) {
  const count = to - from + 1;
  return Array.from({ length: count }, (_, i): Section => {
    const central = i >= count / 4 && i < (count * 3) / 4;
    return { name: `${prefix}${from + i}`, rows, width, dollars: central ? dear : cheap };
  });
}

/** A to Z, then AA, AB … like the columns of a spreadsheet. */
function rowName(row: number): string {
  const letter = String.fromCharCode(65 + (row % 26));
  return row < 26 ? letter : rowName(Math.floor(row / 26) - 1) + letter;
}
