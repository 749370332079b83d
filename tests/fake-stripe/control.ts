import { Failure } from './failure.ts';
import type { Handle } from './handle.ts';

type Told = { amount?: number; status?: string; as?: 'won' | 'lost' };

/** The fake's own handle over HTTP, for when it runs as a separate process. */
export function control(fake: Handle, method: string, path: string, body: string): Response {
  const [, , what = '', id = '', verb = ''] = path.split('/');
  const told: Told = what !== 'faults' && body ? JSON.parse(body) : {};
  try {
    switch (`${method} ${what} ${verb}`.trim()) {
      case 'GET intents':
        return Response.json(fake.intents());
      case 'GET events':
        return Response.json(fake.events());
      case 'POST faults':
        fake.faults.push(...JSON.parse(body));
        return Response.json(fake.faults);
      case 'POST intents approve':
        fake.approve(id);
        return Response.json({});
      case 'POST intents reject':
        fake.reject(id);
        return Response.json({});
      case 'POST intents refund':
        return Response.json(fake.refundByHand(id, told.amount));
      case 'POST intents cancel':
        return Response.json(fake.cancelByHand(id));
      case 'POST intents capture':
        return Response.json(fake.captureByHand(id, told.amount));
      case 'POST intents dispute':
        return Response.json(fake.openDispute(id, told.status));
      case 'POST intents close-dispute':
        fake.closeDispute(id, told.as ?? 'lost');
        return Response.json({});
      case 'POST refunds fail':
        fake.failRefund(id);
        return Response.json({});
      case 'POST refunds settle':
        fake.settleRefund(id);
        return Response.json({});
      default:
        return Response.json({ error: { message: `Unknown: ${method} ${path}` } }, { status: 404 });
    }
  } catch (error) {
    if (error instanceof Failure) return Response.json({ error: error.body }, { status: error.status });
    throw error;
  }
}
