import type { OfferedSeat } from './candidates.ts';
import { addRows, currenciesOf, emptyHall, type Hall, hallWriter, type SeatedHall, shapes } from './hall.ts';
import type { PlanLayout } from './plan-layout.ts';
import { rowsInSteps } from './seat-rows.ts';

/**
 * Returns the hall of an event with a plan: its rows, tables and areas, and after them the rows of the seats that are
 * not of the plan, by their labels. Places of the plan without a ticket are gaps.
 */
export function* hallOfPlan(layout: PlanLayout, seats: readonly OfferedSeat[]): Generator<void, SeatedHall, void> {
  const { planned, others } = byPlace(layout, seats);
  const labelled = yield* rowsInSteps(others);
  const size = seats.length;
  const hall: Hall & Required<Pick<Hall, 'away' | 'x' | 'y'>> = {
    ...emptyHall(size, currenciesOf(seats)),
    away: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    x: new Float64Array(size).fill(Number.NaN),
    y: new Float64Array(size).fill(Number.NaN),
  };
  const writer = hallWriter(hall);
  for (const { from, to, shape, name } of layout.rows) {
    let before = -1;
    for (let at = from; at < to; at++) {
      const seat = planned[at];
      if (!seat) continue;
      if (before < 0) writer.beginRow(shape);
      const place = writer.add(seat, name);
      const isBeside = shape === shapes.line ? before === at - 1 && layout.isBeside[at] : before >= 0;
      hall.isBeside[place] = Number(isBeside);
      hall.isLoose[place] = layout.isLoose[at]!;
      hall.kind[place]! |= layout.kind[at]!;
      hall.away[place] = layout.away[at]!;
      hall.x[place] = layout.x[at]!;
      hall.y[place] = layout.y[at]!;
      before = at;
    }
    yield;
  }
  yield* addRows(hall, writer, labelled);
  return writer.end();
}

/** A ticket of a place that another one has, or that the plan has not, is taken for one that is not of the plan. */
function byPlace({ places }: PlanLayout, seats: readonly OfferedSeat[]) {
  const planned = new Array<OfferedSeat | undefined>(places);
  const others: OfferedSeat[] = [];
  for (const seat of seats) {
    const { place } = seat;
    const isOfPlan = typeof place === 'number' && place >= 0 && place < places;
    if (isOfPlan && !planned[place]) planned[place] = seat;
    else others.push(seat);
  }
  return { planned, others };
}
