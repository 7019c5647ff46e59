import type { Endpoints } from '../domain/endpoints.ts';
import { SpendlensError } from '../domain/error.ts';
import { readSupervisorConfig } from './supervisor/config.ts';
import { type RunningSupervisor, startSupervisor } from './supervisor/supervisor.ts';
import { buildWeb } from './web.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  await main();
} catch (error) {
  if (!(error instanceof SpendlensError)) throw error;
  say(`spendlens: ${error.message}`);
  process.exit(1);
}

async function main(): Promise<void> {
  // Children write their warnings to this terminal; what went well is on the dashboard.
  process.env['SPENDLENS_LOG_LEVEL'] ??= process.stdout.isTTY ? 'warn' : 'info';
  const config = readSupervisorConfig(process.env);
  if (config.roles.has('dashboard')) await buildWeb(say);
  let running: RunningSupervisor | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say('\nDraining …');
    await running?.stop();
    say('Stopped.');
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  running = await startSupervisor(config, (step) => say(`Starting ${step} …`));
  if (stopping) return;
  const { endpoints } = running;
  process.stdout.write(
    endpoints === null ? `Spendlens is running: ${[...config.roles].join(', ')}.\n` : welcome(endpoints),
  );
}

function welcome({ proxy, dashboard, token, clickhouse, reader }: Endpoints): string {
  return `
Spendlens is running.

  Proxy       ${proxy}        point your apps here: ${proxy}/openai/v1, ${proxy}/anthropic, …
  Dashboard   ${dashboard}/?token=${token}
  SQL         ${clickhouse}   user ${reader.user}, password ${reader.password}

Try it:

  curl ${proxy}/openai/v1/chat/completions \\
    -H "Authorization: Bearer $OPENAI_API_KEY" -H 'Content-Type: application/json' \\
    -H 'Helicone-User-Id: me' -H 'Helicone-Property-Feature: first-try' \\
    -d '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Say hello."}]}'

Ctrl-C drains and stops.
`;
}
