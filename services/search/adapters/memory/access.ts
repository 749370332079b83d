/**
 * Lets in who may be at the index: readers together, or one writer alone. A reader that stops in the middle so goes on in what it
 * began with. Writers and readers take turns, so that neither keeps the other out.
 */
export function createAccess() {
  const readers: (() => void)[] = [];
  const writers: (() => void)[] = [];
  let reading = 0;
  let isWriting = false;

  async function together<T>(read: () => Promise<T>): Promise<T> {
    if (isWriting || writers.length > 0) await new Promise<void>((enter) => readers.push(enter));
    else reading++;
    try {
      return await read();
    } finally {
      reading--;
      if (reading === 0) admit(writers);
    }
  }

  async function alone<T>(write: () => Promise<T>): Promise<T> {
    if (isWriting || reading > 0) await new Promise<void>((enter) => writers.push(enter));
    else isWriting = true;
    try {
      return await write();
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

  return { together, alone };
}
