import { expect, test } from 'bun:test';
import { type CatalogueEvent, eventsOf } from './catalogue.ts';
import { judge, type Query, type Rule } from './judgements.ts';
import { agreement, averages, halfOf, type Score, score } from './score.ts';
import { tinyCatalogue, tinyQueries } from './testing.ts';

const events = eventsOf(tinyCatalogue);
const uuidOf = (name: string) => events.find((event) => event.name === name)!.uuid;
const names = (...list: string[]) => ({ total: list.length, uuids: list.map(uuidOf) });
const [london, paris] = ['Borealis in London', 'Borealis in Paris'];
const judged = judge(tinyQueries[2]!, events);

test('the ideal order scores 1, and what is no good may follow', () => {
  const answer = names(paris, london, 'Cassiopeia in Paris', 'Adelaide Quartet in Paris', 'Cassiopeia in London');
  expect(score(judged, answer)).toMatchObject({ ndcg: 1, reciprocalRank: 1, success: 1 });
});

test('a good hit below a poor one scores what the formulas say', () => {
  // Grades 1, 0, 3 of the ideal 3, 1, 1, 1.
  const { ndcg, reciprocalRank, success } = score(judged, names(london, 'Cassiopeia in London', paris));
  const ideal = 7 + 1 / Math.log2(3) + 1 / 2 + 1 / Math.log2(5);
  expect(ndcg).toBeCloseTo((1 + 0 + 7 / 2) / ideal, 12);
  expect([reciprocalRank, success]).toEqual([1 / 3, 0]);
});

test('no hits score 0, and a hit at the eleventh place does not count', () => {
  expect(score(judged, names())).toMatchObject({ ndcg: 0, reciprocalRank: 0, success: 0 });
  const eleventh = { total: 11, uuids: [...Array(10).fill(uuidOf('Cassiopeia in London')), uuidOf(paris)] };
  expect(score(judged, eleventh)).toMatchObject({ ndcg: 0, reciprocalRank: 0 });
});

test('where nothing should come, only nothing scores', () => {
  const nothing = judge(tinyQueries[3]!, events);
  expect(score(nothing, names()).ndcg).toBe(1);
  expect(score(nothing, names(paris)).ndcg).toBe(0);
});

test('a query that the catalogue has nothing for is refused', () => {
  const lost: Query = { q: 'nobody', kind: 'artist', want: [{ g: 3, head: 'Nobody' }] };
  expect(() => judge(lost, events)).toThrow('The catalogue has nothing for “nobody” (artist)');
});

const match: CatalogueEvent = {
  ...events[0]!,
  name: 'Łódź Städte Cup',
  description: 'Final of the season',
  kind: 'sport',
  date: '2027-03-07T12:00:00Z',
  headliner: 'ŁKS',
  away: 'Widzew',
  league: 'Liga',
  tribute: 'Queen',
};

test.each<[right: Rule, wrong: Rule]>([
  [{ head: 'ŁKS' }, { head: 'Widzew' }],
  [{ perf: 'Adelaide Quartet' }, { perf: 'Adelaide' }],
  [{ tribute: 'Queen' }, { tribute: 'Kiss' }],
  [{ name: 'Städte' }, { name: 'stadte' }],
  [{ kind: 'sport' }, { kind: 'music' }],
  [{ descWord: 'final' }, { descWord: 'fin' }],
  [{ city: 'London' }, { city: 'Lon' }],
  [{ country: 'United Kingdom' }, { country: 'France' }],
  [{ venue: 'Lyceum' }, { venue: 'Olympia' }],
  [{ venueWord: 'lyceum' }, { venueWord: 'london' }],
  [{ headPrefix: 'lk' }, { headPrefix: 'ks' }],
  [{ namePrefix: 'stad' }, { namePrefix: 'tadte' }],
  [{ perfPrefix: 'quar' }, { perfPrefix: 'uart' }],
  [{ placePrefix: 'king' }, { placePrefix: 'ing' }],
  [
    { team: 'ŁKS', team2: 'Widzew' },
    { team: 'ŁKS', team2: 'Legia' },
  ],
  [{ league: 'Liga' }, { league: 'Cup' }],
  [{ month: 3 }, { month: 2 }],
  [{ year: 2027 }, { year: 2028 }],
  [{ weekday: 0 }, { weekday: 6 }],
])('the rule %j holds, and %j does not', (right, wrong) => {
  const rules: Query = { q: 'x', kind: 'x', want: [{ g: 2, ...right }] };
  expect(judge(rules, [match]).grades.get(match.uuid)).toBe(2);
  expect(() => judge({ ...rules, want: [{ g: 2, ...wrong }] }, [match])).toThrow('has nothing');
});

test('averages are means, and engines agree by their first three hits and by totals', () => {
  const scoreOf = (answer: Score['answer']) => score(judged, answer);
  const [good, bad] = [scoreOf(names(paris, london)), scoreOf(names(london, paris))];
  expect(averages([good, bad])).toMatchObject({ n: 2, success: 0.5, reciprocalRank: 0.75 });
  const longer = scoreOf({ ...names(paris, london), total: 9 });
  const compared = agreement([good, good, good, good], [good, bad, longer, good]);
  expect([compared.firstThree, compared.totals, compared.apart.length]).toEqual([0.75, 0.75, 2]);
});

test('a query stays in its half, and each half has its share', async () => {
  const queries = (await Bun.file(`${import.meta.dirname}/queries.json`).json()) as Query[];
  const tuned = queries.filter(({ q }) => halfOf(q) === 'tune').length / queries.length;
  expect(tuned).toBeGreaterThan(0.4);
  expect(tuned).toBeLessThan(0.6);
  expect(['metallica', 'munich', 'U2'].map(halfOf)).toEqual(['report', 'report', 'tune']);
});
