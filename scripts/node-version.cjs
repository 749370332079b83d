// Ends the process with a sentence if Node is too old for the scripts. `node -r` reads this before them, as an old one
// could not parse them; so it uses no new syntax.
const wanted = 20;
const running = process.versions.node;
if (!process.versions.bun && Number(running.split('.')[0]) < wanted) {
  const advice = 'Install a newer one (https://nodejs.org), or start with Bun: bun start';
  console.error(`Onsale needs Node ${wanted} or newer, and this is Node ${running}. ${advice}`);
  process.exit(1);
}
