import { describe, expect, test } from 'bun:test';
import { words } from '../query/text.ts';
import { dateTokens, dateWords, dateWordsAt } from './date-words.ts';

// A Friday.
const today = '2026-11-27';
const found = (text: string, day = today) => {
  const all = words(text);
  return dateWords(all, day).map(({ from, to, tokens }) => `${all.slice(from, to).join(' ')}: ${tokens.join(' ')}`);
};

test.each([
  ['july', ['july: m07']],
  ['coldplay march', ['march: m03']],
  ['berlin june 2027', ['june: m06', '2027: y2027']],
  ['2028', ['2028: y2028']],
  ['Konzerte im März', ['marz: m03']],
  ['août', ['aout: m08']],
  ['septiembre', ['septiembre: m09']],
  ['luglio', ['luglio: m07']],
  ['dezembro', ['dezembro: m12']],
  ['maart', ['maart: m03']],
  ['lipiec', ['lipiec: m07']],
  ['w lipcu', ['lipcu: m07']],
  ['oktober', ['oktober: m10']],
  ['июль', ['июль: m07']],
  ['концерт в июле', ['июле: m07']],
  ['7月', ['7 月: m07']],
  ['2027年7月', ['2027 年: y2027', '7 月: m07']],
  ['friday', ['friday: w5']],
  ['Samstag', ['samstag: w6']],
  ['miércoles', ['miercoles: w3']],
  ['segunda-feira', ['segunda feira: w1']],
  ['в субботу', ['субботу: w6']],
  ['土曜日', ['土曜日: w6']],
])('%s means %j', (text, spans) => expect(found(text)).toEqual(spans));

test.each([
  ['10 july 2027', ['10 july 2027: d2027-07-10']],
  ['july 10th, 2027', ['july 10th 2027: d2027-07-10']],
  ['10 de julio de 2027', ['10 de julio de 2027: d2027-07-10']],
  ['1er mai', ['1er mai: d2027-05-01']],
  ['10. Mai 2027', ['10 mai 2027: d2027-05-10']],
  ['10 июля', ['10 июля: d2027-07-10']],
  ['2027-07-10', ['2027 07 10: d2027-07-10']],
  ['2027年7月10日', ['2027 年 7 月 10 日: d2027-07-10']],
  ['27 november', ['27 november: d2026-11-27']],
  ['26 november', ['26 november: d2027-11-26']],
  ['sat 10 july', ['sat: w6', '10 july: d2027-07-10']],
  ['31 june', ['june: m06']],
])('the day %s means %j', (text, spans) => expect(found(text)).toEqual(spans));

describe('relative days count from today', () => {
  const weekend = 'd2026-11-27 d2026-11-28 d2026-11-29';
  const next = 'd2026-12-04 d2026-12-05 d2026-12-06';
  test.each([
    ['tonight', [`tonight: d${today}`]],
    ['heute abend', [`heute abend: d${today}`]],
    ["aujourd'hui", [`aujourdhui: d${today}`]],
    ['今日', [`今日: d${today}`]],
    ['mañana', ['manana: d2026-11-28']],
    ['concerts this weekend', [`this weekend: ${weekend}`]],
    ['am Wochenende', [`am wochenende: ${weekend}`]],
    ['ce week-end', [`ce week end: ${weekend}`]],
    ['fin de semana', [`fin de semana: ${weekend}`]],
    ['週末', [`週末: ${weekend}`]],
    ['今週末', [`今週末: ${weekend}`]],
    ['next weekend', [`next weekend: ${next}`]],
    ['próximo fin de semana', [`proximo fin de semana: ${weekend} ${next}`]],
  ])('%s', (text, spans) => expect(found(text)).toEqual(spans));

  test.each([
    ['2026-11-23', 'd2026-11-27 d2026-11-28 d2026-11-29'],
    ['2026-11-28', 'd2026-11-28 d2026-11-29'],
    ['2026-11-29', 'd2026-11-29'],
    ['2026-12-31', 'd2027-01-01 d2027-01-02 d2027-01-03'],
  ])('the weekend of %s has the days left of it', (day, tokens) => {
    expect(found('this weekend', day)).toEqual([`this weekend: ${tokens}`]);
  });
});

test.each([
  ['The Sun'],
  ['Mai'],
  ['may'],
  ['Brian May'],
  ['Bruno Mars'],
  ['30 Seconds to Mars'],
  ['Avril Lavigne'],
  ['Marco Mengoni'],
  ['Plácido Domingo'],
  ['Die Biene Maja'],
  ['Sat'],
  ['Sun Ra'],
  ['Do Re Mi'],
  ['so do mi dom mar'],
  ['Vampire Weekend'],
  ['The Weekend'],
  ['Mardi Gras'],
  ['Saturday Night Fever'],
  ['blink-182'],
  ['1984'],
  ['Kraftwerk 3-D 2019'],
  ['set out'],
  ['日本'],
  [''],
])('%s is no time', (text) => expect(found(text)).toEqual([]));

test.each([
  ['may 2027', ['may: m05', '2027: y2027']],
  ['2027 mai', ['2027: y2027', 'mai: m05']],
  ['mayo de 2027', ['mayo: m05', '2027: y2027']],
  ['in may', ['in may: m05']],
  ['im Mai', ['im mai: m05']],
  ['sep 2027', ['sep: m09', '2027: y2027']],
  ['mar 3', ['mar 3: d2027-03-03']],
  ['bruno mars 2027', ['2027: y2027']],
])('%s is a time by what stands beside', (text, spans) => expect(found(text)).toEqual(spans));

test('an event has the tokens of its local date', () => {
  expect(dateTokens('2027-07-10', 120)).toEqual(['m07', 'y2027', 'w6', 'd2027-07-10', 'd2027-07-10@120']);
  expect(dateTokens('2027-01-03', -570)).toEqual(['m01', 'y2027', 'w0', 'd2027-01-03', 'd2027-01-03@-570']);
});

describe('words for days mean those of each place at the instant', () => {
  /** The days that words mean, each with the least and the most minutes ahead of UTC where it is meant, if not all. */
  const meant = (text: string, now: string) => {
    const byDay = new Map<string, number[]>();
    for (const token of dateWordsAt(words(text), Date.parse(now)).flatMap(({ tokens }) => tokens)) {
      const [day = '', offset] = token.split('@');
      byDay.set(day, [...(byDay.get(day) ?? []), ...(offset === undefined ? [] : [Number(offset)])]);
    }
    return Object.fromEntries([...byDay].map(([day, all]) => [day, all.length === 0 ? [] : [all[0], all.at(-1)]]));
  };

  test.each<[text: string, now: string, days: Record<string, number[]>]>([
    ['tonight', '2026-11-27T03:00:00Z', { 'd2026-11-26': [-720, -195], 'd2026-11-27': [-180, 840] }],
    ['tonight', '2026-11-27T03:14:59Z', { 'd2026-11-26': [-720, -195], 'd2026-11-27': [-180, 840] }],
    ['tonight', '2026-11-27T03:15:00Z', { 'd2026-11-26': [-720, -210], 'd2026-11-27': [-195, 840] }],
    [
      'tomorrow',
      '2026-11-27T11:00:00Z',
      { 'd2026-11-27': [-720, -675], 'd2026-11-28': [-660, 765], 'd2026-11-29': [780, 840] },
    ],
    ['this weekend', '2026-11-25T12:00:00Z', { 'd2026-11-27': [], 'd2026-11-28': [], 'd2026-11-29': [] }],
    ['this weekend', '2026-11-28T03:00:00Z', { 'd2026-11-27': [-720, -195], 'd2026-11-28': [], 'd2026-11-29': [] }],
    ['27 november', '2026-11-28T03:00:00Z', { 'd2026-11-27': [-720, -195], 'd2027-11-27': [-180, 840] }],
    ['27 november 2026', '2026-11-28T03:00:00Z', { 'd2026-11-27': [] }],
    ['saturday', '2026-11-28T03:00:00Z', { w6: [] }],
    ['july', '2026-11-28T03:00:00Z', { m07: [] }],
  ])('%s at %s', (text, now, days) => expect(meant(text, now)).toEqual(days));
});

test('the tokens of words are those of events', () => {
  const event = new Set(dateTokens('2027-07-10', 0));
  for (const text of ['july', '2027', 'saturday', '10 july', '7月', 'lördag']) {
    const [span] = dateWords(words(text), today);
    expect(span?.tokens.some((token) => event.has(token))).toBe(true);
  }
});
