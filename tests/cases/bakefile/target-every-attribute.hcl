target "default" {
  description = "all"
  context = "."
  contexts = { base = "docker-image://alpine:3", src = "../src", gone = "" }
  dockerfile = "./Dockerfile"
  args = { Z = "1", A = "$${NOT} %%{not} <&>", T = true, N = 1.50 }
  labels = { "org.x" = "y" }
  tags = ["b", "a", "b", ""]
  cache-from = ["type=gha,scope=a", "user/app:cache,user/app:two", { type = "registry", ref = "r" }, ""]
  cache-to = ["type=inline"]
  target = "final"
  secret = ["type=env,id=token,env=TOKEN", { id = "k", env = "K" }, "id=token,env=OTHER"]
  platforms = ["linux/amd64", "linux/arm64"]
  output = ["type=image,push=true,name=a", { type = "docker" }, "out"]
  pull = true
  no-cache = false
  network = "host"
  no-cache-filter = ["a", "b", "a"]
  shm-size = "128m"
  ulimits = ["nofile=1024:1024"]
  call = "build"
  entitlements = ["security.insecure"]
  extra-hosts = { h = "1.2.3.4" }
  annotations = ["a=b"]
  attest = ["type=provenance,mode=max", { type = "sbom", disabled = true }]
}
