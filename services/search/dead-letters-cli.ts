import { kafkaConfig, kafkaVariables, readConfig } from '../../shared/config.ts';
import { UsageError } from '../../shared/lifecycle.ts';
import { silentLog } from '../../shared/log.ts';
import { kafkaLetterBox, type Letter, type LetterBox } from './adapters/kafka-letter-box.ts';

export const deadLettersUsage = `  search dead-letters list
                   show the changes that could not be read or indexed, and why
  search dead-letters replay
                   send those since the last replay once more
`;

/** The work of `search dead-letters`. Throws `UsageError`. */
export async function deadLetters(args: string[], env: Record<string, string | undefined>): Promise<void> {
  const work = { list, replay }[args[0] ?? ''];
  if (!work || args.length > 1) throw new UsageError(`Usage:\n${deadLettersUsage}`);
  const config = kafkaConfig(readConfig(kafkaVariables, env));
  if (!config) {
    throw new UsageError(
      'search dead-letters is for those in Kafka: set KAFKA_LISTENERS. Without it they are in the table cdc_dead_letters.',
    );
  }
  const box = kafkaLetterBox({ config, log: silentLog });
  try {
    await work(box);
  } finally {
    await box.close();
  }
}

async function list(box: LetterBox): Promise<void> {
  let letters = 0;
  await box.list((letter) => {
    letters++;
    console.log(lineOf(letter));
  });
  console.log(letters === 0 ? 'No dead letters.' : `${letters} dead ${letters === 1 ? 'letter' : 'letters'}.`);
}

async function replay(box: LetterBox): Promise<void> {
  const { sent, skipped } = await box.replay((letter) => console.log(lineOf(letter)));
  console.log(`Replayed ${sent}${skipped > 0 ? `, skipped ${skipped} that came from elsewhere` : ''}.`);
  if (sent > 0) console.log('What still cannot be read comes back; see it with `search dead-letters list`.');
}

function lineOf({ offset, time, position, cause, replays, value }: Letter): string {
  const again = replays > 0 ? `  (replayed ${replays}×)` : '';
  return `#${offset}  ${time}  ${position}  ${cause}${again}\n    ${printable(String(value ?? '')).slice(0, 200)}`;
}

/** Nothing in a message may steer the terminal. */
const printable = (text: string) => text.replaceAll(/\p{Cc}/gu, '·');
