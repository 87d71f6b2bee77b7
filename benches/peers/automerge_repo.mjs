// The same measure with automerge-repo: two processes on loopback, websocket and files on disk; an edit here until it is in the other's
// document, as the other says at once. Both sides flush to disk for each edit, since guildhall's commits do.
//
//   npm install ws @automerge/automerge-repo@2.5.6 @automerge/automerge-repo-network-websocket@2.5.6 @automerge/automerge-repo-storage-nodefs@2.5.6
//   node automerge_repo.mjs [times]
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { Repo } from "@automerge/automerge-repo";
import { NodeWSServerAdapter, WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";

const dir = mkdtempSync(join(tmpdir(), "automerge-repo-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

async function other(port, url) {
  const repo = new Repo({
    network: [new WebSocketClientAdapter(`ws://127.0.0.1:${port}`)],
    storage: new NodeFSStorageAdapter(dir),
  });
  const handle = await repo.find(url);
  await handle.whenReady();
  process.send({ ready: true });
  let seen = -1;
  handle.on("change", async ({ doc }) => {
    if (doc.n > seen) {
      seen = doc.n;
      await repo.flush([handle.documentId]);
      process.send({ n: doc.n });
    }
  });
}

async function main() {
  const times = Number(process.argv[2] ?? 200);
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((done) => server.on("listening", done));
  const repo = new Repo({
    network: [new NodeWSServerAdapter(server)],
    storage: new NodeFSStorageAdapter(dir),
    sharePolicy: async () => true,
  });
  const handle = repo.create({ n: -1, notes: {} });
  await repo.flush([handle.documentId]);
  const child = fork(process.argv[1], ["--other", String(server.address().port), handle.url]);
  let heard;
  child.on("message", (said) => heard(said));
  await new Promise((done) => (heard = done));
  const took = [];
  for (let n = 0; n < times; n++) {
    const arrived = new Promise((done) => (heard = (said) => said.n === n && done()));
    const begun = process.hrtime.bigint();
    handle.change((doc) => {
      doc.n = n;
      doc.notes[`bench-${n}`] = `Seen in case ${n}.`;
    });
    await repo.flush([handle.documentId]);
    await arrived;
    took.push(Number(process.hrtime.bigint() - begun) / 1e6);
  }
  took.sort((a, b) => a - b);
  const at = (percent) => took[Math.min(took.length - 1, Math.floor((took.length * percent) / 100))].toFixed(2);
  console.log(`automerge-repo, an edit here until it is in the other's document: p50 ${at(50)} ms, p99 ${at(99)} ms`);
  child.kill();
  process.exit(0);
}

if (process.argv[2] === "--other") await other(process.argv[3], process.argv[4]);
else await main();
