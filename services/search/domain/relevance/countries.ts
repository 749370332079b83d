/** The languages whose names of countries are known. The names are CLDR's; each language costs some milliseconds. */
export const countryLanguages = 'en de fr es it pt nl pl sv ru uk ja zh zh-Hant ko'.split(' ');

/** ISO 3166-1's countries and territories where people live, and Kosovo. */
export const countryCodes =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD ' +
  'CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD ' +
  'GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI ' +
  'KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW ' +
  'MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB ' +
  'SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY ' +
  'UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW';

/**
 * Short and older names beside CLDR's. `=X` is one in addresses only: whoever searches for "us" means a word. Left out
 * for the same reason are "America" (a band) and the Dutch "VS".
 */
export const moreCountryNames: Record<string, string[]> = {
  AE: ['UAE', 'VAE', 'Emirates', 'Emirate', 'Émirats', 'Emiratos', 'Emirados'],
  BA: ['Bosnia', 'Bosnien', 'Bosnie', 'BiH'],
  BY: ['Belarus', 'Weißrussland', 'Biélorussie', 'Bielorussia', 'Wit-Rusland', 'Белоруссия'],
  CD: ['DR Congo', 'Democratic Republic of the Congo'],
  CI: ['Ivory Coast', "Cote d'Ivoire"],
  CN: ['PRC', "People's Republic of China"],
  CV: ['Cabo Verde', 'Cape Verde'],
  CZ: ['Czech Republic', 'Tschechische Republik', 'République tchèque', 'República Checa', 'Repubblica Ceca'],
  GB: [
    'UK',
    '=GB',
    'U.K.',
    'Great Britain',
    'Britain',
    'Großbritannien',
    'Grande-Bretagne',
    'Gran Bretaña',
    'Gran Bretagna',
    'Grã-Bretanha',
    'Groot-Brittannië',
  ],
  HK: ['Hong Kong', 'Hongkong', '香港'],
  IE: ['Republic of Ireland', 'Éire'],
  JP: ['Nippon', 'Nihon'],
  KR: ['Korea', 'Republic of Korea', '한국'],
  MK: ['Macedonia'],
  MM: ['Burma', 'Birma', 'Birmanie', 'Birmania'],
  MO: ['Macau', 'Macao', '澳門'],
  NL: ['Holland', 'Hollande', 'Holanda', 'Olanda', 'Holandia', 'Голландия', 'Nederland'],
  NZ: ['Aotearoa'],
  PS: ['Palestine', 'Palästina', 'Palestina'],
  RU: ['Russian Federation', 'Российская Федерация', 'РФ'],
  SK: ['Slovak Republic'],
  SZ: ['Swaziland'],
  TR: ['Turkey', 'Türkiye'],
  US: ['USA', 'U.S.A.', '=US', '=U.S.', 'United States of America', 'EUA', 'EEUU', 'EE. UU.', 'США', '미국'],
  VA: ['Vatican', 'Vatikan', 'Vaticano'],
};

/** `CODE name`, in the country's own language where it is none of `countryLanguages`. */
export const ownCountryNames = (
  'AE الإمارات العربية المتحدة, AL Shqipëria, AM Հայաստան, AZ Azərbaycan, BA Bosna i Hercegovina, BD বাংলাদেশ, ' +
  'BG България, BH البحرين, BY Беларусь, CZ Česko, CZ Česká republika, DK Danmark, DZ الجزائر, EE Eesti, EG مصر, ' +
  'FI Suomi, GE საქართველო, GR Ελλάδα, GR Hellas, HR Hrvatska, HU Magyarország, IL ישראל, IN भारत, IN Bharat, ' +
  'IQ العراق, IR ایران, IS Ísland, JO الأردن, KH កម្ពុជា, KW الكويت, KZ Қазақстан, LB لبنان, LT Lietuva, LV Latvija, ' +
  'MA المغرب, ME Crna Gora, MK Северна Македонија, MN Монгол, NO Norge, NO Noreg, OM عُمان, PH Pilipinas, PK پاکستان, ' +
  'PS فلسطين, QA قطر, RO România, RS Србија, RS Srbija, SA السعودية, SI Slovenija, SK Slovensko, TH ประเทศไทย, ' +
  'TH ไทย, TN تونس, UZ Oʻzbekiston, VN Việt Nam'
).split(', ');

/**
 * Names of countries that mean something else to most who type them, folded: the Polish "Indie", the French "Maurice"
 * and "Dominique", "Granada" (Grenada), "Man", "Salvador" (the city), and Georgia, which in a location is as often the
 * state.
 */
export const countryWords = new Set([
  'indie',
  'maurice',
  'dominique',
  'granada',
  'grenade',
  'man',
  'salvador',
  'georgia',
]);

/** The nations of the United Kingdom: each has its own names and the kingdom's, so "scotland" does not find London. */
export const homeNations: string[][] = [
  'England, Angleterre, Inghilterra, Inglaterra, Engeland, Anglia, Англия, イングランド, 英格兰, 잉글랜드',
  'Scotland, Schottland, Écosse, Scozia, Escocia, Escócia, Schotland, Szkocja, Шотландия, スコットランド, 苏格兰',
  'Wales, Cymru, Pays de Galles, Galles, Gales, Walia, Уэльс, ウェールズ, 威尔士, 웨일스',
  'Northern Ireland, Nordirland, Irlande du Nord, Irlanda del Nord, Irlanda del Norte, Noord-Ierland, Irlanda do Norte',
].map((line) => line.split(', '));
