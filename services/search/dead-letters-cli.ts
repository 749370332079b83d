import { readConfig } from '../../shared/config/environment.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { silentLog } from '../../shared/process/log.ts';
import type { Command, Env } from '../../shared/process/program.ts';
import { type DeadLetter, type DeadLetterTopic, kafkaDeadLetterTopic } from './adapters/kafka/dead-letter-topic.ts';
import { kafkaConfig, kafkaVariables } from './kafka-config.ts';

/** `search dead-letters`: what could not be read or indexed, where it is kept in Kafka. */
export const deadLetters: Command = {
  usage: [
    ['dead-letters list', 'show the changes that could not be read or indexed, and why'],
    ['dead-letters replay', 'send those since the last replay once more'],
  ],
  run,
};

const verbs = new Map(Object.entries({ list, replay }));

async function run(args: string[], env: Env): Promise<void> {
  const work = verbs.get(args[0] ?? '');
  if (!work || args.length > 1) throw new UsageError('search dead-letters takes list or replay. See search --help.');
  const config = kafkaConfig(readConfig(kafkaVariables, env));
  if (!config) {
    throw new UsageError(
      'search dead-letters is for those in Kafka: set KAFKA_LISTENERS. Without it they are in the table cdc_dead_letters.',
    );
  }
  const topic = kafkaDeadLetterTopic({ config, log: silentLog });
  try {
    await work(topic);
  } finally {
    await topic.close();
  }
}

async function list(topic: DeadLetterTopic): Promise<void> {
  let letters = 0;
  await topic.list((letter) => {
    letters++;
    console.log(lineOf(letter));
  });
  console.log(letters === 0 ? 'No dead letters.' : `${letters} dead ${letters === 1 ? 'letter' : 'letters'}.`);
}

async function replay(topic: DeadLetterTopic): Promise<void> {
  const { sent, skipped } = await topic.replay((letter) => console.log(lineOf(letter)));
  console.log(`Replayed ${sent}${skipped > 0 ? `, skipped ${skipped} that came from elsewhere` : ''}.`);
  if (sent > 0) console.log('What still cannot be read comes back; see it with `search dead-letters list`.');
}

function lineOf({ offset, time, position, cause, replays, value }: DeadLetter): string {
  const again = replays > 0 ? `  (replayed ${replays}×)` : '';
  return `#${offset}  ${time}  ${position}  ${cause}${again}\n    ${printable(String(value ?? '')).slice(0, 200)}`;
}

/** Nothing in a message may steer the terminal. */
const printable = (text: string) => text.replaceAll(/\p{Cc}/gu, '·');
