import fc from 'fast-check';
import { story } from './events';
import { play } from './play';
const seed = Number(process.argv[2] ?? Date.now() % 1e9);
const numRuns = Number(process.argv[3] ?? 200);
let n = 0; const t0 = Date.now();
void (async () => {
const r = await fc.check(fc.asyncProperty(story, async (s) => { n++; await play(s); }), { seed, numRuns, ...(process.argv[4] ? { path: process.argv[4], endOnFailure: process.argv[5] !== undefined } : {}), interruptAfterTimeLimit: Number(process.env.LIMIT ?? 120) * 1000 });
console.log({ failed: r.failed, seed: r.seed, path: r.counterexamplePath, n, ms: Date.now() - t0 });
if (r.failed) { console.log(JSON.stringify(r.counterexample, null, 1).replace(/\n\s+/g, ' ')); console.log(String((r.errorInstance as Error)?.stack ?? r.errorInstance).slice(0, 6000)); }
process.exit(0);
})();
