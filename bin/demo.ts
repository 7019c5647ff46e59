import { runDemo } from '../demo/demo.ts';

process.exitCode = await runDemo(process.argv.slice(2), process.env, process.stdout, process.stderr);
