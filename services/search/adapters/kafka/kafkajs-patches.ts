// Where kafkajs' own classes are changed. Each change is made once, for all clients of the process.

import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
// Deno finds no errors by name in kafkajs itself.
import {
  KafkaJSConnectionClosedError,
  KafkaJSConnectionError,
  KafkaJSRequestTimeoutError,
} from 'kafkajs/src/errors.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import SocketRequest from 'kafkajs/src/network/requestQueue/socketRequest.js';

/**
 * When a broker has no such message, kafkajs commits that nothing was handled: then what the group knew is gone, even
 * when the broker only did not know yet that another leads. Here the reader goes to the oldest message without a
 * commit, and the offsets show whether anything was lost (`preparation.ts`, `continuity.ts`).
 */
OffsetManager.prototype.setDefaultOffset = async function goToOldest({ topic, partition }) {
  await this.cluster.refreshMetadata();
  const [found] = await this.cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions: [{ partition }] }]);
  const oldest = found?.partitions[0];
  if (oldest) this.resolvedOffsets[topic]![partition] = oldest.offset;
};

/**
 * kafkajs looks every millisecond, on every connection, whether a request waits to be sent, by timers with a negative
 * time that runtimes warn of. Here it looks only while a request waits.
 */
const scheduleLook = RequestQueue.prototype.scheduleCheckPendingRequests;

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleIfNeeded() {
  if (this.pending.length > 0) scheduleLook.call(this);
};

/**
 * To kafkajs a request without a response says nothing of its broker, so it asks the same one until it gives up. Here
 * the request fails as on a lost connection (`client.ts` ends the connection): then kafkajs looks which broker leads
 * now.
 */
const reject = SocketRequest.prototype.rejected;

SocketRequest.prototype.rejected = function rejectAsLost(error) {
  reject.call(this, error instanceof KafkaJSRequestTimeoutError ? lost(this, error) : error);
};

/** kafkajs expects the one class for the first request of a connection, and the other for all else. */
function lost({ broker, entry }: SocketRequest, { message }: Error): Error {
  if (entry.apiName === 'ApiVersions') return new KafkaJSConnectionError(message, { broker });
  const at = broker.lastIndexOf(':');
  const [host, port] = [broker.slice(0, at), Number(broker.slice(at + 1))];
  return new KafkaJSConnectionClosedError(message, { host, port });
}
