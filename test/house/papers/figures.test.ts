import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { faultNames } from '../../attack/matrix';
import { cellsOf, subjects } from '../../attack/plan';
import { WAYS } from '../../n8n/queue/killRows';
import { SUSPENDED } from '../../n8n/queue/suspendRows';
import { callRows } from '../../n8n/suspend/callbackRows';
import { endRows } from '../../n8n/suspend/endRows';
import { flows } from '../../n8n/suspend/flowRows';
import { FATE_KINDS } from '../../soak/chance/fates';
import { TROUBLES } from '../../soak/chance/weather';
import { prose } from './texts';

const text = prose(readFileSync('docs/reliability.md', 'utf8'));

const rows = [...callRows, ...endRows];
const jobs = rows.reduce((sum, { items, jobs: made = items }) => sum + made, 0);
const kills = WAYS.flatMap(({ rows: ways }) => ways);
const paid = (times: number, ways: readonly { paidEach: number }[]) =>
	String(ways.filter(({ paidEach }) => paidEach === times).length);

/** The number behind these words in a test. */
function numberIn(file: string, words: string): string {
	return readFileSync(file, 'utf8').split(words)[1]?.match(/^\d+/)?.[0] ?? `none behind ${words}`;
}
const races = (file: string) => numberIn(file, 'raceToSleep(rig, ');

const targets = readFileSync('test/fuzz/targets/index.ts', 'utf8').match(/^\t\w+,$/gm) ?? [];

it.each([
	`${String(subjects.length)} operations and commands`,
	`${String(faultNames.length)} kinds: ${faultNames.join(', ')}`,
	`${String(cellsOf(subjects).length)} cells`,
	`${String(callRows.length)} ways to come wrongly, of ${String(rows.length)} rows with ${String(jobs)} jobs`,
	`${String(endRows.length)} ways for a job`,
	`${String(flows.length)} kinds around the node`,
	`${races('test/n8n/suspend.test.ts')} jobs that end while n8n puts their execution to sleep, ${races('test/n8n/queue/suspend.test.ts')} in queue mode`,
	`${numberIn('test/n8n/suspend.test.ts', 'maxJobs: ')} items, and no request`,
	`${String(kills.length)} ways to kill, stop or freeze; in ${paid(1, kills)} a video is paid once, in ${paid(2, kills)} (without MinIO) twice`,
	`${paid(1, SUSPENDED)} ways; a video is paid once in each`,
	`${String(targets.length)} targets`,
	`${String(TROUBLES)} troubles of RunPod and MinIO, ${String(FATE_KINDS)} fates of a job`,
])('docs/reliability.md has the figures of the tests: %s', (words) => {
	expect(text).toContain(words);
});

it('no sleep is paid twice', () => {
	expect(SUSPENDED.filter(({ paidEach }) => paidEach !== 1)).toEqual([]);
});
