import type { Route, Usage } from './route';
import type { Tally } from './tally';

/** The same route, with all that goes over it counted: prompts of the run, and those that the server is looked at with. */
export function countedRoute(route: Route, tally: Tally): Route {
	const counted = async <T extends { readonly usage: Usage }>(sending: Promise<T>): Promise<T> => {
		const answer = await tally.during(sending);
		tally.add(answer.usage);
		return answer;
	};
	const { within, write } = route;
	return {
		...route,
		after: (...asked) => counted(route.after(...asked)),
		...(within && { within: (...asked: Parameters<typeof within>) => counted(within(...asked)) }),
		...(write && { write: (...asked: Parameters<typeof write>) => counted(write(...asked)) }),
	};
}
