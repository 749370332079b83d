import { Failure } from './failure.ts';
import type { Fault } from './faults.ts';

type Controlled = {
  faults: Fault[];
  intents(): object[];
  events(): object[];
  approve(intentId: string): void;
  reject(intentId: string): void;
  failRefund(refundId: string): void;
};

/** The fake's own handle over HTTP, for when it runs as a process by itself. */
export function control(fake: Controlled, method: string, path: string, body: string): Response {
  const [, , what = '', id = '', verb = ''] = path.split('/');
  try {
    switch (`${method} ${what} ${verb}`.trim()) {
      case 'GET intents':
        return Response.json(fake.intents());
      case 'GET events':
        return Response.json(fake.events());
      case 'POST faults':
        fake.faults.push(...(JSON.parse(body) as Fault[]));
        return Response.json(fake.faults);
      case 'POST intents approve':
        fake.approve(id);
        return Response.json({});
      case 'POST intents reject':
        fake.reject(id);
        return Response.json({});
      case 'POST refunds fail':
        fake.failRefund(id);
        return Response.json({});
      default:
        return Response.json({ error: { message: `Unknown: ${method} ${path}` } }, { status: 404 });
    }
  } catch (error) {
    if (error instanceof Failure) return Response.json({ error: error.body }, { status: error.status });
    throw error;
  }
}
