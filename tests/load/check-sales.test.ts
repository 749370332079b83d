import { describe, expect, test } from 'bun:test';
import { type Afterwards, checkSales, judge } from './check-sales.ts';
import { type Hold, type Line, parseRecord, type Sale, type SaleRecord, written } from './shared/record.ts';

const hold = (ticket: string, user: string): Hold => ({ record: 'hold', ticket, user });
const sale = (ticket: string, user: string): Sale => ({ record: 'sale', ticket, user, method: `card of ${user}` });

/** Ann bought seat 1, Bob seat 2, Cid holds seat 3 and left; seat 4 is free, and seat 0 was sold long ago. */
function soundSale() {
  const record: SaleRecord = {
    offer: { record: 'offer', event: 'show', seats: ['1', '2', '3', '4'], booked: ['0'] },
    holds: [hold('1', 'ann'), hold('2', 'bob'), hold('3', 'cid')],
    sales: [sale('1', 'ann'), sale('2', 'bob')],
    broken: 0,
  };
  const afterwards: Afterwards = {
    seats: [
      { uuid: '0', status: 'booked' },
      { uuid: '1', status: 'booked' },
      { uuid: '2', status: 'booked' },
      { uuid: '3', status: 'reserved' },
      { uuid: '4', status: 'available' },
    ],
    repeated: record.sales.map((sale) => ({ sale, buyer: 200, stranger: 409 })),
  };
  return { record, afterwards };
}

type Sound = ReturnType<typeof soundSale>;

/** Returns the faults of a sale in which only this was changed. */
function faultsWhen(change: (sound: Sound) => void, counted?: number): string[] {
  const sound = soundSale();
  change(sound);
  return judge(sound.record, sound.afterwards, counted).faults;
}

const show = (sound: Sound, ticket: string, status: 'available' | 'reserved' | 'booked') => {
  sound.afterwards.seats.find(({ uuid }) => uuid === ticket)!.status = status;
};

test('a sound sale has no fault', () => {
  const { record, afterwards } = soundSale();
  expect(judge(record, afterwards, 2)).toEqual({ seats: 4, sold: 2, soldTwice: 0, faults: [] });
});

describe('caught:', () => {
  test('a seat that was sold to two buyers', () => {
    const { record, afterwards } = soundSale();
    const second = sale('1', 'dan');
    record.holds.push(hold('1', 'dan'));
    record.sales.push(second);
    afterwards.repeated.push({ sale: second, buyer: 200, stranger: 409 });
    const verdict = judge(record, afterwards);
    expect(verdict).toMatchObject({ sold: 2, soldTwice: 1 });
    expect(verdict.faults).toEqual([
      'seat 1 was sold to ann and dan',
      'seat 1 was held by ann and dan at a time',
      '3 sales, but 2 seats became booked',
    ]);
  });

  test('a seat that two buyers held at a time', () => {
    expect(faultsWhen(({ record }) => record.holds.push(hold('3', 'dan')))).toEqual([
      'seat 3 was held by cid and dan at a time',
    ]);
  });

  test('a seat that many buyers held at a time', () => {
    const more = ['dan', 'eve', 'fay'].map((user) => hold('3', user));
    expect(faultsWhen(({ record }) => record.holds.push(...more))).toEqual([
      'seat 3 was held by cid and dan and 2 more at a time',
    ]);
  });

  test('a sale that the platform has lost', () => {
    expect(faultsWhen((sound) => show(sound, '2', 'available'))).toEqual([
      'seat 2 was sold, but is available',
      '2 sales, but 1 seats became booked',
    ]);
  });

  test('a reservation that the platform has lost', () => {
    expect(faultsWhen((sound) => show(sound, '3', 'available'))).toEqual(['seat 3 was reserved, but is available']);
  });

  test('a booked seat without a 200', () => {
    expect(faultsWhen((sound) => show(sound, '4', 'booked'))).toEqual([
      'seat 4 is booked, but nobody was told that they bought it',
      '2 sales, but 3 seats became booked',
    ]);
  });

  test('a seat that was sold before and is free again', () => {
    expect(faultsWhen((sound) => show(sound, '0', 'available'))).toEqual([
      'seat 0 was booked before the sale, but is available',
    ]);
  });

  test('a seat that is gone from the page', () => {
    expect(faultsWhen(({ afterwards }) => afterwards.seats.splice(3, 1))).toEqual([
      'seat 3 was reserved, but is missing',
    ]);
  });

  test('a sale to a buyer who did not hold the seat', () => {
    expect(faultsWhen(({ record }) => record.holds.shift())).toEqual(['seat 1 was sold to ann, who did not hold it']);
  });

  test('a seat that was not on offer', () => {
    expect(faultsWhen(({ record }) => record.offer!.seats.shift())).toEqual(['seat 1 was held, but was not on offer']);
  });

  test('a buyer whose repeated payment is refused, and a stranger whose payment is taken', () => {
    expect(
      faultsWhen(({ afterwards }) => {
        afterwards.repeated[0]!.buyer = 409;
        afterwards.repeated[1]!.stranger = 200;
      }),
    ).toEqual([
      'seat 1: its buyer ann pays again and is answered 409',
      'seat 2: a stranger pays for it and is answered 200',
    ]);
  });

  test('a payment without its repetition', () => {
    expect(faultsWhen(({ afterwards }) => afterwards.repeated.pop())).toEqual(['seat 2: its payment was not repeated']);
  });

  test('a record with fewer sales than k6 counted, or with a line that was cut short', () => {
    expect(faultsWhen(() => {}, 3)).toEqual(['k6 counted 3 sales, but the record has 2']);
    const cut = parseRecord(`${written(hold('1', 'ann'))}\n{"record":"sale","ticket":"1","us`);
    expect(cut.broken).toBe(1);
    expect(faultsWhen(({ record }) => void Object.assign(record, { broken: cut.broken }))).toEqual([
      "1 lines of the record can't be read: sales may be missing from it",
    ]);
  });

  test('a run that sold nothing', () => {
    const { record, afterwards } = soundSale();
    const verdict = judge({ ...record, sales: [], holds: [] }, { seats: afterwards.seats.slice(0, 1), repeated: [] });
    expect(verdict.faults).toEqual(['nothing was sold, so nothing is shown']);
  });
});

describe('asking the platform', () => {
  const lines: Line[] = [
    { record: 'offer', event: 'show', seats: ['1', '2'], booked: [] },
    hold('1', 'ann'),
    sale('1', 'ann'),
  ];
  const text = lines.map(written).join('\n');

  /** A platform that has sold seat 1 to `owner`, by its responses and its list of seats. */
  async function judgedBy(owner: string, status: string) {
    await using server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      routes: {
        '/api/v1/management/events/show': Response.json({
          tickets: [
            { uuid: '1', status },
            { uuid: '2', status: 'available' },
          ],
        }),
        '/api/v1/booking/tickets/confirm': async (request) => {
          const { user_uuid, payment_method_uuid } = (await request.json()) as Record<string, string>;
          const isOwner = user_uuid === owner && payment_method_uuid === 'card of ann';
          return new Response(null, { status: isOwner ? 200 : 409 });
        },
      },
    });
    const url = `http://127.0.0.1:${server.port}`;
    return (await checkSales(text, { EVENTS_URL: `${url}/`, BOOKING_URL: url })).faults;
  }

  test('finds a sound sale sound', async () => {
    expect(await judgedBy('ann', 'booked')).toEqual([]);
  });

  test('finds a seat that belongs to another', async () => {
    expect(await judgedBy('eve', 'booked')).toEqual(['seat 1: its buyer ann pays again and is answered 409']);
  });

  test('finds a seat that is not booked', async () => {
    expect(await judgedBy('ann', 'reserved')).toContain('seat 1 was sold, but is reserved');
  });

  test('fails for a platform that is away, or a run that had no event', async () => {
    const away = { EVENTS_URL: 'http://127.0.0.1:9', BOOKING_URL: 'http://127.0.0.1:9' };
    await expect(checkSales(text, away)).rejects.toThrow('does not answer');
    await expect(checkSales('', away)).rejects.toThrow('names no event');
  });
});
