# The command lines of docker_cli.sh, in an order in which each world stays equal to the other.
# ---- words ----
same --version
same -v
same foo
same foo --bar
same image foo
same pull
same pull a b
same pull --foo x
same ps x
same ps -Z
same --foo
same run
same run --foo
same images a b
same rmi
same tag a
same logs
same exec a
same cp a
same cp a b
same cp a:/x b:/y
same start
same version x
same run -h
same buildx
same compose version
same network rm
same -H
same run -e
same pull --all-tags=maybe x
same stop -t x y
same ps --last

# ---- no engine, and one that refuses ----
for words in ps "pull alpine" "push R/team/app:1" "run --rm alpine" "create alpine" images \
    "image inspect alpine" "inspect x" "rmi alpine" "tag a b" "system df" "system prune -f" \
    "network create n" "volume ls" "exec c true" "logs c" "rm -f c" "cp c:/x ." "wait c" info version; do
    same -H "unix:///nowhere/at.sock" $words
    export DOCKER_API_VERSION=1.99
    same $words
    unset DOCKER_API_VERSION
done
export DOCKER_API_VERSION=v1.23
same ps
same pull alpine
same run --rm alpine
unset DOCKER_API_VERSION

# ---- the engine ----
same version
same version --format '{{.Server.Version}}'
same version -f '{{.Client.Version}} {{.Server.APIVersion}}'
same version -f '{{json .Client}}'
same version -f '{{json .Server.Platform}}'
same version -f '{{.Foo}}'
same version -f '{{foo}}'
same version -f '{{.Server.Os}}/{{.Server.Arch}}'
same info
same info -f '{{.ServerVersion}} {{.Driver}} {{.NCPU}}'
same info -f '{{json .ClientInfo}}'
same info -f '{{.Foo}}'
same info --format '{{range .SecurityOptions}}{{println .}}{{end}}'
same system df
same system df -v
same context ls
same context show
same context inspect
same context inspect default -f '{{.Endpoints.docker.Host}}'
same context inspect nothing
same context use default

# ---- pulling and looking ----
same pull R/team/app:1
same pull R/team/app:1
same pull alpine
same pull -q busybox
same pull --platform linux/arm64 R/team/both:1
same pull R/team/both:1
same pull R/team/arm:1
same pull R/team/none:1
same pull -a R/team/app
same pull -a R/team/app:1
same pull nobody/nothing
same pull 127.0.0.1:1/t/none:1
same pull R/T/none:1
same pull 'a b'
same pull :x
same pull ''
same images
same images -q
same images --no-trunc
same images --digests
same images alpine
same images build
same images --format '{{.Repository}}:{{.Tag}}'
same images --format json
same images --format '{{json .Tag}}'
same images --format 'table {{.ID}}\t{{.Repository}}\t{{.Size}}'
same images --format '{{.Foo}}'
same images --format '{{.Repository'
same images -f dangling=true
same images -f foo
same image ls
same image list --format '{{.Size}}'
same history alpine
same history -q alpine
same inspect alpine
same image inspect alpine busybox
same image inspect nothing
same inspect nothing other
same inspect --type image nothing
same inspect --type foo x
same inspect -f '{{.Os}}/{{.Architecture}}' alpine
same inspect -f '{{.RepoTags}}' alpine
same inspect -f '{{json .RepoTags}}' alpine
same inspect -f '{{index .RepoTags 0}}' alpine
same inspect -f '{{index .RepoTags 7}}' alpine
same inspect -f '{{.Config.Env}}' alpine
same inspect -f '{{.Config.Labels}}' alpine
same inspect -f '{{range .RepoTags}}<{{.}}>{{end}}' alpine
same inspect -f '{{range $i, $t := .RepoTags}}{{$i}}={{$t}} {{end}}' alpine
same inspect -f '{{join .RepoTags ","}}' alpine
same inspect -f '{{len .RootFS.Layers}}' alpine
same inspect -f '{{if eq .Os "linux"}}yes{{else}}no{{end}}' alpine
same inspect -f '{{if and .Id (eq .Os "windows")}}a{{else if .Os}}b{{else}}c{{end}}' alpine
same inspect -f '{{with .RepoTags}}{{index . 0}}{{end}}' alpine
same inspect -f '{{printf "%s-%q-%v %5d|%-8s|" .Os .Os .RepoTags 3 "ab"}}' alpine
same inspect -f '{{upper .Os}} {{title .Os}} {{lower "ABC"}}' alpine
same inspect -f '{{split "a,b" ","}} {{pad "x" 1 2}}| {{truncate "abcdef" 3}}' alpine
same inspect -f '{{/* nothing */}}x {{- " y" -}} z' alpine
same inspect -f '{{.Id | printf "%.10s"}}' alpine
same inspect -f '{{println 1 2 "a" "b"}}{{print 1 2 "a" "b"}}' alpine
same inspect -f '{{.Foo}}' alpine
same inspect -f '{{.Config.Foo}}' alpine
same inspect -f '{{foo}}' alpine
same inspect -f '{{' alpine
same inspect -f '{{}}' alpine
same inspect -f '{{if}}' alpine
same inspect -f '{{if .Os}}' alpine
same inspect -f '{{end}}' alpine
same inspect -f '{{.Os' alpine
same inspect -f '{{"a}}' alpine
same inspect -f '{{$x}}' alpine
same inspect -f '{{.Os.Foo}}' alpine
same inspect -f '{{$x := .Os}}{{$x}}' alpine
same inspect -f '{{slice .Os 1 3}}' alpine
same inspect -f '{{len 3}}' alpine
same inspect -f '{{eq 1 "a"}}' alpine
same inspect -f json alpine
same tag alpine R/team/new:1
same tag alpine team/UPPER
same tag nothing x:1
same tag alpine R/team/new:2
same push R/team/new:1
same push R/team/new:1
same push -q R/team/new:2
same push R/team/unknown:1
same push -a R/team/new
same push alpine
same manifest inspect --insecure R/team/app:1
same manifest inspect --insecure R/team/both:1
same manifest inspect --insecure R/team/none:1
same manifest create --insecure R/team/list:1 R/team/app:1
same manifest create --insecure R/team/list:1 R/team/new:1 R/team/new:2
same manifest create --insecure R/team/list:1 R/team/new:1
same manifest create --insecure --amend R/team/list:1 R/team/new:1
same manifest annotate --variant v8 --arch arm64 R/team/list:1 R/team/new:2
same manifest annotate --variant v8 R/team/list:1 R/team/none:1
same manifest push --insecure R/team/list:1
same manifest inspect --insecure R/team/list:1
same manifest inspect --insecure R/team/new:1
same manifest push --insecure R/team/nolist:1
same manifest rm R/team/list:1
same manifest rm R/team/list:1

# ---- login ----
printf 'secret\n' >"$scratch/secret"
stdin=$scratch/secret
same login -u robot --password-stdin ghcr.io
same login -u robot --password-stdin
stdin=/dev/null
same tag alpine ghcr.io/acme/app:1
same push ghcr.io/acme/app:1
same logout ghcr.io
same push ghcr.io/acme/app:1
same login -u robot -p secret R/
same login -u robot
same login --password-stdin
same login -u a -p b --password-stdin
same login -u '' -p b
same login
same logout ghcr.io
same logout
same logout nowhere.example

# ---- containers ----
same run --rm alpine echo hi
same run --rm alpine false
same run --rm hello-world
same run --rm R/team/none:1
same run --rm -e A=1 -e HOME --env-file variables alpine env
same run --rm --name once -w /tmp -u 0 alpine pwd
same run --pull foo alpine
same run --pull never nothing:1
same run --pull always --rm alpine true
same run --rm --restart always alpine true
same run -v '' alpine
same run -p x alpine
same run --platform linux/arm64 --rm alpine true
same run -i -t alpine
same run -d --name web -p 8080:80 -l app=web -v data:/data alpine sleep 1000
same run -d --name web alpine sleep 1000
same create --name made alpine true
same create -q nothing/none:1
same ps
same ps -a
same ps -aq
same ps -a --no-trunc
same ps -a --format '{{.Names}} {{.Image}} {{.State}} {{.Label "app"}}'
same ps -a --format json
same ps -a --format 'table {{.Names}}\t{{.Label "app"}}'
same ps -a --format '{{.Foo}}'
same ps -a --format '{{foo}}'
same ps -q --format '{{.ID}}'
same ps -a -f name=web
same ps -a -f status=created
same ps -a --filter label=app=web
same ps -n 1
same ps -s
same inspect web
same inspect -f '{{.State.Status}} {{.State.Running}} {{.State.ExitCode}}' web made
same inspect -f '{{.State.Health.Status}}' web
same inspect -f '{{if .State.Health}}x{{else}}y{{end}}' web
same inspect -f '{{.Config.Image}} {{.Id}} {{.ID}}' web
same inspect -f '{{.Config.Entrypoint}} {{.Config.Cmd}}' web
same inspect -f '{{json .Mounts}}' web
same inspect -f '{{range .Mounts}}{{.Name}}:{{.Destination}} {{end}}' web
same inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{end}}' web
same container inspect nothing
same exec web echo inside
same exec web false
same exec -e A=1 -w /tmp web env
same exec web nosuchcommand
same exec nothing true
same exec -d web true
same logs web
same logs --tail 1 -f made
same logs nothing
same cp variables web:/tmp/v
same cp web:/tmp/v copied
same cp web:/tmp/v .
same cp web:/nothing x
same cp variables web:/nowhere/at/all
same cp web:/tmp/v nowhere/at/all
same cp nothing web:/tmp
same start made
same start -a made
same start nothing other
same wait made
same stop -t 1 web
same stop nothing
same restart web
same kill web
same kill web
same rm web nothing
same rm -f nothing
same rm -f web
same rm made

# ---- volumes and networks ----
same volume create v1
same volume create -d local --label a=b v2
same volume ls
same volume ls -q
same volume ls --format '{{.Name}} {{.Driver}} {{.Mountpoint}}'
same volume ls --format json
same volume inspect v1
same volume inspect nothing
same volume rm v1 nothing
same network create n1
same network create n1
same network ls
same network ls -q --no-trunc
same network ls --format '{{.Name}}'
same network inspect n1
same network inspect nothing
same network rm n1 nothing

# ---- building ----
same build context
export DOCKER_BUILDKIT=0
same build -t t:1 context
same build -t t:2 context
same build -q context
same build -f context/Failing context
same build -f context/None context
same build nowhere
same build -t UPPER context
same build --iidfile id context
same build --build-arg X=1 --label a=b --target nothing context
stdin=$scratch/real/context/Failing
same build -
stdin=/dev/null
same build
export DOCKER_BUILDKIT=1
same build context
unset DOCKER_BUILDKIT
same bake

# ---- archives of images ----
same save
same save nothing
same save nothing:1
same save R/team/app:1 nothing:1
same save Bad:Reference:1
same save -o a.tar R/team/app:1
same save -o none/a.tar R/team/app:1
same save -o a.tar nothing:1
same save -o . R/team/app:1
same save R/team/app:1 R/team/new:1
same save --platform linux/s390x R/team/app:1
same load a.tar
same load -i none.tar
same load -i variables
same load -i a.tar
same load -q -i a.tar
same load
stdin=a.tar
same load
stdin=/dev/null
same rmi -f R/team/app:1
same load -i a.tar
same inspect R/team/app:1
same image save -o b.tar R/team/app
same image load -i b.tar
same import none.tar
same import

# ---- tidying up ----
same system df
same system df -v
same system df --format '{{.Type}}: {{.Size}}'
same system df --format json
same system prune
same system prune -a --volumes
same container prune
same image prune
same image prune -a
same volume prune
same volume prune -a
same network prune
same builder prune
printf 'y\n' >"$scratch/yes"
stdin=$scratch/yes
same container prune
stdin=/dev/null
same image prune -f
same builder prune -f
same rmi t:1
same rmi -f nothing
same rmi nothing
same rmi R/team/new:1 R/team/new:2
same image rm t:2
same system prune -f
same system prune -af --volumes
same volume prune -af
same image prune -af --filter until=1h
same images
