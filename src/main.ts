import { readServerConfig, serveStdio } from './cli/serve-stdio.ts';

const args = process.argv.slice(2);
// What an assistant starts. The commands are loaded only where there is a command line.
if (args.length === 0) await serveStdio(readServerConfig(process.env));
else await (await import('./cli/run-command.ts')).runCommand(args);
