import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = join(import.meta.dirname, '..', '..');

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), value).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  deploy: z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }) }).optional(),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }),
  logging: z.object({ options: z.record(z.string(), z.string()) }),
});
export type Service = z.infer<typeof service>;

const file = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) });
export type ComposeFile = z.infer<typeof file>;

export const composeText = () => readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** The file as YAML alone says: merge keys resolved, variables not. */
export const composeYaml = (text: string): unknown => parse(text, { merge: true });

/** Names of the variables that the file asks for, and whether it can do without. */
export function variablesOf(text: string): { name: string; required: boolean }[] {
  const found = [...text.matchAll(/\$\{(\w+)(:\?)?/g)].map(([, name = '', mark]) => ({
    name,
    required: mark === ':?',
  }));
  return found.filter((each, index) => found.findIndex(({ name }) => name === each.name) === index);
}

/** What docker compose would run with this environment. @throws where a variable is missing, in the file's own words */
export function resolveCompose(env: Readonly<Record<string, string>>): ComposeFile {
  const resolved = composeText().replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, mark, words = '') => {
    const given = env[name];
    if (given) return given;
    if (mark === '-') return words;
    throw new Error(`required variable ${name} is missing a value: ${words}`);
  });
  return file.parse(composeYaml(resolved));
}

/** A value for every secret that the file asks for. */
export function exampleSecrets(): Record<string, string> {
  const required = variablesOf(composeText()).filter((variable) => variable.required);
  return Object.fromEntries(required.map(({ name }) => [name, `${name.toLowerCase()}-of-tests`]));
}

/** Those that run what is built here. */
export function ownServices({ services }: ComposeFile): [string, Service][] {
  return Object.entries(services).filter(([, { build }]) => build !== undefined);
}
