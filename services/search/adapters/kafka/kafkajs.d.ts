declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  type Place = { topic: string; partition: number };
  export default class OffsetManager {
    cluster: {
      refreshMetadata(): Promise<void>;
      fetchTopicsOffset(
        topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
      ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
    };
    resolvedOffsets: Record<string, Record<number, string>>;
    setDefaultOffset(place: Place): Promise<void>;
  }
}

declare module 'kafkajs/src/network/requestQueue/socketRequest.js' {
  export default class SocketRequest {
    /** host:port */
    broker: string;
    entry: { apiName: string };
    rejected(error: Error): void;
  }
}

declare module 'kafkajs/src/errors.js' {
  export { KafkaJSConnectionError, KafkaJSError, KafkaJSRequestTimeoutError } from 'kafkajs';
  export class KafkaJSConnectionClosedError extends Error {
    constructor(message: string, at: { host: string; port: number });
  }
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  type Codec = { compress(encoder: unknown): Promise<Buffer>; decompress(bytes: Buffer): Promise<Buffer> };
  const compression: { Types: { Snappy: number; LZ4: number; ZSTD: number }; Codecs: Record<number, () => Codec> };
  export default compression;
}
