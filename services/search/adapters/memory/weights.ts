import type { EventDocument } from '../../domain/index/event-document.ts';
import { words } from '../../domain/query/text.ts';

/**
 * How much an event is about each of its words: BM25's saturation of repeats and its penalty for long texts, summed
 * over the fields by their boosts. It depends on nothing but the event, so what was indexed can be worked out again.
 */
export function wordWeights(event: EventDocument): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { text, boost, usualLength } of fields) addField(weights, words(text(event), 'index'), boost, usualLength);
  return weights;
}

/** The boosts are the product's; the usual lengths, in words, stand for averages that would change with every event. */
const fields = [
  { text: (event: EventDocument) => event.name, boost: 4, usualLength: 5 },
  { text: (event: EventDocument) => event.location, boost: 2, usualLength: 4 },
  { text: (event: EventDocument) => event.performers.join(' '), boost: 1, usualLength: 5 },
  { text: (event: EventDocument) => event.description, boost: 1, usualLength: 40 },
];

const saturation = 1.2;
const lengthPenalty = 0.75;

function addField(weights: Map<string, number>, found: string[], boost: number, usualLength: number): void {
  const counts = new Map<string, number>();
  for (const word of found) counts.set(word, (counts.get(word) ?? 0) + 1);
  const damping = saturation * (1 - lengthPenalty + (lengthPenalty * found.length) / usualLength);
  for (const [word, count] of counts) {
    const weight = (boost * count * (saturation + 1)) / (count + damping);
    weights.set(word, (weights.get(word) ?? 0) + weight);
  }
}
