/** Prints what was checked; `npm run check:deploy` gathers these lines at its end. */
export const counted = (what: string) => console.log(`checked ${what}`);
