/** A city; its country by ISO 3166-1, null when it is not known. */
export type City = { name: string; country: string | null };

/** Returns a city as one text, of which its country is a part: two cities may have one name. */
export const cityName = ({ name, country }: City): string => (country ? `${name}\n${country}` : name);

/** Returns the city that `cityName` wrote. */
export function cityOf(cityName: string): City {
  const [name = '', country = null] = cityName.split('\n');
  return { name, country };
}
