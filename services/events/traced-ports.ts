import { tracedPort } from '../../shared/tracing/span.ts';
import type { Ports } from './domain/ports.ts';

/** Returns the ports in PostgreSQL with their calls as spans; without traces, the same. */
export const tracedPorts = <P extends Omit<Ports, 'clock'>>(ports: P): P =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, tracedPort(name, port)])) as P;
