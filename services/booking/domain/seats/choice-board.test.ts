import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { inOneGo } from '../../../../shared/async/in-slices.ts';
import { seatsByRow } from './best-seats.ts';
import { ChoiceBoard } from './choice-board.ts';

test('the best set of a board is taken again when it is given back, however many were taken since', () => {
  const seats = Array.from({ length: 1000 }, (_, n) => {
    const seat = `${1 + Math.floor(n / 40)}-${1 + (n % 40)}`;
    return { uuid: randomUUID(), seat, price: 100, currency: 'EUR', free: true };
  });
  const board = new ChoiceBoard();
  board.layOut(inOneGo(seatsByRow(seats, { mayStrand: true })));
  const take = () => board.take({ quantity: 2 }, { isInRush: true, tries: 0 })!;
  const first = take();
  const others = Array.from({ length: 300 }, take);
  expect(new Set(others.flatMap(({ uuids }) => uuids)).size).toBe(600);
  for (const set of others) board.settle(set, 'held', 1);
  board.settle(first, 'free', 1);
  expect(take().uuids).toEqual(first.uuids);
});
