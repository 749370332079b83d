import type { LanguagePack } from './pack.ts';

export const da: LanguagePack = {
  firstNames:
    'Asger Birgitte Cæcilie Ditlev Ellinor Frode Gyrith Hjalmar Inger Jeppe Kirstine Laurits Mathilde Njål Ørsted Rikke Søren Thyra Valdemar Åse'.split(
      ' ',
    ),
  lastNames:
    'Agerbæk Bøgelund Dybdahl Egeskov Fuglsang Grønnegaard Havrevold Jernkilde Klitgård Lærkesen Måneskjold Nørrelykke Ravnsborg Strandvænge Tjørnehøj Ulvedal Vindfeld Æblegaard Østerlund Åkjær'.split(
      ' ',
    ),
  bandHeads:
    'Lanternerne,Måkerne,Fyrtårnene,Cyklisterne,Bølgerne,Sporvognene,Drømmerne,Storkene,Kometerne,Naboerne'.split(','),
  bandTails: 'fra Havnen,ved Midnat,uden Navn,i Regnvejr,af Papir,på Taget,mod Nord,i Tåge,om Søndagen,under Åen'.split(
    ',',
  ),
  joint: ' ',
  places: ['Nordlys', 'Møllehøj', 'Søndervang', 'Åbrinken', 'Rørvig Strand', 'Klintholm', 'Birkelund', 'Østervig'],
  ensembles: ['{place} Symfoniorkester', 'Kammerorkestret {place}', '{place} Kammerkor'],
  companies: ['Teater {place}', '{place} Ballet', 'Dukketeatret {place}'],
  clubs: ['{place} IF', '{place} Håndbold', 'BK {place}'],
  halls: ['Teater {place}', 'Musikhuset {place}', 'Salen {place}'],
  arenas: ['{place}hallen', '{place} Arena', '{place} Stadion'],
  genres: ['visepop', 'rock', 'elektronisk pop', 'jazz', 'folkemusik', 'soul'],
  tours: [
    'Vinterturné',
    'Sange fra havnen',
    'Ti år på vejen',
    'Akustisk aften',
    'Lyse nætter',
    'Hjem igen',
    'Sidste færge',
    'Åben himmel',
    'Små byer, store sange',
  ],
  works: [
    'Carl Nielsen: Symfoni nr. 4, Det uudslukkelige',
    'Händel: Messias',
    'Gade: Elverskud',
    'Beethoven: Symfoni nr. 5',
    'Grieg: Peer Gynt',
    'Mozart: Requiem',
    'Sibelius: Finlandia',
  ],
  plays: [
    'Erasmus Montanus',
    'Jeppe på bjerget',
    'Elverhøj',
    'Maskarade',
    'Den politiske kandestøber',
    'Nøddeknækkeren',
    'Et dukkehjem',
  ],
  comedyShows: ['Helt ærligt', 'Bare lige hurtigt', 'Det går nok', 'Voksen på prøve', 'Undskyld ventetiden'],
  festivals: ['Lanternefesten', 'Havnefestival', 'Jazz ved åen', 'Midsommerklang', 'Efterårslyde'],
  competitions: ['Ligakamp', 'Pokalkamp', 'Lokalopgør', 'Sæsonpremiere'],
  childrenShows: [
    'Den grimme ælling',
    'Fyrtøjet',
    'Peter og ulven',
    'Bjørnen på loftet',
    'Den lille havfrue',
    'Dragen der frøs',
  ],
  versus: ' – ',
  about: {
    band: ['{genre} fra {city} med store omkvæd.', 'Fire venner, en gammel bus og masser af {genre}.'],
    soloist: ['En stemme fra {city} mellem {genre} og poesi.'],
    ensemble: ['Spiller alt fra barok til helt ny musik.'],
    company: ['Et turnerende teater med sans for klassikerne.'],
    comedian: ['Stand-up fra {city}, skæv og varm.'],
    club: ['En gammel klub med trofaste tilskuere.'],
  },
  tells: {
    concert: ['{performer} spiller det nye album og de gamle hits.', 'En aften med {performer}.'],
    classical: ['{performer} i et festligt program.', 'Stor symfonisk musik: {venue}.'],
    stage: ['En ny opsætning af {performer}.', '{performer} genopliver en klassiker.'],
    comedy: ['Et helt nyt show med {performer}.'],
    festival: ['Musik på tre scener og mad fra egnen.', 'Sommer, sol og sange til midnat.'],
    sport: ['{performer} tager imod i en afgørende kamp.'],
    children: ['En varm og sjov forestilling fra fire år.', 'Dukker og sange med {performer}.'],
  },
  notes: ['Dørene åbner en time før.', 'Der er én pause.', 'Nummererede pladser.', 'Adgang for kørestole.'],
};
