type Point = { lat: number; lon: number };

/** The mean radius of the earth, in kilometres. */
const radiusKm = 6371.0087714;

/** Returns how far two points are apart in kilometres, by the haversine formula: the earth as a ball. */
export function distanceKm(a: Point, b: Point): number {
  const [latA, latB] = [radians(a.lat), radians(b.lat)];
  const [halfLat, halfLon] = [(latB - latA) / 2, radians(b.lon - a.lon) / 2];
  const chord = Math.sin(halfLat) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin(halfLon) ** 2;
  return 2 * radiusKm * Math.asin(Math.min(1, Math.sqrt(chord)));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
