const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** Loaded into n8n before it starts: at SIGUSR2 it writes the event loop's lag since the last time, and begins anew. */
const lag = monitorEventLoopDelay({ resolution: 5 });
lag.enable();
process.on('SIGUSR2', () => {
	const told = { p99Ms: lag.percentile(99) / 1e6, maxMs: lag.max / 1e6 };
	lag.reset();
	writeFileSync(process.env.BENCH_LAG_FILE, JSON.stringify(told));
});
