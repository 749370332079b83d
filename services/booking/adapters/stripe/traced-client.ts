import type Stripe from 'stripe';
import { span } from '../../../../shared/tracing/span.ts';

/**
 * The same client for HTTP, whose requests are spans of the current trace, by the semantic conventions of HTTP clients.
 * A repeated request is a span of its own. What is sent and received is not in them.
 */
export function tracedHttpClient(client: Stripe.HttpClient): Stripe.HttpClient {
  return {
    getClientName: () => client.getClientName(),
    makeRequest(host, port, path, method, ...rest) {
      const route = path.replace(/\?.*/, '').replace(/\/(?:pi|re|pm|cus|ch|seti|du|evt)_\w+/g, '/{id}');
      const attributes = {
        'http.request.method': method,
        'url.template': route,
        'server.address': host,
        'server.port': Number(port) || undefined,
      };
      return span(`${method} ${route}`, { kind: 'client', attributes }, () =>
        client.makeRequest(host, port, path, method, ...rest),
      );
    },
  };
}
