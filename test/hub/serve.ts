// The stand-in of the Hub as a process of its own, for tests and for looking at it by hand:
//   npx esbuild test/hub/serve.ts --bundle --platform=node --format=esm --outfile=out/hub.mjs && node out/hub.mjs
// Its first line is JSON: what to set in the environment of the program that is tried.
import { startDemoServer } from '../servers/demoServerCommand';
import { startHubStandIn } from './standIn';
import { addStory } from './story';

const hub = await startHubStandIn();
addStory(hub);
if (process.argv.includes('--slow')) {
	// Weights take a while, so that a test can look at their progress.
	hub.fault(({ origin }) => origin === 'store', { slowBytes: 100_000, pauseMs: 100 }, Number.POSITIVE_INFINITY);
}
// Behind each job is a real server, after a while in the queue and another of loading.
hub.jobs.startsAfterMs = 4000;
hub.jobs.onJobStart = () => startDemoServer({ delay: 200, loading: 4000 });
console.log(JSON.stringify({ HF_ENDPOINT: hub.endpoint, HF_DATASETS_SERVER: hub.viewerEndpoint }));
