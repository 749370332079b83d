import { describe, expect, test } from 'bun:test';
import { someEvent } from '../../testing.ts';
import { edits } from './edits.ts';
import { explained } from './explain.ts';
import { have, maxQueryWords, meaningOf, saysDay } from './meaning.ts';
import { scoreOf } from './score.ts';
import { termsOf } from './terms.ts';

const now = Date.parse('2026-11-27T12:00:00Z');
const found = (text: string, event: Parameters<typeof someEvent>[0]) =>
  scoreOf(meaningOf(text, now), termsOf(someEvent(event)));
const isFound = (text: string, event: Omit<Parameters<typeof someEvent>[0], 'id'>) =>
  found(text, { id: 1, location: 'Hall', performers: [], ...event }) !== undefined;

describe('a search for words', () => {
  test.each([
    ['ac dc', 'AC/DC'],
    ['acdc', 'AC/DC'],
    ['AC/DC', 'ACDC'],
    ['blink182', 'blink-182'],
    ['rem', 'R.E.M.'],
    ['r e m', 'R.E.M.'],
    ['cold play', 'Coldplay'],
    ['ladygaga', 'Lady Gaga'],
    ['kesha', 'Ke$ha'],
    ['pink', 'P!nk'],
    ['korn', 'KoЯn'],
    ['!!!', '!!!'],
    ['+/-', '+/-'],
    ['the the', 'The The'],
    ['live', 'Live'],
    ['oneill', "O'Neill"],
    ['o´neill', "O'Neill"],
    ['die aerzte', 'Die Ärzte'],
    ['ramms', 'Rammstein'],
    ['lady ga', 'Lady Gaga'],
    ['ramstien', 'Rammstein'],
    ['symphonies', 'Symphony'],
    ['fairuz', 'فيروز'],
    ['okean elzy', 'Океан Ельзи'],
    ['cheap tickets for queen', 'Queen'],
    ['where can i see queen live in germany', 'Queen'],
  ])('%s finds %s', (text, performer) => expect(isFound(text, { name: 'x', performers: [performer] })).toBe(true));

  test.each([
    ['tay', 'Jay'],
    ['u3', 'U2'],
    ['qu', 'Queen'],
    ['laufey', 'Lauren'],
    ['lawn mower', 'Dawn'],
    ['iphone 15 pro max', 'Max'],
  ])('%s does not find %s', (text, name) => expect(isFound(text, { name, performers: [name] })).toBe(false));

  test.each([
    ['munich', 'Olympiahalle, München'],
    ['köln', 'Arena, Cologne'],
    ['tokyo', '日本武道館, 東京'],
    ['munch', 'Olympiahalle, München'],
    ['munihc', 'Olympiahalle, München'],
    ['muenchen', 'Hall, Munich'],
    ['den haag', 'Zaal, The Hague'],
    ['haag den', 'Zaal, The Hague'],
    ['newyork', 'Hall, Nueva York'],
    ['moskva', 'Hall, Москва'],
    ['東京', 'Dome, Tokyo'],
    ['deutschland', 'Waldbühne, Berlin, Germany'],
    ['united kingdom', 'Arena, Leeds, Vereinigtes Königreich'],
    ['united king', 'Arena, Leeds, United Kingdom'],
  ])('%s finds what takes place at %s', (text, location) => expect(isFound(text, { name: 'x', location })).toBe(true));

  test.each([
    ['manchester united', 'Arena, Leeds, United Kingdom'],
    ['city', 'Olympiahalle, München'],
  ])('%s does not find what takes place at %s', (text, location) =>
    expect(isFound(text, { name: 'x', location })).toBe(false),
  );

  test('looks at its first words only, each once', () => {
    const words = Array.from({ length: maxQueryWords }, (_, at) => `w${at}`);
    const typed = meaningOf([...words, ...words, 'xylophone'].join(' '), now).asked.map((wish) => wish.typed);
    expect(typed.filter((one) => one.includes('xylophone'))).toEqual([]);
    expect(words.every((word) => typed.includes(word))).toBe(true);
  });
});

describe('the better event has the higher score', () => {
  const score = (text: string, event: Omit<Parameters<typeof someEvent>[0], 'id'>) =>
    found(text, { id: 1, name: 'x', location: 'Hall, Oslo', performers: [], ...event })?.score ?? 0;

  test.each([
    ['queen', { name: 'Queen', performers: ['Queen'] }, { name: 'A Tribute to Queen', performers: ['Cast'] }],
    ['queen', { performers: ['Queen'] }, { name: 'Opeth', performers: ['Opeth', 'Queen'] }],
    ['roger waters', { performers: ['Roger Waters'] }, { performers: ['Roger Hodgson'] }],
    ['royal albert hall', { location: 'Royal Albert Hall, London' }, { location: 'Royal Festival Hall, London' }],
    ['coldplay berlin', { performers: ['Coldplay'], location: 'Arena, Berlin' }, { performers: ['Coldplay'] }],
    ['coldplay berlin', { performers: ['Coldplay'] }, { location: 'Arena, Berlin' }],
    [
      'coldplay tickets berlin',
      { performers: ['Coldplay'] },
      { name: 'Berlin', performers: ['Berlin'], location: 'Hall, Bonn' },
    ],
    ['!!! tickets', { performers: ['!!!'] }, { name: 'Tickets', performers: ['Tickets'] }],
    ['les mis', { name: 'Les Misérables' }, { name: 'Miss Saigon' }],
    ['東京ドーム', { location: 'Dome, Tokyo', name: 'ドーム' }, { location: 'Dome, Osaka', name: 'ドーム' }],
    ['store', { name: 'store market' }, { name: 'stone market' }],
    ['rock', { name: 'rock' }, { description: 'rock' }],
    ['berlin', { name: 'Berlin', performers: ['Berlin'] }, { name: 'Eno live in Berlin', location: 'Hall, Berlin' }],
    ['coldplay july', { performers: ['Coldplay'], date: '2027-07-03T19:00:00Z' }, { performers: ['Coldplay'] }],
    ['coldplay july', { performers: ['Coldplay'] }, { date: '2027-07-03T19:00:00Z' }],
  ])('for %s', (text, better, other) => expect(score(text, better)).toBeGreaterThan(score(text, other)));
});

test('another name of a place is explained by the place’s own', () => {
  const { reasons } = found('munich', { id: 1, name: 'x', location: 'Olympiahalle, München', performers: [] })!;
  expect(explained(reasons)[0]).toBe(
    '“munich” is in the place as “munchen”, of which it is a name: 70 points, which counts as a word',
  );
});

describe('words for times', () => {
  test('alone, ask for what is then', () => {
    expect(isFound('july', { name: 'x', date: '2027-07-03T19:00:00Z' })).toBe(true);
    expect(isFound('july', { name: 'x', date: '2027-08-03T19:00:00Z' })).toBe(false);
    expect(isFound('tonight', { name: 'x', date: '2026-11-27T19:00:00Z' })).toBe(true);
  });

  test('say whether they mean another day tomorrow', () => {
    expect([saysDay('queen tonight', now), saysDay('queen july', now)]).toEqual([true, false]);
  });
});

test('a score is explained in words, the weightiest first', () => {
  const { reasons, score } = found('coldplay ridgewya', {
    id: 1,
    name: 'Music of the Spheres',
    performers: ['Coldplay'],
    location: 'Arena, Ridgeway',
  })!;
  expect(explained(reasons)).toEqual([
    '“coldplay” is in the name of whom the event is about: 100 points, which counts as a word',
    '“coldplay” is the whole name of whom the event is about: 60 points, which counts half as a word',
    '“ridgewya” is in the names, or in the place, as “ridgeway”, two edits away at most: 25 points, which counts half as a word',
  ]);
  expect(score).toBe(4 * have + 185);
});

test('what several wishes have in common is said once, and a time without its sign', () => {
  const event = { id: 1, name: 'Queen', performers: ['Queen'], location: 'Hall, Oslo', date: '2026-11-27T20:00:00Z' };
  const { reasons, score } = found('queen oslo tonight', event)!;
  expect(explained(reasons)).toEqual([
    '“queen” is in the name of whom the event is about: 100 points, which counts as a word',
    '“oslo” is in the place: 70 points, which counts as a word',
    '“queen” is the whole name of whom the event is about: 60 points, which counts half as a word',
    '“tonight” is when the event takes place: 60 points',
    '“oslo” is the whole name of the venue, the city or the country: 45 points',
    '“queen” is in the title: 10 points',
  ]);
  expect(score).toBe(5 * have + 345);
  const twice = found('東京東京', { id: 1, name: '東京' })!;
  expect(explained(twice.reasons)[0]).toBe('“東京” is in the title: 210 points, which counts as 2 words');
});

test.each([
  ['rammstein', 'rammstein', 0],
  ['rammstien', 'rammstein', 1],
  ['ramstien', 'rammstein', 2],
  ['abc', 'ca', 3],
])('%s and %s are %d edits apart', (a, b, expected) => expect(edits(a, b)).toBe(expected));
