const events = '/api/v1/management/events';

/** Returns the path of an event's page. */
export const eventPath = (uuid: string) => `${events}/${uuid}`;

/** Returns what belongs to an event, as paths of this service; `plan` is the hash of its plan, if it has one. */
export function linksOf(uuid: string, plan: string | null) {
  const self = eventPath(uuid);
  return {
    self,
    live: `${self}/live`,
    seats: `${self}/seats`,
    ...(plan !== null && { plan: `${self}/plan/${plan}` }),
    calendar: `${self}/calendar.ics`,
    schema: `${self}/schema.json`,
  };
}
