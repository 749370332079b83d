import { words } from '../query/text.ts';

export type When = 'today' | 'tomorrow' | 'weekend' | 'next weekend' | 'either weekend';

/** A name that holds a date word is none. `sure` is a full word that hardly means anything else. */
export type DateWord =
  | { kind: 'month' | 'weekday'; number: number; sure: boolean }
  | { kind: 'relative'; when: When }
  | { kind: 'name' };

/** Date words by their folded query words, joined by spaces. Full names win over short ones, months over weekdays. */
export function readDateTable(): Map<string, DateWord> {
  const table = new Map<string, DateWord>();
  const add = (text: string, word: DateWord) => {
    const key = keyOf(text);
    if (!/^\d*$/.test(key) && !table.has(key)) table.set(key, word);
  };
  const addAll = (kind: 'month' | 'weekday', texts: string[], full = true) => {
    for (const [i, text] of texts.entries()) {
      const number = kind === 'month' ? i + 1 : i;
      if (full || isShortForm(text)) add(text, { kind, number, sure: full && !unsure.has(keyOf(text)) });
    }
  };

  for (const text of names) add(text, { kind: 'name' });
  for (const [when, texts] of relative) for (const text of texts.split(', ')) add(text, { kind: 'relative', when });
  for (const [number, texts] of withPreposition) {
    for (const text of texts.split(', ')) add(text, { kind: 'month', number, sure: true });
  }
  for (const months of monthForms) addAll('month', months.split(' '));
  for (const weekdays of weekdayForms) addAll('weekday', weekdays.split(' '));
  for (const language of languages) {
    const { months, weekdays } = datedNames(language, 'long');
    addAll('month', months);
    addAll('weekday', weekdays);
  }
  for (const language of ['pl', 'ru', 'ja']) addAll('month', monthNames(language));
  const short = languages.map((language) => datedNames(language, 'short'));
  for (const { months } of short) addAll('month', months, false);
  for (const { weekdays } of short) addAll('weekday', weekdays, false);
  return table;
}

const keyOf = (text: string) => words(text).join(' ');

/** Two letters ("so", "do", "mi") are words of every kind, and so are the Portuguese "set" and "out". */
const isShortForm = (text: string) => keyOf(text).length >= 3 && !['set', 'out'].includes(keyOf(text));

const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'sv', 'ru', 'ja'];

const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 11)));
const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 10, 1 + day)));

/** Names that stand alone, where they differ from those in dates: "июль", "7月". */
function monthNames(language: string): string[] {
  const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', month: 'long' });
  return months.map((month) => format.format(month));
}

/** Names as a date has them: "10 июля". One format gives both, as making one takes milliseconds. */
function datedNames(language: string, width: 'long' | 'short') {
  const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: width, month: width, day: 'numeric' });
  const partOf = (date: Date, type: 'month' | 'weekday') =>
    format.formatToParts(date).find((part) => part.type === type)?.value ?? '';
  return { months: months.map((month) => partOf(month, 'month')), weekdays: week.map((day) => partOf(day, 'weekday')) };
}

/** Full names that are also words or people: May, Avril, Bruno Mars, Marco (março), Марта, Майя, Biene Maja, Domingo. */
const unsure = new Set('may mai maj mei mayo maja mars avril marco marca марта мая маи domingo'.split(' '));

/** Those months where a preposition makes them sure. */
const withPreposition: [month: number, phrases: string][] = [
  [3, 'en mars, i mars, em março'],
  [4, "en avril, d'avril"],
  [5, 'in may, im mai, en mai, en mayo, in mei, i maj, в мае'],
];

/** What follows a preposition in Polish and Russian. */
const monthForms = [
  'styczniu lutym marcu kwietniu maju czerwcu lipcu sierpniu wrześniu październiku listopadzie grudniu',
  'январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре',
];

/** Also the German "Sonnabend" and the Japanese forms without 日. */
const weekdayForms = [
  'niedzielę poniedziałek wtorek środę czwartek piątek sobotę',
  'воскресенье понедельник вторник среду четверг пятницу субботу',
  'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Sonnabend',
  '日曜 月曜 火曜 水曜 木曜 金曜 土曜',
];

/** "Weekend" alone and "the weekend" are left out: Vampire Weekend, The Weeknd. */
const relative: [When, string][] = [
  ['today', 'today, tonight, this evening, heute, heute abend, heute nacht, aujourd’hui, ce soir, hoy, esta noche'],
  ['today', 'oggi, stasera, stanotte, hoje, hoje à noite, esta noite, vandaag, vanavond, vannacht'],
  [
    'today',
    'dziś, dzisiaj, dziś wieczorem, idag, i dag, ikväll, i kväll, сегодня, сегодня вечером, 今日, 今夜, 今晩, 本日',
  ],
  ['tomorrow', 'tomorrow, tomorrow night, tomorrow evening, morgen, morgen abend, morgenavond, demain, demain soir'],
  ['tomorrow', 'mañana, domani, domani sera, amanhã, jutro, imorgon, i morgon, завтра, 明日, 明晩'],
  ['weekend', 'this weekend, at the weekend, on the weekend, coming weekend, this coming weekend'],
  ['weekend', 'Wochenende, am Wochenende, dieses Wochenende, kommendes Wochenende, am kommenden Wochenende'],
  ['weekend', 'ce week-end, ce weekend, fin de semana, este fin de semana, fim de semana, este fim de semana'],
  ['weekend', 'neste fim de semana, fine settimana, questo fine settimana, questo weekend, dit weekend'],
  ['weekend', 'komend weekend, ten weekend, w weekend, w ten weekend, helgen, i helgen, den här helgen'],
  ['weekend', 'выходные, на выходных, в выходные, в эти выходные, 週末, 今週末, 土日'],
  ['next weekend', 'next weekend, nächstes Wochenende, am nächsten Wochenende, week-end prochain, weekend prochain'],
  ['next weekend', 'le week-end prochain, volgend weekend, następny weekend, w następny weekend, nästa helg, 来週末'],
  ['next weekend', 'следующие выходные, в следующие выходные, на следующих выходных'],
  // The next one or the one after it, by speaker.
  [
    'either weekend',
    'próximo fin de semana, el próximo fin de semana, próximo fim de semana, no próximo fim de semana',
  ],
  ['either weekend', 'prossimo fine settimana, il prossimo fine settimana, prossimo weekend, przyszły weekend'],
];

/** Names that hold a date word. */
const names = ['Mardi Gras', 'Black Friday', 'Saturday Night Fever', 'Bruno Mars', 'Seconds to Mars', 'Avril Lavigne'];
