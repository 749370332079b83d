import type { Performer } from './cast.ts';
import { type Venue, venues } from './catalogue.ts';
import type { SeedEvent } from './compose.ts';
import { dayMs, localInstant, startOfDay } from './dates.ts';
import type { Random } from './random.ts';

/*
 * The five events of the original system: its uuids, titles, acts, halls, hours, seats and prices, so that a client's
 * examples still work. Each seat block is filled up to ten.
 */

export const originalVenueUuids = [
  'a1b2c3d4-e5f6-4a5b-8c9d-0e1f2a3b4c5d',
  'b2c3d4e5-f6a7-4b5c-8d9e-0f1a2b3c4d5e',
  'c3d4e5f6-a7b8-4c5d-8e9f-0a1b2c3d4e5f',
  'd4e5f6a7-b8c9-4d5e-8f9a-0b1c2d3e4f5a',
];

const taylorSwift: Performer = {
  uuid: 'e5f6a7b8-c9d0-4e5f-8a9b-0c1d2e3f4a5b',
  name: 'Taylor Swift',
  age: 34,
  description: 'Singer and songwriter between country and pop, with a story in every song.',
  kind: 'soloist',
  language: 'en',
};
const coldplay: Performer = {
  uuid: 'f6a7b8c9-d0e1-4f5a-8b9c-0d1e2f3a4b5c',
  name: 'Coldplay',
  age: 25,
  description: 'A rock band from London that fills the largest halls with light and choruses.',
  kind: 'band',
  language: 'en',
};
const edSheeran: Performer = {
  uuid: 'a7b8c9d0-e1f2-4a5b-8c9d-0e1f2a3b4c5d',
  name: 'Ed Sheeran',
  age: 33,
  description: 'One voice, one guitar and a loop pedal.',
  kind: 'soloist',
  language: 'en',
};
const beyonce: Performer = {
  uuid: 'b8c9d0e1-f2a3-4b5c-8d9e-0f1a2b3c4d5e',
  name: 'Beyoncé',
  age: 42,
  description: 'Singer, dancer and producer: R&B, soul and a stage in flames.',
  kind: 'soloist',
  language: 'pt',
};
const theWeeknd: Performer = {
  uuid: 'c9d0e1f2-a3b4-4c5d-8e9f-0a1b2c3d4e5f',
  name: 'The Weeknd',
  age: 34,
  description: 'A falsetto in the dark: R&B with synthesisers, from Toronto.',
  kind: 'soloist',
  language: 'en',
};

export const originalPerformers = [taylorSwift, coldplay, edSheeran, beyonce, theWeeknd];

/** Ten seats of one price: a prefix and 1 to 10. The uuids are those the original gave to the first of them. */
type Block = { prefix: string; price: number; uuids: string[] };

type OriginalEvent = {
  uuid: string;
  name: (year: number) => string;
  description: string;
  venue: number;
  performers: Performer[];
  /** Days after the day of seeding, and minutes after midnight in the city of the hall. */
  day: number;
  minutes: number;
  blocks: Block[];
};

const originalEvents: OriginalEvent[] = [
  {
    uuid: 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a',
    name: () => 'The Eras Tour - New York',
    description: 'Taylor Swift plays every chapter of her songbook at Madison Square Garden.',
    venue: 0,
    performers: [taylorSwift],
    day: 60,
    minutes: 20 * 60,
    blocks: [
      {
        prefix: 'A',
        price: 35_000,
        uuids: [
          'c5d6e7f8-a9b0-4c5d-8e9f-0a1b2c3d4e5f',
          'd6e7f8a9-b0c1-4d5e-8f9a-0b1c2d3e4f5a',
          'e7f8a9b0-c1d2-4e5f-8a9b-0c1d2e3f4a5b',
        ],
      },
      {
        prefix: 'B',
        price: 30_000,
        uuids: ['f8a9b0c1-d2e3-4f5a-8b9c-0d1e2f3a4b5c', 'a9b0c1d2-e3f4-4a5b-8c9d-0e1f2a3b4c5d'],
      },
    ],
  },
  {
    uuid: 'e1f2a3b4-c5d6-4e5f-8a9b-0c1d2e3f4a5b',
    name: () => 'Music of the Spheres World Tour',
    description: 'Coldplay play twenty-five years of hits under a ceiling of moving light.',
    venue: 1,
    performers: [coldplay],
    day: 95,
    minutes: 19 * 60 + 30,
    blocks: [
      {
        prefix: 'VIP',
        price: 45_000,
        uuids: ['b0c1d2e3-f4a5-4b5c-8d9e-0f1a2b3c4d5e', 'c1d2e3f4-a5b6-4c5d-8e9f-0a1b2c3d4e5f'],
      },
      {
        prefix: 'A',
        price: 28_000,
        uuids: ['d2e3f4a5-b6c7-4d5e-8f9a-0b1c2d3e4f5a', 'e3f4a5b6-c7d8-4e5f-8a9b-0c1d2e3f4a5b'],
      },
    ],
  },
  {
    uuid: 'f2a3b4c5-d6e7-4f5a-8b9c-0d1e2f3a4b5c',
    name: () => 'Ed Sheeran - Mathematics Tour',
    description: 'An evening close to the stage, with new songs and requests from the stalls.',
    venue: 2,
    performers: [edSheeran],
    day: 30,
    minutes: 21 * 60,
    blocks: [
      {
        prefix: 'BOX',
        price: 25_000,
        uuids: ['f4a5b6c7-d8e9-4f5a-8b9c-0d1e2f3a4b5c', 'a5b6c7d8-e9f0-4a5b-8c9d-0e1f2a3b4c5d'],
      },
      {
        prefix: 'STALL',
        price: 18_000,
        uuids: ['b6c7d8e9-f0a1-4b5c-8d9e-0f1a2b3c4d5e', 'c7d8e9f0-a1b2-4c5d-8e9f-0a1b2c3d4e5f'],
      },
    ],
  },
  {
    uuid: 'a3b4c5d6-e7f8-4a5b-8c9d-0e1f2a3b4c5d',
    name: (year) => `Rock in Rio ${year}`,
    description: 'O grande festival de rock do Rio, com três atrações em uma só noite.',
    venue: 3,
    performers: [coldplay, beyonce, theWeeknd],
    day: 120,
    minutes: 18 * 60,
    blocks: [
      {
        prefix: 'A',
        price: 15_000,
        uuids: [
          'd8e9f0a1-b2c3-4d5e-8f9a-0b1c2d3e4f5a',
          'e9f0a1b2-c3d4-4e5f-8a9b-0c1d2e3f4a5b',
          'f0a1b2c3-d4e5-4f5a-8b9c-0d1e2f3a4b5c',
        ],
      },
      { prefix: 'B', price: 12_000, uuids: ['a1b2c3d4-e5f6-4a5b-8c9d-0e1f2a3b4c5e'] },
    ],
  },
  {
    uuid: 'b4c5d6e7-f8a9-4b5c-8d9e-0f1a2b3c4d5e',
    name: () => 'After Hours til Dawn Tour',
    description: 'The Weeknd with the two latest albums, from the first note to the small hours.',
    venue: 1,
    performers: [theWeeknd],
    day: 15,
    minutes: 20 * 60 + 30,
    blocks: [
      {
        prefix: 'VIP',
        price: 32_000,
        uuids: ['b2c3d4e5-f6a7-4b5c-8d9e-0f1a2b3c4d5f', 'c3d4e5f6-a7b8-4c5d-8e9f-0a1b2c3d4e5a'],
      },
      { prefix: 'A', price: 26_000, uuids: ['d4e5f6a7-b8c9-4d5e-8f9a-0b1c2d3e4f5b'] },
    ],
  },
];

/** The original's five events, at dates after `today`. */
export function composeOriginals(today: Date, uuids: Random): SeedEvent[] {
  return originalEvents.map((event) => {
    const venue = venues[event.venue] as Venue;
    const date = localInstant(startOfDay(today) + event.day * dayMs, event.minutes, venue.city.zone);
    const seats = event.blocks.flatMap(({ prefix, price, uuids: known }) =>
      Array.from({ length: 10 }, (_, i) => ({ label: `${prefix}${i + 1}`, price, uuid: known[i] ?? uuids.uuid() })),
    );
    const { uuid, description } = event;
    const name = event.name(date.getUTCFullYear());
    return { uuid, name, description, date, venue, lineUp: event.performers, currency: venue.city.currency, seats };
  });
}
