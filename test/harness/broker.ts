import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KAFKA_VERSION, kafkaCache, kafkaClassPath } from './kafka-jars.ts';
import { type Relay, startRelay } from './relay.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const CLUSTER_ID = 'c3BlbmRsZW5zLXRlc3QtMA';
export const APP_USER = 'app';
export const APP_PASSWORD = 'app-secret';

export interface BrokerOptions {
  /** Also listens with SASL (plain, SCRAM) over TLS, and with TLS that asks for a client certificate. */
  readonly secure?: boolean;
  /** Lines of server.properties that win over ours. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A real Kafka broker, KRaft and alone, on loopback and a folder of its own. */
export interface Broker {
  /** `host:port` without any encryption. */
  readonly address: string;
  /** What a process needs in its environment to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** With `secure`: SASL over TLS, TLS with a client certificate, and the PEM files to give. */
  readonly secure: { readonly sasl: string; readonly tls: string; readonly certificate: string; readonly key: string };
  pid(): number;
  /** kill -9. */
  kill(): Promise<void>;
  /** Stops it as its operator would. */
  stop(): Promise<void>;
  /** On the same folder and ports as before; resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** Who talks to the relay's address talks to this broker through it, and is never told another address. */
  openRelay(): Promise<Relay>;
  /** Kills it and removes its folder. */
  remove(): Promise<void>;
}

interface Ports {
  readonly plain: number;
  readonly controller: number;
  readonly relayed: number;
  readonly relay: number;
  readonly sasl: number;
  readonly tls: number;
}

export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { secure = false, properties = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'spendlens-broker-'));
  const [plain = 0, controller = 0, relayed = 0, relay = 0, sasl = 0, tls = 0] = await freePorts(6);
  const ports: Ports = { plain, controller, relayed, relay, sasl, tls };
  const pem = join(kafkaCache, 'tls');
  if (secure) makeCertificate(pem);
  const config = join(folder, 'server.properties');
  writeFileSync(config, propertiesOf(join(folder, 'data'), ports, secure ? pem : null, properties));
  cpSync(formatted(), join(folder, 'data'), { recursive: true });
  let child: ChildProcess | null = null;

  const start = async () => {
    child = await run(config, folder, plain);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGCONT');
    ending.kill(signal);
    const inTime = await Promise.race([gone.then(() => true), sleep(STOP_TIMEOUT_MS, false, { ref: false })]);
    if (inTime) return;
    ending.kill('SIGKILL');
    await gone;
  };
  const pid = () => {
    if (child?.pid === undefined) throw new Error('the broker does not run');
    return child.pid;
  };
  await start();
  const address = `127.0.0.1:${plain}`;
  return {
    address,
    env: { KAFKA_BROKERS: address },
    secure: {
      sasl: `127.0.0.1:${sasl}`,
      tls: `127.0.0.1:${tls}`,
      certificate: join(pem, 'certificate.pem'),
      key: join(pem, 'key.pem'),
    },
    pid,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    pause: () => void process.kill(pid(), 'SIGSTOP'),
    resume: () => void process.kill(pid(), 'SIGCONT'),
    // Clients go wherever the broker's metadata send them: each listener tells its own address, and that of the
    // relayed one is the relay's.
    openRelay: () => startRelay({ port: relay, target: relayed }),
    async remove() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(config: string, folder: string, port: number): Promise<ChildProcess> {
  const lean = ['-Xms64m', '-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
  const log = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  const child = spawn('java', [...lean, ...log, '-cp', kafkaClassPath(), 'kafka.Kafka', config], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A run that ends in the middle must not leave a broker behind.
  const killIt = () => child.kill('SIGKILL');
  process.once('exit', killIt);
  child.once('exit', () => process.off('exit', killIt));
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`the broker ended at its start:\n${printed}`);
    if (Date.now() > deadline) throw new Error(`the broker did not come up within a minute:\n${printed}`);
    await sleep(100);
  }
  return child;
}

/** Asks for the versions of its requests (ApiVersions, key 18): a port that is merely open says nothing. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1');
    const say = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1_000, () => say(false));
    socket.once('error', () => say(false));
    socket.once('close', () => say(false));
    socket.once('data', () => say(true));
    socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]));
  });
}

function propertiesOf(data: string, ports: Ports, pem: string | null, more: Readonly<Record<string, string>>): string {
  const listeners = [
    `PLAINTEXT://127.0.0.1:${ports.plain}`,
    `RELAYED://127.0.0.1:${ports.relayed}`,
    `CONTROLLER://127.0.0.1:${ports.controller}`,
    ...(pem === null ? [] : [`SASL_SSL://127.0.0.1:${ports.sasl}`, `SSL://127.0.0.1:${ports.tls}`]),
  ];
  const advertised = listeners
    .filter((listener) => !listener.startsWith('CONTROLLER'))
    .map((listener) => (listener.startsWith('RELAYED') ? `RELAYED://127.0.0.1:${ports.relay}` : listener));
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: listeners.join(','),
    'advertised.listeners': advertised.join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,RELAYED:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    // A killed broker may register again only when its old session is over.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '4194304',
    ...(pem === null ? {} : secureLines(pem)),
    ...more,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function secureLines(pem: string): Record<string, string> {
  const common = 'org.apache.kafka.common.security';
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${common}.plain.PlainLoginModule required user_${APP_USER}="${APP_PASSWORD}";`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${common}.scram.ScramLoginModule required;`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${common}.scram.ScramLoginModule required;`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(pem, 'both.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(pem, 'certificate.pem'),
    'listener.name.ssl.ssl.client.auth': 'required',
  };
}

/** Signed by itself, so that it is the authority, the server's and the client's certificate in one. */
function makeCertificate(folder: string): void {
  if (existsSync(join(folder, 'both.pem'))) return;
  mkdirSync(folder, { recursive: true });
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', ...subject, '-keyout', key, '-out', certificate],
    { stdio: 'ignore' },
  );
  writeFileSync(join(folder, 'both.pem'), readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
}

/** An empty broker's data folder, users included: made once, since making it takes as long as starting the broker. */
function formatted(): string {
  // First, since the path of the jars is what fills the cache's folder where it is not there yet.
  const classPath = kafkaClassPath();
  const made = join(kafkaCache, KAFKA_VERSION, 'formatted');
  if (existsSync(made)) return made;
  const folder = mkdtempSync(join(kafkaCache, 'formatting-'));
  const config = join(folder, 'server.properties');
  const ports: Ports = { plain: 1, controller: 2, relayed: 3, relay: 4, sasl: 5, tls: 6 };
  try {
    writeFileSync(config, propertiesOf(join(folder, 'data'), ports, null, {}));
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${APP_USER},password=${APP_PASSWORD}]`,
    ]);
    const args = ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config];
    execFileSync('java', [...args, ...users], { stdio: ['ignore', 'ignore', 'pipe'] });
    if (!existsSync(made)) renameSync(join(folder, 'data'), made);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return made;
}

/** Fixed, since a broker that comes back must be found where it was. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
