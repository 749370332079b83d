/** Port: the version of the data. */
export type DataVersion = {
  /** Returns one that is not before any write that was committed before the call. */
  read(): Promise<bigint>;
};
