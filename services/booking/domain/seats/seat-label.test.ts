import { describe, expect, test } from 'bun:test';
import { isSection, parseSeatLabel } from './seat-label.ts';

/** Label, section, row, number, and suffix. */
type Read = [label: string, section: string, row: string, number: number, suffix?: string];

const short: Read[] = [
  ['A1', '', 'A', 1],
  ['AA12', '', 'AA', 12],
  ['b7', '', 'b', 7],
  ['101-C12', '101', 'C', 12],
  ['101 C12', '101', 'C', 12],
  ['101C12', '101', 'C', 12],
  ['101/C/12', '101', 'C', 12],
  ['Groundfloor-A-1', 'Groundfloor', 'A', 1],
  ['Dress Circle C12', 'Dress Circle', 'C', 12],
  ['Upper  Circle BB-04', 'Upper Circle', 'BB', 4],
  ['Stalls AA 12', 'Stalls', 'AA', 12],
  ['Balcony Left B-014', 'Balcony Left', 'B', 14],
  ['Parkett links 3/12', 'Parkett links', '3', 12],
  ['Balkon Mitte A.7', 'Balkon Mitte', 'A', 7],
  ['1/12', '', '1', 12],
  ['3-5', '', '3', 5],
  ['3 : 5', '', '3', 5],
  ['C12.4', 'C', '12', 4],
  ['A.12', '', 'A', 12],
  ['A_12', '', 'A', 12],
  ['A:12', '', 'A', 12],
  ['A, 12', '', 'A', 12],
  ['A–12', '', 'A', 12],
  ['  A   12 ', '', 'A', 12],
  ['A012', '', 'A', 12],
  ['Ａ１２', '', 'A', 12],
  ['Ä3', '', 'Ä', 3],
  ['Ж 14', '', 'Ж', 14],
  ['17', '', '', 17],
  ['007', '', '', 7],
  ['Nr. 5', '', '', 5],
  ['N° 12', '', '', 12],
  ['№ 9', '', '', 9],
  ['Parkett 12', 'Parkett', '', 12],
  ['Orchestre pair 12', 'Orchestre pair', '', 12],
  ['A (12)', '', 'A', 12],
  ['T1-5', 'T', '1', 5],
  ['Pew 4-2', 'Pew', '4', 2],
  ['Block C-3-12', 'Block C', '3', 12],
  ['Block C 12', 'Block C', '', 12],
  ['Block 101 A12', 'Block 101', 'A', 12],
];

const behindTheNumber: Read[] = [
  ['A1L', '', 'A', 1, 'L'],
  ['A1 R', '', 'A', 1, 'R'],
  ['Q10 bis', '', 'Q', 10, 'bis'],
  ['Q10bis', '', 'Q', 10, 'bis'],
  ['Q-10 ter', '', 'Q', 10, 'ter'],
  ['A12A', '', 'A', 12, 'A'],
  ['A12½', '', 'A', 12, '½'],
  ['A 12 links', '', 'A', 12, 'links'],
  ['C12 wheelchair', '', 'C', 12, 'wheelchair'],
  ['C12 (restricted view)', '', 'C', 12, 'restricted view'],
  ['Rang A Place 12 bis', '', 'A', 12, 'bis'],
  ['Row 1 Seat 1L', '', '1', 1, 'L'],
  ['Row A Seat 12.5', '', 'A', 12, '5'],
];

const lettersAsNumbers: Read[] = [
  ['12A', '', '12', 1],
  ['12-F', '', '12', 6],
  ['101-12-C', '101', '12', 3],
  ['Wagen 5 12A', 'Wagen 5', '12', 1],
  ['Row 12 Seat D', '', '12', 4],
];

const inWords: Read[] = [
  ['Row 1 Seat 1', '', '1', 1],
  ['ROW AA SEAT 12', '', 'AA', 12],
  ['Row C 12', '', 'C', 12],
  ['Row A-12', '', 'A', 12],
  ['Section 101 Row C Seat 12', 'Section 101', 'C', 12],
  ['Sec 101, Row AA, Seat 3', 'Sec 101', 'AA', 3],
  ['Seat 5, Row A, Section 101', 'Section 101', 'A', 5],
  ['Orchestra Seat A12', 'Orchestra', 'A', 12],
  ['Seat A-12', '', 'A', 12],
  ['C Seat 4', '', 'C', 4],
  ['Seat 5', '', '', 5],
  ['R1S1', '', '1', 1],
  ['101 R5 S12', '101', '5', 12],
  ['F3B12', '', '3', 12],
  ['Box A Seat 1', 'Box A', '', 1],
  ['Table 4 Seat 2', 'Table 4', '', 2],
  ['Pew 4 Seat 2', 'Pew', '4', 2],
  ['Reihe 3 Platz 5', '', '3', 5],
  ['Parkett Reihe 3 Platz 5', 'Parkett', '3', 5],
  ['Parkett, Reihe 3, Platz Nr. 5', 'Parkett', '3', 5],
  ['Reihe 3 Nr. 5', '', '3', 5],
  ['Reihe 3a Platz 5', '', '3a', 5],
  ['Balkon 1. Reihe 7', 'Balkon', '1', 7],
  ['3. Reihe 5. Platz', '', '3', 5],
  ['Platz 5 Reihe 3 Parkett', 'Parkett', '3', 5],
  ['2. Rang Reihe 3 Platz 5', '2. Rang', '3', 5],
  ['2. Rang Platz 435', '2. Rang', '', 435],
  ['Rang 2 Reihe 3 Platz 5', 'Rang 2', '3', 5],
  ['Parkett 3 Platz 5', 'Parkett', '3', 5],
  ['Loge 3 Platz 2', 'Loge 3', '', 2],
  ['Kirchenbank 3 Platz 2', 'Kirchenbank', '3', 2],
  ['Orchestre Rang 3 Place 5', 'Orchestre', '3', 5],
  ['1er Balcon Rang 2 Siège 14', '1er Balcon', '2', 14],
  ['Corbeille Rangée B Fauteuil 9', 'Corbeille', 'B', 9],
  ["Place d'Armes 12", "Place d'Armes", '', 12],
  ['Platea Fila C Posto 12', 'Platea', 'C', 12],
  ['Galleria Fila 2 Poltrona 8', 'Galleria', '2', 8],
  ['Palco 5 Posto 2', 'Palco 5', '', 2],
  ['Fila 3 Butaca 5', '', '3', 5],
  ['Patio de butacas Fila 3 Butaca 5', 'Patio de butacas', '3', 5],
  ['Tribuna Sector 5 Fila 3 Asiento 12', 'Tribuna Sector 5', '3', 12],
  ['Plateia Fila F Cadeira 11', 'Plateia', 'F', 11],
  ['Zaal Rij 3 Stoel 5', 'Zaal', '3', 5],
  ['Sektor B Rząd 3 Miejsce 5', 'Sektor B', '3', 5],
  ['Řada 3 Sedadlo 5', '', '3', 5],
  ['Lóže 5 sedadlo 2', 'Lóže 5', '', 2],
  ['Balkón řada 2 místo 7', 'Balkón', '2', 7],
  ['Parkett Rad 4 Plats 12', 'Parkett', '4', 12],
  ['Række 4 Sæde 12', '', '4', 12],
  ['Rad 4 Sete 12', '', '4', 12],
  ['Plass 5 Rad 3', '', '3', 5],
  ['Permanto Rivi 3 Paikka 5', 'Permanto', '3', 5],
  ['Földszint 3. sor 5. szék', 'Földszint', '3', 5],
  ['Партер Ряд 3 Место 5', 'Партер', '3', 5],
  ['Salon Sıra C Koltuk 7', 'Salon', 'C', 7],
  ['1階3列12番', '1階', '3', 12],
  ['1階い列12番', '1階', 'い', 12],
  ['２階 A列 ５番', '2階', 'A', 5],
  ['S席 1階3列12番', 'S席 1階', '3', 12],
  ['A列12番席', '', 'A', 12],
  ['1층 3열 12번', '1층', '3', 12],
  ['一楼3排5座', '一楼', '3', 5],
];

const withoutRow: Read[] = [
  ['GA 17', 'GA', '', 17],
  ['Stehplatz 17', 'Stehplatz', '', 17],
  ['Standing Block A 17', 'Standing Block A', '', 17],
  ['スタンディング 12', 'スタンディング', '', 12],
  ['Table 4', 'Table', '', 4],
  ['Box 5', 'Box', '', 5],
];

const read = (label: string) => {
  const { section, row, number, suffix } = parseSeatLabel(label);
  return { section, row, number, suffix };
};

describe('the label of a seat', () => {
  for (const [kind, table] of Object.entries({ short, behindTheNumber, lettersAsNumbers, inWords, withoutRow })) {
    test.each(table)(`${kind}: %s`, (label, section, row, number, suffix = '') => {
      expect(read(label)).toEqual({ section, row, number, suffix });
    });
  }

  test.each(['GA', 'Standing', 'Box', 'Row 12', '12 Row C', 'Door 4 Lounge', '-', '', 'A-B', '9'.repeat(20)])(
    'no number: %p',
    (label) => {
      expect(read(label)).toEqual({ section: label, row: '', number: undefined, suffix: '' });
    },
  );

  test('that is prose is not parsed', () => {
    expect(read(`${'very '.repeat(40)}A 12`).number).toBeUndefined();
  });

  test('tells the places of which a single one may be left', () => {
    for (const [label] of withoutRow) expect(parseSeatLabel(label).isLoose).toBe(true);
    for (const [label] of [...short, ...inWords])
      expect([label, parseSeatLabel(label).isLoose]).toEqual([label, false]);
  });

  test('is read the same whether or not the rest of its row was before', () => {
    for (const [label, section, row, number, suffix = ''] of [...short, ...inWords]) {
      const next = label.replace(/\d+$/, (digits) => String(Number(digits) + 1));
      if (!/\d$/.test(label) || lettersAsNumbers.some(([one]) => one === label)) continue;
      if (/^(Seat|Platz|Plass) \d.*(Row|Reihe|Rad|Section)|12\.5$/.test(label)) continue;
      expect({ next, ...read(next) }).toEqual({ next, section, row, number: number + 1, suffix });
    }
  });

  test('is of the wished section, however it is written', () => {
    expect(isSection(' parkett ', 'Parkett')).toBe(true);
    expect(isSection('DRESS  circle', 'Dress Circle')).toBe(true);
    expect(isSection('101', 'Section 101')).toBe(true);
    expect(isSection('Sektor B', 'B')).toBe(true);
    expect(isSection('10', '101')).toBe(false);
    expect(isSection('Section 101', 'Block 101')).toBe(false);
    expect(isSection('Balcony', 'Box Balcony')).toBe(false);
    expect(isSection('', 'Parkett')).toBe(false);
  });
});
