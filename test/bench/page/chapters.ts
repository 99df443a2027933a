import type { BenchRow } from '../rows';

export interface Chapter {
	measure: BenchRow['measure'];
	title: string;
	/** What was measured and how, without figures of a run. */
	text: string;
	/** Why the aim of a row, by its words, is missed where it is; what it says itself of the run stands beside it. */
	reasons?: readonly (readonly [what: RegExp, reason: string])[];
}

/** The words of docs/bench.md, in its order; the figures are the run's. */
export const CHAPTERS: readonly Chapter[] = [
	{
		measure: 'jobs',
		title: 'Many jobs in one execution',
		text: `The whole n8n runs a workflow of one node that makes videos, and the wall clock is n8n's own record of the execution. Jobs take
25 seconds on both sides, and nothing is compressed. Ours are made by the stand-in, which has as many workers as there are jobs, and
the node has both credentials and its defaults, but for _Max Parallel Jobs_ and _Max Jobs per Execution_, which are set to that
number: it keeps records, looks at each finished video and makes links. n8n's own OpenAI node (resource Video, operation Generate) has
a local server at its credential's Base URL, which knows the three calls and lets no job wait for another.

That node makes one item after another and looks every 10 seconds, also once more after the end. The interval cannot be set, so its
ratio is the worse the shorter the jobs are: with jobs shorter than these the comparison would not be fair to it.

RunPod takes 1000 submits and 2000 looks of an endpoint in 10 seconds, and the node leaves a tenth of that to others: the last
hundred of 1000 jobs are sent 10 seconds after the first.`,
		reasons: [
			[
				/^1,000 jobs/,
				'RunPod takes no more submits in 10 seconds, so the last jobs are sent later',
			],
			[
				/^500 jobs/,
				'to send a job takes processor time of the one n8n, and so does its mark as given out, once all are there',
			],
			[/^\d+ jobs?/, 'until a first job of the run has ended nobody knows when to look'],
		],
	},
	{
		measure: 'thousand items',
		title: 'A thousand items',
		text: `The execution with 1000 jobs of the chapter before, seen from outside n8n's process, and by a probe within it for the lag. n8n's own
work for the execution is part of the figures.`,
		reasons: [
			[
				/^event loop lag/,
				'the wait for a processor counts, which the stand-in and all else that runs take up',
			],
		],
	},
	{
		measure: 'lag',
		title: 'From the end of a job to its result',
		text: `In simulated time: how late a result is noticed, and how many questions that takes. Why the looks are when they are is in
[decisions](decisions/looks.md).`,
	},
	{
		measure: 'files',
		title: 'Large files',
		text: `The same file, up and down, by each node in n8n's engine against the same store.`,
		reasons: [
			[
				/ up, Generate, speed/,
				'the file is checked whole before anything is paid for, and read again to be sent',
			],
			[
				/ up, Template.*speed/,
				'it goes in parts of 5 MB, each with a checksum that buckets with Object Lock want; HTTP Request sends a file whole that it holds in memory',
			],
			[
				/ down, .*peak memory/,
				'Node lets go of what was read of a stream only now and then, also for the others that stream',
			],
			[
				/ down, .*speed/,
				'the AWS S3 node holds the file in memory whole; those that stream are about as fast as each other',
			],
		],
	},
	{
		measure: 'load',
		title: 'Loading',
		text: `How much longer n8n takes to load the package than an empty node.`,
	},
	{
		measure: 'size',
		title: 'Installed size',
		text: `What an install from n8n's settings puts on the disk.`,
		reasons: [[/^installed/, 'what others install along, or do without, is inside']],
	},
];
