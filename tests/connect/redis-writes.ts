// A program for the test beside it: many commands in one turn, one of them long, to the Redis that the environment names.
// It prints how many of the responses are right, and how many writes of the socket they took.
import { redisConfig, redisVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openRedis } from '../../shared/redis/client.ts';

const redis = openRedis(redisConfig(readConfig(redisVariables, process.env))!, { deadlineMs: 10_000 });
let writes = 0;
redis.client.prependListener('connect', () => {
  const { stream } = redis.client as unknown as { stream: { write(data: unknown): boolean } };
  const write = stream.write.bind(stream);
  stream.write = (data: unknown) => {
    writes++;
    return write(data);
  };
});
await redis.ping();
writes = 0;
const long = 'ä'.repeat(2_000_000);
const texts = Array.from({ length: 1000 }, (_, i) => (i === 500 ? long : `${i}`));
// Bytes beside texts.
const said = await Promise.all(texts.map((text, i) => redis.client.echo(i % 2 ? Buffer.from(text) : text)));
console.log(JSON.stringify({ right: said.filter((text, i) => text === texts[i]).length, writes }));
await redis.close();
