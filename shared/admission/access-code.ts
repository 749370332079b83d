/** Returns an access code as it is stored and compared: buyers type it in any case, with blanks around it. */
export const normalCode = (code: string): string => code.trim().toUpperCase();
