import { have } from './meaning.ts';
import { nameOfCode } from './places.ts';
import type { Reason } from './score.ts';
import type { Field } from './terms.ts';

/** Says in words why an event has its score, a sentence a reason, the weightiest first. */
export function explained(reasons: Reason[]): string[] {
  return [...reasons].sort((a, b) => b.score - a.score).map(sentence);
}

function sentence({ typed, term, field, how, score }: Reason): string {
  const place = nameOfCode(term);
  const found =
    how === 'is' && term === typed ? '' : ` as “${place ?? term}”${place ? ', of which it is a name' : howFound[how]}`;
  const counts = Math.floor(score / have);
  const worth = score % have;
  const counted = counts === 0 ? '' : counts === 1 ? ', which counts half as a word' : ', which counts as a word';
  return `“${typed}” is ${places[field]}${found}: ${worth} points${counted}`;
}

const howFound: Record<Reason['how'], string> = {
  is: '',
  begins: ', which it begins',
  near1: ', one edit away',
  near2: ', two edits away at most',
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
