import { expect, test } from 'bun:test';
import type { Change } from './change-source.ts';
import { dirtOf } from './dirty-ids.ts';

const change = (table: string, row: Change['row'], more: Partial<Change> = {}): Change => ({
  table,
  op: 'u',
  row,
  position: '0/0',
  ...more,
});

const nothing = { eventIds: [], venueIds: [], performerIds: [] };

test('each row names the ids to look at: after the change and, if they are known, before it, each once', () => {
  const { ids, everything, unreadable } = dirtOf([
    change('events', { id: 1 }),
    change('events', { id: '1' }),
    change('events', { id: 2 }, { before: { id: 3 } }),
    change('events', { id: 4 }, { before: { name: 'only what is known' } }),
    change('venues', { id: 5, event_id: 99 }),
    change('performers', { id: 6 }, { op: 'd' }),
    change('event_performers', { id: 99, event_id: 7 }, { before: { event_id: 8 } }),
  ]);
  expect({ everything, unreadable }).toEqual({ everything: false, unreadable: [] });
  expect(ids).toEqual({ eventIds: [1, 3, 2, 4, 8, 7], venueIds: [5], performerIds: [6] });
});

test.each(['events', 'venues', 'performers', 'event_performers'])('%s truncated asks for everything', (table) => {
  expect(dirtOf([change(table, {}, { op: 't' }), change('tickets', {}, { op: 't' })])).toEqual({
    ids: nothing,
    everything: true,
    unreadable: [],
  });
});

test('a table that is not followed asks for nothing when it is truncated', () => {
  expect(dirtOf([change('tickets', {}, { op: 't' })]).everything).toBe(false);
});

test.each([
  [change('events', { id: 0 }), 'id is no usable id: 0'],
  [change('events', { id: -1 }), 'id is no usable id: -1'],
  [change('events', { id: '-1' }), 'id is no usable id: -1'],
  [change('events', { id: 1.5 }), 'id is no usable id: 1.5'],
  [change('events', { id: 2 ** 53 }), 'id is no usable id: 9007199254740992'],
  [change('events', {}), 'id is no usable id: undefined'],
  [change('events', { id: 'x'.repeat(60) }), `id is no usable id: ${'x'.repeat(50)}`],
  [change('event_performers', { id: 1 }), 'event_id is no usable id: undefined'],
  [change('events', { id: 1 }, { before: { id: 'x' } }), 'id is no usable id: x'],
  [change('tickets', { id: 1 }), 'search follows no table "tickets"'],
  [change('events', { id: 1 }, { unreadable: 'no JSON' }), 'no JSON'],
])('%j is unreadable with its cause, and nothing of it is looked at', (unusable, cause) => {
  const good = change('events', { id: 7 });
  expect(dirtOf([unusable, good])).toEqual({
    ids: { ...nothing, eventIds: [7] },
    everything: false,
    unreadable: [{ change: unusable, cause }],
  });
});
