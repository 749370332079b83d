import type { LanguagePack } from './pack.ts';

export const nl: LanguagePack = {
  firstNames:
    'Aleida Boudewijn Cornélie Dirkje Evert Fenna Gijsbert Hiltje IJsbrand Jacoba Klaartje Lodewijk Machteld Noortje Otto Roelof Saskia Teun Wijnand Zwaantje'.split(
      ' ',
    ),
  lastNames:
    'Appelboom Bruggeman Dijkgraaf Eikelenboom Fluitsma Goudriaan Hazelnoot Kaarsgaren Lantaarn Molenwiek Nachtegaal Oeverloos Pannekoek Regenboog Schaduwlicht Torenvalk Veerpont Wolkenveld Zeewering Zonderland'.split(
      ' ',
    ),
  bandHeads:
    'De Lantaarns,De Meeuwen,De Veerlui,De Nachtvlinders,De Trams,De Dijken,De Kraaien,De Zolders,De Kometen,De Buren'.split(
      ',',
    ),
  bandTails:
    'van de Kade,om Middernacht,zonder Naam,in de Regen,van Papier,op het Dak,uit het Noorden,in de Mist,op Zondag,aan Zee'.split(
      ',',
    ),
  joint: ' ',
  places: ['Zeewijk', 'Molenhoek', 'Oosterveer', 'Duinrode', 'Vlietstede', 'Windhaven', 'Heidelust', 'Grachtzicht'],
  ensembles: ['Filharmonie {place}', 'Kamerorkest {place}', 'Koor {place}'],
  companies: ['Toneelgroep {place}', 'Ballet {place}', 'Poppentheater {place}'],
  clubs: ['SV {place}', 'VV {place}', 'Sparta {place}'],
  halls: ['Schouwburg {place}', 'Theater {place}', 'Muziekgebouw {place}', 'Podium {place}'],
  arenas: ['Arena {place}', 'Sporthal {place}', 'Stadion {place}'],
  genres: ['kleinkunst', 'indie', 'rock', 'jazz', 'elektronische muziek', 'nederpop'],
  tours: [
    'Wintertour',
    'Liedjes van de kade',
    'Tien jaar later',
    'Onversterkt',
    'Lichte nachten',
    'Thuiswedstrijd',
    'De laatste pont',
    'Open lucht',
    'Regen en zon',
  ],
  works: [
    'Bach: Matthäus-Passion',
    'Sweelinck: Psalmen',
    'Diepenbrock: Te Deum',
    'Mahler: Symfonie nr. 4',
    'Händel: Messiah',
    'Beethoven: Symfonie nr. 7',
    'Mozart: Requiem',
  ],
  plays: [
    'Gijsbrecht van Aemstel',
    'Mariken van Nieumeghen',
    'Elckerlijc',
    'Het Zwanenmeer',
    'De Toverfluit',
    'Warenar',
  ],
  comedyShows: ['Komt goed', 'Even tussendoor', 'Doe maar gewoon', 'Niet op voorraad', 'Bijna klaar'],
  festivals: ['Lantaarnfestival', 'Jazz aan de Kade', 'Zomerklanken', 'Polderpop', 'Haven in Concert'],
  competitions: ['Competitie', 'Beker, kwartfinale', 'Derby', 'Seizoensopening'],
  childrenShows: [
    'De beer op zolder',
    'Peter en de wolf',
    'De verkouden draak',
    'Muis naar de maan',
    'Assepoester',
    'De walvis in bad',
  ],
  versus: ' – ',
  about: {
    band: ['{genre} uit {city}, met meezingers.', 'Vier vrienden, één busje en veel {genre}.'],
    soloist: ['Een stem uit {city}, tussen {genre} en poëzie.'],
    ensemble: ['Speelt alles, van barok tot première.'],
    company: ['Een reizend gezelschap met liefde voor de klassieken.'],
    comedian: ['Cabaret uit {city}: droog, snel en mild.'],
    club: ['Een oude vereniging met een trouwe tribune.'],
  },
  tells: {
    concert: ['{performer} speelt het nieuwe album en de oude hits.', 'Een avond met {performer}.'],
    classical: ['{performer} in een feestelijk programma.', 'Groots symfonisch concert: {venue}.'],
    stage: ['Een nieuwe enscenering door {performer}.', '{performer} blaast een klassieker nieuw leven in.'],
    comedy: ['Een gloednieuw programma van {performer}.'],
    festival: ['Muziek op drie podia en eten uit de streek.', 'Muziek van de middag tot middernacht.'],
    sport: ['{performer} ontvangt in een beslissende wedstrijd.'],
    children: ['Een warme en grappige voorstelling vanaf vier jaar.', 'Poppen en liedjes met {performer}.'],
  },
  notes: ['Zaal open een uur van tevoren.', 'Met één pauze.', 'Genummerde plaatsen.', 'Rolstoeltoegankelijk.'],
};
