import { have } from './meaning.ts';
import { nameOfCode } from './places.ts';
import type { Reason } from './score.ts';
import type { Field } from './terms.ts';

/** Says in words why an event has its score, the weightiest reason first; what several wishes share, once. */
export function explained(reasons: Reason[]): string[] {
  const scores = new Map<string, number>();
  for (const reason of reasons) {
    const said = saying(reason);
    scores.set(said, (scores.get(said) ?? 0) + reason.score);
  }
  return [...scores].sort(([, a], [, b]) => b - a).map(([said, score]) => `${said}: ${points(score)}`);
}

function saying({ typed, term, field, how }: Reason): string {
  const place = nameOfCode(term);
  // The term of a time is a sign of ours.
  const isAsTyped = field === 'when' || (how === 'is' && term === typed);
  const found = isAsTyped ? '' : ` as “${place ?? term}”${place ? ', of which it is a name' : howFound[how]}`;
  return `“${typed}” is ${places[field]}${found}`;
}

function points(score: number): string {
  const halves = Math.floor(score / have);
  const words = halves === 1 ? 'half as a word' : halves === 2 ? 'as a word' : `as ${halves / 2} words`;
  return `${score % have} points${halves === 0 ? '' : `, which counts ${words}`}`;
}

const howFound: Record<Reason['how'], string> = {
  is: '',
  begins: ', which it begins',
  near1: ', one edit away',
  near2: ', two edits away at most',
  begins1: ', whose beginning is one edit away at most',
};

const places: Record<Field, string> = {
  lead: 'in the name of whom the event is about',
  title: 'in the title',
  support: 'in the name of another performer',
  place: 'in the place',
  about: 'in the description',
  when: 'when the event takes place',
  leadName: 'the whole name of whom the event is about',
  partName: 'the name of an artist among those whom the event is about',
  titleName: 'the title, or a whole part of it',
  supportName: 'the whole name of another performer',
  placeName: 'the whole name of the venue, the city or the country',
  act: 'in the title, or in the name of whom the event is about,',
  anyWord: 'in the names, or in the place,',
  anyName: 'nearly one of the names',
};
