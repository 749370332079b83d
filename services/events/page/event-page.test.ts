import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EventSnapshot, Sale, TicketRow } from '../domain/event/event.ts';
import { SeatBoard } from '../domain/event/seat-board.ts';
import { pack, versionOf } from '../domain/event/seat-version.ts';
import { pageOf, pageTag } from './event-page.ts';

const snapshot = (tickets: TicketRow[]): EventSnapshot => ({
  uuid: 'e',
  name: 'Zoë "live" – 日本',
  description: '',
  date: '2030-01-01T00:00:00Z',
  currency: 'EUR',
  venue: {
    uuid: 'v',
    location: 'Maracanã',
    seat_map: { A1: true },
    name: null,
    address: null,
    city: 'Rio',
    country: 'BR',
    coordinates: null,
  },
  performers: [],
  status: 'published',
  time_zone: 'America/Sao_Paulo',
  category: null,
  genre: null,
  image_url: null,
  doors_at: null,
  ends_at: null,
  ticket_limit: null,
  previous_dates: [],
  refund_until: null,
  organiser: null,
  on_sale: {
    from: '2029-06-01T00:00:00Z',
    until: null,
    presales: [{ name: 'Fans', starts_at: '2029-05-01T00:00:00Z', ends_at: '2029-05-02T00:00:00Z' }],
  },
  prices: null,
  calendar: { sequence: 0, updated_at: '2029-01-01T00:00:00Z' },
  plan: null,
  tickets,
  mark: { version: '1', since: '1' },
});

const now = Date.UTC(2029, 11, 1);
const bodyOf = (board: SeatBoard, statuses = board.statuses) => pageOf({ board, seats: statuses, now });
const read = (board: SeatBoard, statuses = board.statuses) =>
  JSON.parse(new TextDecoder().decode(bodyOf(board, statuses)));
const seats = (...sales: Sale[]): TicketRow[] => sales.map((sale, i) => [`t${i}`, `Säl ${i}`, 100 + i, sale]);

describe('the page of a seat board', () => {
  test('writes the event as the contract has it, and then what was added', () => {
    const { calendar: _, plan: __, mark: ___, tickets: ____, ...members } = snapshot([]);
    const page = read(new SeatBoard(snapshot(seats('free', 'claimed', 'booked'))));
    expect(page).toEqual({
      ...members,
      on_sale: { ...members.on_sale, state: 'open' },
      availability: { free: 1, held: 1, sold: 1 },
      links: {
        self: '/api/v1/management/events/e',
        live: '/api/v1/management/events/e/live',
        seats: '/api/v1/management/events/e/seats',
        calendar: '/api/v1/management/events/e/calendar.ics',
        schema: '/api/v1/management/events/e/schema.json',
      },
      tickets: [
        { uuid: 't0', price: 100, seat: 'Säl 0', status: 'available' },
        { uuid: 't1', price: 101, seat: 'Säl 1', status: 'reserved' },
        { uuid: 't2', price: 102, seat: 'Säl 2', status: 'booked' },
      ],
    });
    const original = ['uuid', 'name', 'description', 'date', 'venue', 'performers', 'tickets'];
    expect(Object.keys(page).filter((member) => original.includes(member))).toEqual(original);
  });

  test('shows the state of the sale by the clock, in bytes and a tag of their own', () => {
    const board = new SeatBoard(snapshot(seats('free')));
    const at = (month: number, day: number, hour = 0) => Date.UTC(2029, month - 1, day, hour);
    const moments = [at(4, 30), at(5, 1), at(5, 2), at(6, 1), Date.UTC(2030, 0, 1)];
    const look = (moment: number) => {
      const view = { board, seats: board.statuses, now: moment };
      return [JSON.parse(new TextDecoder().decode(pageOf(view))).on_sale.state, pageTag(view)];
    };
    expect(moments.map((moment) => look(moment)[0])).toEqual(['not_yet', 'presale', 'not_yet', 'open', 'ended']);
    expect(new Set(moments.map((moment) => look(moment)[1])).size).toBe(4);
    // A clock that is set back.
    expect(look(at(5, 1, 23))[0]).toBe('presale');
    const view = { board, seats: board.statuses, now };
    expect(pageOf(view)).toBe(pageOf({ ...view, now: now + 1 }));
  });

  test('has the prices of what is free, and of all where nothing is', () => {
    const categories = ['Säle', null].map((category) => ({ category, from: 80, to: 1200, rates: [] }));
    const tickets: TicketRow[] = [80, 1200, 1200, 80].map((price, i) => [
      `t${i}`,
      `${i}`,
      price,
      'free',
      i < 2 ? 'Säle' : null,
    ]);
    const board = new SeatBoard({ ...snapshot(tickets), prices: { from: 80, to: 1200, categories } });
    const ranges = (locked: number[]) => {
      board.update(
        [],
        locked.map((i) => `t${i}`),
      );
      const { prices } = read(board);
      return [prices, ...prices.categories].map(({ from, to }) => [from, to]);
    };
    const all = [80, 1200];
    expect(ranges([])).toEqual([all, all, all]);
    expect(ranges([0])).toEqual([all, [1200, 1200], all]);
    expect(ranges([0, 3])).toEqual([
      [1200, 1200],
      [1200, 1200],
      [1200, 1200],
    ]);
    expect(ranges([1, 2, 3])).toEqual([[80, 80], [80, 80], all]);
    expect(ranges([0, 1, 2, 3])).toEqual([all, all, all]);
  });

  test.each(['cancelled', 'postponed'] as const)('of an event that is %s shows no seat as available', (status) => {
    const board = new SeatBoard({ ...snapshot(seats('free', 'claimed', 'booked')), status });
    board.update([['t1', 'Säl 1', 101, 'free']], []);
    expect(read(board).availability).toEqual({ free: 0, held: 2, sold: 1 });
    expect([...board.statuses.codes]).toEqual([1, 1, 2]);
  });

  test('an event without tickets has an empty list', () => {
    expect(read(new SeatBoard(snapshot([]))).tickets).toEqual([]);
  });

  test('a change makes a copy: bytes that were handed out stay as they were', () => {
    const board = new SeatBoard(snapshot(seats('free')));
    const before = bodyOf(board);
    expect(board.update([], ['t0'])).toBe(true);
    expect(new TextDecoder().decode(before)).toContain('"available"');
    expect(read(board).tickets[0].status).toBe('reserved');
    const same = bodyOf(board);
    board.update([], ['t0']);
    expect(bodyOf(board)).toBe(same);
  });

  test('the page of a moment can be made later, when the seats are others', () => {
    const board = new SeatBoard(snapshot(seats('free', 'free')));
    const moments = [board.statuses];
    for (const locked of [['t0'], ['t0', 't1'], ['t1']]) {
      board.update([], locked);
      moments.push(board.statuses);
    }
    const shown = (at: number) => read(board, moments[at]).tickets.map(({ status }: { status: string }) => status);
    for (const at of [2, 0, 3, 1])
      expect([at, ...shown(at)]).toEqual([
        at,
        at === 1 || at === 2 ? 'reserved' : 'available',
        at >= 2 ? 'reserved' : 'available',
      ]);
  });

  test('a new seat, another price or another name of a seat ask for a new board', () => {
    const board = () => new SeatBoard(snapshot(seats('free')));
    expect(board().update([['t9', 'A9', 100, 'free']], [])).toBe(false);
    expect(board().update([['t0', 'Säl 0', 99, 'free']], [])).toBe(false);
    expect(board().update([['t0', 'B1', 100, 'free']], [])).toBe(false);
    expect(board().update([['t0', 'Säl 0', 100, 'booked']], [])).toBe(true);
  });

  test('locks of tickets it does not know do not matter', () => {
    const board = new SeatBoard(snapshot(seats('free')));
    expect(board.update([], ['of another event'])).toBe(true);
    expect(read(board).tickets[0].status).toBe('available');
  });

  test('after any updates the bytes are those of a board written anew', () => {
    const sale = fc.constantFrom<Sale>('free', 'claimed', 'booked');
    const step = fc.record({
      written: fc.array(fc.tuple(fc.nat(9), sale), { maxLength: 4 }),
      locked: fc.uniqueArray(fc.nat(9), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const sales: Sale[] = Array.from({ length: 10 }, () => 'free');
        const board = new SeatBoard(snapshot(seats(...sales)));
        for (const { written, locked } of steps) {
          for (const [i, next] of written) sales[i] = next;
          const rows = written.map(([i]) => seats(...sales)[i]!);
          board.update(
            rows,
            locked.map((i) => `t${i}`),
          );
          const expected = sales.map((at, i) =>
            at === 'booked' ? 'booked' : at === 'claimed' || locked.includes(i) ? 'reserved' : 'available',
          );
          const page = read(board);
          expect(page.tickets.map((ticket: { status: string }) => ticket.status)).toEqual(expected);
          const of = (status: string) => expected.filter((one) => one === status).length;
          expect(page.availability).toEqual({ free: of('available'), held: of('reserved'), sold: of('booked') });
          const { codes, packed, version, seatsHash } = board.statuses;
          expect(packed).toEqual(pack(codes));
          expect(version).toBe(versionOf(seatsHash, packed));
        }
      }),
      { numRuns: 300 },
    );
  });
});
