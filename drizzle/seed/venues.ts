import { type City, cityNamed } from './cities.ts';

/** A venue. `location` is the displayed text; an `arena` has room for matches and none for chamber music. */
export type Venue = { location: string; name: string; seatMap: SeatMap; city: City; arena: boolean };

/** The seats that a hall's plan draws, by label. */
export type SeatMap = Record<string, true>;

type Row = [name: string, city: string];

/** The original system's four come first. */
const rows: Row[] = [
  ['Madison Square Garden', 'New York'],
  ['Staples Center', 'Los Angeles'],
  ['Royal Albert Hall', 'London'],
  ['Estádio Maracanã', 'Rio de Janeiro'],
  ['Wembley Stadium', 'London'],
  ['Accor Arena', 'Paris'],
  ['Carnegie Hall', 'New York'],
  ['Apollo Theater', 'New York'],
  ['Hollywood Bowl', 'Los Angeles'],
  ['Chicago Theatre', 'Chicago'],
  ['Ryman Auditorium', 'Nashville'],
  ['Massey Hall', 'Toronto'],
  ['Théâtre du Nouveau Monde', 'Montréal'],
  ['Sydney Opera House', 'Sydney'],
  ['Abbey Theatre', 'Dublin'],
  ['Usher Hall', 'Edinburgh'],
  ['Artscape Opera House', 'Cape Town'],
  ['Royal Opera House', 'Mumbai'],
  ['세종문화회관', '서울'],
  ['Harpa', 'Reykjavík'],
  ['Müpa', 'Budapest'],
  ['Süreyya Operası', 'İstanbul'],
  ['Operahuset', 'Oslo'],
  ['Olympia', 'Paris'],
  ['Comédie-Française', 'Paris'],
  ['Auditorium Maurice-Ravel', 'Lyon'],
  ['La Monnaie', 'Bruxelles'],
  ['Victoria Hall', 'Genève'],
  ['Philharmonie', 'Berlin'],
  ['Tempodrom', 'Berlin'],
  ['Elbphilharmonie', 'Hamburg'],
  ['Prinzregententheater', 'München'],
  ['Lanxess Arena', 'Köln'],
  ['Gürzenich', 'Köln'],
  ['Musikverein', 'Wien'],
  ['Tonhalle', 'Zürich'],
  ['Teatro Real', 'Madrid'],
  ['Palacio Vistalegre', 'Madrid'],
  ['Palau de la Música Catalana', 'Barcelona'],
  ['Teatro de la Maestranza', 'Sevilla'],
  ['Teatro Cervantes', 'Málaga'],
  ['Teatro Colón', 'Buenos Aires'],
  ['Luna Park', 'Buenos Aires'],
  ['Palacio de Bellas Artes', 'Ciudad de México'],
  ['Teatro Mayor', 'Bogotá'],
  ['Teatro Municipal', 'Santiago de Chile'],
  ['Sala São Paulo', 'São Paulo'],
  ['Ginásio do Ibirapuera', 'São Paulo'],
  ['Theatro Municipal', 'Rio de Janeiro'],
  ['Teatro Amazonas', 'Manaus'],
  ['Coliseu dos Recreios', 'Lisboa'],
  ['Casa da Música', 'Porto'],
  ['Teatro alla Scala', 'Milano'],
  ['Unipol Forum', 'Milano'],
  ['Auditorium Parco della Musica', 'Roma'],
  ['Teatro La Fenice', 'Venezia'],
  ['Arena di Verona', 'Verona'],
  ['Teatro di San Carlo', 'Napoli'],
  ['Tivoli', 'København'],
  ['Royal Arena', 'København'],
  ['Det Kongelige Teater', 'København'],
  ['Musikhuset', 'Aarhus'],
  ['Odeon', 'Odense'],
  ['Avicii Arena', 'Stockholm'],
  ['Dramaten', 'Stockholm'],
  ['Konserthuset', 'Göteborg'],
  ['Malmö Opera', 'Malmö'],
  ['Concertgebouw', 'Amsterdam'],
  ['Ahoy', 'Rotterdam'],
  ['Bourlaschouwburg', 'Antwerpen'],
  ['Teatr Wielki', 'Warszawa'],
  ['Filharmonia Krakowska', 'Kraków'],
  ['Atlas Arena', 'Łódź'],
  ['Rudolfinum', 'Praha'],
  ['O2 arena', 'Praha'],
  ['Národní divadlo', 'Praha'],
  ['Janáčkovo divadlo', 'Brno'],
  ['Divadlo J. K. Tyla', 'Plzeň'],
  ['日本武道館', '東京'],
  ['歌舞伎座', '東京'],
  ['大阪城ホール', '大阪'],
  ['札幌コンサートホールKitara', '札幌'],
];

const arenas = new Set([
  'Madison Square Garden',
  'Staples Center',
  'Estádio Maracanã',
  'Wembley Stadium',
  'Accor Arena',
  'Avicii Arena',
  'Royal Arena',
  'Lanxess Arena',
  'Palacio Vistalegre',
  'Luna Park',
  'Ginásio do Ibirapuera',
  'Unipol Forum',
  'Ahoy',
  'Atlas Arena',
  'O2 arena',
  '日本武道館',
  '大阪城ホール',
]);

/** The plans of the original's halls. */
const originalPlans: Record<string, string[]> = {
  'Madison Square Garden': ['A1', 'A2', 'A3', 'B1', 'B2', 'B3', 'C1', 'C2', 'C3'],
  'Staples Center': ['VIP1', 'VIP2', 'VIP3', 'A1', 'A2', 'A3', 'B1', 'B2'],
  'Royal Albert Hall': ['BOX1', 'BOX2', 'STALL1', 'STALL2', 'STALL3', 'CIRCLE1'],
  'Estádio Maracanã': ['A1', 'A2', 'A3', 'A4', 'B1', 'B2', 'B3', 'B4'],
};

/** Real halls across the world. */
export const venues: Venue[] = rows.map(([name, city]) => venueOf(name, cityNamed(city), arenas.has(name)));

/** A hall in a city. */
export function venueOf(name: string, city: City, arena: boolean): Venue {
  return { location: `${name}, ${city.name}`, name, seatMap: seatMapOf(name), city, arena };
}

/** The seats that a hall's plan draws: if unknown, those nearest to the stage. */
function seatMapOf(name: string): SeatMap {
  const labels = originalPlans[name] ?? ['A', 'B', 'C'].flatMap((row) => [1, 2, 3, 4].map((seat) => `${row}${seat}`));
  return Object.fromEntries(labels.map((label) => [label, true] as const));
}
