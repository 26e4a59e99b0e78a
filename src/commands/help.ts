import { documented } from '../settings.ts';
import { version } from '../version.ts';

/** Prints what the binary can do and every setting. */
export function help(): void {
  const width = Math.max(...documented.map(({ name }) => name.length));
  const settings = documented.map(({ name, meaning, default: usual, secret }) => {
    const more = [...(usual === undefined ? [] : [`default ${usual}`]), ...(secret ? [`or ${name}_FILE`] : [])];
    return `  ${name.padEnd(width)}  ${meaning.replaceAll('`', '')}${more.length > 0 ? ` (${more.join('; ')})` : ''}`;
  });
  process.stdout.write(`agora-threads-mcp ${version}: the message threads of an Agora Chat app, as an MCP server

Usage
  agora-threads-mcp                    serve MCP on stdin and stdout (what an assistant starts)
  agora-threads-mcp demo               play a short scene on the embedded sandbox
  agora-threads-mcp doctor [--json] [--offline]
                                       check settings, network and service, and say what to do
  agora-threads-mcp sandbox [--port N] [--faults FILE]
                                       run the sandbox alone, and print how to reach it
  agora-threads-mcp --version

Settings, from the environment; with none of them set the embedded sandbox answers
${settings.join('\n')}
`);
}

export function printVersion(): void {
  process.stdout.write(`${version}\n`);
}
