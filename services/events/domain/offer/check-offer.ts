import type { Place } from '../../../../shared/plan/places.ts';
import type { HoldBack, Offer, OfferedSeats, OfferFault } from './offer.ts';

/** The faults that are told, and how many more there are. */
export type OfferFaults = { faults: OfferFault[]; more: number };

const maxTold = 100;

/** Returns the seats that an offer makes of a plan's places, or what is wrong with it, by path. */
export function checkOffer(places: Place[], categories: string[], offer: Offer): { seats: OfferedSeats } | OfferFaults {
  const faults: OfferFault[] = [];
  let count = 0;
  const add = (path: string, message: string) => void (count++ < maxTold && faults.push({ path, message }));
  checkPrices(places, new Set(categories), offer, add);
  const heldBack = heldBackOf(places, offer.holdBacks, add);
  if (count > 0) return { faults, more: count - faults.length };
  return {
    seats: {
      labels: places.map(({ label }) => label),
      categories: places.map(({ category }) => category),
      prices: places.map(({ category }) => offer.prices[category]!),
      heldBack,
      holdBackNames: offer.holdBacks.map(({ name }) => name),
    },
  };
}

type Add = (path: string, message: string) => void;

function checkPrices(places: Place[], known: Set<string>, { prices, rates }: Offer, add: Add): void {
  const unknown = 'the plan has no such category: name one of it, or leave it out';
  const check = (path: string, names: string[]) =>
    names.filter((name) => !known.has(name)).forEach((name) => void add(`${path}.${name}`, unknown));
  check('prices', Object.keys(prices));
  for (const name of new Set(places.map(({ category }) => category))) {
    if (!Object.hasOwn(prices, name))
      add(`prices.${name}`, 'is missing: give the price of each category, in minor units');
  }
  const names = new Set<string>();
  for (const [i, rate] of rates.entries()) {
    check(`rates[${i}].prices`, Object.keys(rate.prices));
    if (Object.keys(rate.prices).length === 0) add(`rates[${i}].prices`, 'give the price of at least one category');
    if (names.has(rate.name)) add(`rates[${i}].name`, 'another rate has this name');
    names.add(rate.name);
  }
}

/** Returns for each place the index of its hold-back, or -1. */
function heldBackOf(places: Place[], holdBacks: HoldBack[], add: Add): number[] {
  const heldBack = new Array<number>(places.length).fill(-1);
  if (holdBacks.length === 0) return heldBack;
  const indexes = indexesOf(places);
  const names = new Set<string>();
  for (const [h, one] of holdBacks.entries()) {
    const path = `hold_backs[${h}]`;
    if (names.has(one.name)) add(`${path}.name`, 'another hold-back has this name');
    names.add(one.name);
    const chosen = chosenBy(one, path, places, indexes, add);
    const namesNothing = one.seats.length + one.sections.length + one.areas.length === 0;
    if (namesNothing && chosen.size === 0)
      add(path, 'names no place of the plan: give seats, sections, areas or flags');
    for (const [i, where] of chosen) {
      const other = holdBacks[heldBack[i]!];
      if (other) add(where, `${places[i]!.label} is in the hold-back “${other.name}” already`);
      else heldBack[i] = h;
    }
  }
  return heldBack;
}

type Indexes = { byLabel: Map<string, number>; bySection: Map<string, number[]>; byArea: Map<string, number[]> };

function indexesOf(places: Place[]): Indexes {
  const [byLabel, bySection, byArea] = [
    new Map<string, number>(),
    new Map<string, number[]>(),
    new Map<string, number[]>(),
  ];
  for (const [i, { label, section, area }] of places.entries()) {
    byLabel.set(label, i);
    const [map, name] = area === undefined ? [bySection, section] : [byArea, area];
    const list = map.get(name);
    if (list) list.push(i);
    else map.set(name, [i]);
  }
  return { byLabel, bySection, byArea };
}

/** Returns the places of a hold-back, each with the path that names it first. */
function chosenBy(one: HoldBack, path: string, places: Place[], indexes: Indexes, add: Add): Map<number, string> {
  const chosen = new Map<number, string>();
  const choose = (index: number, where: string) => void (chosen.has(index) || chosen.set(index, where));
  for (const [n, label] of one.seats.entries()) {
    const where = `${path}.seats[${n}]`;
    const index = indexes.byLabel.get(label);
    if (index === undefined) add(where, `the plan has no place “${label}”`);
    else choose(index, where);
  }
  const wholes = [
    ['sections', one.sections, indexes.bySection],
    ['areas', one.areas, indexes.byArea],
  ] as const;
  for (const [kind, names, byName] of wholes) {
    for (const [n, name] of names.entries()) {
      const where = `${path}.${kind}[${n}]`;
      const its = byName.get(name);
      if (!its) add(where, `the plan has no ${kind === 'areas' ? 'area' : 'section'} “${name}”`);
      for (const index of its ?? []) choose(index, where);
    }
  }
  for (const flag of one.flags) chooseFlagged(places, flag, one.withCompanions, (i) => choose(i, `${path}.flags`));
  return chosen;
}

const rowOf = ({ section, row, table }: Place) => JSON.stringify([section, row, table]);

/** Chooses the places with a flag, and the companion seats of their rows. */
function chooseFlagged(
  places: Place[],
  flag: Place['flags'][number],
  withCompanions: boolean,
  choose: (index: number) => void,
): void {
  const rows = new Set<string>();
  for (const [i, place] of places.entries()) {
    if (!place.flags.includes(flag)) continue;
    choose(i);
    if (withCompanions && flag === 'accessible') rows.add(rowOf(place));
  }
  if (rows.size === 0) return;
  for (const [i, place] of places.entries()) {
    if (place.flags.includes('companion') && rows.has(rowOf(place))) choose(i);
  }
}
