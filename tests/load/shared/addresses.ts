/** Base addresses of the three services, without a slash at the end. */
export type Addresses = Record<ServiceName, string>;
export type ServiceName = 'events' | 'booking' | 'search';

type Env = Record<string, string | undefined>;

/** The variable that names each service's base address. */
export const addressVariables: Record<ServiceName, string> = {
  events: 'EVENTS_URL',
  booking: 'BOOKING_URL',
  search: 'SEARCH_URL',
};

const defaults: Addresses = {
  events: 'http://127.0.0.1:8080',
  booking: 'http://127.0.0.1:8081',
  search: 'http://127.0.0.1:8082',
};

/** The addresses of the platform: those of the environment, else the ones of `npm start`. */
export function addressesFrom(env: Env): Addresses {
  const address = (name: ServiceName) => (env[addressVariables[name]] || defaults[name]).replace(/\/+$/, '');
  return { events: address('events'), booking: address('booking'), search: address('search') };
}
