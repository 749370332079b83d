import type { LanguagePack } from './pack.ts';

export const sv: LanguagePack = {
  firstNames:
    'Alva Börje Desirée Edvin Frideborg Göran Hjördis Ingvar Jörgen Kerstin Linnéa Måns Nanna Öjvind Pernilla Rurik Sigrid Torbjörn Ylva Åke'.split(
      ' ',
    ),
  lastNames:
    'Almkvist Björkdal Ekströmer Fjällgren Granhöjd Häggmark Isaksdal Järnberg Kvistgren Lövhammar Månsköld Nordanvind Pilträd Rönnskog Sjöfågel Tallhed Vintersköld Åkerbär Älvsund Österskär'.split(
      ' ',
    ),
  bandHeads:
    'Fyrarna,Spårvagnarna,Nattfjärilarna,Grannarna,Isbrytarna,Svalorna,Skuggorna,Ekorrarna,Kometerna,Lyktorna'.split(
      ',',
    ),
  bandTails:
    'från Norr,vid Midnatt,utan Namn,i Motvind,av Papper,på Taket,i Snöfall,från Hamnen,om Söndagar,under Bron'.split(
      ',',
    ),
  joint: ' ',
  places: ['Björkvik', 'Sjöhöjden', 'Norrskär', 'Lövudden', 'Älvdalsborg', 'Vintervik', 'Klippholmen', 'Solängen'],
  ensembles: ['{place} Symfoniorkester', 'Kammarorkestern {place}', '{place} Kammarkör'],
  companies: ['Teater {place}', '{place} Balett', 'Dockteatern {place}'],
  clubs: ['{place} IF', '{place} Hockey', 'IK {place}'],
  halls: ['Teater {place}', 'Konserthuset {place}', 'Folkets Hus {place}'],
  arenas: ['{place} Arena', 'Ishallen {place}', '{place} Stadion'],
  genres: ['visa', 'indiepop', 'rock', 'jazz', 'folkmusik', 'synthpop'],
  tours: [
    'Vinterturnén',
    'Sånger från skären',
    'Tio år senare',
    'Akustisk kväll',
    'Ljusa nätter',
    'Hemvändarturnén',
    'Sista tåget',
    'Under öppen himmel',
    'Norrsken',
  ],
  works: [
    'Stenhammar: Serenad',
    'Berwald: Sinfonie singulière',
    'Alfvén: Midsommarvaka',
    'Sibelius: Symfoni nr 2',
    'Bach: Juloratorium',
    'Beethoven: Symfoni nr 9',
    'Grieg: Pianokonsert',
  ],
  plays: ['Fröken Julie', 'Ett drömspel', 'Gustav Vasa', 'Trollflöjten', 'Svansjön', 'Dödsdansen', 'Värmlänningarna'],
  comedyShows: ['Lagom arg', 'Det löser sig', 'Fikapaus', 'Vuxenpoäng', 'Ursäkta dröjsmålet'],
  festivals: ['Lyktfestivalen', 'Skärgårdsjazz', 'Midsommarklang', 'Höstljud', 'Hamnfesten'],
  competitions: ['Ligamatch', 'Cupmatch', 'Derby', 'Premiär'],
  childrenShows: [
    'Björnen på vinden',
    'Peter och vargen',
    'Draken som frös',
    'Månmusen',
    'Sagan om snödrottningen',
    'Valen i badkaret',
  ],
  versus: ' – ',
  about: {
    band: ['{genre} från {city} med allsång på slutet.', 'Fyra vänner och en replokal full av {genre}.'],
    soloist: ['En röst från {city} mellan {genre} och poesi.'],
    ensemble: ['Spelar allt från barock till nyskrivet.'],
    company: ['En turnerande teater med kärlek till klassikerna.'],
    comedian: ['Ståuppkomik från {city}, torr och varm.'],
    club: ['En anrik förening med trogen publik.'],
  },
  tells: {
    concert: ['{performer} spelar nya skivan och gamla favoriter.', 'En kväll med {performer}.'],
    classical: ['{performer} i ett högtidligt program.', 'Stor symfonisk musik: {venue}.'],
    stage: ['En nyuppsättning av {performer}.', '{performer} väcker en klassiker till liv.'],
    comedy: ['En helt ny föreställning med {performer}.'],
    festival: ['Musik på tre scener och mat från trakten.', 'Sommarkväll med sång till midnatt.'],
    sport: ['{performer} tar emot i en avgörande match.'],
    children: ['En varm och rolig föreställning från fyra år.', 'Dockor och sånger med {performer}.'],
  },
  notes: ['Dörrarna öppnar en timme före.', 'Med en paus.', 'Numrerade platser.', 'Tillgängligt för rullstol.'],
};
