import type { City, Language } from './catalogue.ts';
import { cities, type LanguagePack, languages, type PerformerKind } from './catalogue.ts';
import type { Random } from './random.ts';

export type Performer = {
  uuid: string;
  name: string;
  /** The age in years: of a person, or since the foundation of a band, an orchestra or a club. */
  age: number;
  description: string;
  kind: PerformerKind;
  language: Language;
};

/** The number of performers of each kind per language. */
export type CastSize = Record<PerformerKind, number>;

/** Invents performers of every language and kind, no two of one name; fewer than asked where the words run out. */
export function makeCast(random: Random, uuids: Random, size: CastSize): Performer[] {
  const names = new Set<string>();
  const cast: Performer[] = [];
  for (const language of Object.keys(languages) as Language[]) {
    const homes = cities.filter((city) => city.language === language);
    for (const kind of Object.keys(size) as PerformerKind[]) {
      for (let i = 0; i < size[kind]; i++) {
        const name = newName(random, languages[language], kind, names);
        if (name === undefined) break;
        cast.push({ uuid: uuids.uuid(), name, kind, language, ...portrait(random, language, kind, homes) });
      }
    }
  }
  return cast;
}

/** Puts values into the `{slots}` of a sentence, and a capital at its start. */
export function fill(sentence: string, slots: Record<string, string>): string {
  const text = sentence.replace(/\{(\w+)\}/g, (_, slot: string) => {
    const value = slots[slot];
    if (value === undefined) throw new Error(`Nothing to put into {${slot}} of "${sentence}"`);
    return value;
  });
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function newName(random: Random, pack: LanguagePack, kind: PerformerKind, taken: Set<string>): string | undefined {
  for (let attempt = 0; attempt < 50; attempt++) {
    const name = drawName(random, pack, kind);
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
  return undefined;
}

function drawName(random: Random, pack: LanguagePack, kind: PerformerKind): string {
  const placed = (patterns: string[]) => fill(random.pick(patterns), { place: random.pick(pack.places) });
  switch (kind) {
    case 'band':
      return random.pick(pack.bandHeads) + pack.joint + random.pick(pack.bandTails);
    case 'soloist':
    case 'comedian':
      return personName(random, pack);
    case 'ensemble':
      return placed(pack.ensembles);
    case 'company':
      return placed(pack.companies);
    case 'club':
      return placed(pack.clubs);
  }
}

function personName(random: Random, pack: LanguagePack): string {
  const [first, last] = [random.pick(pack.firstNames), random.pick(pack.lastNames)];
  // Japanese is the one language here that is written without spaces, and puts the family first.
  return pack.joint === '' ? `${last} ${first}` : `${first} ${last}`;
}

const ages: Record<PerformerKind, [number, number]> = {
  band: [3, 30],
  soloist: [21, 68],
  comedian: [24, 64],
  ensemble: [12, 140],
  company: [5, 110],
  club: [18, 125],
};

function portrait(random: Random, language: Language, kind: PerformerKind, homes: City[]) {
  const pack: LanguagePack = languages[language];
  const slots = { city: random.pick(homes).name, genre: random.pick(pack.genres) };
  return { age: random.int(...ages[kind]), description: fill(random.pick(pack.about[kind]), slots) };
}
