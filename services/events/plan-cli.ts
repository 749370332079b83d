import { readFile, stat, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Place, placesOf } from '../../shared/plan/places.ts';
import { type Plan, planLimits, seatFlags } from '../../shared/plan/plan.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import type { Command } from '../../shared/process/program.ts';
import { type OnProgress, progressBar } from '../../shared/process/progress.ts';
import { importPlan } from './adapters/plan-formats/import-plan.ts';
import { checkPlan, type PlanFaults } from './domain/plan/check-plan.ts';
import { drawPlan } from './domain/plan/draw-plan.ts';
import { generatePlan, type PlanOutline, seatsOfOutline } from './domain/plan/generate-plan.ts';
import { seatsOnOthers } from './domain/plan/geometry.ts';
import { type ImportedPlan, type PlanFormat, planFormats } from './domain/plan/imported-plan.ts';
import { planHash } from './domain/plan/plan-hash.ts';

/** From this size on, a file's steps are told. */
const largeBytes = 4 * 1024 * 1024;

/** `events plan`: seating plans in files; needs no database. */
export const plan: Command = {
  usage: [
    [`plan check FILE [--format ${planFormats.join('|')}]`, 'list the faults of a seating plan, or sum it up'],
    ['plan draw FILE [--format F] [--out FILE.svg]', 'draw it as SVG'],
    ['plan convert FILE [--format F]', 'print it in Onsale’s own format'],
    [
      'plan generate --rows N --seats N [--sections N] [--around DEGREES] [--curve] [--grow N] [--name NAME]',
      'print a plan of grids or curved rows about the stage',
    ],
  ],
  run,
};

const verbs = new Map(Object.entries({ check, draw, convert, generate }));

async function run([name = '', ...args]: string[]): Promise<void> {
  const verb = verbs.get(name);
  if (!verb) throw new UsageError('events plan takes check, draw, convert or generate. See events --help.');
  await verb(args);
}

async function check(args: string[]): Promise<void> {
  const { file, format } = fileOf('check', args);
  const read = await readPlan(file, format);
  if (read) console.log(summaryOf(read).join('\n'));
}

async function draw(args: string[]): Promise<void> {
  const { file, format, out } = fileOf('draw', args);
  const read = await readPlan(file, format);
  if (!read) return;
  const svg = drawPlan(read.plan);
  if (out === undefined) process.stdout.write(svg);
  else await inFile(out, () => writeFile(out, svg));
}

async function convert(args: string[]): Promise<void> {
  const { file, format } = fileOf('convert', args);
  const read = await readPlan(file, format);
  if (!read) return;
  for (const line of remarksOf(read)) console.error(line);
  console.log(JSON.stringify(read.plan, undefined, 2));
}

function fileOf(verb: string, args: string[]): { file: string; format?: PlanFormat; out?: string } {
  const text = { type: 'string' } as const;
  const options = { format: text, ...(verb === 'draw' && { out: text }) };
  const { values, positionals } = parsed(() => parseArgs({ args, allowPositionals: true, options }));
  const { format, out } = values as { format?: string; out?: string };
  const known = planFormats.find((one) => one === format);
  if (format !== undefined && !known) throw new UsageError(`--format must be ${planFormats.join(', ')}; not ${format}`);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new UsageError(`events plan ${verb} takes one file`);
  return { file, ...(known && { format: known }), ...(out !== undefined && { out }) };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}. See events --help.`);
  }
}

/** Returns the plan of a file; undefined, once its faults are printed and the exit code is 1. */
async function readPlan(file: string, format?: PlanFormat): Promise<ImportedPlan | undefined> {
  const { size } = await inFile(file, () => stat(file));
  if (size > planLimits.bytes)
    throw new UsageError(`${file} is larger than ${planLimits.bytes / 1024 / 1024} MiB, the most that a plan may have`);
  const onProgress: OnProgress = size < largeBytes ? () => {} : progressBar(process.stderr);
  const text = await inFile(file, () => readFile(file, 'utf8'));
  onProgress(1, 2, 'steps');
  const read = importPlan(text, format);
  onProgress(2, 2, 'steps');
  if (!('faults' in read)) return read;
  tellFaults(file, read);
  return undefined;
}

async function inFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}

function tellFaults(file: string, { faults, more }: PlanFaults): void {
  for (const { path, message } of faults) console.error(`${file}: ${path === '' ? 'the plan' : path}: ${message}`);
  if (more > 0) console.error(`${file}: and ${more} more`);
  process.exitCode = 1;
}

function summaryOf(read: ImportedPlan): string[] {
  const { plan } = read;
  const places = placesOf(plan);
  const countOf = (is: (place: Place) => boolean) => places.filter(is).length;
  const categories = plan.categories.map(({ name }) => `${name} ${countOf(({ category }) => category === name)}`);
  const flags = seatFlags
    .map((flag) => [flag.replace('_', ' '), countOf((place) => place.flags.includes(flag))] as const)
    .filter(([, count]) => count > 0);
  const doubled = seatsOnOthers(plan);
  return [
    `${plan.name}: ${places.length} places in ${plan.sections.length} sections and ${plan.areas.length} areas`,
    `categories: ${categories.join(', ')}`,
    ...(flags.length > 0 ? [`flags: ${flags.map(([flag, count]) => `${flag} ${count}`).join(', ')}`] : []),
    `labels: ${places[0]!.label} to ${places.at(-1)!.label}`,
    ...(doubled > 0 ? [`${doubled} seats stand where another stands: floors above each other are hard to draw`] : []),
    ...remarksOf(read),
    `hash: ${planHash(plan)}`,
  ];
}

const remarksOf = ({ keptAside, notes }: ImportedPlan) => [
  ...notes,
  ...keptAside.map(({ path, count }) => `kept aside, as it is not known: ${path} (${count} times)`),
];

async function generate(args: string[]): Promise<void> {
  const outline = outlineOf(args);
  const seats = seatsOfOutline(outline);
  if (seats > planLimits.places)
    throw new UsageError(`That is ${seats} seats: a plan has at most ${planLimits.places}`);
  const checked = checkPlan(generatePlan(outline));
  if ('faults' in checked) return tellFaults('the generated plan', checked);
  console.log(JSON.stringify(checked.plan satisfies Plan, undefined, 2));
}

const seatSpacing = 20;
const rowSpacing = 25;
/** Seats' room between two sections. */
const gap = 3;

/** Sections of one size stand about the stage, as near as they find room. */
function outlineOf(args: string[]): PlanOutline {
  const text = { type: 'string' } as const;
  const { values } = parsed(() =>
    parseArgs({
      args,
      options: {
        rows: text,
        seats: text,
        sections: { ...text, default: '1' },
        around: text,
        grow: { ...text, default: '0' },
        curve: { type: 'boolean', default: false },
        name: { ...text, default: 'Plan' },
      },
    }),
  );
  const [rows, seats] = [wholeNumber('rows', values.rows, 1000), wholeNumber('seats', values.seats, 1000)];
  const sections = wholeNumber('sections', values.sections, planLimits.sections);
  const around = wholeNumber('around', values.around ?? String(sections > 8 ? 360 : Math.min(180, 30 * sections)), 360);
  const grow = values.grow === '0' ? 0 : wholeNumber('grow', values.grow, 20);
  const step = around / sections;
  // The widest row counts: the last one, where rows grow faster than there is room behind.
  const needed = [0, rows - 1].map(
    (row) => ((seats + grow * row + gap) * seatSpacing) / ((step * Math.PI) / 180) - row * rowSpacing,
  );
  const distance = Math.max(...needed, 100);
  const first = around === 360 ? 0 : (-step * (sections - 1)) / 2;
  return {
    name: values.name,
    sections: Array.from({ length: sections }, (_, i) => ({
      // From the left, as one looks at the stage.
      name: sections === 1 ? '' : String(101 + i),
      rows,
      seats,
      grow,
      distance,
      angle: -(first + step * i),
      ...(values.curve && { curve: distance }),
      seat_spacing: seatSpacing,
      row_spacing: rowSpacing,
    })),
  };
}

function wholeNumber(name: string, text: string | undefined, max: number): number {
  const value = Number(text);
  if (text === undefined || !/^\d+$/.test(text) || value < 1 || value > max)
    throw new UsageError(`--${name} must be a whole number from 1 to ${max}, not ${text ?? 'nothing'}`);
  return value;
}
