import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { isInUse } from '../../../../shared/db/code-uses.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Created, Creation, Rate, ReservedTicket } from '../../domain/reservation/reservation.ts';
import { isFree, isNotOver, isOnSale, isOpen, maxPrice, rateJson, type SaleWindow } from './fragments.ts';
import { codeUsesSince, type KnownUses, knownRows, knownUses, rateUsesSince } from './known-uses.ts';

type Sql = Db['sql'];

type Line = Omit<ReservedTicket, 'price' | 'rate'> & { price: number | null; rate?: Rate | null };
type Row = {
  made: { uuid: string; total: number; currency: string } | null;
  tickets: Line[] | null;
  isEnded: boolean;
  ticketLimit: number | null;
  isCodeInvalid?: boolean;
  isCodeUsedUp?: boolean;
  /** `isForOthers`: there would be enough for this request if the others of the statement did not want them as well. */
  soldOut?: { uuid: string; isForOthers: boolean }[] | null;
  /** In the first row: the uses of each limited code and rate before the statement, whose last reservation was `upTo`. */
  codeUses?: { code: string; uuid: string; used: number; maxUses: number }[] | null;
  rateUses?: { uuid: string; used: number }[] | null;
  upTo?: number | null;
};

/** What the requests of a statement ask for beside seats. */
type Limited = { eventUuid: string; codes: string[]; rates: string[]; holdMs: number; isLocked: boolean };

/** The kind of the requests of one statement: codes and rates make it longer, so a plain one stays short. */
export const kindOf = ({ limited }: Creation): string => (limited ? 'limited' : '');

/**
 * Makes a reservation of the locks of each request, unless one of its tickets is not for sale. All are of one event and
 * one kind.
 */
export function creation({ salesEndBeforeStartMs }: SaleWindow, uses: KnownUses = knownUses()) {
  return async (on: Sql, requests: Creation[], eventUuid: string): Promise<Created[]> => {
    const rows = await createAll(on, requests, eventUuid);
    const created: Created[] = [];
    const left = usesLeft(requests, rows);
    for (const [i, request] of requests.entries()) {
      const again = requests.length > 1 && (isForOthers(rows[i]!, rows) || isElsewhere(rows[i]!, request, left));
      const row = again ? (await createAll(on, [request], eventUuid))[0]! : rows[i]!;
      if (again && row.made) take(left, request);
      created.push(createdOf(request, row));
    }
    return created;
  };

  /** A use, or tickets at a rate, may have been kept for another request of the statement that was refused. */
  function isForOthers({ isCodeUsedUp, soldOut }: Row, all: Row[]): boolean {
    if (isCodeUsedUp) return all.some((other) => other.soldOut);
    return Boolean(soldOut?.every((rate) => rate.isForOthers));
  }

  async function createAll(on: Sql, requests: Creation[], eventUuid: string): Promise<Row[]> {
    const holdMs = requests[0]!.limited?.holdMs;
    const plain = { eventUuid, codes: [], rates: [], holdMs: 0, isLocked: false };
    if (holdMs === undefined) return await insert(on, requests, plain);
    const codes = [...new Set(requests.flatMap(({ limited }) => limited?.accessCode ?? []))];
    const rates = [...new Set(requests.flatMap(({ locks }) => locks.flatMap(({ rateUuid }) => rateUuid ?? [])))];
    const asked = { ...plain, codes, rates, holdMs };
    if (uses.of([...codes.map((code) => codeName(eventUuid, code)), ...rates]).length === 0) {
      // Most codes and rates have no limit. Where one has, this has written nothing.
      const rows = await insert(on, requests, asked);
      if (!rows[0]!.codeUses && !rows[0]!.rateUses) return rows;
    }
    return await createLimited(on, requests, asked);
  }

  async function createLimited(on: Sql, requests: Creation[], asked: Limited): Promise<Row[]> {
    const { eventUuid, codes, rates } = asked;
    // A statement does not see what was committed while it waited for a row: the one after it does. So what is limited
    // is locked first, and counted then.
    const rows = await inTransaction(on, async (tx) => {
      const lockCodes = tx`
        select from access_codes c join presales p on p.id = c.presale_id join events e on e.id = p.event_id
        where e.uuid = ${eventUuid} and c.code = any(${codes}) and c.max_uses is not null
        order by c.id for update of c`;
      const lockRates = tx`
        select from rates where uuid = any(${rates}) and max_tickets is not null order by id for update`;
      // All are sent at once, and done in this order.
      const locked = [...(codes.length > 0 ? [lockCodes] : []), ...(rates.length > 0 ? [lockRates] : [])];
      for (const lock of locked) lock.execute();
      const [rows] = await Promise.all([insert(tx, requests, { ...asked, isLocked: true }), ...locked]);
      return rows;
    });
    remember(eventUuid, rows[0]!);
    return rows;
  }

  function remember(eventUuid: string, { codeUses, rateUses, upTo }: Row): void {
    for (const code of Object.values(Object.groupBy(codeUses ?? [], (one) => one.code))) {
      uses.note(
        codeName(eventUuid, code![0]!.code),
        code!.map((one) => ({ ...one, upTo: upTo ?? 0 })),
      );
    }
    for (const rate of rateUses ?? []) uses.note(rate.uuid, [{ ...rate, upTo: upTo ?? 0 }]);
  }

  async function insert(
    on: Sql,
    requests: Creation[],
    { eventUuid, codes, rates: itsRates, holdMs, isLocked }: Limited,
  ): Promise<Row[]> {
    const [code, rates] = [codes.length > 0, itsRates.length > 0];
    const locks = requests.flatMap((request, asker) => request.locks.map((lock) => ({ asker, ...lock })));
    // Each fragment costs as much as a part of the statement: those that are not needed are not made.
    const none = on``;
    const withCode = (fragment: () => Fragment) => (code ? fragment() : none);
    const withRates = (fragment: () => Fragment) => (rates ? fragment() : none);
    return await on<Row[]>`
      with offered as (
        select id, ticket_limit, not ${code ? isNotOver(on, salesEndBeforeStartMs) : isOnSale(on, salesEndBeforeStartMs)}
          as is_ended ${withCode(() => on`, not ${isOpen(on)} as needs_code`)}
        from events e where uuid = ${eventUuid}
      ), wishes as (
        select w.*, offered.id as event_id, offered.is_ended, offered.ticket_limit ${withCode(() => on`, needs_code`)}
        from unnest(${requests.map((_, asker) => asker)}::int[], ${requests.map((one) => one.locks.length)}::int[],
          ${requests.map(({ userUuid }) => userUuid)}::text[]
          ${withCode(() => on`, ${requests.map(({ limited }) => limited?.accessCode ?? null)}::text[]`)}
        ) as w (asker, lines, user_uuid ${withCode(() => on`, code`)}) left join offered on true
      ), ${withCode(() => codesIn(on, holdMs, codes, knownRows(on, uses.of(codes.map((one) => codeName(eventUuid, one))))))}
      found as (
        select t.id, l.asker, l.token, l.price, l.currency ${withRates(() => on`, l.rate`)}
        from unnest(${locks.map(({ asker }) => asker)}::int[], ${locks.map(({ ticketUuid }) => ticketUuid)}::text[],
          ${locks.map(({ token }) => token)}::text[], ${locks.map(({ held }) => held?.price ?? null)}::bigint[],
          ${locks.map(({ held }) => held?.currency ?? null)}::text[]
          ${withRates(() => on`, ${locks.map(({ rateUuid }) => rateUuid ?? null)}::text[]`)}
        ) as l (asker, uuid, token, price, currency ${withRates(() => on`, rate`)})
        cross join lateral (select id from tickets where uuid = l.uuid offset 0) t
      ), wanted as (
        select t.id, t.uuid, t.seat, ${rates ? priceAtRate(on) : on`coalesce(found.price, t.price)`} as price,
          coalesce(found.currency, t.currency) as currency, found.token, found.asker ${withRates(() => on`, rates.id as rate_id`)}
        from tickets t join found on found.id = t.id join wishes on wishes.asker = found.asker
        ${withRates(() => on`left join rates on rates.uuid = found.rate and rates.event_id = t.event_id and withdrawn_at is null`)}
        where t.id = any(array(select id from found)) and t.event_id = wishes.event_id
          and ${isFree(on)} and t.price <= ${maxPrice}
      ), possible as (
        select wishes.user_uuid, wishes.event_id, w.*
          ${withCode(
            () => on`, codes.id as access_code_id, codes.used + row_number() over (partition by codes.id order by w.asker)
            > codes.max_uses as is_used_up`,
          )}
        from (
          select asker, sum(price) as total, min(currency) as currency, count(*) as lines,
            count(distinct currency) as currencies ${withRates(() => on`, bool_and(price is not null) as is_at_rates`)}
          from wanted group by asker
        ) w join wishes on wishes.asker = w.asker and wishes.lines = w.lines
        ${withCode(() => on`left join codes on codes.asker = w.asker`)}
        where w.currencies = 1 and not wishes.is_ended ${withRates(() => on`and w.is_at_rates`)}
          ${withCode(() => on`and (not wishes.needs_code or codes.id is not null)`)}
      ), ${withRates(() =>
        soldOutIn(
          on,
          holdMs,
          knownRows(on, uses.of(itsRates)),
          withCode(() => on`and is_used_up is not true`),
        ),
      )} chosen as (
        select gen_random_uuid()::text as uuid, p.* from possible p
        where true ${withCode(() => on`and is_used_up is not true`)}
          ${withRates(() => on`and p.asker not in (select asker from sold_out)`)}
          ${withCode(() => (isLocked ? none : on`and not exists (select from opening where max_uses is not null)`))}
          ${withRates(() => (isLocked ? none : on`and not exists (select from limits)`))}
      ), r as (
        insert into reservations (uuid, user_uuid, event_id, total, currency ${withCode(() => on`, access_code_id`)})
        select uuid, user_uuid, event_id, total, currency ${withCode(() => on`, access_code_id`)} from chosen
        returning id, uuid, total, currency
      ), made as (
        select r.*, chosen.asker from r join chosen on chosen.uuid = r.uuid
      ), lines as (
        insert into reservation_tickets (reservation_id, ticket_id, price, token ${withRates(() => on`, rate_id`)})
        select made.id, wanted.id, wanted.price, wanted.token ${withRates(() => on`, wanted.rate_id`)}
        from made join wanted on wanted.asker = made.asker
      )
      select (select json_build_object('uuid', uuid, 'total', total, 'currency', currency)
          from made where made.asker = wishes.asker) as made,
        (select json_agg(json_build_object('ticketUuid', uuid, 'seat', seat, 'price', price, 'token', token
            ${withRates(() => on`, 'rate', ${rateJson(on, on`rate_id`)}`)}) order by id)
          from wanted where wanted.asker = wishes.asker) as tickets, coalesce(is_ended, false) as "isEnded",
        ticket_limit as "ticketLimit"
        ${withCode(
          () => on`, needs_code and not exists (select from codes where asker = wishes.asker) as "isCodeInvalid",
          (select is_used_up from possible where asker = wishes.asker) as "isCodeUsedUp",
          case when asker = 0 then (
            select json_agg(json_build_object('code', code, 'uuid', uuid, 'used', used, 'maxUses', max_uses)) from opening where max_uses is not null
          ) end as "codeUses"`,
        )}
        ${withRates(
          () => on`, (select json_agg(json_build_object('uuid', uuid, 'isForOthers', is_for_others))
          from sold_out where asker = wishes.asker) as "soldOut",
          case when asker = 0 then (
            select json_agg(json_build_object('uuid', uuid, 'used', used)) from limits) end as "rateUses"`,
        )}
        ${code || rates ? on`, case when asker = 0 then (select max(id) from reservations)::float8 end as "upTo"` : none}
      from wishes order by wishes.asker`;
  }
}

/** The uses that each code has left after a statement, in all the presales that have it; none of codes without a limit. */
function usesLeft(requests: Creation[], rows: Row[]): Map<string, number> {
  const left = new Map<string, number>();
  for (const { code, used, maxUses } of rows[0]?.codeUses ?? []) {
    left.set(code, (left.get(code) ?? 0) + Math.max(maxUses - used, 0));
  }
  for (const [i, request] of requests.entries()) if (rows[i]!.made) take(left, request);
  return left;
}

function take(left: Map<string, number>, { limited }: Creation): void {
  const code = limited?.accessCode;
  const uses = code === undefined ? undefined : left.get(code);
  if (uses !== undefined) left.set(code!, uses - 1);
}

/** All requests of a statement use a code in one presale: another one may have uses left. */
const isElsewhere = ({ isCodeUsedUp }: Row, { limited }: Creation, left: Map<string, number>): boolean =>
  isCodeUsedUp === true && (left.get(limited?.accessCode ?? '') ?? 0) > 0;

const codeName = (eventUuid: string, code: string) => `${eventUuid} ${code}`;

/** The code of each request that needs one, and how often it is used: where several presales have it, that with most uses left. */
const codesIn = (on: Sql, holdMs: number, codes: string[], known: Fragment): Fragment => on`opening as (
  select c.id, c.uuid, c.code, c.max_uses, case when c.max_uses is not null then (
    case when known.used + later.uses + (select count(*) from wishes) <= c.max_uses then known.used + later.uses else (
      select count(*) from reservations r where r.access_code_id = c.id and ${isInUse(on, holdMs)}) end) end as used
  from offered join presales p on p.event_id = offered.id join access_codes c on c.presale_id = p.id
  left join ${known} known on known.uuid = c.uuid
  cross join lateral (select case when known.used is not null then ${codeUsesSince(on)} end as uses offset 0) later
  where offered.needs_code and c.code = any(${codes}) and p.starts_at <= now() and p.ends_at > now() and c.withdrawn_at is null
), codes as (
  select distinct on (wishes.asker) wishes.asker, c.id, c.max_uses, c.used
  from wishes join opening c on c.code = wishes.code
  order by wishes.asker, c.max_uses - c.used desc nulls first, c.id
),`;

/** Null where the rate has no price for the ticket's category. */
const priceAtRate = (on: Sql): Fragment => on`case when found.rate is null then coalesce(found.price, t.price) else (
  select price from rate_prices where rate_id = rates.id and category = t.category) end`;

/** The rates of each request that have fewer tickets left than it wants, with the requests before it. */
const soldOutIn = (on: Sql, holdMs: number, known: Fragment, isAllowed: Fragment): Fragment => on`demand as (
  select w.asker, w.rate_id, count(*) as own, sum(count(*)) over (partition by w.rate_id order by w.asker) as up_to
  from wanted w join possible p on p.asker = w.asker where w.rate_id is not null ${isAllowed} group by w.asker, w.rate_id
), limits as (
  select rates.id, rates.uuid, max_tickets, case
    when known.used + later.uses + wish.tickets <= max_tickets then known.used + later.uses
    else (
      select count(*) from reservation_tickets rt join reservations r on r.id = rt.reservation_id
      where rt.rate_id = rates.id and ${isInUse(on, holdMs)}
        and not exists (select from orders where reservation_id = r.id and status in ('pending', 'paid'))
        and not exists (
          select from order_tickets ot join orders o on o.id = ot.order_id
          where ot.ticket_id = rt.ticket_id and ot.token = rt.token and o.status <> 'failed')
    ) + (
      select count(*) from order_tickets ot join orders o on o.id = ot.order_id
      where ot.rate_id = rates.id and ot.refund_id is null and o.status in ('pending', 'paid')
    ) end as used
  from (select rate_id, sum(own) as tickets from demand group by rate_id) wish join rates on rates.id = wish.rate_id
  left join ${known} known on known.uuid = rates.uuid
  cross join lateral (select case when known.used is not null then ${rateUsesSince(on)} end as uses offset 0) later
  where max_tickets is not null
), sold_out as (
  select d.asker, l.uuid, l.used + d.own <= l.max_tickets as is_for_others
  from demand d join limits l on l.id = d.rate_id where l.used + d.up_to > l.max_tickets
),`;

function createdOf({ userUuid, eventUuid, locks }: Creation, row: Row): Created {
  if (row.isEnded) return { isEnded: true };
  if (row.isCodeInvalid) return { isCodeInvalid: true };
  const tickets = row.tickets ?? [];
  if (row.made) {
    const made = { ...row.made, userUuid, eventUuid, tickets: tickets.map(reserved), released: false, isOnSale: true };
    return { made, ticketLimit: row.ticketLimit };
  }
  const forSale = new Set(tickets.map(({ ticketUuid }) => ticketUuid));
  const conflicts = locks.map(({ ticketUuid }) => ticketUuid).filter((uuid) => !forSale.has(uuid));
  if (conflicts.length > 0) return { conflicts };
  const notAtRate = tickets.flatMap(({ ticketUuid, price }) => (price === null ? [ticketUuid] : []));
  if (notAtRate.length > 0) return { notAtRate };
  if (row.isCodeUsedUp) return { isCodeUsedUp: true };
  if (row.soldOut) return { soldOutRates: row.soldOut.map(({ uuid }) => uuid) };
  return { conflicts };
}

const reserved = ({ rate, ...line }: Line): ReservedTicket => ({ ...line, ...(rate && { rate }) }) as ReservedTicket;
