import { AsyncLocalStorage } from 'node:async_hooks';
import type { AttributeValue, Link } from '@opentelemetry/api';

export type Attributes = Record<string, AttributeValue | undefined>;
export type Kind = 'internal' | 'server' | 'client' | 'consumer';
export type SpanOptions = { kind?: Kind; attributes?: Attributes; links?: Link[] };

/** A piece of work of a sampled trace that has begun. */
export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  /** A link to it, from a span of another trace. */
  readonly link: Link;
  set(attributes: Attributes): void;
  rename(name: string): void;
  child(name: string, options?: SpanOptions): Span;
  /** Ends it; with an error, as far as `error` is one that its caller could not expect. */
  end(error?: unknown): void;
  /** Returns false once the first span of its trace in this process has ended. */
  isOpen(): boolean;
};

/** Made by the first trace: before, no asynchronous call of the process carries a context. */
let current: AsyncLocalStorage<Span> | undefined;

/** Runs work in no context. It is made before there is any. */
let outside = <T>(work: () => T): T => work();

/** Sampled traces under way in this process: while it is 0, all that is here costs one comparison. */
let open = 0;

/** Whether any service of this process makes traces; what is wrapped for spans is wrapped only then. */
let isOn = false;

export const tracingIsOn = (): boolean => isOn;

/** Makes what is opened from now on show its calls as spans; returns a function that ends that, for tests. */
export function turnTracingOn(): () => void {
  isOn = true;
  return () => {
    isOn = false;
  };
}

/** Returns the span of the work that calls this; undefined outside a sampled trace. */
export function currentSpan(): Span | undefined {
  if (open === 0) return undefined;
  const found = current?.getStore();
  return found?.isOpen() ? found : undefined;
}

/** Does the work, as a span of the current trace if there is one. The work may return a promise. */
export function span<T>(name: string, options: SpanOptions, work: () => T): T {
  const parent = currentSpan();
  return parent ? inside(parent.child(name, options), work) : work();
}

/** Does the work that begins a trace in this process, and ends its span. */
export function rootSpan<T>(root: Span, work: () => T): T {
  open++;
  return inside(root, work, () => open--);
}

/** Does the work within a span, which it does not end. Spans are made below it until `leave` is called. */
export function enter<T>(root: Span, work: () => T): { result: T; leave(): void } {
  open++;
  return { result: within(root, work), leave: () => void open-- };
}

/**
 * Does the work of several callers at once: as a span of the first one that is traced, with links to the others. Work of
 * a single caller is no span of its own. Work of callers without a trace is of none, whichever it is started from.
 */
export function sharedSpan<T>(name: string, callers: (Span | undefined)[], work: () => T): T {
  if (open === 0) return work();
  const [first, ...others] = callers.filter((one) => one?.isOpen()) as Span[];
  if (!first) return outsideTrace(work);
  if (callers.length === 1) return within(first, work);
  const attributes = { 'db.operation.batch.size': callers.length };
  return inside(first.child(name, { attributes, links: others.map(({ link }) => link) }), work);
}

/**
 * Does work that outlives its caller, or serves others too, such as a driver's: in no context, for one that it took
 * along would stay with all that it does later.
 */
export const outsideTrace = <T>(work: () => T): T => (open === 0 ? work() : outside(work));

function within<T>(entered: Span, work: () => T): T {
  if (!current) {
    current = new AsyncLocalStorage();
    outside = AsyncLocalStorage.snapshot();
  }
  return current.run(entered, work);
}

function inside<T>(entered: Span, work: () => T, after = () => {}): T {
  const ended = (error?: unknown) => {
    entered.end(error);
    after();
  };
  try {
    const result = within(entered, work);
    if (!(result instanceof Promise)) {
      ended();
      return result;
    }
    return result.then(
      (value) => {
        ended();
        return value;
      },
      (error) => {
        ended(error);
        throw error;
      },
    ) as T;
  } catch (error) {
    ended(error);
    throw error;
  }
}

/** The members that name a span in a log line. */
export type SpanIds = { trace_id?: string; span_id?: string };

export const idsOf = (span: Span | undefined): SpanIds =>
  span ? { trace_id: span.traceId, span_id: span.spanId } : {};

/** Returns those of the current span, in an object of their own: pino writes into it. */
export const spanIds = (): SpanIds => idsOf(currentSpan());

/**
 * Returns the port with each of its calls as a span, `orders.claim`, say; without traces, the port itself. `attributes`
 * are the same for all.
 */
export function tracedPort<P extends object>(name: string, port: P, attributes: Attributes = {}): P {
  if (!isOn) return port;
  const options = { attributes };
  const entries = Object.entries(port).map(([method, member]) => {
    if (typeof member !== 'function') return [method, member];
    return [method, (...args: unknown[]) => span(`${name}.${method}`, options, () => member(...args))];
  });
  return Object.fromEntries(entries) as P;
}
