// Deno finds no errors by name in kafkajs itself.
import {
  KafkaJSConnectionClosedError,
  KafkaJSConnectionError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs/src/errors.js';
import SocketRequest from 'kafkajs/src/network/requestQueue/socketRequest.js';

/**
 * To kafkajs a request without an answer says nothing of its broker, so it asks the same one until it gives up. Here it is told
 * as a lost connection (which `client.ts` makes it): then the library looks who leads now.
 */
const reject = SocketRequest.prototype.rejected;

SocketRequest.prototype.rejected = function rejectAsLost(error) {
  reject.call(this, error instanceof KafkaJSRequestTimeoutError ? lost(this, error) : error);
};

/** Of one that is only being greeted it expects the one class, of all else the other. */
function lost({ broker, entry }: SocketRequest, { message }: Error): Error {
  if (entry.apiName === 'ApiVersions') return new KafkaJSConnectionError(message, { broker });
  const at = broker.lastIndexOf(':');
  const [host, port] = [broker.slice(0, at), Number(broker.slice(at + 1))];
  return new KafkaJSConnectionClosedError(message, { host, port });
}
