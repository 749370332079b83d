import { fold } from '../query/text.ts';

/**
 * Words that people type around what they look for, by language. They ask for nothing by themselves: an event need not
 * have them. A query of nothing else is taken at its word, for The Band, Live and The The are artists.
 */
const byLanguage = {
  en: `a an and at by for from in into is it me my near nearby of on or the this to vs versus v with
    am are be can could do does going i like looking see show shows want we what when where which who whos will would you
    best buy cheap cheapest concert concerts find get gig gigs live official online play playing plays price prices
    seat seats ticket tickets tix tour tours tonight upcoming event events game games match performance performances
    book booking date dates sale good today`,
  de: `am an auf bei beim das dem den der des die ein eine einen für fuer im in ist mit nach nahe oder und vom von vor wann
    wo zu zum zur ich will möchte moechte sehen
    günstig guenstig günstige guenstige billig billige karte karten kaufen konzert konzerte konzertkarten eintrittskarten
    eintrittskarte spiel spielt termine tournee auftritt veranstaltung veranstaltungen`,
  es: `a al con de del el en la las los o para por que un una y cerca cuando cuándo donde dónde es
    baratas barato barata boleto boletos comprar concierto conciertos entrada entradas gira partido ver quiero`,
  fr: `à a au aux avec de des du en et la le les l d ou où par pour quand sur un une est
    acheter achat billet billets concert concerts match place places pas cher prix près voir spectacle tournée tournee`,
  it: `a al alla allo ai alle con da dal dalla dei del della delle di e ed i il in la le lo gli o per quando un una dove
    acquista acquistare biglietti biglietto concerti concerto economici partita vedere`,
  nl: `aan bij de een en het in met naar of op te van voor waar wanneer
    goedkoop goedkope kaarten kaartje kaartjes kopen concert concerten wedstrijd zien optreden`,
  pt: `a ao aos as com da das de do dos e em na nas no nos o os ou para perto por quando um uma onde
    barato baratos bilhete bilhetes comprar concerto concertos ingresso ingressos jogo ver`,
  pl: `bilet bilety dla do i koncert koncerty kup kupić na o oraz od po przy tanie w we z ze gdzie kiedy`,
  sv: `biljett biljetter den det en ett för foer i köp koep konsert konserter med och på pa till billiga nära`,
  ru: `билет билеты билетов в во где для и из к как когда концерт концерты купить на о около с со у`,
  ja: `チケット コンサート ライブ 公演 の で に を は と`,
} as const;

export const noiseWords: ReadonlySet<string> = new Set(
  Object.values(byLanguage).flatMap((words) => words.split(/\s+/).map(fold)),
);

/** Words between the parts of a name: people leave them out, or write one for the other. */
export const connectives: ReadonlySet<string> = new Set('and und et y e i en och og n'.split(' '));

/** Articles that people leave out at the beginning of a name. */
export const articles: ReadonlySet<string> = new Set(
  'the a an der die das le la les los las el il lo gli de het'.split(' '),
);
