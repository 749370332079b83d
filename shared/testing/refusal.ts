import { expect } from 'bun:test';
import { readConfig, type Variables } from '../config/environment.ts';

/**
 * Returns the line that refuses this text for a variable. The secret of the texts under test, `hush`, must not be in
 * it.
 */
export function refusal(variables: Variables, name: string, text: string): string {
  try {
    readConfig(variables, { [name]: text });
  } catch (error) {
    const message = (error as Error).message.replace('Wrong configuration:\n  ', '');
    expect(message).toStartWith(`${name}=`);
    expect(message).not.toContain('hush');
    return message;
  }
  return `${name}=${text} was taken`;
}
