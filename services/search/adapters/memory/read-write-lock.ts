/**
 * A lock for readers and writers: readers run together, a writer alone. So a reader that pauses goes on in the state
 * that it began in. Writers and readers take turns, so that neither keeps the other out.
 */
export function createReadWriteLock() {
  const readers: (() => void)[] = [];
  const writers: (() => void)[] = [];
  let reading = 0;
  let isWriting = false;

  async function read<T>(work: () => Promise<T>): Promise<T> {
    if (isWriting || writers.length > 0) await new Promise<void>((enter) => readers.push(enter));
    else reading++;
    try {
      return await work();
    } finally {
      reading--;
      if (reading === 0) admit(writers);
    }
  }

  async function write<T>(work: () => Promise<T>): Promise<T> {
    if (isWriting || reading > 0) await new Promise<void>((enter) => writers.push(enter));
    else isWriting = true;
    try {
      return await work();
    } finally {
      isWriting = false;
      if (readers.length > 0) admit(readers);
      else admit(writers);
    }
  }

  function admit(those: (() => void)[]): void {
    if (those === writers) {
      isWriting = writers.length > 0;
      writers.shift()?.();
      return;
    }
    reading = readers.length;
    for (const enter of readers.splice(0)) enter();
  }

  return { read, write };
}
