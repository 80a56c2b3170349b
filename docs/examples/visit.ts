// A visit from a test in TypeScript: start, wait until ready, tap, read the file, go back to the beginning. Node 18 or later, no packages.
//
//     tsc --target es2021 --lib es2021,dom --module commonjs visit.ts && node visit.js [path of madoguchi]

declare const process: { argv: string[]; exitCode: number };
declare function require(name: string): any;
const { spawn } = require("child_process");
const { mkdtempSync, readFileSync, rmSync } = require("fs");
const { tmpdir } = require("os");
const { join } = require("path");
const { createInterface } = require("readline");

interface Visit {
  outcome: string;
  files: { face: string | null; pmh: string | null };
}

/** A madoguchi of its own, in a folder of its own, on a port that the system chooses. */
class Station {
  private constructor(private readonly process: any, private readonly folder: string, private readonly url: string) {}

  static async start(program = "madoguchi"): Promise<Station> {
    const folder = mkdtempSync(join(tmpdir(), "madoguchi-"));
    // The clock stands still and nothing takes time: a test gives the same files every day.
    const args = ["run", "--headless", "--control", "127.0.0.1:0", "--pace", "instant", "--clock", "20261121093000,freeze"];
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    const told: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      const ready = /^madoguchi ready control=(\S+)/.exec(line);
      if (ready) return new Station(child, folder, ready[1]);
      told.push(line);
    }
    throw new Error("madoguchi did not come up: " + told.join("\n"));
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text ? JSON.parse(text) : undefined;
  }

  end(): Promise<void> {
    return new Promise(done => {
      this.process.once("exit", () => {
        rmSync(this.folder, { recursive: true, force: true });
        done();
      });
      this.process.kill("SIGKILL");
    });
  }
}

/** Good enough for a test: the first element of this name. */
function text(file: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(readFileSync(file, "utf8"))?.[1];
}

async function main(): Promise<void> {
  const station = await Station.start(process.argv[2]);
  try {
    // Answers when every file of the visit stands in its folder.
    const visit = await station.call<Visit>("POST", "/control/v1/visits", { person: "hanako" });
    if (visit.outcome !== "valid" || !visit.files.face || !visit.files.pmh) throw new Error(JSON.stringify(visit));
    console.log(text(visit.files.face, "Name"), text(visit.files.face, "InsurerNumber"));
    console.log(text(visit.files.pmh, "CertificationName"));

    // The next one finds no valid qualification.
    await station.call("PUT", "/control/v1/faults/validity-2", { count: 1 });
    console.log((await station.call<Visit>("POST", "/control/v1/visits", { person: "taro" })).outcome);

    await station.call("POST", "/control/v1/reset", {});
  } finally {
    await station.end();
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
