import type { SeatFlag } from '../../../../shared/plan/plan.ts';
import type { ForeignFile, Members } from './foreign-file.ts';

/** The facts that reading a chart needs: its categories' names by key, and those that are for accessible seats only. */
export type Chart = {
  file: ForeignFile;
  byKey: ReadonlyMap<string, string>;
  names: ReadonlySet<string>;
  accessible: ReadonlySet<string>;
};

const category = ['categoryKey', 'categoryLabel', 'categoryAccessible'];
/** How an editor draws, labels or identifies a thing: known, and not kept. */
const editing = [
  ...['uuid', 'objectType', 'displayObjectType', 'published', 'locked', 'foreground', 'translucent', 'displayLabel'],
  ...['labelSize', 'labelShown', 'labelHorizontalOffset', 'labelVerticalOffset', 'labelRotationAngle'],
  ...['seatLabeling', 'objectLabeling', 'automaticLabeling'],
];
const outline = ['type', 'center', 'points', 'width', 'height', 'rotationAngle', 'radius1', 'radius2', 'cornerRadius'];

/** The members of a chart that are read, or known to matter to an editor only. */
export const known = {
  chart: new Set([
    ...['name', 'categories', 'subChart', 'version', 'venueType', 'tablesLabelCounter', 'uuidCounter', 'rowSpacing'],
    ...['rowChairSpacing', 'colorScheme', 'referenceChartVisible', 'sectionScaleFactor', 'showAllButtons'],
  ]),
  categories: new Set(['list', 'maxCategoryKey']),
  category: new Set(['label', 'color', 'key', 'accessible']),
  subChart: new Set([
    ...['width', 'height', 'rows', 'tables', 'booths', 'generalAdmissionAreas', 'sections', 'shapes', 'texts'],
    ...['focalPoint', 'backgroundImage', 'referenceChart', 'imageObjects', 'lines', 'floors', 'snapOffset'],
  ]),
  section: new Set([
    ...['label', 'points', 'topLeft', 'subChart', 'entrance', 'viewFromYourSeatImage', ...category, ...editing],
  ]),
  row: new Set([
    ...['label', 'seats', 'sectionLabel', 'sectionDisplayedLabel', 'rowLabelPosition', 'rowLabelDisabled', 'points'],
    ...['curve', 'chairSpacing', 'verticalRowLabelDirection', ...category, ...editing],
  ]),
  seat: new Set([
    ...['x', 'y', 'label', 'accessible', 'companionSeat', 'restrictedView', 'disabledBySocialDistancingRules'],
    ...['semiAmbulatorySeat', ...category, ...editing],
  ]),
  table: new Set([
    ...['label', 'seats', 'bookAsAWhole', 'radius', 'autoRadius', 'openSpaces', ...outline, ...category, ...editing],
  ]),
  booth: new Set([...['label', 'accessible', 'companionSeat', 'restrictedView', ...outline, ...category, ...editing]]),
  area: new Set([
    ...['label', 'capacity', 'bookAsAWhole', 'variableOccupancy', 'minOccupancy', ...outline, ...category, ...editing],
  ]),
  shape: new Set([
    ...['label', 'smartType', 'smartTypeVariation', 'icon', 'fillColor', 'strokeColor', 'strokeWidth', 'autoStroke'],
    ...outline,
    ...editing,
  ]),
  text: new Set([
    ...['text', 'label', 'x', 'y', 'centerX', 'centerY', 'center', 'fontSize', 'size', 'textColor', 'rotationAngle'],
    ...editing,
  ]),
};

export function seatFlagsOf({ file, accessible }: Chart, seat: Members, category: string): SeatFlag[] {
  if (seat.semiAmbulatorySeat === true) file.note('A seat for people who walk with difficulty loses that mark.');
  const isAccessible = seat.accessible === true || seat.categoryAccessible === true || accessible.has(category);
  const flags: [SeatFlag, boolean][] = [
    ['accessible', isAccessible],
    ['companion', seat.companionSeat === true],
    ['restricted_view', seat.restrictedView === true],
  ];
  return flags.filter(([, has]) => has).map(([flag]) => flag);
}
