import { shellQuote } from './shellQuote';

/** Marks the processes of a job, wherever they end up: they inherit it, and on Linux it can be read from outside. */
export const jobVariable = 'EVAL_LENS_JOB';

/** Where the folders of jobs are on a computer that is reached through a shell, as its shell writes it. */
export const remoteJobsFolder = '"$HOME/.cache/eval-lens/jobs"';

/** What a script needs to know of a job. */
export interface JobPlace {
	readonly label: string;
	/** The folder of all jobs, as a word of the shell. */
	readonly jobs: string;
	/** Whether several computers may see that folder, and a name lead to any of them, as to login nodes of a cluster. */
	readonly isShared: boolean;
}

/** What the server is told about the model, by its environment. */
export interface ServerVariables {
	readonly EVAL_LENS_MODEL: string;
	readonly EVAL_LENS_REVISION: string;
}

/** Lines of sh that put variables into the environment. */
export function exported(variables: Readonly<Record<string, string>>): string {
	return Object.entries(variables)
		.map(([name, value]) => `export ${name}=${shellQuote(value)}`)
		.join('\n');
}

/** The shell that a person writes commands for: bash where there is one, which knows `source`. */
export const commandShell = 'shell=$(command -v bash || echo sh)';

/** What comes between the address and the state of a listening port $1 in a line of that file. */
const listensOn = '$(printf %04X "$1") [0-9A-F]*:[0-9A-F]* 0A ';

/**
 * Whether something listens on the port $1: 0 yes, 1 no, 2 not known. Linux tells in a file (man proc_net_tcp: state 0A),
 * other systems by netstat.
 */
const listensFunction = `listens() {
	if [ -r /proc/net/tcp ]; then
		cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
			grep -qi " [0-9A-F]*:${listensOn}"
	elif command -v netstat >/dev/null; then
		netstat -an | grep LISTEN | grep -q "[.:]$1 "
	else
		return 2
	fi
}`;

/** Whether only the computer itself can reach the port $1, on Linux. */
export const loopbackFunction = `loopback() {
	! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -i " [0-9A-F]*:${listensOn}" |
		grep -qvi " \\(0100007F\\|00000000000000000000000001000000\\):"
}`;

/**
 * `born PID`: what tells a process from a later one with the same number. `members`: the living processes of the job,
 * one a line. On Linux that is who carries the job's mark, or belongs to the session of its first process; a zombie is
 * over. Elsewhere it is the process group of the first one, for as long as that one lives.
 */
const processFunctions = `born() {
	if [ -r "/proc/$1/stat" ]; then
		# The name before the bracket may hold anything; behind it, the 20th is the start, in ticks since the boot.
		sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
	else
		LC_ALL=C ps -o lstart= -p "$1"
	fi
} 2>/dev/null
first() {
	pid=; since=
	[ -r "$folder/pid" ] && { read -r pid; read -r since; } <"$folder/pid"
	[ -n "$pid" ] && [ -n "$since" ] && [ "$(born "$pid")" = "$since" ]
}
members() {
	first && session=$pid || session=none
	if [ -r /proc/self/stat ]; then
		marked=" $(grep -las "${jobVariable}=$label" /proc/[0-9]*/environ | tr '\\n' ' ')"
		for process in /proc/[0-9]*; do
			{ read -r line <"$process/stat"; } 2>/dev/null || continue
			set -- \${line##*) }
			[ "$1" != Z ] && [ "$1" != X ] || continue
			case "$marked" in
			*" $process/environ "*)
				# Another label may begin with this one.
				tr '\\0' '\\n' <"$process/environ" 2>/dev/null | grep -qx "${jobVariable}=$label" && echo "\${process#/proc/}" && continue ;;
			esac
			[ "$4" = "$session" ] && echo "\${process#/proc/}"
		done
	elif [ "$session" != none ]; then
		ps -A -o pid= -o pgid= -o stat= | awk -v group="$session" '$2 == group && $3 !~ /^Z/ { print $1 }'
	fi
	return 0
}`;

/** `elsewhere`: whether the job was started by another computer, whose processes are not seen here. */
const elsewhereFunction = `elsewhere() {
	[ -r "$folder/host" ] && read -r there <"$folder/host" && [ "$there" != "$(uname -n)" ]
}`;

/** What each script begins with. A label holds letters, digits and `-` alone. */
export function prelude({ label, jobs, isShared }: JobPlace): string {
	return `umask 077
label=${shellQuote(label)}
jobs=${jobs}
folder=$jobs/$label
${listensFunction}
${processFunctions}
${isShared ? elsewhereFunction : 'elsewhere() { return 1; }'}`;
}

/** What stays of a job that is over is deleted after so many days, when another one starts. */
const keptDays = 30;

/** Makes the job's folder, once: whoever else starts a job of this label is told `used`. */
export const makeFolder = `mkdir -p "$jobs" || exit 1
for exit in "$jobs"/*/exit; do
	[ -n "$(find "$exit" -mtime +${keptDays} 2>/dev/null)" ] && rm -rf "\${exit%/exit}"
done
if ! mkdir "$folder" 2>/dev/null; then
	# Without a process nothing ever ran of it: its start was cut off.
	if [ -e "$folder/pid" ] || [ -e "$folder/id" ] || ! rm -rf "$folder" || ! mkdir "$folder"; then
		echo used
		exit 0
	fi
fi`;

/** Writes a text into a file of the job's folder, whatever is in it. */
export function writeFile(name: string, text: string): string {
	return `printf '%s' ${shellQuote(text)} >"$folder/${name}" || exit 1`;
}

export interface StartOptions extends JobPlace {
	readonly command: string;
	readonly port: number;
	readonly variables: ServerVariables;
}

/**
 * Starts a command so that it outlives whoever starts it. It writes `taken`, where something listens on the port; `used`;
 * `failed`; or `started` and the folder. The folder then holds `pid` (the first process and its start, both written before
 * the command runs), `log`, and at its end `exit` (its code).
 */
export function startScript({ command, port, variables, ...place }: StartOptions): string {
	return `${prelude(place)}
if listens ${port}; then
	echo taken
	exit 0
fi
${makeFolder}
${writeFile('command', command)}
${writeFile('job.sh', keeperScript({ command, port, variables, ...place }))}
# A session of its own, where setsid is known; else a process group, by job control.
if command -v setsid >/dev/null; then
	${jobVariable}=$label setsid sh "$folder/job.sh" </dev/null >>"$folder/log" 2>&1 &
else
	set -m
	${jobVariable}=$label nohup sh "$folder/job.sh" </dev/null >>"$folder/log" 2>&1 &
fi
tries=0
while ! [ -e "$folder/pid" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 50 ]; then
		echo failed
		cat "$folder/log"
		exit 0
	fi
	sleep 0.1
done
printf 'started %s\\n' "$folder"`;
}

/** Runs the command and writes down how it ended. Signals that end the command end this one only after that. */
function keeperScript({ command, port, variables, ...place }: StartOptions): string {
	return `${prelude(place)}
trap : TERM INT HUP
uname -n >"$folder/host"
printf '%s\\n%s\\n' "$$" "$(born "$$")" >"$folder/pid.part" && mv "$folder/pid.part" "$folder/pid" || exit 1
${exported({ [jobVariable]: place.label, EVAL_LENS_PORT: String(port), ...variables })}
${commandShell}
cd "$HOME"
"$shell" -c ${shellQuote(command)}
code=$?
printf '%s\\n' "$code" >"$folder/exit.part" && mv "$folder/exit.part" "$folder/exit"
exit "$code"
`;
}

/** How much of the log is told with a status, in lines. */
const tailLines = 20;

/** Writes the end of the log behind a line `log`. */
export const tailOfLog = `echo log
tail -n ${tailLines} "$folder/log" 2>/dev/null`;

/**
 * Writes what is known of a job: `alive`, `listening`, `exit CODE`, `elsewhere HOST` where only that one knows, `folder PATH`
 * where there is one, and the end of its log.
 */
export function statusScript(place: JobPlace, port: number): string {
	return `${prelude(place)}
# In this order: a job that ends in between has written its code.
[ -n "$(members)" ] && echo alive
[ -r "$folder/exit" ] && echo "exit $(cat "$folder/exit")"
elsewhere && echo "elsewhere $there"
listens ${port}
[ $? -ne 1 ] && echo listening
[ -e "$folder/pid" ] && echo "folder $folder"
${tailOfLog}`;
}

/** Writes `folder PATH` if a job of this label was started. One whose start was cut off is waited for, a moment. */
export function findScript(place: JobPlace): string {
	return `${prelude(place)}
tries=0
while [ -d "$folder" ] && ! [ -e "$folder/pid" ] && [ $tries -lt 20 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
[ -e "$folder/pid" ] && echo "folder $folder"`;
}

/** Seconds that the server has to end by itself, before it is ended. */
const graceSeconds = 5;

/** Ends all processes of a job. Writes `gone`; `elsewhere HOST`; or the numbers of those that stay. */
export function stopScript(place: JobPlace): string {
	return `${prelude(place)}
if ! [ -r "$folder/exit" ] && elsewhere; then
	echo "elsewhere $there"
	exit 0
fi
end() {
	left=$(members)
	[ -z "$left" ] || kill -s "$1" $left 2>/dev/null
}
end TERM
tries=0
while [ -n "$(members)" ] && [ $tries -lt ${graceSeconds * 5} ]; do
	tries=$((tries + 1))
	sleep 0.2
done
tries=0
while [ -n "$(members)" ] && [ $tries -lt 50 ]; do
	end KILL
	tries=$((tries + 1))
	sleep 0.2
done
left=$(members)
[ -z "$left" ] && echo gone || echo $left`;
}

/** Writes the log from its beginning, until `isOver` (a condition of sh) holds and all of it is written. */
export function followScript(place: JobPlace, isOver: string): string {
	return `${prelude(place)}
at=0
while :; do
	# Asked before the log is read for the last time, so that nothing is missed.
	if ${isOver}; then over=1; else over=0; fi
	if [ -r "$folder/log" ]; then
		size=$(($(wc -c <"$folder/log")))
		if [ "$size" -gt "$at" ]; then
			tail -c +$((at + 1)) "$folder/log" | head -c $((size - at))
			at=$size
		fi
	fi
	[ $over = 1 ] && break
	sleep 1
done`;
}
