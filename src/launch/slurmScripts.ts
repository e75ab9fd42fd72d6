import type { Launch } from '../config/launch';
import {
	commandShell,
	exported,
	followScript,
	type JobPlace,
	jobVariable,
	loopbackFunction,
	makeFolder,
	prelude,
	type ServerVariables,
	tailOfLog,
	writeFile,
} from './jobScripts';
import { shellQuote } from './shellQuote';

/** A job as Slurm knows it. */
export interface SlurmName {
	/** Its number. */
	readonly id: string;
	/** Where several clusters share one `sbatch`; null: the only one. */
	readonly cluster: string | null;
}

export interface SubmitOptions extends JobPlace {
	readonly launch: Extract<Launch, { kind: 'slurm' }>;
	readonly variables: ServerVariables;
}

/** Jobs look for a free port from here on; below the ports that systems give to clients by themselves. */
const ports = { first: 20_000, count: 10_000 } as const;

/** Options of Slurm’s programs that name a job’s cluster. */
const clusterOption = ({ cluster }: SlurmName) => (cluster === null ? '' : `-M ${shellQuote(cluster)}`);

/**
 * Submits a job. Writes `missing`, where there is no sbatch; `used`; `refused` and why; or `submitted ID` (with `;cluster`
 * where there are several) and `folder PATH`. The folder then holds `id` (from sbatch, or from the job, if that was faster);
 * before that `submits`, which shell of which host does so: it goes on when the connection that started it is cut.
 */
export function submitScript({ launch, variables, ...place }: SubmitOptions): string {
	const { partition, gres, time, command } = launch;
	const options = [
		`--job-name=${place.label}`,
		`--time=${time}`,
		...(partition === null ? [] : [`--partition=${partition}`]),
		...(gres === null ? [] : [`--gres=${gres}`]),
	];
	return `${prelude(place)}
if ! command -v sbatch >/dev/null; then
	echo missing
	exit 0
fi
${makeFolder}
printf '%s\\n%s\\n%s\\n' "$(uname -n)" "$$" "$(born "$$")" >"$folder/submits" || exit 1
${writeFile('command', command)}
${writeFile('job.sh', jobScript(command, variables, place))}
if id=$(sbatch --parsable ${options.map(shellQuote).join(' ')} --output="$folder/log" --error="$folder/log" \\
	<"$folder/job.sh" 2>"$folder/said"); then
	printf '%s\\n' "$id" >"$folder/id"
	printf 'submitted %s\\nfolder %s\\n' "$id" "$folder"
else
	echo refused
	cat "$folder/said"
	rm -rf "$folder"
fi`;
}

/**
 * What runs on the node. Its folder is shared with the host that submits it. It holds `where` (the port, the node’s name
 * for itself and Slurm’s for it), `listening` once the server does (`loopback`: for the node alone), and at its end `exit`.
 */
function jobScript(command: string, variables: ServerVariables, place: JobPlace): string {
	return `#!/bin/sh
${prelude(place)}
${loopbackFunction}
# A time limit and scancel end by SIGTERM first: the server is told, and what it says is waited for.
trap 'kill -s TERM "$server" 2>/dev/null' TERM INT
# One that is begun again, after a preemption, has ended before.
rm -f "$folder/exit" "$folder/listening"
[ -e "$folder/id" ] || printf '%s\\n' "$SLURM_JOB_ID" >"$folder/id"
port=$((${ports.first} + SLURM_JOB_ID % ${ports.count}))
while listens "$port"; do
	port=$((port + 1))
done
${exported({ [jobVariable]: place.label, ...variables })}
export EVAL_LENS_PORT="$port"
printf '%s %s %s\\n' "$port" "$(uname -n)" "\${SLURMD_NODENAME:-$(uname -n)}" >"$folder/where.part" &&
	mv "$folder/where.part" "$folder/where"
${commandShell}
cd "$HOME"
"$shell" -c ${shellQuote(command)} </dev/null &
server=$!
{
	while :; do
		listens "$port"
		[ $? -ne 1 ] && break
		sleep 1
	done
	if loopback "$port"; then echo loopback; fi >"$folder/listening"
} &
watch=$!
wait "$server"
code=$?
# A signal ends the waiting too, before the server is over.
while kill -0 "$server" 2>/dev/null; do
	wait "$server"
	code=$?
done
kill "$watch" 2>/dev/null
printf '%s\\n' "$code" >"$folder/exit.part" && mv "$folder/exit.part" "$folder/exit"
exit "$code"
`;
}

/**
 * `state FORMAT`: what squeue says of the job in one line; `final LINE`: whether that means its end; `live`: whether it waits,
 * runs, ends, or cannot be asked for.
 */
function stateFunctions(job: SlurmName): string {
	return `id=${shellQuote(job.id)}
state() {
	# The last line: where clusters are named, one stands above.
	squeue -h ${clusterOption(job)} -j "$id" -t all -o "$1" 2>&1 | tail -n 1
}
final() {
	case "$1" in
	'' | *'Invalid job id'* | COMPLETED* | FAILED* | CANCELLED* | TIMEOUT* | OUT_OF_MEMORY* | NODE_FAIL* | PREEMPTED* | BOOT_FAIL* | DEADLINE* | REVOKED*) ;;
	*) return 1 ;;
	esac
}
live() { ! final "$(state %T)"; }`;
}

/**
 * Writes what is known of a job: `squeue STATE|REASON` or what squeue says instead; once it is over, `sacct STATE|EXIT`
 * where the cluster keeps accounts, else `scontrol` and its line, for as long as it remembers; what the job wrote itself,
 * `where`, `listening` and `exit`; `here` and the name of this host; and the end of the log.
 */
export function slurmStatusScript(place: JobPlace, job: SlurmName): string {
	return `${prelude(place)}
${stateFunctions(job)}
said=$(state '%T|%r')
printf 'squeue %s\\n' "$said"
if final "$said"; then
	if line=$(sacct -n -P -X ${clusterOption(job)} -j "$id" -o State,ExitCode 2>/dev/null) && [ -n "$line" ]; then
		printf 'sacct %s\\n' "$(printf '%s\\n' "$line" | tail -n 1)"
	elif line=$(scontrol ${clusterOption(job)} -o show job "$id" 2>/dev/null); then
		printf 'scontrol %s\\n' "$(printf '%s\\n' "$line" | tail -n 1)"
	fi
fi
for name in where exit; do
	[ -r "$folder/$name" ] && printf '%s %s\\n' "$name" "$(cat "$folder/$name")"
done
[ -e "$folder/listening" ] && echo "listening $(cat "$folder/listening")"
printf 'here %s\\n' "$(uname -n)"
${tailOfLog}`;
}

/** Seconds that a submission under way is waited for, and that Slurm may take to list the job of one that was cut off. */
const submitsWithin = 60;
const listsWithin = 5;

/** After so many minutes a submission is over whose shell cannot be looked for, since another host ran it. */
const submitsAtMost = 10;

/**
 * Writes `submitted ID` and `folder PATH` if a job of this label was submitted; `undecided` where that is still under way.
 * One that was refused takes its folder away.
 */
export function slurmFindScript(place: JobPlace): string {
	return `${prelude(place)}
submits() {
	[ -z "$(find "$folder" -prune -mmin +${submitsAtMost} 2>/dev/null)" ] || return 1
	[ -r "$folder/submits" ] || return 0
	{ read -r there; read -r pid; read -r since; } <"$folder/submits"
	[ "$there" != "$(uname -n)" ] || [ "$(born "$pid")" = "$since" ]
}
# Where nothing can be submitted, and there is no folder of it, nothing was.
if ! [ -d "$folder" ] && ! command -v sbatch >/dev/null; then
	exit 0
fi
until=$(($(date +%s) + ${submitsWithin}))
left=${listsWithin}
while :; do
	# Looked at first: a submission that ends in between has written its number, or taken its folder away.
	[ -d "$folder" ] && begun=1 || begun=0
	if [ -s "$folder/id" ]; then
		id=$(cat "$folder/id")
	else
		# Not to know is not the same as that there is none.
		found=$(squeue -h -n "$label" -u "$(id -un)" -t all -o %i 2>&1) || { printf '%s\\n' "$found" >&2; exit 1; }
		id=$(printf '%s\\n' "$found" | tail -n 1)
	fi
	if [ -n "$id" ]; then
		printf 'submitted %s\\nfolder %s\\n' "$id" "$folder"
		break
	fi
	[ $begun = 1 ] || break
	if submits; then left=${listsWithin}; else left=$((left - 1)); fi
	[ $left -gt 0 ] || break
	if [ "$(date +%s)" -ge $until ]; then
		echo undecided
		break
	fi
	sleep 1
done`;
}

/** Seconds until a cancelled job must be over: Slurm gives its processes 30 by default. */
const endsWithin = 60;

/** Ends a job. Writes `gone`, or what Slurm says of one that stays. */
export function cancelScript(place: JobPlace, job: SlurmName): string {
	return `${prelude(place)}
${stateFunctions(job)}
said=$(scancel ${clusterOption(job)} "$id" 2>&1)
# By the clock: a controller that does not answer is waited for by each program.
until=$(($(date +%s) + ${endsWithin}))
while live && [ "$(date +%s)" -lt $until ]; do
	sleep 1
done
if live; then printf '%s %s\\n' "$(state %T)" "$said"; else echo gone; fi`;
}

/** Writes the log until the job is over. Slurm’s controller is shared by many: it is asked now and then. */
export function slurmFollowScript(place: JobPlace, job: SlurmName): string {
	return `${stateFunctions(job)}
turn=0
over() {
	turn=$((turn + 1))
	[ -e "$folder/exit" ] || { [ $((turn % 10)) -eq 1 ] && ! live; }
}
${followScript(place, 'over')}`;
}
