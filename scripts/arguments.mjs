/** Ends the process with code 1 and a sentence if the command line has arguments; `instead` says what takes their place. */
export function refuseArguments(name, instead = '') {
  const args = process.argv.slice(2);
  if (args.length === 0) return;
  console.error(`npm run ${name} takes no arguments, and was given ${args.join(' ')}.${instead && ` ${instead}`}`);
  process.exit(1);
}
