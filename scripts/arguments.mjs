/** Ends the process with code 1 and a sentence if there are arguments; `instead` names the alternative. */
export function refuseArguments(name, args, instead = '') {
  if (args.length === 0) return;
  console.error(`npm run ${name} takes no arguments, and was given ${args.join(' ')}.${instead && ` ${instead}`}`);
  process.exit(1);
}
