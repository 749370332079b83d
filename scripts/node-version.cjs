// Ends the process with a sentence where Node is too old for the scripts. `node -r` reads this before them, for an old one could
// not read them to their end; so there is nothing new in how it is written.
const wanted = 20;
const running = process.versions.node;
if (!process.versions.bun && Number(running.split('.')[0]) < wanted) {
  const advice = 'Install a newer one (https://nodejs.org), or start with Bun: bun start';
  console.error(`Onsale needs Node ${wanted} or newer, and this is Node ${running}. ${advice}`);
  process.exit(1);
}
