import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EventSnapshot, Sale, TicketRow } from '../domain/event/event.ts';
import { SeatBoard } from '../domain/event/seat-board.ts';
import { pack, versionOf } from '../domain/event/seat-version.ts';
import { pageOf } from './event-page.ts';

const snapshot = (tickets: TicketRow[]): EventSnapshot => ({
  uuid: 'e',
  name: 'Zoë "live" – 日本',
  description: '',
  date: '2030-01-01T00:00:00Z',
  currency: 'EUR',
  venue: { uuid: 'v', location: 'Maracanã', seat_map: { A1: true } },
  performers: [],
  tickets,
  mark: { version: '1', since: '1' },
});

const bodyOf = (board: SeatBoard, statuses = board.statuses) => pageOf({ board, seats: statuses });
const read = (board: SeatBoard, statuses = board.statuses) =>
  JSON.parse(new TextDecoder().decode(bodyOf(board, statuses)));
const seats = (...sales: Sale[]): TicketRow[] => sales.map((sale, i) => [`t${i}`, `Säl ${i}`, 100 + i, sale]);

describe('the page of a seat board', () => {
  test('writes the event as the contract has it', () => {
    expect(read(new SeatBoard(snapshot(seats('free', 'claimed', 'booked'))))).toEqual({
      uuid: 'e',
      name: 'Zoë "live" – 日本',
      description: '',
      date: '2030-01-01T00:00:00Z',
      currency: 'EUR',
      venue: { uuid: 'v', location: 'Maracanã', seat_map: { A1: true } },
      performers: [],
      tickets: [
        { uuid: 't0', price: 100, seat: 'Säl 0', status: 'available' },
        { uuid: 't1', price: 101, seat: 'Säl 1', status: 'reserved' },
        { uuid: 't2', price: 102, seat: 'Säl 2', status: 'booked' },
      ],
    });
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
          expect(read(board).tickets.map((ticket: { status: string }) => ticket.status)).toEqual(expected);
          const { codes, packed, version, seatsHash } = board.statuses;
          expect(packed).toEqual(pack(codes));
          expect(version).toBe(versionOf(seatsHash, packed));
        }
      }),
      { numRuns: 300 },
    );
  });
});
