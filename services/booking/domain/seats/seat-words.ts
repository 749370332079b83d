/**
 * Words of seat labels, without accents and in small letters. A strong word means its field wherever it stands; a weak
 * one is also the name of a part of a hall, and means a row only beside a word for a seat (`Rang 3 Place 5`, but
 * `2. Rang 17`).
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

export const rowWords = words(`
  row reihe rij fila fileira rangee rad rada rzad række raekke rekke rivi sor riga rind rindas ряд randul linha ligne
  eile σειρα sıra sira 列 排 열
`);

/** Words that always follow the thing that they name. */
export const behindWords = words('列 排 열 番 号 座 席 번 번호 좌석 sor szek');

export const weakRowWords = words('rang red rand file line vrsta reih rg r');

export const seatWords = words(`
  seat platz sitz sitzplatz place siege fauteuil strapontin chaise posto poltrona poltroncina sedia butaca asiento silla
  stoel zitplaats plaats miejsce sedadlo sedadla misto miesto stol stolplats plats plass plads sete sæde saede sittplats
  paikka istuin szek hely ules место кресло мiсце місце lugar cadeira assento locul mjesto sjedalo sedez koltuk vieta
  koht θεση 番 号 座 席 번 번호 좌석
`);

/** Part of a hall that has a name of its own behind the word: `Block C`, `Loge 3`, `Table 4`. */
export const unitWords = words(`
  block section sec sect sektor sector secteur settore sektion bereich zone zona feld box loge lodge palco palchi boks
  loza loze table tisch tafel mesa tavolo stolik bord poydla door gate eingang porte porta tribune tribuna stand
  level ebene niveau etage piano floor coach wagen wagon voiture suite skybox vak vlak
`);

/** A unit that says no more than "part": `Section 101` is also called `101`. */
export const plainUnitWords = words('block section sec sect sektor sector secteur settore sektion bereich vak');

/** A single place here is no loss. */
export const standingWords = words(`
  ga standing stehplatz stehplatze stehparkett fosse debout staanplaats staanplaatsen stojace stani staplats staplass
  staplads ståplads ståplass seisomapaikka スタンティンク 立見 立ち見 танцпол
`);

export const numberWords = words('nr no num number nummer numer numero cislo');

/** Suffixes that may follow a number. */
export const suffixWords = words(`
  bis ter quater ½ half left right links rechts gauche droite izquierda derecha izq dcha dch sinistra destra sx dx li re
  pravo levo prawo lewo vanster hoger venstre hojre høyre wheelchair rollstuhl rollstuhlplatz rolstoel pmr companion
  begleitung begleiter restricted limited obstructed partial view aisle sichtbehindert extra
`);
