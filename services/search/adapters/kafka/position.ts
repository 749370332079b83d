/** A message's place among all messages. */
export type Position = { topic: string; partition: number; offset: string };

/** As people read it: `pg.public.events/2@154`. */
export const formatPosition = ({ topic, partition, offset }: Position) => `${topic}/${partition}@${offset}`;

export function parsePosition(text: string): Position | undefined {
  const [, topic, partition, offset] = /^(.+)\/(\d+)@(\d+)$/.exec(text) ?? [];
  return topic && offset ? { topic, partition: Number(partition), offset } : undefined;
}
