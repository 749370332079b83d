import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs looks every millisecond, on every connection, whether a request waits to be sent, by timers with a negative
 * time that runtimes warn of. A look is due only while one waits.
 */
const scheduleLook = RequestQueue.prototype.scheduleCheckPendingRequests;

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleIfNeeded() {
  if (this.pending.length > 0) scheduleLook.call(this);
};
