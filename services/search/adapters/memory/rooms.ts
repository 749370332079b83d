/** Arrays for the matches of a search, with an entry of each match in every one. */
export type Room = { slots: Int32Array; scores: Float64Array; ranks: Float64Array; dates: Float64Array };

/** Keeps the arrays of searches that have ended for later ones: new ones are megabytes, and garbage a moment later. */
export function createRooms() {
  const idle: Room[] = [];
  return {
    /** Returns arrays of at least that length, with anything in them. */
    take(length: number): Room {
      const room = idle.pop();
      return room && room.slots.length >= length ? room : makeRoom(Math.ceil(length * 1.25));
    },
    giveBack: (room: Room): void => void idle.push(room),
  };
}

const makeRoom = (length: number): Room => ({
  slots: new Int32Array(length),
  scores: new Float64Array(length),
  ranks: new Float64Array(length),
  dates: new Float64Array(length),
});
