import { check } from 'k6';
import http, { type RefinedParams, type RefinedResponse } from 'k6/http';
import { addressesFrom } from './addresses.ts';
import type { RequestName } from './thresholds.ts';

export type Response = RefinedResponse<'text'>;
export type ListedEvent = { uuid: string; name: string; date: string; venue: { location: string } };
export type EventList = { events: ListedEvent[]; next_cursor: string | null };
export type Seat = { uuid: string; status: 'available' | 'reserved' | 'booked' };
export type EventPage = { uuid: string; tickets: Seat[] };
export type SearchPage = { events: { uuid: string }[]; total: number; page: number; next_cursor?: string };

const { events, booking, search } = addressesFrom(__ENV);

/** A request without a response by then has failed; a visit under way at the end of a run may take as long. */
export const patienceSeconds = 10;

/** A page of upcoming events. */
export function listEvents(limit: number, cursor?: string): Response {
  return get('list', `${events}/api/v1/management/events?${query({ limit, cursor })}`);
}

/** An event with its seats; the body is text, as parsing costs more than the request. */
export function eventPage(uuid: string): Response {
  return get('event page', `${events}/api/v1/management/events/${uuid}`);
}

/** A page of events that match words. */
export function searchEvents(fields: { q: string; page?: number; size?: number; cursor?: string }): Response {
  return get('search', `${search}/api/v1/search/events?${query(fields)}`);
}

/** Reserves a seat: 200, or 409 when another user has it. */
export function reserve(ticket: string, user: string): Response {
  return post('reserve', { ticket_uuid: ticket, user_uuid: user }, [200, 409]);
}

/** Pays for a seat once, or `times` times at one moment; `expected` is the status of each. */
export function confirm(ticket: string, user: string, method: string, expected: number, times = 1): Response[] {
  const body = { ticket_uuid: ticket, user_uuid: user, payment_method_uuid: method };
  const { url, params } = posting('confirm', [expected]);
  const responses = http.batch<Request[]>(
    Array.from({ length: times }, (): Request => ['POST', url, JSON.stringify(body), params]),
  );
  return (Object.values(responses) as Response[]).map((response) => checked('confirm', response, [expected]));
}

type Request = [method: 'POST', url: string, body: string, params: RefinedParams<'text'>];

function get(name: RequestName, url: string): Response {
  return checked(name, http.get(url, params(name, [200])), [200]);
}

function post(name: 'reserve' | 'confirm', body: object, expected: number[]): Response {
  const { url, params } = posting(name, expected);
  return checked(name, http.post(url, JSON.stringify(body), params), expected);
}

function posting(name: 'reserve' | 'confirm', expected: number[]) {
  const headers = { 'Content-Type': 'application/json' };
  return { url: `${booking}/api/v1/booking/tickets/${name}`, params: { ...params(name, expected), headers } };
}

function params(name: RequestName, expected: number[]): RefinedParams<'text'> {
  // The requests of setup(), one after the other, are no part of the rush. It runs as visitor 0.
  const tags = { name: __VU === 0 ? 'setup' : name };
  const timeout = `${patienceSeconds}s`;
  return { tags, timeout, responseType: 'text', responseCallback: http.expectedStatuses(...expected) };
}

function checked(name: RequestName, response: Response, expected: number[]): Response {
  const isExpected = check(response, {
    [`${name}: ${expected.join(' or ')}`]: ({ status }) => expected.includes(status),
  });
  // Without ids, so that the same complaint is shown once.
  if (!isExpected)
    console.error(`${name}: ${response.status} ${response.error || (response.body ?? '').slice(0, 200)}`);
  return response;
}

function query(fields: Record<string, string | number | undefined>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
}
