import type { CatalogueFile } from './catalogue.ts';
import type { Query } from './judgements.ts';

const halls = [
  ['Lyceum', 'London', 'United Kingdom'],
  ['Olympia', 'Paris', 'France'],
].map(([name, city, country], i) => ({
  uuid: `10000000-0000-4000-8000-00000000000${i}`,
  ...{ name: name!, city: city!, country: country!, location: `${name}, ${city}, ${country}` },
}));

const artists = ['Adelaide Quartet', 'Borealis', 'Cassiopeia'].map((name, i) => ({
  uuid: `20000000-0000-4000-8000-00000000000${i}`,
  name,
}));

/** Six concerts: three artists, each in two cities. */
export const tinyCatalogue: CatalogueFile = {
  venues: halls,
  performers: artists,
  events: artists.flatMap(({ name }, artist) =>
    halls.map(({ city }, venue) => ({
      uuid: `30000000-0000-4000-8000-0000000000${artist}${venue}`,
      name: `${name} in ${city}`,
      description: '',
      date: `2027-05-1${artist}T19:00:00Z`,
      kind: 'music' as const,
      headliner: name,
      ...{ venue, performers: [artist] },
    })),
  ),
};

export const tinyQueries: Query[] = [
  { q: 'borealis', kind: 'artist', want: [{ g: 3, head: 'Borealis' }] },
  { q: 'cassiopeia', kind: 'artist', want: [{ g: 3, head: 'Cassiopeia' }] },
  {
    q: 'borealis paris',
    kind: 'artist+city',
    want: [
      { g: 3, head: 'Borealis', city: 'Paris' },
      { g: 1, head: 'Borealis' },
      { g: 1, city: 'Paris' },
    ],
  },
  { q: 'lawnmower', kind: 'no result', empty: true },
];
