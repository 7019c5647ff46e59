import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const KAFKA_VERSION = '4.1.0';
/** Resolved once and used again by every later run. */
export const kafkaCache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'kafka');
const jars = join(kafkaCache, KAFKA_VERSION, 'lib');
const OLDEST_JAVA = 17;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>spendlens</groupId>
  <artifactId>broker</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/**
 * Why there can be no broker on this machine, null where there can: a test that needs one is skipped then, and the
 * reason is printed. Where CI=true it throws instead, since a proof that was skipped proves nothing.
 */
export function brokerMissing(): string | null {
  const reason = javaMissing() ?? mavenMissing();
  if (reason === null) return null;
  const text = `no real Kafka broker here: ${reason}`;
  if (process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`skipped, ${text}\n`);
  return text;
}

/** `java -cp` of the broker; brings the jars from Maven Central the first time. */
export function kafkaClassPath(): string {
  if (!existsSync(jars)) resolveJars();
  return join(jars, '*');
}

function javaMissing(): string | null {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (status !== 0) return `java is not installed (needed: ${OLDEST_JAVA} or later)`;
  const version = /version "(\d+)/.exec(stderr)?.[1];
  return Number(version) >= OLDEST_JAVA ? null : `java is version ${version}, needed is ${OLDEST_JAVA} or later`;
}

function mavenMissing(): string | null {
  if (existsSync(jars)) return null;
  return spawnSync('mvn', ['-version']).status === 0 ? null : 'mvn (Maven) is not installed, which brings its jars';
}

/** Into a folder of its own first: a download that broke off must not be taken for a whole one. */
function resolveJars(): void {
  mkdirSync(kafkaCache, { recursive: true });
  const folder = mkdtempSync(join(kafkaCache, 'resolving-'));
  try {
    writeFileSync(join(folder, 'pom.xml'), POM);
    execFileSync('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
    });
    if (!existsSync(jars)) renameSync(folder, join(jars, '..'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
