import { checkPlan, type PlanFaults } from '../../domain/plan/check-plan.ts';
import type { ImportedPlan, PlanFormat, PlanImporter } from '../../domain/plan/imported-plan.ts';
import { importCsv } from './csv.ts';
import { isObject, parseJson } from './foreign-file.ts';
import { importPretix } from './pretix.ts';
import { importSeatsio } from './seatsio.ts';

const importers: Record<PlanFormat, PlanImporter> = {
  onsale: importOnsale,
  pretix: importPretix,
  seatsio: importSeatsio,
  csv: importCsv,
};

/** Returns the plan of a file of any format, or its faults; `format` is found by the content unless given. */
export function importPlan(text: string, format: PlanFormat = formatOf(text)): ImportedPlan | PlanFaults {
  return importers[format](text);
}

/** Returns the format of a file by its members: pretix has zones, a chart of seats.io a subChart; no JSON is CSV. */
export function formatOf(text: string): PlanFormat {
  if (!/^\uFEFF?\s*[{[]/.test(text)) return 'csv';
  const parsed = parseJson(text);
  if ('faults' in parsed || !isObject(parsed.value)) return 'onsale';
  if ('zones' in parsed.value) return 'pretix';
  return 'subChart' in parsed.value ? 'seatsio' : 'onsale';
}

function importOnsale(text: string): ImportedPlan | PlanFaults {
  const parsed = parseJson(text);
  if ('faults' in parsed) return parsed;
  const checked = checkPlan(parsed.value);
  return 'faults' in checked ? checked : { plan: checked.plan, keptAside: [], notes: [] };
}
