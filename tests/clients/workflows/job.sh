# The runner's part in a workflow's one job, for real bash and the real docker CLI: just what the
# workflows of workflows/ need. Sourced by workflow.sh. Steps of `run:` with bash, conditions made of
# status functions and comparisons, continue-on-error, time-outs with the runner's ladder of signals,
# files of commands, orphans that are ended when the job is over (actions-semantics.md 1.1 to 1.8).
# Everything that waits, waits $speed times as short: sleep and timeout of scripts, too.

# seconds N: so many seconds, as real ones.
seconds() {
    awk -v n="$1" -v speed="$speed" 'BEGIN { printf "%.3f", n / speed }'
}

commands=
# scaled_commands: sleep and timeout that live on the fakes' clock, in front of PATH.
scaled_commands() {
    commands=$scratch/bin
    mkdir -p "$commands"
    cat >"$commands/sleep" <<END
#!/usr/bin/env bash
exec $(command -v sleep) "\$(awk -v n="\${1%s}" 'BEGIN { printf "%.3f", n / $speed }')"
END
    cat >"$commands/timeout" <<END
#!/usr/bin/env bash
words=()
while [[ \$1 == -* ]]; do words+=("\$1"); shift; done
limit=\${1%s}; shift
[[ \$limit != *m ]] || limit=\$((\${limit%m} * 60))
exec $(command -v timeout) "\${words[@]}" "\$(awk -v n="\$limit" 'BEGIN { printf "%.3f", n / $speed }')" "\$@"
END
    chmod +x "$commands/sleep" "$commands/timeout"
}

declare -A outcomes outputs
job_status=

# condition_holds TEXT: a step's `if`.
condition_holds() {
    local text=$1 id pattern
    [[ -n $text ]] || text='success()'
    [[ $text =~ (always|success|failure|cancelled)\(\) ]] || text="success() && ($text)"
    text=${text//always()/x == x}
    text=${text//success()/$job_status == success}
    text=${text//failure()/$job_status == failure}
    text=${text//!cancelled()/x == x}
    pattern='steps\.([a-z0-9-]+)\.outcome'
    while [[ $text =~ $pattern ]]; do
        id=${BASH_REMATCH[1]}
        text=${text//"${BASH_REMATCH[0]}"/\'${outcomes[$id]-}\'}
    done
    text=$(with_outputs "$text")
    eval "[[ $text ]]"
}

# with_outputs TEXT: steps.ID.outputs.NAME of a condition, or of `${{ }}`, by their values.
with_outputs() {
    local text=$1 pattern='\$\{\{ steps\.([a-z0-9-]+)\.outputs\.([a-z0-9_]+) \}\}'
    while [[ $text =~ $pattern ]]; do
        text=${text//"${BASH_REMATCH[0]}"/${outputs[${BASH_REMATCH[1]}.${BASH_REMATCH[2]}]-}}
    done
    pattern='steps\.([a-z0-9-]+)\.outputs\.([a-z0-9_]+)'
    while [[ $text =~ $pattern ]]; do
        text=${text//"${BASH_REMATCH[0]}"/\'${outputs[${BASH_REMATCH[1]}.${BASH_REMATCH[2]}]-}\'}
    done
    printf '%s' "$text"
}

# ended_within PID SECONDS: whether it is gone by then. Times are in microseconds.
ended_within() {
    local deadline=$((${EPOCHREALTIME/./} + $(awk -v n="$2" 'BEGIN { printf "%d", n * 1e6 }')))
    while kill -0 "$1" 2>/dev/null; do
        ((${EPOCHREALTIME/./} < deadline)) || return 1
        sleep 0.05
    done
}

# step_script SHELL FILE MINUTES LOG: the script's exit code, or 1 after its time-out.
step_script() {
    local words=(bash -e) pid code
    [[ $1 != bash ]] || words=(bash --noprofile --norc -e -o pipefail)
    # Background children of a script ignore SIGINT; a step's shell does not.
    PATH=$commands:$PATH env --default-signal=INT "${words[@]}" "$2" </dev/null >"$4" 2>&1 &
    pid=$!
    if [[ $3 != null ]] && ! ended_within "$pid" "$(seconds $(($3 * 60)))"; then
        kill -INT "$pid"
        ended_within "$pid" "$(seconds 7.5)" || kill -TERM "$pid"
        ended_within "$pid" "$(seconds 2.5)" || kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        # An orphan that holds the pipes costs five seconds more.
        sleep "$(seconds 5)"
        return 1
    fi
    wait "$pid" 2>/dev/null
    code=$?
    return "$code"
}

# keep_outputs ID FILE: NAME=VALUE lines.
keep_outputs() {
    local line
    while IFS= read -r line; do
        outputs[$1.${line%%=*}]=${line#*=}
    done <"$2"
}

# keep_environment FILE: NAME=VALUE lines, for later steps.
keep_environment() {
    local line
    while IFS= read -r line; do
        export "${line?}"
    done <"$1"
}

# step JSON DIRECTORY: one step of the plan.
step() {
    local json=$1 files=$2 id outcome=success line
    id=$(jq -r .id <<<"$json")
    if ! condition_holds "$(jq -r '.if // ""' <<<"$json")"; then
        outcomes[$id]=skipped
        return
    fi
    with_outputs "$(jq -r .run <<<"$json")" >"$files/$id.sh"
    : >"$files/$id.output" && : >"$files/$id.env"
    while IFS= read -r line; do
        export "$(with_outputs "$line")"
    done < <(jq -r '.env // {} | to_entries[] | "\(.key)=\(.value)"' <<<"$json")
    GITHUB_OUTPUT=$files/$id.output GITHUB_ENV=$files/$id.env \
        step_script "$(jq -r '.shell // ""' <<<"$json")" "$files/$id.sh" \
        "$(jq -r '.timeout_minutes' <<<"$json")" "$files/$id.log" || outcome=failure
    keep_outputs "$id" "$files/$id.output"
    keep_environment "$files/$id.env"
    outcomes[$id]=$outcome
    [[ $outcome == success || $(jq -r .continue_on_error <<<"$json") == true ]] ||
        job_status=failure
}

# end_orphans: what steps left behind, by the variable that all of them inherited.
end_orphans() {
    local file pid
    for file in /proc/[0-9]*/environ; do
        pid=${file#/proc/} pid=${pid%/environ}
        [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
        tr '\0' '\n' 2>/dev/null <"$file" | grep -qx "RUNNER_TRACKING_ID=$RUNNER_TRACKING_ID" &&
            kill -TERM "$pid" 2>/dev/null
    done
}

# job PLAN DIRECTORY REGISTRY ENGINE: runs the job's steps; "ID OUTCOME" of each.
job() (
    local plan=$1 files=$2 json
    mkdir -p "$files/home" && cd "$files" || exit 1
    job_status=success outcomes=() outputs=()
    while IFS= read -r json; do
        export "${json?}"
    done < <(jq -r '.jobs[0].env // {} | to_entries[] | "\(.key)=\(.value)"' "$plan")
    export REGISTRY=$3 DOCKER_HOST=$4 HOME=$files/home RUNNER_TEMP=$files CI=true
    export RUNNER_TRACKING_ID=parity-$$-$BASHPID
    while IFS= read -r json; do
        step "$json" "$files"
        printf '%s %s\n' "$(jq -r .id <<<"$json")" "${outcomes[$(jq -r .id <<<"$json")]}"
    done < <(jq -c '.jobs[0].steps[]' "$plan")
    end_orphans
)
