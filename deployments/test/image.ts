import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import dockerignore from "@balena/dockerignore";
import { type Copy, DockerfileParser, type From } from "dockerfile-ast";

// Where no container engine is at hand: what a Dockerfile would do, done in plain folders by the same unprivileged user. A stage is a
// folder that stands for the image's root. Base images stand for the Node that runs this.

const root = join(import.meta.dirname, "../..");
/** The user `node` of the base image. */
const NODE_USER = 1000;

export type Image = {
  run(command: string[], environment: Record<string, string>): ChildProcess;
  command: string[];
  healthcheck: string[];
  environment: Record<string, string>;
  user: string;
  remove(): Promise<void>;
};

type Stage = { folder: string; workdir: string; environment: Record<string, string>; user: string };

/** Runs every step of a Dockerfile. @throws what a step ends with */
export async function buildImage(file: string): Promise<Image> {
  const work = await mkdtemp(join(tmpdir(), "ledgix-image-"));
  await chmod(work, 0o755);
  const node = await unprivilegedNode(work);
  const stages = new Map<string, Stage>();
  let stage: Stage | null = null;
  let command: string[] = [];
  let healthcheck: string[] = [];
  for (const instruction of DockerfileParser.parse(await readFile(file, "utf8")).getInstructions()) {
    const keyword = instruction.getKeyword();
    const given = instruction.getArguments().map((argument) => argument.getValue());
    if (keyword === "FROM") {
      const name = (instruction as From).getBuildStage() ?? String(stages.size); // by its keyword
      stage = { folder: join(work, `stage-${stages.size}`), workdir: "/", environment: {}, user: "root" };
      await mkdir(stage.folder);
      stages.set(name, stage);
      continue;
    }
    if (stage === null) throw new Error(`${keyword} stands before FROM.`);
    if (keyword === "USER") stage.user = given[0] ?? "";
    else if (keyword === "ENV") {
      for (const pair of given) stage.environment[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
    } else if (keyword === "WORKDIR") {
      stage.workdir = given[0] ?? "/";
      await ownFolder(join(stage.folder, stage.workdir));
    } else if (keyword === "COPY") {
      const flags = (instruction as Copy).getFlags(); // by its keyword
      const from = flags.find((flag) => flag.getName() === "from")?.getValue();
      await copy(stage, given, from ? stages.get(from) : undefined);
    } else if (keyword === "RUN") await runStep(stage, instruction.getRawArgumentsContent() ?? "", node, work);
    else if (keyword === "HEALTHCHECK") healthcheck = jsonOf(instruction.getRawArgumentsContent());
    else if (keyword === "CMD") command = jsonOf(instruction.getRawArgumentsContent());
    else if (keyword !== "EXPOSE") throw new Error(`${keyword} is not known here.`);
  }
  if (stage === null) throw new Error("The Dockerfile has no stage.");
  const last = stage;
  await makeReadOnly(join(last.folder, last.workdir));
  return {
    command,
    healthcheck,
    environment: last.environment,
    user: last.user,
    async remove() {
      await once(spawn("chmod", ["-R", "u+w", work]), "exit");
      await rm(work, { recursive: true, force: true });
    },
    run: ([name = "", ...rest], environment) =>
      spawn(name === "node" ? node : name, rest, {
        cwd: join(last.folder, last.workdir),
        env: environmentOf(node, { ...last.environment, ...environment }),
        stdio: ["ignore", "pipe", "pipe"],
        ...asNodeUser(),
      }),
  };
}

const jsonOf = (raw: string | null): string[] => JSON.parse(/\[[\s\S]*\]/.exec(raw ?? "")?.[0] ?? "[]");
/** Only what is given: a step knows nothing of the shell that runs this. */
function environmentOf(node: string, given: Record<string, string>): NodeJS.ProcessEnv {
  const environment: Record<string, string> = { PATH: `${dirname(node)}:${process.env.PATH}`, ...given };
  return environment as unknown as NodeJS.ProcessEnv; // Next's types demand NODE_ENV of every environment
}

/** How this machine reaches the npm registry, as its own npm is configured and not the project's packaged Node. */
function registry(): Record<string, string> {
  const found: Record<string, string> = {};
  const PATH = process.env.PATH?.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  // Of the shell's variables no others: `npx` hands on its own idea of where npm's configuration is.
  const environment = Object.fromEntries(
    Object.entries({ ...process.env, PATH: PATH?.join(delimiter) }).filter(([name]) => /^(PATH|HOME|[A-Z_]*PROXY)$/i.test(name)),
  ) as NodeJS.ProcessEnv; // see environmentOf
  for (const name of ["cafile", "registry", "proxy", "https-proxy"]) {
    const value = execFileSync("npm", ["config", "get", name], { env: environment }).toString().trim();
    if (value !== "null" && value !== "undefined") found[`npm_config_${name.replace("-", "_")}`] = value;
  }
  return found;
}

const isRoot = () => process.getuid?.() === 0;
const asNodeUser = () => (isRoot() ? { uid: NODE_USER, gid: NODE_USER } : {});

/** A copy of this Node that the unprivileged user may run, wherever the project lies. */
async function unprivilegedNode(work: string): Promise<string> {
  const folder = join(work, "bin");
  await mkdir(folder);
  await copyFile(process.execPath, join(folder, "node"));
  await chmod(join(folder, "node"), 0o755);
  return join(folder, "node");
}

async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (isRoot()) await chown(folder, NODE_USER, NODE_USER);
}

/** COPY from the context, without what .dockerignore leaves out, or from an earlier stage. */
async function copy(stage: Stage, given: string[], from: Stage | undefined): Promise<void> {
  const sources = given.slice(0, -1);
  const target = join(stage.folder, stage.workdir, given.at(-1) ?? "");
  const ignored = dockerignore().add(await readFile(join(root, ".dockerignore"), "utf8"));
  for (const source of sources) {
    const path = from ? join(from.folder, source) : join(root, source);
    const isFolder = (await stat(path)).isDirectory();
    const into = isFolder ? target : join(target, source.split("/").at(-1) ?? "");
    await cp(path, into, {
      recursive: true,
      verbatimSymlinks: true,
      filter: async (file) => from !== undefined || (await stat(file)).isDirectory() || !ignored.ignores(relative(root, file)),
    });
    if (isRoot()) await ownAll(into);
  }
}

async function ownAll(path: string): Promise<void> {
  const child = spawn("chown", ["-R", "-h", `${NODE_USER}:${NODE_USER}`, path]);
  await once(child, "exit");
}

/** What the service writes to in a container with a read-only root fails here too. */
async function makeReadOnly(folder: string): Promise<void> {
  if (isRoot()) await once(spawn("chown", ["-R", "-h", "0:0", folder]), "exit");
  await once(spawn("chmod", ["-R", "a-w", folder]), "exit");
}

async function runStep(stage: Stage, script: string, node: string, work: string): Promise<void> {
  const home = join(stage.folder, "home/node");
  await ownFolder(home);
  const cache = join(work, "..", "ledgix-npm-cache");
  await ownFolder(cache);
  const child = spawn("sh", ["-ec", script], {
    cwd: join(stage.folder, stage.workdir),
    env: environmentOf(node, { HOME: home, npm_config_cache: cache, ...registry(), ...stage.environment }),
    stdio: ["ignore", "pipe", "pipe"],
    ...asNodeUser(),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output = (output + part).slice(-4000)));
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`RUN ${script} ended with ${code}:\n${output}`);
}
